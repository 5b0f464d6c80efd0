"""Mutants of a module: its text with one change, by mutmut's operators and one more.

mutmut creates them, but does not run them: it covers neither patterns and constants of a module nor functions with a
decorator, which are half of the guards, and it needs a package at the root or below `src`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

# What does not change the behaviour, or only the speed; a decorator holds a cache size, or `frozen`.
_NOT_RUN = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.Param)
# Functions that are called with texts for people, like those that build errors.
_SAYS = {"say", "tell", "_moving", "print"}
_ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "latin-1"}

Path = tuple[cst.CSTNode, ...]


@dataclass(frozen=True)
class Mutant:
    """A changed text of a module, identified by its function and the change: `before -> after`."""

    within: str
    change: str
    text: str

    @property
    def name(self) -> str:
        """Its identity within the module, which does not depend on its line."""
        return f"{self.within}: {self.change}"


def mutants_of(text: str) -> list[Mutant]:
    """Create every mutant of a module, except those that change only texts for people, or nothing that runs."""
    module = cst.parse_module(text)
    parts = [module.code_for_node(statement) for statement in module.body]
    footer = sum(len(module.code_for_node(line)) for line in module.footer)
    start = len(text) - footer - sum(map(len, parts))
    found, seen = [], Counter[str]()
    for statement, part in zip(module.body, parts, strict=True):
        for node, path in _nodes(statement, ()) if _runs(statement) else ():
            for new in _changed(node):
                mutated = module.code_for_node(statement.deep_replace(node, new))
                if _is_wording(node, new, path) or mutated == part or not _compiles(mutated):
                    continue
                mutant = Mutant(
                    _within(path), _told(module, node, new, path), text[:start] + mutated + text[start + len(part) :]
                )
                seen[mutant.name] += 1
                if (times := seen[mutant.name]) > 1:
                    mutant = replace(mutant, change=f"{mutant.change} ({times})")
                found.append(mutant)
        start += len(part)
    return found


def _nodes(node: cst.CSTNode, path: Path) -> Iterator[tuple[cst.CSTNode, Path]]:
    yield node, path
    for child in node.children:
        if _runs(child):
            yield from _nodes(child, (*path, node))


def _runs(node: cst.CSTNode) -> bool:
    is_docstring = isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString | cst.ConcatenatedString)
    return not is_docstring and not isinstance(node, _NOT_RUN)


def _changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)
    if isinstance(node, cst.If):  # mutmut does not change this: a guard that refuses everything else
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        space = cst.SimpleWhitespace(" ")
        yield node.with_changes(
            test=cst.UnaryOperation(operator=cst.Not(), expression=test), whitespace_before_test=space
        )


def _is_wording(node: cst.CSTNode, new: cst.CSTNode, path: Path) -> bool:
    """Return whether only the words of an error or another text differ, or the case of an encoding's name."""
    if isinstance(node, cst.Call) and _says(node):
        return True
    if not isinstance(node, cst.SimpleString):
        return False
    value = node.evaluated_value
    if isinstance(value, str) and "r" not in node.prefix and (" " in value.strip() or value.lower() in _ENCODINGS):
        return " " in value.strip() or new.evaluated_value.lower() == value.lower()
    return any(isinstance(above, cst.Call) and _says(above) for above in path)


def _says(call: cst.Call) -> bool:
    name: Any = call.func
    while isinstance(name, cst.Attribute):
        name = name.attr
    return isinstance(name, cst.Name) and (name.value.endswith("Error") or name.value in _SAYS)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _within(path: Path) -> str:
    names = [node.name.value for node in path if isinstance(node, cst.FunctionDef | cst.ClassDef)]
    return ".".join(names) or "the module"


def _told(module: cst.Module, node: cst.CSTNode, new: cst.CSTNode, path: Path) -> str:
    """Format a change; for a lone operator, with its operands."""
    if isinstance(node, cst.If):
        node, new = node.test, new.test
    elif not isinstance(node, cst.BaseExpression | cst.BaseSmallStatement):
        above = next(above for above in reversed(path) if isinstance(above, cst.BaseExpression | cst.BaseStatement))
        node, new = above, above.deep_replace(node, new)
    before, after = (" ".join(module.code_for_node(part).split()) for part in (node, new))
    return f"{before} -> {after}"
