"""Names are judged by whole words, with the object as context."""

from pathlib import Path

import pytest

from dativo_generator.classification import FILE, load_rules, words
from dativo_generator.errors import PackError
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
    assert PACK.label(column, table) == label


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
        ("rules: all", ":2: rules: must be a list, not 'all'"),
        ("rules:\n  - {label: pii, words: [a]}", ":3: rules.0.label: 'pii' does not match [A-Z][A-Z0-9_]*"),
        ("rules:\n  - {label: PII, word: [a]}", ":3: rules.0.word: unknown key; did you mean 'words'?"),
        ("rules:\n  - {label: PII, words: [E-Mail]}", ":3: rules.0.words: 'E-Mail' does not match"),
    ],
)
def test_a_damaged_rule_is_one_line_with_its_place(rules: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / FILE).write_text(f"pointers: [id]\n{rules}\n", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_rules(tmp_path)
    assert str(caught.value).startswith(FILE + error)
