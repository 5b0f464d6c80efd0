"""Find out what a question depends on by running its own code: which answers it reads, and what follows from each.

A function of a question is called with all answers undecided. When it reads one, it is called again with each kind of
value that this answer can have, and so on. The result is a tree whose leaves are return values. No condition is
written down a second time, so none can contradict what the pack does.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from ..answers.questions import QUESTIONS, UNRECORDED
from ..answers.readers import structure
from ..answers.scaffold import Scaffold
from ..answers.selection import EXAMPLES
from ..base.errors import AnswerError, DativoError
from ..registry.connectors import ROLES
from ..registry.pack import Pack

Schema = dict[str, Any]
ENDS = tuple(f"{role}_connector" for role in ROLES)
# No answer; an answer of unknown value.
ABSENT, ANY = object(), object()
# UNKNOWN: the result depends on a source that is not read here. IMPOSSIBLE: the pack refuses these answers earlier.
UNKNOWN, IMPOSSIBLE = "unknown", "impossible"
# Sample texts that questions accept; `q9` and `9q` mark a name so that it can be found again in a result.
_TEXTS = ("q9{}9q", "q9/{}.py:Q", "https://q9.example.com/{}", "s3://q9/{}", "q9@example.com", "1.0")


class Undecided(Exception):
    """A function reads an answer that is not decided yet."""

    def __init__(self, name: str) -> None:
        """Remember the name of the answer."""
        super().__init__(name)
        self.name = name


class _Unknown(Exception):
    """A function reads something that is unknown without a source."""


class Kind(NamedTuple):
    """A kind of answers to a question: a `value` that stands for all of them, and a schema that accepts only these."""

    value: Any
    test: Schema


@dataclass(frozen=True)
class Leaf:
    """The return value of a function."""

    result: Any


@dataclass(frozen=True)
class Node:
    """The results for each kind of answers to another question; kinds with the same result share a branch."""

    name: str
    branches: tuple[tuple[tuple[Kind, ...], "Tree"], ...]


Tree = Leaf | Node


class NoSource:
    """The importer of a pack that is only inspected: it imports nothing."""

    def __getattr__(self, name: str) -> NoReturn:
        """Raise `_Unknown` for everything."""
        raise _Unknown


class _Raw(Mapping[str, Any]):
    """The raw answers of a probe: reading one that is not decided raises `Undecided`."""

    def __init__(self, decided: Mapping[str, Any]) -> None:
        self._decided = decided

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        if self._decided[name] is ANY:
            raise _Unknown
        return self._decided[name]

    def __contains__(self, name: object) -> bool:
        if name not in self._decided:
            raise Undecided(str(name))
        return self._decided[name] is not ABSENT

    def __iter__(self) -> Iterator[str]:
        raise _Unknown

    def __len__(self) -> int:
        return len(QUESTIONS)


class Probe(Scaffold):
    """A scaffold with only some of its answers decided."""

    def __init__(self, pack: Pack, decided: Mapping[str, Any]) -> None:
        """Set the decided answers; those that only help a person to answer are absent."""
        super().__init__(pack, {})
        hidden = (name for name in UNRECORDED if not QUESTIONS[name].fills)
        self.raw = _Raw({**dict.fromkeys(hidden, ABSENT), **decided})  # type: ignore[assignment]

    def __getitem__(self, name: str) -> Any:
        """Return the value of a question, without reading a source to import from."""
        if QUESTIONS[name].fills and self.raw.get(name):
            raise _Unknown
        return super().__getitem__(name)


class Conditions:
    """Finds what the questions of a pack depend on."""

    def __init__(self, pack: Pack, types: Mapping[str, str]) -> None:
        """Inspect a pack; `types` are Copier's types of the questions."""
        self.pack = Pack(pack.root, NoSource())  # type: ignore[arg-type]
        self._types = types

    def tree(self, name: str, function: Callable[[Probe], Any], exact: bool = False) -> Tree:
        """Return the results of a question's function as a tree over the other answers that it reads.

        An example stands for all lists or mappings of its size, unless the result must be `exact`: then it is unknown.
        """
        return self._tree(function, {name: ANY}, exact)

    def _tree(self, function: Callable[[Probe], Any], decided: dict[str, Any], exact: bool) -> Tree:
        try:
            return Leaf(function(Probe(self.pack, decided)))
        except Undecided as error:
            name = error.name
        except _Unknown:
            return Leaf(UNKNOWN)
        except DativoError:
            return Leaf(IMPOSSIBLE)
        kinds = self._kinds(name, decided)
        values = [ANY if exact and kind.value and isinstance(kind.value, list | dict) else kind.value for kind in kinds]
        branches = [
            (kind, self._tree(function, decided | {name: value}, exact))
            for kind, value in zip(kinds, values, strict=True)
        ]
        return _joined(name, branches)

    def _kinds(self, name: str, decided: Mapping[str, Any]) -> list[Kind]:
        """List the kinds of answers to a question that may make a difference, the absent answer first."""
        question = QUESTIONS[name]
        absent = Kind(ABSENT, {})
        if name in ENDS:
            ids = [connector.id for connector in self.pack.with_role(name.partition("_")[0])]
            return [absent, *(Kind(one, {"const": one}) for one in ids)]
        if self._types[name] == "bool":
            return [absent, *(Kind(flag, {"const": flag}) for flag in (True, False))]
        words = question.fixed_choices or question.suggested
        known = [Kind(word, {"const": word}) for word in words] if self._types[name] == "str" else []
        if question.fixed_choices and known:
            return [absent, *known]
        if question.fills:
            return [absent, Kind("", {"const": ""}), Kind("q9.csv", {"type": "string", "minLength": 1})]
        if question.suggested:
            other = self._text(name, decided)
            return [absent, *known, Kind(other, {"type": "string", "not": {"enum": list(words)}})]
        return [absent, *self._others(name, decided)]

    def _others(self, name: str, decided: Mapping[str, Any]) -> list[Kind]:
        """List the kinds of answers that are text or data; data is distinguished by size."""
        example = self._example(name, decided)
        if isinstance(example, list):
            one = [Kind(example[:1], {"type": "array", "minItems": 1, "maxItems": 1})]
            several = [Kind(example, {"type": "array", "minItems": 2})] if len(example) > 1 else []
            return [Kind([], {"type": "array", "maxItems": 0}), *one, *several]
        if isinstance(example, dict):
            return [
                Kind({}, {"type": "object", "maxProperties": 0}),
                Kind(example, {"type": "object", "minProperties": 1}),
            ]
        if self._types[name] in ("int", "float"):
            return [Kind(1, {"type": ["number", "string"]})]
        return [
            Kind("", {"const": ""}),
            Kind(self._text(name, decided), {"type": ["string", "number"], "not": {"const": ""}}),
        ]

    def _example(self, name: str, decided: Mapping[str, Any]) -> Any:
        """Return a sample YAML answer: the first choices, or the question's example; None if it has neither."""
        try:
            if offered := QUESTIONS[name].choices(Probe(self.pack, {**decided, name: ANY})):
                return [choice.value for choice in offered if not choice.reason][:2]
        except (DativoError, Undecided, _Unknown):
            pass
        text = QUESTIONS[name].example or EXAMPLES.get(name, "")
        try:
            return structure(text) if text else None
        except AnswerError:
            return None

    def _text(self, name: str, decided: Mapping[str, Any]) -> Any:
        """Return a text that a question accepts, or `ANY` if no sample fits."""
        for text in (form.format(name.replace("_", "")) for form in _TEXTS):
            try:
                QUESTIONS[name].read(Probe(self.pack, {**decided, name: text}), text)
            except (DativoError, Undecided, _Unknown):
                continue
            return text
        return ANY


