"""What to record if nobody is asked: the questionnaire without Copier, for the pack's own commands.

A release of the pack exports these functions as filters, so that answers are always read by the code of the version
that renders them.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ..answers import file_paths, recording
from ..answers.answers_format import CURRENT, NAME
from ..answers.own_labels import refuse_unmarked
from ..answers.profiles import DIFFERING, Profiles
from ..answers.questions import QUESTIONS, UNRECORDED
from ..answers.questions.environments import VARYING
from ..answers.questions.schema import as_answer
from ..answers.scaffold import Scaffold, recorded_scaffold
from ..base.errors import AnswerError, DativoError
from ..base.naming import did_you_mean
from ..plan.destination import COPIERS_OWN, FORMAT
from ..plan.plan import paths, plan
from ..registry.pack import Pack
from . import guard, question_files


def refuse_unknown(pack: Pack, names: Iterable[str]) -> None:
    """Refuse an answer that no question asks for."""
    for name in names:
        if name not in QUESTIONS and name not in COPIERS_OWN and name not in FORMAT:
            new = pack.lifecycle.question(name)
            what = "no question has this name"
            if name in pack.lifecycle.questions:
                raise AnswerError(f"{name}: use its new name '{new}'; {what}")
            suggestion = did_you_mean(name, QUESTIONS, what)
            raise AnswerError(f"{name}: {f'remove it; {what}' if suggestion == what else suggestion}")


def completed(pack: Pack, answers: Mapping[str, Any], answers_file: str, importing: bool = False) -> dict[str, Any]:
    """Return what Copier would record if nobody were asked; refuses what Copier would refuse.

    With `importing`, `import_from` may be answered: its source is read, and the result is recorded.
    """
    question_files.check(pack)
    refuse_unknown(pack, answers)
    scaffold = Scaffold(pack, answers) if importing else recorded_scaffold(pack, answers)
    looked_up = recording.looked_up(scaffold) if importing else {}
    complete = {NAME: answers[NAME]} if NAME in answers else {}
    for name in QUESTIONS:
        if name in UNRECORDED:
            if name in scaffold.raw and not (importing and QUESTIONS[name].fills):
                raise AnswerError(f"{name}: leave it out; it only helps to answer the prompts of `copier copy`")
            continue
        if name in looked_up:
            complete[name] = looked_up[name]
        elif name in scaffold.raw:
            try:
                _ = scaffold[name]
            except AnswerError as error:
                raise guard.stale(scaffold, name, error, answers_file) from None
            complete[name] = scaffold.raw[name]
        elif scaffold.asks(name):
            _ = scaffold[name]
            complete[name] = scaffold.default(name)
    return complete


def unanswered(pack: Pack, answers: Mapping[str, Any], root: str) -> list[str]:
    """Return the questions that only a user can answer, as far as `answers` and the profiles below `root` show them."""
    scaffold = Scaffold(pack, answers, Profiles(pack, Path(root), answers))
    return [name for name in QUESTIONS if name not in (*UNRECORDED, *answers) and _is_left_to_users(scaffold, name)]


def _is_left_to_users(scaffold: Scaffold, name: str) -> bool:
    guessed = scaffold.is_guess(name)
    try:
        return not scaffold.inapplicable(name) if guessed else scaffold.asks(name) and scaffold.default(name) is None
    except DativoError:  # another answer is missing, or wrong
        return guessed


def intended(pack: Pack, answers: Mapping[str, Any], recorded: Mapping[str, Any], root: str) -> None:
    """Refuse answers that look like a slip: a label that no rule gives, and neither `recorded` nor a profile has."""
    refuse_unmarked(pack, answers, recorded, Path(root))


def imported(pack: Pack, answers: Mapping[str, Any], recorded: Mapping[str, Any], answers_file: str) -> dict[str, Any]:
    """Read the source in `import_from`, and return the answers to record; raises `AnswerError`.

    Fields in `recorded` keep their labels and descriptions.
    """
    complete = completed(pack, answers, answers_file, importing=True)
    before, now = Scaffold(pack, recorded), Scaffold(pack, answers)
    if "fields" not in recorded or "fields" not in complete:
        return complete
    known = before["fields"]
    fields = {
        item.object: pack.importer.merged(known[item.object], now.imported[item.object], now["min_confidence"])
        if item.object in known
        else now.suggested(item)
        for item in now.items
    }
    return complete | {"fields": as_answer(now, fields)}


def problems(pack: Pack, answers: Mapping[str, Any]) -> list[str]:
    """List everything that is wrong with the answers of a scaffold, one line per problem; a render stops at the first.

    Each line begins with the name of the question to answer differently.
    """
    scaffold = Scaffold(pack, answers)
    lines: dict[str, None] = {}
    for work in (*(partial(scaffold.__getitem__, name) for name in scaffold.raw), partial(plan, pack, answers)):
        try:
            work()
        except DativoError as error:
            lines[str(error)] = None
    return list(lines)


def followed(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers with the new names of everything that the lifecycle renames."""
    return pack.lifecycle.followed(answers)


