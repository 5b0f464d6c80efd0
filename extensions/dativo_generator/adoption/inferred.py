"""Infer the answers that come closest to hand-written files: one job, one asset, one item that is read.

This is a search, not a proof: each answer is tried, and stays if it brings the rendered files closer. Remaining
differences in keys that no question asks for go into `asset_extra` and `job_extra`; all others are edits by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ..answers.answers_format import CURRENT, NAME
from ..answers.questions.contract import NESTED, ODCS
from ..answers.scaffold import Scaffold
from ..base.asset_layout import Keys
from ..base.errors import AnswerError, DativoError
from ..base.naming import slug_of, slug_problem
from ..base.secrets import secret_in
from ..plan.plan import EXTRAS, asset_path, paths
from ..registry.pack import Pack
from .files import Files
from .said import answers as said_by
from .said import fields_of
from .selected import connector, cursor, is_incremental, selection
from .values import MISSING, at

# Adoption writes only answers files; users can ask for these later.
_NOTHING_ELSE = {"env_example": False, "vendor": False}


def inferred(pack: Pack, found: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers for hand-written files; `found` has the fields of `Files`.

    `given` are a user's answers for what the files do not say. Raises `AnswerError` for files that no answers come
    close to.
    """
    files = Files.of(found)
    search = _Search(pack, files, given, {**given, **_begun(pack, files, given)})
    search.name()
    search.columns()
    for answer in said_by(search.scaffold, search.files):
        search.try_said(answer.question, answer.value, answer.nothing)
    for name in EXTRAS:
        search.pass_on(name)
    search.place()
    return search.raw


