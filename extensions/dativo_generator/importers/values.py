"""What the values of a column say it holds: e-mail addresses, phones, accounts, cards, national ids, credentials.

Well-kept validators judge; a value is counted and never kept, shown or logged.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..base.secrets import secret_in
from .table import Seen, library
from .types import Kind

# So much of a column must pass; the rest may be typing errors and placeholders.
_SHARE = 0.8
_US_PHONE = re.compile(r"(\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(\s*(x|ext\.?)\s*\d+)?", re.IGNORECASE)
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}")
_ISSUERS = re.compile(r"3[47]|3[0689]|4|5[0-8]|2[2-7]|6")
# Where a phone number without a country's code may be from, for the validator.
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "CH", "AT", "BR", "IN", "AU")
# Modules of python-stdnum whose numbers name a person and have a check digit or a form of their own.
_NATIONAL_IDS = (
    *("be.nn", "bg.egn", "br.cpf", "cn.ric", "cz.rc", "de.idnr", "dk.cpr", "ee.ik", "es.dni", "es.nie", "fi.hetu"),
    *("fr.nir", "gb.nhs", "hr.oib", "il.idnr", "it.codicefiscale", "kr.rrn", "lt.asmens", "mx.curp", "nl.bsn"),
    *("no.fodselsnummer", "pl.pesel", "ro.cnp", "se.personnummer", "tr.tckimlik", "us.ssn", "za.idnr"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """A test of one text. `least` is how many values must be there: a check digit alone passes one number in ten."""

    rule: str
    label: str
    test: Callable[[str], bool]
    least: int = 1
    digits: bool = False


def judged(values: Sequence[str], kind: Kind) -> Seen | None:
    """Say what nearly all of the values are, or None; `values` are texts without the empty ones."""
    for check in _checks():
        if len(values) < check.least or (kind is not Kind.TEXT and not check.digits):
            continue
        # Most columns are not it, and some ten values tell.
        if sum(map(check.test, values[:10])) < _SHARE * min(len(values), 10) - 2:
            continue
        passed = sum(map(check.test, values))
        if passed >= _SHARE * len(values) and len(set(values)) >= min(check.least, 2):
            return Seen(check.label, f"values: {check.rule}", f"{passed:,} of {len(values):,} values pass the check")
    return None


@cache
def _checks() -> tuple[Check, ...]:
    """List the checks, the more certain first."""
    iban = library("stdnum.iban", "Judging values").is_valid
    national = [library(f"stdnum.{name}", "Judging values").is_valid for name in _NATIONAL_IDS]
    return (
        Check("e-mail address", "PII", _is_email),
        Check("credential", "SENSITIVE", secret_in),
        Check("IBAN", "SENSITIVE", lambda text: len(text) > 14 and iban(text)),
        Check("payment card number", "SENSITIVE", _is_card, least=3, digits=True),
        Check("IP address", "PII", _is_ip),
        Check("MAC address", "PII", lambda text: _MAC.fullmatch(text) is not None),
        *(
            Check("national id", "PII", lambda text, is_valid=is_valid: _is_national_id(text, is_valid), 5, digits=True)
            for is_valid in national
        ),
        Check("phone number", "PII", _is_phone),
    )


def _is_email(text: str) -> bool:
    if "@" not in text or " " in text.strip():
        return False
    validator: Any = library("email_validator", "Judging values")
    try:
        validator.validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except validator.EmailNotValidError:
        return False
    return True


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19 and _ISSUERS.match(digits)):
        return False
    return library("stdnum.luhn", "Judging values").is_valid(digits)


def _is_ip(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def _is_national_id(text: str, is_valid: Callable[[str], bool]) -> bool:
    return 8 <= len(text) <= 21 and any(character.isdigit() for character in text) and bool(is_valid(text))


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    if not 7 <= digits <= 15 or not re.fullmatch(r"[+(]?[\d\s().\-/]+(\s*(x|ext\.?)\s*\d+)?", text, re.IGNORECASE):
        return False
    if _US_PHONE.fullmatch(text):
        return True
    phonenumbers = library("phonenumbers", "Judging values")
    regions = (None,) if text.startswith("+") else _REGIONS if re.search(r"[\s()./-]", text) else ()
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) if region is None else phonenumbers.is_valid_number(number):
            return True
    return False
