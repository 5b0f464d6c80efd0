"""From the answers to the files: the plan as plain data, and what the templates need beside it.

It may import `base`, `registry` and `answers`.
"""
