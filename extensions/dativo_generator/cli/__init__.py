"""The `dativo-generator` command: a module for each command, with what it prints.

It may import everything.
"""