def _begun(pack: Pack, files: Files, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the minimal answers, without which there is nothing to compare."""
    source = pack.registry[connector(pack, files, "source", given)]
    target = connector(pack, files, "target", given)
    item = selection(source, files)
    if source.selection == "tables" and isinstance(item, dict) and (column := cursor(source, files)):
        item["cursor_field"] = column
    raw = {
        NAME: CURRENT,
        "tenant_id": _tenant(files, given),
        "source_connector": source.id,
        source.selection: [item],
        "target_connector": target,
        **({"incremental": is_incremental(files)} if source.supports_incremental and files.job else {}),
        **({} if files.asset else {"assets": "reuse"}),
        **{name: value for name, value in _NOTHING_ELSE.items() if name not in given},
    }
    if files.asset:
        raw["asset_layout"] = NESTED if isinstance(files.asset.get("asset"), Mapping) else ODCS
    scaffold = Scaffold(pack, {**given, **raw})
    for name in ("tenant_id", "source_connector", "target_connector", source.selection):
        _ = scaffold[name]
    return raw


def _tenant(files: Files, given: Mapping[str, Any]) -> str:
    tenant = at(files.job, "tenant_id") if files.job else at(files.body, "tenant")
    tenant = given.get("tenant_id") if tenant is MISSING else tenant
    if not isinstance(tenant, str) or slug_problem(slug_of(tenant)):
        raise AnswerError("tenant_id: give one with --data tenant_id=NAME; the file names none")
    return tenant if not slug_problem(tenant) else slug_of(tenant)


class _Search(NamedTuple):
    """A search in progress: `raw` holds the answers found so far, and is changed in place."""

    pack: Pack
    files: Files
    given: dict[str, Any]
    raw: dict[str, Any]

    @property
    def scaffold(self) -> Scaffold:
        """The answers so far."""
        return Scaffold(self.pack, self.raw)

    def name(self) -> None:
        """Adopt version, name and root, which decide the paths of the files."""
        item = self.scaffold.items[0]
        version = at(self.files.body, "version")
        name = at(self.files.job, "asset") if not self.files.asset else at(self.files.body, "name")
        if name is MISSING:
            name = at(self.files.body, "name")
        self._take("asset_version", str(version) if isinstance(version, str | float) else MISSING, "1.0")
        self._take("asset_names", {item.object: name} if isinstance(name, str) else MISSING, {})
        if self.files.job:
            self._take("app_root", self.files.root, "/app")
            environment = at(self.files.job, "environment")
            self._take("environment", slug_of(environment) if isinstance(environment, str) else MISSING, "")

    def _take(self, question: str, value: Any, usual: Any) -> None:
        """Record an answer if it is valid and differs from the default."""
        if value in (MISSING, usual):
            return
        try:
            scaffold = Scaffold(self.pack, self.raw | {question: value})
            if question != "asset_names" or scaffold.asset_name(scaffold.items[0]) != scaffold.usual_name(
                scaffold.items[0]
            ):
                _ = scaffold[question]
                self.raw[question] = value
        except DativoError:
            return

    def columns(self) -> None:
        """Adopt the columns of the asset; raises `AnswerError` if it has none, or none that the pack accepts."""
        if not self.files.asset:
            return
        fields = fields_of(self.scaffold, self.files)
        if not fields:
            raise AnswerError("schema: the asset has no columns; the runner refuses it")
        self.raw["fields"] = {self.scaffold.items[0].object: fields}
        documents = at(self.files.job, "target", "markdown_kv_storage")
        as_documents = {"markdown_kv_storage": documents} if isinstance(documents, Mapping) else {}
        for other in ({}, as_documents, {"incremental": False}):
            try:
                _ = Scaffold(self.pack, self.raw | other)["fields"]
            except DativoError as error:
                why = error
            else:
                self.raw.update(other)
                return
        raise AnswerError(f"schema: {why}")

    def try_said(self, question: str, find: Callable[[Scaffold, Files], Any], nothing: Any) -> None:
        """Answer a question with what the files say, or with `nothing`, if that brings the rendered files closer."""
        try:
            scaffold = self.scaffold
            if scaffold.inapplicable(question):
                return
            value = find(scaffold, self.files)
            silent = value is None or value is MISSING
            if silent:
                value = MISSING if question in self.given else nothing
            if value is MISSING or (value == scaffold[question] and type(value) is type(scaffold[question])):
                return
        except DativoError:
            return
        for attempt in _attempts(value):
            if self._is_nearer(scaffold, question, attempt, or_as_near=silent):
                self.raw[question] = attempt
                return

    def _is_nearer(self, before: Scaffold, question: str, value: Any, or_as_near: bool) -> bool:
        if secret_in(value, question if isinstance(value, dict) else ""):
            return False
        try:
            after = Scaffold(self.pack, self.raw | {question: value})
            _ = after[question]
            return self.files.distance(after) < self.files.distance(before) + or_as_near
        except DativoError:
            return False

    def pass_on(self, name: str) -> None:
        """Put the remaining differences into `asset_extra` or `job_extra`, as far as they are valid."""
        kind = 0 if name == "asset_extra" else 1
        if not (self.files.asset, self.files.job)[kind]:
            return
        found = self.files.differences(self.scaffold)[kind]
        inside: Keys = ("asset",) if kind == 0 and isinstance(self.files.asset.get("asset"), Mapping) else ()
        steps = [
            (keys[len(inside) :], None if new is MISSING else new)
            for keys, old, new in found
            if keys[: len(inside)] == inside and _can_be_passed_on(keys[len(inside) :], old, new)
        ]
        whole = (self.files.asset, self.files.job)[kind]
        taken = self._taken(name, at(whole, *inside), [], steps)
        if taken:
            self.raw[name] = _tree(at(whole, *inside), taken)

    def _taken(self, name: str, whole: Any, before: list[Any], steps: Sequence[Any]) -> list[Any]:
        """Return `before` with as many `steps` as are valid together: all, else those of each half."""
        if not steps or self._can(name, _tree(whole, [*before, *steps])):
            return [*before, *steps]
        if len(steps) == 1:
            return before
        middle = len(steps) // 2
        return self._taken(name, whole, self._taken(name, whole, before, steps[:middle]), steps[middle:])

    def _can(self, name: str, extra: dict[str, Any]) -> bool:
        if secret_in(extra, name):
            return False
        try:
            scaffold = Scaffold(self.pack, self.raw | {name: extra})
            _ = scaffold[name]
            EXTRAS[name](scaffold, scaffold.items[0])
        except DativoError:
            return False
        return True

    def place(self) -> None:
        """Record the paths that differ from the pack's; for an asset without a job, leave the job out."""
        scaffold = self.scaffold
        item = scaffold.items[0]
        planned = dict.fromkeys(path for _, path in paths(scaffold))
        job = next((path for path in planned if path.startswith("jobs/")), "")
        places = {"asset": self.files.asset_path} if self.files.asset_path != asset_path(scaffold, item) else {}
        if not self.files.job:
            self.raw["left_out"] = [job]
        elif self.files.job_path != job:
            places["job"] = self.files.job_path
        if places:
            self.raw["paths"] = {item.object: places}
        _ = self.scaffold["paths"]


def _attempts(value: Any) -> list[Any]:
    """Return the answers to try: the value in the file, then, for a mapping, the value without one of its keys."""
    if not isinstance(value, Mapping):
        return [value]
    return [dict(value), *({key: item for key, item in value.items() if key != out} for out in value)]


def _can_be_passed_on(keys: Keys, old: Any, new: Any) -> bool:
    """Return whether a difference adds or removes a key; of existing keys, only an asset's id may change."""
    if new is None or not keys:
        return False
    return old is MISSING or new is MISSING or keys == ("id",)


def _tree(whole: Any, steps: Sequence[tuple[Keys, Any]]) -> dict[str, Any]:
    """Build the extra that makes these changes; a list has as many mappings as in the `whole` file."""
    tree: dict[str, Any] = {}
    for keys, value in steps:
        node: Any = tree
        there: Any = whole
        for key, following in pairwise(keys):
            there = there[key] if isinstance(key, int) or (isinstance(there, Mapping) and key in there) else {}
            if isinstance(key, int):
                node = node[key]
            else:
                empty: Any = [{} for _ in there] if isinstance(following, int) else {}
                node = node.setdefault(key, empty)
        node[keys[-1]] = value
    return tree
