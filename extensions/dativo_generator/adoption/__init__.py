"""From hand-written files back to the answers that come closest to them; nothing is read or written here.

It may import `base`, `registry`, `answers` and `plan`.
"""
