"""What an unanswered question means, by the format number of the answers file.

A default that follows the registry may change with it: the next update shows the effect. A default whose change would
lose data in existing jobs, such as where they keep their state, stays the same for older answers files.
"""

from collections.abc import Mapping
from typing import Any

NAME = "answers_format"
CURRENT = 3
# From this number on, a job keeps its state in a file of its own, lists its variables, and asks for its plugins.
OWN_STATE = 2
# From this number on, every environment but the default has its own jobs and bucket, and {environment} in an answer
# stands for the environment of each job.
APART = 3


def number_of(answers: Mapping[str, Any]) -> int:
    """Return the format number of recorded answers, or the current one if they have none."""
    number = answers.get(NAME, CURRENT)
    return number if isinstance(number, int) else CURRENT
