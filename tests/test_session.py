"""What was found out at one question holds at the next, until something is answered."""

from pathlib import Path
from typing import Any

import pytest

from dativo_generator.questionnaire import filters
from dativo_generator.questionnaire.session import Run, Session
from support import PACK, SHORT_PATH

ANSWERS = {name: value for name, value in SHORT_PATH.items() if name != "customize"}
FILE = ".copier-answers.acme.stripe_to_iceberg.yml"


def context(folder: Path, answers: dict[str, Any], data: dict[str, Any], **more: Any) -> dict[str, Any]:
    conf = {"data": data, "dst_path": folder, "answers_file": FILE, "defaults": True}
    return {"_copier_answers": answers, "_copier_conf": conf, **answers, **more}


def found(session: Session) -> list[Any]:
    return [session.destination, session.profiles, session.scaffold]


def test_it_holds_while_nothing_is_answered(tmp_path: Path) -> None:
    run = Run()
    before = found(run.session(PACK, context(tmp_path, ANSWERS, {}), None))
    after = found(run.session(PACK, context(tmp_path, dict(ANSWERS), {}), None))
    assert all(one is other for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("answers", "data", "more"),
    [
        (ANSWERS | {"owner": "bi@acme.com"}, {}, {}),
        (ANSWERS | {"_commit": "v2"}, {}, {}),
        (ANSWERS, {"owner": "bi@acme.com"}, {}),
        (ANSWERS, {}, {"customize": []}),
        (ANSWERS, {}, {"import_from": "x.csv"}),
    ],
)
def test_an_answer_ends_it(tmp_path: Path, answers: dict[str, Any], data: dict[str, Any], more: dict[str, Any]) -> None:
    run = Run()
    before = found(run.session(PACK, context(tmp_path, ANSWERS, {}), None))
    after = found(run.session(PACK, context(tmp_path, answers, data, **more), None))
    assert not any(one is other for one, other in zip(before, after, strict=True))


def test_what_is_typed_is_seen_all_the_same(tmp_path: Path) -> None:
    run = Run()
    _ = run.session(PACK, context(tmp_path, ANSWERS, {}), None).scaffold
    typed = run.session(PACK, context(tmp_path, ANSWERS, {}, owner="nobody"), None)
    assert filters.problem(typed, "owner")


def test_a_plan_is_made_once(tmp_path: Path) -> None:
    run = Run()
    plans = [
        filters.planned(run.session(PACK, context(tmp_path, answers, {"owner": "x"}), None), answers)
        for answers in (SHORT_PATH, dict(SHORT_PATH), SHORT_PATH | {"owner": "bi@acme.com"})
    ]
    assert plans[0] is plans[1]
    assert plans[2]["assets"] != plans[0]["assets"]
