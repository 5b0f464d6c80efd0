"""What the runner refuses, or does wrong silently, in the jobs and assets of a repository.

It may import all up to `plan`, and no importers.
"""
