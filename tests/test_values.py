"""Values are weighed by how rarely chance passes their test, over all of them, with the name for or against."""

import io
import random
import re
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
import yaml
from rich.console import Console

from dativo_generator.base.errors import PackError
from dativo_generator.cli.fields import _print_hanging
from dativo_generator.importers import checks
from dativo_generator.importers.types import Kind
from dativo_generator.importers.values import judged
from dativo_generator.registry.classification import Judgement
from dativo_generator.registry.evidence import likelihood
from dativo_generator.registry.values import FILE, Seen, load_value_kinds
from made import LOOK_ALIKES, MADE, column, digits, luhn, numbers
from support import PACK, ROOT

KINDS = {kind.name: kind for kind in PACK.value_kinds.kinds}
BAR = PACK.min_confidence


def judge(values: list[Any], name: str = "x", table: str = "t", kind: Kind = Kind.TEXT) -> Judgement:
    type_ = "string" if kind is Kind.TEXT else "integer"
    return PACK.judge(name, type_, table, judged([str(value) for value in values], kind))


def label(values: list[Any], name: str = "x", table: str = "t", kind: Kind = Kind.TEXT) -> str:
    return judge(values, name, table, kind).at_least(BAR)


# --- what is it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", MADE)
def test_values_say_what_they_are(made: str) -> None:
    kind, label_, make = MADE[made]
    found = judge(column(make, made, 40))
    # Fewer distinct values than rows, where so few are possible.
    assert re.fullmatch(r"(\d+) of \1 values pass the check", found.evidence)
    assert (found.label, found.rule, found.confidence > 0.75) == (label_, f"values: {kind}", True)


@pytest.mark.parametrize("dirt", [0.05, 0.2])
@pytest.mark.parametrize("made", MADE)
def test_dirt_between_them_does_not_hide_them(made: str, dirt: float) -> None:
    assert [label(column(MADE[made][2], f"{made}{seed}", 60, dirt)) for seed in range(3)] == [MADE[made][1]] * 3


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("contact", [f"{area}555{n:04d}" for area in (212, 415, 303) for n in range(7, 9999, 1311)]),
        ("whatsapp", [f"4915{n}" for n in range(112345678, 998765432, 41234567)]),
        ("tel_privat", [f"0{n}" for n in range(301234567, 899999999, 51234567)]),
    ],
)
def test_digits_are_phones_beside_a_name_that_allows_it(name: str, values: list[str]) -> None:
    assert (label(values, name), label(values, "x"), label(values, f"{name}_count")) == ("PII", "", "")


def test_positions_are_of_somebody_where_name_or_table_says_so() -> None:
    pairs = [f"{n / 7 - 40:.5f}, {n / 3 - 90:.5f}" for n in range(40)]
    assert [
        label(pairs, *of) for of in [("where", "t"), ("user_geo", "t"), ("geo", "customers"), ("geo", "shops")]
    ] == [*("", "PII", "PII", "")]


# --- what only looks like it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [3, 40])
@pytest.mark.parametrize("made", LOOK_ALIKES)
def test_what_only_looks_like_it_is_none(made: str, rows: int) -> None:
    assert [label(column(LOOK_ALIKES[made], f"{made}{seed}", rows)) for seed in range(4)] == [""] * 4


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.INTEGER])
@pytest.mark.parametrize("length", range(8, 20))
def test_numbers_are_none_without_a_name(length: int, kind: Kind) -> None:
    chance = random.Random(length)
    flagged = {
        (rows, what): found.rule
        for rows in (3, 6, 40, 300)
        for what, values in numbers(chance, length, rows).items()
        if (found := judge(values, kind=kind)).at_least(BAR)
    }
    assert flagged == {}


def test_a_series_with_a_check_digit_is_one_draw() -> None:
    series = [luhn(str(411111111111000 + n)) for n in range(60)]
    assert judge(series).against == "they are consecutive numbers; so do 1 in 10 others"
    assert (label(series), label(series, "order_number")) == ("", "")