def _joined(name: str, branches: Sequence[tuple[Kind, Tree]]) -> Tree:
    """Merge the kinds of answers that have the same result."""
    possible = [(kind, tree) for kind, tree in branches if tree != Leaf(IMPOSSIBLE)]
    groups: dict[str, tuple[list[Kind], Tree]] = {}
    for kind, tree in possible:
        groups.setdefault(repr(tree), ([], tree))[0].append(kind)
    if not groups:
        return Leaf(IMPOSSIBLE)
    if len(groups) == 1:
        return next(iter(groups.values()))[1]
    return Node(name, tuple((tuple(kinds), tree) for kinds, tree in groups.values()))


# --- as JSON Schema ---------------------------------------------------------------------------------------------------


def clauses(tree: Tree) -> Iterator[tuple[Schema, Any]]:
    """Yield each result with the schema of the answers that lead to it: {} if it always holds."""
    for conditions, result in _paths(tree):
        yield _all([_condition(name, kinds) for name, kinds in conditions]), result


def _paths(tree: Tree) -> Iterator[tuple[list[tuple[str, tuple[Kind, ...]]], Any]]:
    if isinstance(tree, Leaf):
        if tree.result not in (UNKNOWN, IMPOSSIBLE):
            yield [], tree.result
        return
    for kinds, inner in tree.branches:
        for conditions, result in _paths(inner):
            yield [(tree.name, kinds), *conditions], result


