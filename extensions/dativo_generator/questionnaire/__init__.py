"""What Copier asks of the pack while it asks somebody, or nobody; the review, and what Copier must refuse.

It may import all up to `validation`.
"""