@pytest.mark.parametrize(
    ("name", "given"),
    [("order_number", ""), ("x", ""), ("id", ""), ("social_nr", "PII"), ("ssn", "PII")],
)
def test_a_name_decides_where_there_is_no_check_digit(name: str, given: str) -> None:
    chance = random.Random(name)
    values = [f"{chance.randint(100, 665)}{chance.randint(10, 99)}{chance.randint(1000, 9999)}" for _ in range(40)]
    assert label(values, name, kind=Kind.INTEGER) == given


# --- what a name and values say together ------------------------------------------------------------------------------

ADDRESSES = [f"a{n}@example.com" for n in range(20)]


def test_name_and_values_make_each_other_surer() -> None:
    by_name, by_values, both = PACK.judge("email", "string", "t"), judge(ADDRESSES), judge(ADDRESSES, "email")
    assert both.rule == "values: e-mail address"
    assert both.evidence == "20 of 20 values pass the check; 'email' in the name"
    assert both.confidence == pytest.approx(1 - (1 - by_name.confidence) * (1 - by_values.confidence))


def test_values_that_are_something_else_make_a_name_less_sure() -> None:
    found = judge([f"row {n}" for n in range(20)], "email")
    assert found == Judgement("PII", "email", "'email' in the name", found.confidence, "0 of 20 values look like it")
    assert BAR < found.confidence < PACK.judge("email", "string", "t").confidence


def test_the_stricter_of_two_labels_stands_and_the_other_is_told() -> None:
    found = judge(ADDRESSES, "passcode")
    assert (found.label, found.rule, found.confidence) == ("SENSITIVE", "credential", 0.95)
    assert found.against == "the values suggest PII, e-mail address, with 0.98"
    found = judge([luhn("4" + f"{n * 987654321987:014d}") for n in range(1, 9)], "email")
    assert (found.label, found.rule) == ("SENSITIVE", "values: payment card number")
    assert found.against == "so do 1 in 10 others; the name suggests PII by 'email' with 0.95"


@pytest.mark.parametrize(
    ("name", "table", "given"),
    [
        ("contact_mail", "users", "PII"),
        ("mail_to", "suppliers", ""),
        ("company_to", "t", ""),
        ("mail_to", "supplier_contacts", "PII"),
    ],
)
def test_addresses_of_organisations_are_none(name: str, table: str, given: str) -> None:
    assert label(ADDRESSES, name, table) == given


@pytest.mark.parametrize(
    ("name", "table", "given"), [("x", "logins", "PII"), ("x", "switches", ""), ("server_x", "t", "")]
)
def test_addresses_of_machines_are_none(name: str, table: str, given: str) -> None:
    for made in ("IPv4", "MAC"):
        assert label(column(MADE[made][2], made, 40), name, table) == given


def test_a_name_that_only_nearly_fits_does_not_hide_what_values_say() -> None:
    assert judge(ADDRESSES, "email_key").rule == "values: e-mail address"
    assert judge(["x", "y"], "email_key").evidence == "'email' in the name, but 'key' points at it or describes it"


def test_no_value_is_in_what_is_said() -> None:
    for _, _, make in MADE.values():
        values = column(make, "said", 12)
        said = repr(judge(values))
        assert not any(value in said for value in values)


# --- the model --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_evidence_is_bounded_and_more_of_it_says_more(kind: Any) -> None:
    weights = PACK.value_kinds.weights
    found = [likelihood(kind, weights, passed, 20) for passed in range(21)]
    assert found == pytest.approx(sorted(found))
    assert all(0 < likelihood(kind, weights, n, n) <= 1.0001 / kind.alike for n in (1, 5, 50, 500, 5000))


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.numbers and kind.test[0] != "patterns"], ids=lambda kind: kind.name
)
def test_chance_passes_no_more_than_the_data_says(kind: Any) -> None:
    chance, test = random.Random(kind.name), checks.tested(kind)
    for length in range(kind.characters[0], min(kind.characters[1], 19) + 1):
        drawn = [digits(chance, length) for _ in range(1500)]
        assert sum(map(test, drawn)) / len(drawn) < kind.chance * 1.25 + 0.01, length