def _condition(name: str, kinds: Sequence[Kind]) -> Schema:
    """Return the schema that accepts answers of some kinds; an absent answer only if it is one of these kinds."""
    tests = [kind.test for kind in kinds if kind.value is not ABSENT]
    if not tests:
        return {"not": {"required": [name]}}
    constants = [test["const"] for test in tests if test.keys() == {"const"}]
    others = [test for test in tests if test.keys() != {"const"}]
    if constants:
        others.append({"const": constants[0]} if len(constants) == 1 else {"enum": constants})
    schema: Schema = {"properties": {name: others[0] if len(others) == 1 else {"anyOf": others}}}
    return schema if any(kind.value is ABSENT for kind in kinds) else {"required": [name], **schema}


def _all(conditions: Sequence[Schema]) -> Schema:
    """Return the schema that requires all conditions."""
    whole: Schema = {}
    others = [one for one in conditions if "not" in one]
    required = [name for one in conditions for name in one.get("required", ())]
    properties = {name: test for one in conditions for name, test in one.get("properties", {}).items()}
    if required:
        whole["required"] = required
    if properties:
        whole["properties"] = properties
    if others:
        whole |= others[0] if len(others) == 1 else {"allOf": others}
    return whole


def generalised(tree: Tree) -> Tree:
    """Return a tree of default values in which placeholders replace the values of other answers where possible.

    A leaf becomes ``{annotation: value}``: `default` for a plain value, `x-default` for one with placeholders.
    """
    if isinstance(tree, Leaf):
        if tree.result in (UNKNOWN, IMPOSSIBLE):
            return tree
        text = re.sub(r"q9([a-z]+)9q", lambda match: _placeholder(_NAMES[match[1]]), json.dumps(tree.result))
        value = json.loads(text)
        return Leaf({"default" if value == tree.result else "x-default": value})
    branches = [(kind, generalised(inner)) for kinds, inner in tree.branches for kind in kinds]
    patterns = {pattern for kind, inner in branches for pattern in _patterns(tree.name, kind, inner)}
    for pattern in sorted(patterns):
        like = [_is_like(tree.name, pattern, kind, inner) for kind, inner in branches]
        if sum(like) > 1:
            leaf = Leaf({"x-default": pattern})
            branches = [(kind, leaf if same else inner) for (kind, inner), same in zip(branches, like, strict=True)]
    return _joined(tree.name, branches)


_NAMES = {name.replace("_", ""): name for name in QUESTIONS}


def _placeholder(name: str) -> str:
    return f"{{{name}}}"


def _patterns(name: str, kind: Kind, tree: Tree) -> Iterator[str]:
    """Yield the text of a default with a question's placeholder for its answer, if that is part of the text."""
    text = _text_of(tree)
    if _placeholder(name) in text:
        yield text
    elif kind.test.keys() == {"const"} and isinstance(kind.value, str):
        for match in re.finditer(rf"(?<![A-Za-z0-9]){re.escape(kind.value)}(?![A-Za-z0-9])", text):
            yield f"{text[: match.start()]}{_placeholder(name)}{text[match.end() :]}"


def _is_like(name: str, pattern: str, kind: Kind, tree: Tree) -> bool:
    """Return whether a default equals a pattern in which the answer replaces the question's placeholder."""
    text = _text_of(tree)
    if kind.test.keys() == {"const"}:
        return bool(text) and pattern.replace(_placeholder(name), str(kind.value)) == text
    return text == pattern


def _text_of(tree: Tree) -> str:
    """Return a default that is text, or '' for any other default."""
    (value,) = tree.result.values() if isinstance(tree, Leaf) and isinstance(tree.result, dict) else ("",)
    return value if isinstance(value, str) else ""
