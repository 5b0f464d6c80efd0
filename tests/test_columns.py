"""Tables fit the terminal, and lose nothing; for a program or a log a row is one line."""

import os
import shutil
import sys

import pytest

from dativo_generator.cli.columns import columns

NAMES = ("tenant", "scaffold", "state", "objects", "owner")
LINES = [
    ["acme", "hubspot_contacts_to_iceberg", "", "contacts, deals, companies and 3 more", "data-platform@acme.example"],
    ["globex", "orders", "", "orders", ""],
]
TABLE = [
    ["TENANT  SCAFFOLD                     OBJECTS                                OWNER"],
    [
        "acme    hubspot_contacts_to_iceberg  contacts, deals, companies and 3 more  data-platform@acme.example",
    ],
    ["globex  orders                       orders                                 -"],
]


@pytest.fixture
def wide(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how wide the terminal is."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((request.param, 40)))
    return request.param


@pytest.mark.parametrize("wide", [120], indirect=True)
def test_what_fits_is_a_table(wide: int) -> None:
    assert list(columns(NAMES, LINES)) == TABLE


def test_for_a_program_it_is_a_table() -> None:
    assert list(columns(NAMES, LINES)) == TABLE


@pytest.mark.parametrize("wide", [60, 80, 100], indirect=True)
def test_elsewhere_a_row_is_a_paragraph_as_wide_as_the_terminal(wide: int) -> None:
    header, *rows = columns(NAMES, LINES)
    assert header == []
    assert max(len(part) for row in rows for part in row) <= min(wide, max(76, wide - 4))
    assert [" ".join(" ".join(row).split()) for row in rows] == [
        "acme hubspot_contacts_to_iceberg objects contacts, deals, companies and 3 more; "
        "owner data-platform@acme.example",
        "globex orders objects orders",
    ]
