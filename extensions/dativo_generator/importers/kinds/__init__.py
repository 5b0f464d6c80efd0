"""The kinds of sources that columns are imported from: one module per kind, with its readers in `READERS`.

They may import the modules above this folder, `registry` and `base`, and import libraries when needed.
"""
