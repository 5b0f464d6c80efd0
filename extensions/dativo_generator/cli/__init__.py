"""The `dativo-generator` command: one module per command, with its output.

It may import everything.
"""
