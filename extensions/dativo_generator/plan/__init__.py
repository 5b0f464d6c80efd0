"""From the answers to the files: the plan as plain data, and what else the templates need.

It may import `base`, `registry` and `answers`.
"""
