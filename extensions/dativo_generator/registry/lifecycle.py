"""What became of former questions, and of connectors and objects no longer in the registry: `registry/lifecycle.yaml`.

An id is ``connector`` or ``connector.object``. A rename gives the new id, which answers follow; a retirement gives the
reason and what to use instead.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

from ..base.documents import Document, Section, parse_bounded
from ..base.naming import IDENTIFIER, OBJECT, did_you_mean
from .connectors import Registry

FILE = "registry/lifecycle.yaml"

_QUESTION = r"[a-z][a-z_]*"
_ID = rf"{IDENTIFIER}(\.{OBJECT})?"


class Retirement(NamedTuple):
    """Why an id was retired, and the id to use instead, '' for none."""

    reason: str
    replacement: str = ""


class Lifecycle(NamedTuple):
    """Renames, old id to new id; retirements by id; and renames of questions, old name to new name."""

    renamed: Mapping[str, str] = MappingProxyType({})
    retired: Mapping[str, Retirement] = MappingProxyType({})
    questions: Mapping[str, str] = MappingProxyType({})

    def current(self, connector: str, object_name: str = "") -> tuple[str, str]:
        """Follow every rename of a connector, or of one of its objects; the object stays '' when none is given."""
        while True:
            if object_name and (new := self.renamed.get(f"{connector}.{object_name}")):
                connector, _, object_name = new.partition(".")
            elif connector in self.renamed:
                connector = self.renamed[connector]
            else:
                return connector, object_name

    def fate(self, connector: str, object_name: str = "") -> str:
        """Return what became of an id: renamed, retired and why, or '' when nothing is known."""
        old = f"{connector}.{object_name}" if object_name else connector
        new = ".".join(filter(None, self.current(connector, object_name)))
        if retirement := self.retired.get(new) or self.retired.get(old):
            instead = f"; use '{retirement.replacement}' instead" if retirement.replacement else ""
            return f"was retired: {retirement.reason}{instead}"
        if new != old:
            return f"was renamed to '{new.partition('.')[2] if object_name else new}'"
        return ""

    def question(self, name: str) -> str:
        """Follow every rename of a question."""
        while name in self.questions:
            name = self.questions[name]
        return name

    def under_new_names(self, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `answers` with every renamed question under its new name."""
        return {self.question(name): value for name, value in answers.items()} if self.questions else answers

    def followed(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return `answers` with every renamed question, connector and object under its new name."""
        answers = self.under_new_names(answers)
        source = answers.get("source_connector")
        if not isinstance(source, str):
            return dict(answers)

        def renamed(name: Any) -> Any:
            return self.current(source, name)[1] if isinstance(name, str) else name

        new = dict(answers)
        if isinstance(answers.get("fields"), str):
            answers = {**answers, "fields": _parsed(answers["fields"])}  # as typed
        for role in ("source_connector", "target_connector"):
            if isinstance(answers.get(role), str):
                new[role] = self.current(answers[role])[0]
        if isinstance(objects := answers.get("objects"), list):
            new["objects"] = [renamed(name) for name in objects]
            # Fields of one object may omit its name; keys are then columns.
            by_object = len(objects) != 1 or _by_object(answers)
            for name in ("asset_names", "paths", *(["fields"] if by_object else [])):
                if isinstance(answers.get(name), dict):
                    named = {renamed(key): value for key, value in answers[name].items()}
                    if named != answers[name]:
                        new[name] = named
        return new


def _parsed(text: str) -> Any:
    try:
        return parse_bounded(text)
    except yaml.YAMLError:
        return None  # reported where fields are read


def _by_object(answers: Mapping[str, Any]) -> bool:
    fields = answers.get("fields")
    return isinstance(fields, dict) and list(fields) == answers["objects"] and isinstance(*fields.values(), dict)


def load_lifecycle(root: Path, registry: Registry) -> Lifecycle:
    """Read the lifecycle of the pack at `root`; empty if there is no file. Raises `PackError`.

    A renamed id must not be in the registry; the id that it leads to must be, and so must a replacement.
    """
    if not (root / FILE).exists():
        return Lifecycle()
    top = Document(root, FILE).section(("renamed", "retired", "questions"))
    renames, retirements = _part(top, "renamed"), _part(top, "retired")
    renamed = {old: renames.text(old, like=_ID) for old in renames.value}
    lifecycle = Lifecycle(
        renamed,
        {old: _retirement(retirements.section(old, ("reason", "replacement"))) for old in retirements.value},
        _questions(top),
    )
    ids = {*registry, *(f"{connector.id}.{name}" for connector in registry.values() for name in connector.objects)}
    for old, new in renamed.items():
        if old in ids:
            raise renames.error(old, "remove it from the registry, or remove this rename; the registry still has it")
        if _circular(renamed, old):
            raise renames.error(old, f"the renames lead from '{new}' back to it")
        if old.partition(".")[0] != new.partition(".")[0] if "." in old else "." in new:
            raise renames.error(old, f"rename an object within its connector; '{new}' is another kind of id")
        if new not in ids and new not in renamed and not _moved(lifecycle, new, ids):
            raise renames.error(old, did_you_mean(new, ids, f"the registry has no '{new}'"))
    for old, retirement in lifecycle.retired.items():
        if retirement.replacement and retirement.replacement not in ids:
            what = f"the registry has no '{retirement.replacement}'"
            raise retirements.section(old).error("replacement", did_you_mean(retirement.replacement, ids, what))
    return lifecycle


def in_service(registry: Registry, lifecycle: Lifecycle) -> Registry:
    """Return the registry without retired entries, which stay listed only for existing jobs."""
    kept = {}
    for name, connector in registry.items():
        objects = tuple(item for item in connector.objects if f"{name}.{item}" not in lifecycle.retired)
        if name not in lifecycle.retired and bool(objects) == bool(connector.objects):
            kept[name] = connector if objects == connector.objects else connector._replace(objects=objects)
    return MappingProxyType(kept)


def unexplained(old: Registry, new: Registry, lifecycle: Lifecycle) -> list[str]:
    """List the ids of `old` that are missing in `new` and that `lifecycle` does not explain."""
    gone = []
    for connector in old.values():
        name = lifecycle.current(connector.id)[0]
        if name not in new:
            gone += [] if connector.id in lifecycle.retired or name in lifecycle.retired else [connector.id]
            continue
        for object_name in connector.objects:
            current = lifecycle.current(connector.id, object_name)
            known = current[1] in new[current[0]].objects if current[0] in new else False
            if not known and not lifecycle.fate(connector.id, object_name).startswith("was retired"):
                gone.append(f"{connector.id}.{object_name}")
    return gone


def _part(top: Section, key: str) -> Section:
    """Return the part `key` as a section, empty if the file has no such part; its keys must be ids."""
    part = top.section(key) if key in top.value else Section(top.document, (key,), {})
    for name in part.value:
        if not re.fullmatch(_ID, name):
            raise part.error(name, "is neither connector nor connector.object")
    return part


def _questions(top: Section) -> dict[str, str]:
    if "questions" not in top.value:
        return {}
    part = top.section("questions")
    renamed = {old: part.text(old, like=_QUESTION) for old in part.value}
    for old, new in renamed.items():
        if _circular(renamed, old):
            raise part.error(old, f"the renames lead from '{new}' back to it")
    return renamed


def _retirement(entry: Section) -> Retirement:
    return Retirement(entry.text("reason"), entry.text("replacement", default="", like=_ID))


def _circular(renamed: Mapping[str, str], start: str) -> bool:
    seen, name = set(), start
    while name in renamed and name not in seen:
        seen.add(name)
        name = renamed[name]
    return name in seen


def _moved(lifecycle: Lifecycle, new: str, ids: set[str]) -> bool:
    """Return whether an object's new id belongs to a connector that was renamed later."""
    connector, _, object_name = new.partition(".")
    return bool(object_name) and ".".join(lifecycle.current(connector, object_name)) in ids
