"""How fast the pack and its command are, compared with the minimum cost: `make bench` prints the table."""
