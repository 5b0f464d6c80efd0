"""Results computed at one question are reused at the next, until something is answered."""

from pathlib import Path
from typing import Any

import pytest

from dativo_generator.answers.fields_file import Reference
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.questionnaire import fields_places, filters
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


def test_fields_of_a_file_of_their_own_are_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def found(reference: Reference, destination: Path) -> dict[str, Any]:
        looked.append(reference.file)
        return {"id": "integer"}

    monkeypatch.setattr(fields_places, "found", found)
    run, names = Run(), [".dativo-fields.acme.shop.yml", ".dativo-fields.acme.other.yml"]
    for name in [names[0], names[0], names[1]]:
        answers = ANSWERS | {"fields": {"file": name, "sha256": "0" * 64}}
        assert run.session(PACK, context(tmp_path, answers, {}), None).answers["fields"] == {"id": "integer"}
    assert looked == names


def test_an_answer_is_read_once_for_all_that_is_checked(tmp_path: Path) -> None:
    run, value = Run(), ["customers"]

    def checked(answers: dict[str, Any], value: list[str]) -> Scaffold:
        return run.session(PACK, context(tmp_path, answers, {}), None).with_answer("objects", value)

    first = checked(ANSWERS, value)
    assert checked(dict(ANSWERS), value) is first
    assert checked(ANSWERS, list(value)) is not first
    assert checked(ANSWERS | {"owner": "bi@acme.com"}, value) is not first
