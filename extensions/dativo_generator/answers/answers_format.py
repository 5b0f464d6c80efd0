"""What a question that nobody answered means, by the number that an answers file was written with.

A default that follows the registry may change with it: the next update shows what that does. One that would lose data
in jobs that run, such as where they keep their state, stays as it was in answers files of before.
"""

from collections.abc import Mapping
from typing import Any

NAME = "answers_format"
CURRENT = 3
# From this number on a job keeps its state in a file of its own, lists its variables, and asks for its plugins.
OWN_STATE = 2
# From this number on an environment that is not the usual one has jobs and a bucket of its own, and an answer that says
# {environment} means the one of each job.
APART = 3


def number_of(answers: Mapping[str, Any]) -> int:
    """Return the number of recorded answers, that of today where they have none."""
    number = answers.get(NAME, CURRENT)
    return number if isinstance(number, int) else CURRENT
