"""What the runner refuses or silently does wrong in the jobs and assets of a repository.

It may import `base`, `registry`, `answers` and `plan`.
"""
