"""How fast the pack and its command are, each against what it could cost at least: `make bench` prints the table."""
