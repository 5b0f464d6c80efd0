"""An update changes the values in a file that is not in the pack's format, and keeps the format."""

from typing import Any

import pytest
import yaml

from dativo_generator.fleet.merge import Edit, Merged
from dativo_generator.fleet.own_form import carried, is_own_form

HEADER = "# Written by the scaffold x of acme. Edits are kept; to answer again:\n"
BASE: dict[str, Any] = {
    "tenant": "acme",
    "source": {"tables": [{"name": "a"}], "lookback": 1, "cursor": "x"},
    "logging": {"level": "INFO"},
}
MINE = """\
source:  # what is read
    lookback: 1
    tables: [{name: a}]
    cursor: 'x'
tenant: 'acme'
logging: {level: INFO}
"""


def edit(mine: str, theirs: Any) -> Edit:
    base, new = (HEADER + yaml.safe_dump(value, sort_keys=False) for value in (BASE, theirs))
    return Edit(base.encode(), mine.encode(), new.encode())


def theirs(**source: Any) -> dict[str, Any]:
    return BASE | {"source": {key: value for key, value in (BASE["source"] | source).items() if value is not None}}


def test_what_changes_in_the_form_alone_changes_nothing() -> None:
    both = edit(MINE, BASE)
    assert carried(Edit(both.base, both.ours, both.theirs + b"# more\n")) == Merged(MINE.encode())


@pytest.mark.parametrize(
    ("new", "text"),
    [
        ({"lookback": 7}, MINE.replace("lookback: 1", "lookback: 7")),
        ({"cursor": None}, MINE.replace("    cursor: 'x'\n", "")),
        ({"state": "s"}, MINE.replace("    cursor: 'x'\n", "    cursor: 'x'\n    state: s\n")),
    ],
)
def test_a_value_changes_where_it_stands(new: dict[str, Any], text: str) -> None:
    assert carried(edit(MINE, theirs(**new))) == Merged(text.encode())


@pytest.mark.parametrize(
    ("mine", "new"),
    [
        (MINE.replace("lookback: 1", "lookback: 7"), {"lookback": 7}),  # the same change
        (MINE.replace("    lookback: 1\n", ""), {"lookback": 7}),  # taken out by hand
        (MINE.replace("cursor: 'x'", "cursor: y"), {"cursor": None}),  # changed by hand, and no longer given
    ],
)
def test_an_edit_stays(mine: str, new: dict[str, Any]) -> None:
    result = carried(edit(mine, theirs(**new)))
    assert result
    assert result.content == mine.encode() or result.conflict


def test_two_values_for_one_key_are_a_conflict_around_its_line() -> None:
    result = carried(edit(MINE.replace("lookback: 1", "lookback: 3"), theirs(lookback=7, state="s")))
    assert result == Merged(
        MINE.replace(
            "    lookback: 1\n",
            "<<<<<<< before updating\n    lookback: 3\n=======\n    lookback: 7\n>>>>>>> after updating\n",
        )
        .replace("    cursor: 'x'\n", "    cursor: 'x'\n    state: s\n")
        .encode(),
        conflict=True,
    )


@pytest.mark.parametrize("mine", ["a: [", "\xff", "{tenant: acme}\n"])
def test_what_has_no_such_form_is_left_to_a_merge_of_lines(mine: str) -> None:
    both = edit("", theirs(lookback=7))
    assert carried(Edit(both.base, mine.encode("latin-1"), both.theirs)) is None


@pytest.mark.parametrize(
    ("path", "mine", "is_own"),
    [
        ("jobs/a.yaml", MINE, True),
        ("by/hand.yml", MINE, True),
        ("jobs/a.yaml", HEADER + MINE, False),
        ("variables/acme/x.env.example", "A=\n", False),
    ],
)
def test_a_file_without_the_packs_comment_is_of_its_own_form(path: str, mine: str, is_own: bool) -> None:
    assert is_own_form(path, edit(mine, BASE)) is is_own
