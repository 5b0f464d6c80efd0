"""Try what a stranger, a kill or a second run could do: each module with a `ROW` is a row of the table."""
