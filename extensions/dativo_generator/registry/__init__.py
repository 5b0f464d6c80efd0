"""What the pack knows, read from its files: connectors, recipes, lifecycle, fields, classification, samples, dialects.

It may import `base`.
"""
