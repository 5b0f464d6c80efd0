"""The filters of the question files and templates: what to ask and refuse, the review, and runs without questions.

It may import every package below `fleet`; the importers and the review only where a user is there to see them.
"""
