"""What every package here needs: errors, names, YAML in and out, diffs, secrets, and where things are.

It imports nothing of ours.
"""
