"""The rest of an asset: its layout, what the data is for, who maintains it, and keys that no question asks for."""

from collections.abc import Callable
from typing import Any

from ...base.shapes import Shape
from .. import readers
from ..model import Answers, Question, Section
from .shared import alone, always, choice, passed_on, reused

LAYOUTS = NESTED, ODCS = ("nested", "odcs")


def _flat_only(key: str) -> Callable[[Answers], str]:
    """Return the `inapplicable` of a question below `key`, which makes no sense in a layout that drops this key."""

    def inapplicable(answers: Answers) -> str:
        if why := reused(answers):
            return why
        lost = answers.pack.keys.no_effect(answers["asset_layout"], key)
        return f"it has no effect with asset_layout {answers['asset_layout']}: {lost}" if lost else ""

    return inapplicable


def _shaped(*keys: str, empty: Any, example: str, inapplicable: Callable[[Answers], str] = reused) -> Question:
    """Build a question about the value at `keys` of a flat asset, with `empty` for none."""

    def read(answers: Answers, raw: Any) -> Any:
        value = readers.structure(raw)
        return value if value == empty else readers.shaped(value, answers.pack.shape("odcs").at(*keys))

    return Question(read, always(empty), inapplicable, example=example, shape=lambda pack: pack.shape("odcs").at(*keys))


SECTION = Section(
    "contract",
    what="layout, purpose, roles, costs, other keys",
    questions={
        "asset_layout": choice(LAYOUTS, NESTED)._replace(inapplicable=reused),
        "description": _shaped("description", empty={}, example="{purpose: who buys what}")._replace(of="scaffold"),
        "status": Question(alone(readers.name), always("active"), reused, of="scaffold"),
        "team_roles": _shaped(
            "team",
            "roles",
            empty=[],
            example="[{name: Data engineer, email: data@acme.com, responsibility: ingestion}]",
            inapplicable=_flat_only("team"),
        ),
        "finops": _shaped("finops", empty={}, example="{cost_center: FIN-001}"),
        "data_quality": _shaped(
            "data_quality", empty={}, example="{monitoring: {enabled: true, oncall_rotation: data@acme.com}}"
        ),
        "security": _shaped(
            "compliance",
            "security",
            empty={},
            example="{access_control: role_based, encryption_required: true}",
            inapplicable=_flat_only("compliance"),
        ),
        "consent": Question(alone(readers.flag), always(False), _flat_only("compliance")),
        "change_management": _shaped("change_management", empty={}, example="{policy: non_breaking}"),
        "asset_extra": Question(
            passed_on("asset_extra"),
            always({}),
            reused,
            example="{tenant: acme}",
            shape=lambda pack: Shape({"type": "object"}),
        ),
    },
)
