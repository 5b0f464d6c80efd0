"""From the answers to the files: the plan, and what its parts are made of.

It may import `base`, `registry` and `answers`.
"""
