"""What is asked, how each answer is read, and what is followed when nobody answers.

It may import `base` and `registry`.
"""
