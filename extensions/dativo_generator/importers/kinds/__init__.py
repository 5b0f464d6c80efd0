"""The kinds of sources that columns are imported from: a module a kind, with its readers as `READERS`.

They may import what stands beside this folder, `registry` and `base`, and libraries when they need them.
"""
