"""The questions: how each answer is read, the choices, and the default that applies if nobody answers.

It may import `base` and `registry`; who asks hands the importers in.
"""