def test_every_kind_that_is_the_same_by_its_data_says_why_and_names_rules_that_are_there() -> None:
    rules = {entry["name"] for entry in yaml.safe_load((ROOT / "registry/classification.yaml").read_text())["rules"]}
    for kind in KINDS.values():
        assert len(kind.why.split()) > 2
        assert kind.rules <= rules
        assert kind.test[0] != "check" or kind.test[1][0] in checks._CHECKS


def repeats(pattern: Any, inside: bool = False) -> bool:
    """Return whether a part that is repeated without end, or often, stands in another such."""
    for operation, argument in pattern:
        parts = [argument] if isinstance(argument, parser.SubPattern) else []
        again = inside
        if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
            least, most, part = argument
            if inside and most > least and most > 1:
                return True
            parts, again = [part], inside or most > 20
        elif operation is constants.SUBPATTERN:
            parts = [argument[-1]]
        elif operation is constants.BRANCH:
            parts = argument[1]
        if any(repeats(part, again) for part in parts):
            return True
    return False


def test_no_pattern_backtracks_without_end() -> None:
    assert repeats(parser.parse(r"(a+)+$")) and not repeats(parser.parse(r"(a{2}:){3}(b=\d+)?"))
    of_checks = [value.pattern for value in vars(checks).values() if isinstance(value, re.Pattern)]
    of_data = [
        pattern for kind in KINDS.values() for pattern in (kind.form, *kind.test[1]) if kind.test[0] == "patterns"
    ]
    assert [pattern for pattern in of_checks + of_data if repeats(parser.parse(pattern))] == []


@pytest.mark.parametrize(
    "value", ["1" * 200, "a" * 200, "a@" * 100, "$2b$" * 50, "1-" * 100, "*" * 199 + "x", "+(" * 99]
)
def test_any_value_is_counted(value: str) -> None:
    found = judged([value, value + "x", value[1:]], Kind.TEXT)
    assert found is not None
    assert found.distinct == 3


def test_no_more_than_some_distinct_values_are_tested_spread_over_all() -> None:
    values = [f"a{n}@example.com" for n in range(3000)]
    assert judged(values * 2, Kind.TEXT) == Seen(500, (("e-mail address", 500),))
    assert judged(["", " "], Kind.TEXT) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"prior": 2.0}, "kinds.0.prior: must be a number between 0 and 1, not 2.0"),
        ({"check": "email", "stdnum": "us.ssn"}, "kinds.0.name: give one of check, stdnum and patterns"),
        ({"patterns": ["("], "check": None}, "kinds.0.patterns: fix the regular expression '('"),
        ({"for": ["@others"]}, "kinds.0.for: there is no group 'others'"),
        ({"label": "pii"}, "kinds.0.label: did you mean 'PII'? 'pii' is not"),
        ({"characters": [1]}, "kinds.0.characters: must be two whole numbers, not [1]"),
    ],
)
def test_a_damaged_kind_is_one_line_with_its_place(change: dict[str, Any], error: str, tmp_path: Path) -> None:
    document = yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))
    kind = document["kinds"][0] | change
    document["kinds"] = [{key: value for key, value in kind.items() if value is not None}]
    (tmp_path / "registry").mkdir()
    (tmp_path / FILE).write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_value_kinds(tmp_path)
    assert error in str(caught.value)


# --- how it is shown --------------------------------------------------------------------------------------------------


def test_an_explanation_fits_a_terminal_of_80_columns() -> None:
    console = Console(width=80, file=io.StringIO(), force_terminal=True, color_system=None)
    why = "values: payment card number: 40 of 40 values pass the check; against: they are consecutive numbers"
    _print_hanging(console, "customer_card_number  string     SENSITIVE  0.87", why)
    _print_hanging(console, "name  string     PII        0.95", "name: 'name' in the name")
    printed = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert printed == [
        "customer_card_number  string     SENSITIVE  0.87",
        "    values: payment card number: 40 of 40 values pass the check; against: they",
        "    are consecutive numbers",
        "name  string     PII        0.95 name: 'name' in the name",
    ]
