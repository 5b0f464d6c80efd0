"""The meaning of unanswered questions, by the format number that an answers file was written with.

A default that follows the registry may change with it: the next update shows the effect. A default whose change would
lose data in existing jobs, such as where they keep their state, stays the same for older answers files.
"""

from collections.abc import Mapping
from typing import Any

NAME = "answers_format"
CURRENT = 3
# From this number on, a job keeps its state in a file of its own, lists its variables, and asks for its plugins.
OWN_STATE = 2
# From this number on, an environment other than the default has jobs and a bucket of its own, and {environment} in an
# answer means that of each job.
APART = 3


def number_of(answers: Mapping[str, Any]) -> int:
    """Return the number of recorded answers, the current one if they have none."""
    number = answers.get(NAME, CURRENT)
    return number if isinstance(number, int) else CURRENT
