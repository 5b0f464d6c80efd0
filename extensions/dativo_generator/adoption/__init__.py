"""From hand-written files back to the closest answers; it reads and writes no files.

It may import `base`, `registry`, `answers` and `plan`.
"""
