"""The questions: how each answer is read, what can be chosen, and what is followed when nobody answers.

It may import `base` and `registry`; who asks hands the importers in.
"""
