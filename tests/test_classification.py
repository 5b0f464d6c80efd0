"""Names are judged by whole words, with the object as context."""

import pytest

from dativo_generator.classification import words
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
