"""The filters of the question files and templates: what to ask, what to refuse, the review, and runs without prompts.

It may import all below `fleet`; the importers and the review only when somebody is there to see them.
"""
