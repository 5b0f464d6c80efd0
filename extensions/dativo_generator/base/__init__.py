"""What every package needs: errors, names, YAML in and out, diffs, secrets, and the paths of a destination.

It imports nothing of ours.
"""
