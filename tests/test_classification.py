"""Names are judged by whole words, with the object as context."""

from pathlib import Path

import pytest

from dativo_generator.base.errors import PackError
from dativo_generator.base.phrases import words
from dativo_generator.registry.classification import FILE, load_rules
from labelled import FOLDER, columns, score
from support import PACK

PERSONAL = [
    ("email", "orders"),
    ("customerEmail", "orders"),
    ("E-Mail", "orders"),
    ("phone_number", "orders"),
    ("first_name", "orders"),
    ("lastName", "orders"),
    ("Full Name", "orders"),
    ("street_address", "orders"),
    ("shippingAddress", "orders"),
    ("ssn", "orders"),
    ("date_of_birth", "orders"),
    ("name", "customers"),
    ("name", "people"),
    ("customer.name", "orders"),
]
SENSITIVE = [
    ("salary", "staff"),
    ("annual_income", "people"),
    ("credit_limit", "customers"),
    ("accountBalance", "customers"),
    ("card_number", "payments"),
    ("password", "users"),
]
NEITHER = [
    ("file_name", "uploads"),
    ("filename", "uploads"),
    ("name", "products"),
    ("product.name", "orders"),
    ("product_name", "customers"),
    ("address_id", "customers"),
    ("email_verified", "users"),
    ("phone_type", "users"),
    ("memory_address", "dumps"),
    ("salaryband", "staff"),
    ("id", "customers"),
    ("created", "customers"),
    ("balanced", "tests"),
]


@pytest.mark.parametrize(
    ("label", "column", "table"),
    [("PII", *case) for case in PERSONAL]
    + [("SENSITIVE", *case) for case in SENSITIVE]
    + [("", *case) for case in NEITHER],
)
def test_label(label: str, column: str, table: str) -> None:
    assert PACK.judge(column, "string", table).label == label


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("billing_address", ["billing", "address"]),
        ("billingAddress", ["billing", "address"]),
        ("BillingAddress", ["billing", "address"]),
        ("Billing Address", ["billing", "address"]),
        ("HTTPServer", ["http", "server"]),
        ("address2", ["address", "2"]),
        ("userID", ["user", "id"]),
    ],
)
def test_words(name: str, split: list[str]) -> None:
    assert words(name) == split


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        ("all", ":1: rules: must be a list, not 'all'"),
        ("[{name: a, label: pii, words: [a]}]", ":2: rules.0.label: 'pii' does not match [A-Z][A-Z0-9_]*"),
        ("[{name: a, label: PII, word: [a]}]", ":2: rules.0.word: unknown key; did you mean 'words'?"),
        ("[{name: a, label: PII, words: [E-Mail]}]", ":2: rules.0.words: 'E-Mail' does not match"),
        ("[{name: a, label: PII, words: [<man> name]}]", ":2: rules.0.words: '<man> name': there is no group 'man'"),
        ("[{name: a, label: PII, words: [a], tables: ['@man']}]", ":2: rules.0.tables: there is no group 'man'"),
    ],
)
def test_a_damaged_rule_is_one_line_with_its_place(rules: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    start = "{abbreviations: {nr: number}, pointers: [id], fillers: [dim], groups: {person: [user]}, rules: "
    (tmp_path / FILE).write_text(f"{start}\n{rules}\n}}", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_rules(tmp_path)
    assert str(caught.value).startswith(FILE + error)


def test_a_phrase_of_two_groups_is_every_pair(tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / FILE).write_text(
        "{abbreviations: {nr: number}, pointers: [id], fillers: [dim], groups: {person: [user, guest], part: [first, "
        "last]}, rules: [{name: person, label: PII, words: [<person> <part> name]}]}",
        encoding="utf-8",
    )
    rules = load_rules(tmp_path)
    names = [f"{person}_{part}_name" for person in ("user", "guest") for part in ("first", "last")]
    assert [rules.judge(name, "string", "orders").label for name in (*names, "user_name")] == ["PII"] * 4 + [""]


def test_the_list_of_the_second_series_is_that_of_its_files() -> None:
    rows = [line.split(" | ") for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()]
    listed = {(row[0].strip("| `"), row[1], row[2]) for row in rows if row[0].startswith("| `")}
    assert listed == {(c.schema, c.language, c.half) for c in columns() if c.series == 2}


@pytest.mark.parametrize("half", ["tune", "test"])
def test_the_labels_of_public_schemas_are_right(half: str) -> None:
    found = [column for column in columns() if column.half == half and column.series == 1]
    pairs = [(c.label, PACK.judge(c.name, c.type, c.table).label) for c in found]
    assert len(pairs) > 600
    assert score(pairs).f1 >= {"tune": 0.945, "test": 0.95}[half]


@pytest.mark.parametrize(
    ("column", "type_", "table", "evidence"),
    [
        ("email", "string", "orders", "'email' in the name"),
        ("email", "integer", "orders", "'email' in the name, but its type is integer"),
        ("created", "timestamp", "birth_dates", ""),
        ("birth_date", "timestamp", "staff", "'birth date' in the name"),
        ("name", "string", "dim_customer", "'name' in the name, in a table about 'customer'"),
        ("name", "string", "customer_type", ""),
        ("email_template_id", "string", "users", "'email' in the name, but 'template' points at it or describes it"),
        ("DateOfBirth", "date", "x", "'date of birth' in the name"),
        ("dateofbirth", "date", "x", "'dateofbirth' in the name"),
        ("T\u00e9l\u00e9phone", "string", "x", "'telephone' in the name"),
    ],
)
def test_a_judgement_says_why(column: str, type_: str, table: str, evidence: str) -> None:
    assert PACK.judge(column, type_, table).evidence == evidence
