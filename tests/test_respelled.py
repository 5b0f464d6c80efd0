"""If a newer version only spells a line differently, an edit of that line is not a conflict."""

import pytest

from dativo_generator.fleet.merge import Edit, merged
from dativo_generator.fleet.respelled import respelled

OLD = 'name: id\ndescription: "Nummer f\\xFCr \\u6CE8 \\U0001F389 \\u200B \\\\xFC"\nrequired: true\n'
NEW = 'name: id\ndescription: "Nummer für 注 🎉 \\u200B \\\\xFC"\nrequired: true\n'


def merge(base: str, ours: str, theirs: str) -> tuple[str, bool]:
    [result] = merged([respelled(Edit(base.encode(), ours.encode(), theirs.encode()))])
    return result.content.decode(), result.conflict


@pytest.mark.parametrize("line", ["name: id", "required: true"], ids=["before", "after"])
def test_an_edit_beside_such_a_line_is_kept(line: str) -> None:
    assert merge(OLD, OLD.replace(line, f"{line}  # ours"), NEW) == (NEW.replace(line, f"{line}  # ours"), False)


def test_an_edit_of_the_line_stays_as_it_was_written() -> None:
    ours = OLD.replace("Nummer", "Zahl")
    assert merge(OLD, ours, NEW) == (ours, False)


def test_another_change_is_merged_as_ever() -> None:
    theirs = NEW.replace("required: true", "required: false")
    assert merge(OLD, f"{OLD}# ours\n", f"{theirs}")[1]
    assert merge(OLD, f"# ours\n{OLD}", theirs) == (f"# ours\n{theirs}", False)


@pytest.mark.parametrize(
    ("base", "theirs"),
    [
        (OLD, OLD),
        ("a: b\n", "a: é\n"),
        ('a: "\\xE9"\n', 'a: "e"\n'),
        ('a: "\\U00110000"\n', "a: b\n"),
        ("a: \\xE9\n", NEW),
    ],
)
def test_nothing_else_is_touched(base: str, theirs: str) -> None:
    edit = Edit(base.encode(), base.encode() + b"\xff\n", theirs.encode())
    assert respelled(edit) is edit
