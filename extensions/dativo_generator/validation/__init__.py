"""The checks for what the runner refuses, or does wrong silently, in the jobs and assets of a repository.

It may import `base`, `registry`, `answers` and `plan`.
"""
