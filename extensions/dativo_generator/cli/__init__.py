"""The `dativo-generator` command: one module per command, including its output.

It may import every package.
"""
