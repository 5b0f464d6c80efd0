"""The kinds of sources that columns are imported from: one module per kind, with its readers in `READERS`.

They may import the modules of `importers`, `registry` and `base`, and import libraries when they need them.
"""
