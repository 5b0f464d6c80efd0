"""What a script of SQL says of tables: its tokens, its statements, the columns that they define, and what changes them.

Lowest first: `lexis`, `statements`, `definitions`, `changes`, `tables`.
"""
