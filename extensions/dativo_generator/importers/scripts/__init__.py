"""Follow a SQL script: its tokens, its statements, the columns that they define, and the changes to tables.

Lowest first: `lexis`, `statements`, `definitions`, `tables`, `creation`, `changes`, `script`, `transactions`,
`following`.
"""
