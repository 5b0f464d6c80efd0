"""The page on the architecture: the packages of `dativo_generator`, their purpose, and a picture of their imports.

Everything comes from the code: the order of the layers from the contracts in `pyproject.toml`, a package's purpose
from its docstring, the imports from `grimp`, which also counts those inside functions.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from html import escape
from math import sqrt
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "dativo_generator"
FOLDER = ROOT / "extensions" / PACKAGE

# Each package is a box; each layer is a step further down and to the right. All lengths are in pixels.
STEP_RIGHT, STEP_DOWN = 84, 62
BOX_WIDTH, BOX_HEIGHT = 118, 44
MARGIN = 10
# Readable on white and on black, since the picture has no background.
LINE, BOX, BADGE, LETTERS = "#848d97", "#3f51b5", "#1a7f5a", "#fff"


def contracts() -> list[dict[str, Any]]:
    """Return the contracts that import-linter checks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return project["tool"]["importlinter"]["contracts"]


def layers() -> list[str]:
    """List the packages, the highest first, without single modules, which can be in a layer, too."""
    (ordered,) = [contract["layers"] for contract in contracts() if contract["type"] == "layers"]
    names = [name.strip() for layer in ordered for name in layer.split("|")]
    return [name for name in names if (FOLDER / name).is_dir()]


def purpose(package: str) -> str:
    """Return the first paragraph of a package's docstring."""
    module = ast.parse((FOLDER / package / "__init__.py").read_text(encoding="utf-8"))
    return " ".join(str(ast.get_docstring(module)).split("\n\n")[0].split())


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)


def modules(package: str) -> int:
    """Count the modules of a package."""
    return len(_graph().find_descendants(f"{PACKAGE}.{package}"))


@cache
def imports() -> Counter[tuple[str, str]]:
    """Count the imports between packages: the pairs of modules in which one imports the other."""
    graph, found, names = _graph(), Counter[tuple[str, str]](), layers()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = _package(module), _package(imported)
            if pair[0] != pair[1] and {*pair} <= {*names}:
                found[pair] += 1
    return found


def _package(module: str) -> str:
    return module.removeprefix(PACKAGE).strip(".").partition(".")[0]


def table() -> str:
    """Describe the packages, the highest first, and name the contracts."""
    lines = ["| package | what it is for | imports |", "|---|---|---|"]
    for name in layers():
        below = ", ".join(f"`{other}`" for other in layers() if (name, other) in imports())
        lines.append(f"| `{name}` | {purpose(name)} | {below} |")
    return "\n".join([*lines, "", *(f"- {contract['name']}." for contract in contracts())])


def picture() -> str:
    """Draw the packages as boxes, and their imports as arrows."""
    names = layers()
    width = (len(names) - 1) * STEP_RIGHT + BOX_WIDTH + 2 * MARGIN
    height = (len(names) - 1) * STEP_DOWN + BOX_HEIGHT + 2 * MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" font-family="sans-serif" font-size="13">',
        f"<title>The packages of {PACKAGE} and their imports</title>",
        *_arrows(names),
        *(line for name in names for line in _box(names, name)),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _middle(names: list[str], name: str) -> tuple[int, int]:
    number = names.index(name)
    return (
        MARGIN + number * STEP_RIGHT + BOX_WIDTH // 2,
        MARGIN + number * STEP_DOWN + BOX_HEIGHT // 2,
    )


def _arrows(names: list[str]) -> Iterator[str]:
    """Draw a line from each box to the right, one from above into each, and a number where an import turns."""
    middle = {name: _middle(names, name) for name in names}
    lines = []
    for name, (x, y) in middle.items():
        if below := [middle[other][0] for importer, other in imports() if importer == name]:
            lines.append(f"M{x} {y}H{max(below)}")
        if above := [middle[importer][1] for importer, other in imports() if other == name]:
            top = y - BOX_HEIGHT // 2
            lines.append(f"M{x} {min(above)}V{top - 3}m-5 -6l5 8l5 -8")
    yield f'<path d="{"".join(lines)}" fill="none" stroke="{LINE}" stroke-width="1.5"/>'
    for (importer, imported), count in sorted(imports().items()):
        x, y = middle[imported][0], middle[importer][1]
        yield f'<circle cx="{x}" cy="{y}" r="{9 + round(sqrt(count))}" fill="{BADGE}"/>'
        yield _text(x, y + 4, str(count))


def _box(names: list[str], name: str) -> Iterator[str]:
    (x, y), count = _middle(names, name), modules(name)
    left, top = x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2
    yield f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5" fill="{BOX}"/>'
    yield _text(x, y - 3, name, weight="bold")
    yield _text(x, y + 14, f"{count} modules")


def _text(x: int, y: int, text: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" fill="{LETTERS}" text-anchor="middle" font-weight="{weight}">{escape(text)}</text>'
