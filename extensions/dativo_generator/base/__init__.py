"""What every package needs: errors, names, reading and writing YAML, diffs, secrets, and the paths of a destination.

It imports nothing of ours.
"""
