"""What the pack knows: connectors, recipes, lifecycle, fields, classification, and the pack that holds them together.

It may import `base`.
"""
