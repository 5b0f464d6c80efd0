"""The `dativo-generator` command, one module a command.

It may import everything.
"""
