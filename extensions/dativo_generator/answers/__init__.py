"""The questions: how each answer is read, what can be chosen, and which default applies without an answer.

It may import `base` and `registry`; a caller that asks questions passes in the importer.
"""
