"""What a SQL script says about tables: its tokens, its statements, the columns they define, and what changes them.

Lowest first: `lexis`, `statements`, `definitions`, `changes`, `tables`.
"""
