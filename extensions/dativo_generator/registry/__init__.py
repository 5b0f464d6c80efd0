"""What the pack knows, from its files: connectors, recipes, lifecycle, fields, classification, samples, dialects.

It may import `base`.
"""