def profiled(pack: Pack, answers: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Return the answers, with the current values of the profiles below `root` for those that follow a profile."""
    decided = {name: value for name, value in answers.items() if name not in (*answers.get("profiled", ()), "profiled")}
    scaffold = Scaffold(pack, decided, Profiles(pack, Path(root), decided))
    taken = {name: scaffold.presets[name].value for name in QUESTIONS["profiled"].default(scaffold)}
    for name in taken:
        _ = scaffold[name]
    return decided | taken | ({"profiled": list(taken)} if taken else {})


def pinned(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the answers of opened sections would be if they followed the registry."""
    scaffold = recorded_scaffold(pack, answers)
    names = [name for name in scaffold.raw if QUESTIONS[name].section and not scaffold.inapplicable(name)]
    return {name: scaffold.default(name) for name in names}


def basis(pack: Pack, answers: Mapping[str, Any]) -> list[str]:
    """Return what the files of a scaffold depend on in the pack, or [] if the pack no longer has its connectors.

    Two releases with the same basis render these answers to the same files, except for those that record or install the
    version: the answers file and files that scaffolds share.
    """
    ends = [answers.get("source_connector"), answers.get("target_connector")]
    return pack.basis(*ends) if all(end in pack.registry for end in ends) else []


def spread(pack: Pack, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers `after` a scaffold of one environment has become one of several.

    Its jobs keep those defaults of `before`, such as the bucket, that several environments would change: they become
    explicit answers, so that the data stays where it is.
    """
    old, new = Scaffold(pack, before), Scaffold(pack, after)
    name = old["environment"]
    if len(old.environments) > 1 or len(new.environments) < 2 or name not in new.environments:
        return dict(after)
    one = new.in_environment(name)
    kept = {key: old.default(key) for key in VARYING if _moves_by_default(old, one, key)}
    differing = new["per_environment"]
    return {**after, DIFFERING: {**differing, name: kept | differing.get(name, {})}} if kept else dict(after)


def _moves_by_default(old: Scaffold, new: Scaffold, name: str) -> bool:
    if name in old.raw or name in new.raw or old.inapplicable(name) or new.inapplicable(name):
        return False
    return old.default(name) != new.default(name)


def split(pack: Pack, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Split a scaffold's answers into one set per environment, whose jobs stay the same.

    The first keeps the assets and the name; the others reuse the assets, and append the environment to the name. Raises
    `AnswerError` if a job would change.
    """
    whole = Scaffold(pack, answers)
    if len(whole.environments) < 2:
        raise AnswerError("has one environment, and cannot be split")
    jobs = {(job["environment"], job["object"]): job["data"] for job in plan(pack, answers)["jobs"]}
    own = whole["environment"]
    each = [_of_one(whole, name) for name in (own, *(one for one in whole.environments if one != own))]
    for one in each:
        for job in plan(pack, one)["jobs"]:
            before, after = jobs[job["environment"], job["object"]], job["data"]
            for key in before.keys() | after.keys():
                if before.get(key) != after.get(key):
                    raise AnswerError(f"cannot be split: {key} would differ in {job['path']}")
    return each


def _of_one(whole: Scaffold, name: str) -> dict[str, Any]:
    """Return the answers of a scaffold for one of its environments."""
    pack, one = whole.pack, whole.in_environment(name)
    raw = {key: value for key, value in one.raw.items() if key not in ("environments", "left_out")} | {NAME: CURRENT}
    if "paths" in raw:
        raw["paths"] = file_paths.of_environment(one["paths"], name)
    if name != whole["environment"]:
        raw |= {"scaffold": f"{whole['scaffold']}_{name}", "assets": "reuse"}
        cursors = {one.cursor_field(item, one.fields[item.object]) for item in one.items} - {""}
        raw |= {"cursor_field": cursors.pop()} if len(cursors) == 1 and "cursor_field" not in raw else {}
    alone = Scaffold(pack, raw)
    raw = {key: value for key, value in raw.items() if key == NAME or not alone.inapplicable(key)}
    raw |= {key: one.default(key) for key in VARYING if _moves_by_default(one, alone, key)}
    written = {path for _, path in paths(Scaffold(pack, raw))}
    left_out = [path for path in whole["left_out"] if path in written]
    return raw | ({"left_out": left_out} if left_out else {})
