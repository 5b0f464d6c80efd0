"""Tests of single values, named in `registry/values.yaml`. Each takes a text without spaces around it."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from ..base.secrets import secret_in
from ..registry.values import ValueKind
from .table import library

_Test = Callable[[str], bool]

# An email address, and what may surround it. With a path after it, it is a location in a repository or on a server.
_ADDRESS = re.compile(r"(?<![^\s<>()\[\]\"',;:|])[^\s<>()\[\]\"',;:|@/]{1,64}@[^\s<>()\[\]\"',;|@/]{3,190}")
# What may be a version and not an IP address: the largest number that counts as small, and the largest first number if
# all others are small. 86 in 100 IP addresses begin with a larger one.
_LARGEST_SMALL, _LARGEST_FIRST = 31, 99
_MASK = r"[*xX#\u2022\u00b7]"
# A masked card number shows at most the first six and the last four digits, grouped or not; or only the last digits.
_MASKED = re.compile(rf"(\d{{1,6}})?{_MASK}{{2,15}}\d{{3,4}}")
_MASKED_FULL = (13, 19)
_COORDINATES = re.compile(
    r"(?:POINT ?\(|[(\[])?(?P<first>[+-]?\d{1,3}\.\d{3,15})(?:\s{0,3}[,;|/]\s{0,3}|\s{1,3})"
    r"(?P<second>[+-]?\d{1,3}\.\d{3,15})[)\]]?",
    re.IGNORECASE,
)
# Reporting bodies of IMEIs: the first two digits.
_REPORTING = ("01", "10", "30", "33", "35", "44", "45", "49", "50", "51", "52", "53", "54", "86", "91", "98", "99")
# The prefixes of card numbers by issuer, and their numbers of digits.
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-5]|[689])"), (14, 16, 19)),
    (re.compile(r"6011|64[4-9]|65|62|35(?:2[89]|[3-8])|60|81|82|508"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-8]|6"), (13, 14, 15, 16, 17, 18, 19)),
)
# The fewest digits of a number with an area code; a date has fewer, or is followed by a time.
_NATIONAL, _DATE = 9, re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)")
# The countries that the validator tries for a phone number without a country code.
_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "CH", "AT", "BR", "IN", "AU")


def tested(kind: ValueKind) -> _Test:
    """Return the test of a kind; raises `ImportFailed` when its library is not installed."""
    (how, arguments), form = kind.test, re.compile(kind.form or ".*", re.DOTALL)
    test = {"check": _checked, "stdnum": _numbered, "patterns": _matched}[how](arguments)
    return lambda text: form.fullmatch(text) is not None and test(text)


def characters(text: str) -> int:
    """Count the letters and digits of a text."""
    return sum(map(str.isalnum, text))


def _checked(arguments: tuple[str, ...]) -> _Test:
    return _CHECKS[arguments[0]]


def _matched(patterns: tuple[str, ...]) -> _Test:
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda text: any(pattern.match(text) for pattern in compiled)


def _numbered(arguments: tuple[str, ...]) -> _Test:
    is_valid = _validator(f"stdnum.{arguments[0]}").is_valid

    def test(text: str) -> bool:
        try:
            return any(map(str.isdigit, text)) and bool(is_valid(text))
        except (KeyError, ValueError, IndexError):  # from modules that look up a position in a list
            return False

    return test


@cache
def _validator(module: str) -> Any:
    found: ModuleType = library(module, "Judging values")
    return found


def _is_email(text: str) -> bool:
    """Return whether a text is an email address, or contains one."""
    return "@" in text and any(_is_address(match[0], text[match.end() :]) for match in _ADDRESS.finditer(text))


def _is_address(found: str, behind: str) -> bool:
    name, _, domain = found.partition("@")
    domain, colon, port = domain.partition(":")
    if behind.startswith("/") or (colon and port):
        return False
    validator = _validator("email_validator")
    try:
        validator.validate_email(
            f"{name.strip('.')}@{domain.strip('.!?-')}", check_deliverability=False, test_environment=True
        )
    except validator.EmailNotValidError:
        return False
    return True


def _is_iban(text: str) -> bool:
    return bool(_validator("stdnum.iban").is_valid(text))


def _digits(text: str) -> str:
    """Return the digits of a number that is written only with digits, spaces and hyphens, else ''."""
    digits = text.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() else ""


def _is_card(text: str) -> bool:
    digits = _digits(text)
    if not any(issuer.match(digits) and len(digits) in sizes for issuer, sizes in _ISSUERS):
        return False
    return bool(_validator("stdnum.luhn").is_valid(digits))


def _is_masked_card(text: str) -> bool:
    joined = re.sub(r"[ \-]", "", text)
    if not (match := _MASKED.fullmatch(joined)):
        return False
    least, most = _MASKED_FULL
    if least <= len(joined) <= most:
        return True
    # A short form has masks, not letters, which may mean anything; 3-3-4 is a phone number.
    return not match[1] and joined[0] not in "xX" and not re.fullmatch(r"\D{3}[- ]\D{3}[- ]\d{4}", text)


def _is_ip(text: str) -> bool:
    if text.count(".") != 3 and text.count(":") < 2:
        return False
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.version == 6:
        return len(text) > 6
    first, *rest = address.packed
    large = sum(part > _LARGEST_SMALL for part in rest)
    if first <= _LARGEST_SMALL:
        return first == 10 and large >= 2  # a private network, which versions rarely reach
    return first > _LARGEST_FIRST or large > 0


def _is_imei(text: str) -> bool:
    digits = _digits(text.replace("/", ""))
    return len(digits) == 15 and digits.startswith(_REPORTING) and bool(_validator("stdnum.luhn").is_valid(digits))


def _is_pair_of_coordinates(text: str) -> bool:
    if not (match := _COORDINATES.fullmatch(text)):
        return False
    first, second = abs(float(match["first"])), abs(float(match["second"]))
    return min(first, second) <= 90 and max(first, second) <= 180


def _is_international_phone(text: str) -> bool:
    if not re.fullmatch(r"(\+|00)[\d\s().\-/]{7,30}((x|ext\.?) ?\d{1,6})?", text, re.IGNORECASE):
        return False
    return text[0] == "+" and _phone(text, None, possible=True)


def _is_national_phone(text: str) -> bool:
    """Return whether grouped digits begin with an area code and are a valid number in some country."""
    if not re.fullmatch(r"\(?0[\d\s().\-/]{6,30}", text) or not re.search(r"\d[\s().\-/]{1,3}\d", text):
        return False
    if characters(text) < _NATIONAL or _DATE.match(text):
        return False
    return any(_phone(text, region) for region in _REGIONS)


def _is_american_phone(text: str) -> bool:
    if not re.fullmatch(r"(\+?1[ .-]?)?\d{3}[ .-]\d{3}[ .-]\d{4}( {0,2}(x|ext\.?) {0,2}\d{1,6})?", text, re.IGNORECASE):
        return False
    return _phone(text, "US")


def _phone(text: str, region: str | None, *, possible: bool = False) -> bool:
    phonenumbers = _validator("phonenumbers")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_possible_number(number) if possible else phonenumbers.is_valid_number(number))


_CHECKS: dict[str, _Test] = {
    "email": _is_email,
    "secret": secret_in,
    "iban": _is_iban,
    "card": _is_card,
    "masked_card": _is_masked_card,
    "ip": _is_ip,
    "imei": _is_imei,
    "coordinates": _is_pair_of_coordinates,
    "phone_international": _is_international_phone,
    "phone_american": _is_american_phone,
    "phone_national": _is_national_phone,
}
