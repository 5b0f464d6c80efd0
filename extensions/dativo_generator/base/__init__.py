"""What every package needs: errors, names, YAML input and output, diffs, secrets, and the paths of a destination.

It imports no other package of the project.
"""
