"""Put free text wherever an answer accepts it: the files, parsed again, must hold exactly the values of the plan.

The row finds out which answers accept free text: it replaces, or adds to, every text inside the answers of the
examples, and inside their defaults, with texts that no pattern for names accepts.
"""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dativo_generator.answers.profiles import saved
from dativo_generator.answers.questions import QUESTIONS, UNRECORDED
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.asset_layout import body_of
from dativo_generator.base.errors import AnswerError, DativoError
from dativo_generator.fleet.answers_files import parsed
from dativo_generator.fleet.release import Rendering
from dativo_generator.plan.destination import COPIERS_OWN
from support import EXAMPLES, PACK, load_answers

from .row import Result, Row
from .surroundings import TAG, Published, published

# Texts that only a free-text answer accepts, alone or with something before or after them.
_PROBES = ('it\'s 1: "x" # y', "\u00e4\u65e5", "#x", "'x", "x%25?a=b&c#d")
_PIECES = (
    *"'\"`#:-?,[]{}&*!|>%@=<~\\/$ .\u00e4\u00df\u65e5\u0301\u202e\u200b\u00a0\u2028\u2029\u0085\ufeff\U0001f600",
    *(
        "\0",
        "\x01",
        "\x1b[0m",
        "\x7f",
        "\ufffe",
        "\ud800",
        "\ue000",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
        " #",
        "# ",
        ": ",
        " :",
        "- ",
        "? ",
        "---",
        "...",
        "\\n",
        "\\u0041",
        "''",
        '""',
        "<<",
    ),
    *(
        "{{ x }}",
        "{% if x %}",
        "{#",
        "#}",
        "${{ github.token }}",
        "$(id)",
        "${HOME}",
        "%YAML 1.1",
        "!!int 1",
        "&a",
        "*a",
    ),
    *("null", "Null", "~", "true", "yes", "on", "No", "y", "0", "-1", "010", "0o7", "1e3", "1_0", ".5", "1:30", "0x1F"),
    *(
        ".nan",
        "-.inf",
        "2024-01-01",
        "2024-01-01T00:00:00Z",
        "=",
        "a",
        "b c",
        "Z",
        "x" * 100,
        "\u00e9" * 50,
        "::error::x",
    ),
)

# These say where other answers came from, and are only in the answers file.
_UNPLANNED = ("imported_from", "table_patterns")

# How many places of one kind are probed in each base, and how many used: several objects, or keys, in one answer.
_TRIED, _TAKEN = 6, 2
# Defaults that are longer than this are left out.
_LONG = 1_000

Path_ = tuple[Any, ...]


@dataclass(frozen=True)
class Slot:
    """A place in the answers of a base that accepts free text; `how` is where the text goes there."""

    base: int
    path: Path_
    how: str

    @property
    def kind(self) -> tuple[Any, ...]:
        """What this place has in common with other places in the same answers."""
        return self.base, self.path[0], len(self.path), self.how


def _bases(count: int) -> list[dict[str, Any]]:
    """Return the answers of `count` examples, with every default filled in but those that are long."""
    bases = []
    for number, path in enumerate(EXAMPLES[:count]):
        answers = load_answers(path) | {"vendor": number == 0, "ci": ("github", "gitlab")[number % 2], "fixtures": True}
        scaffold = Scaffold(PACK, answers)
        followed = {
            name: scaffold.default(name)
            for name in QUESTIONS
            if name not in (*answers, *UNRECORDED) and not scaffold.inapplicable(name)
            if scaffold.default(name) is not None
        }
        bases.append(answers | {name: value for name, value in followed.items() if len(str(value)) < _LONG})
    return bases


def _slots(base: int, value: Any, path: Path_ = ()) -> Iterator[Slot]:
    """Yield every place of a text in a value, and every place where a list or a mapping can get one."""
    if isinstance(value, str):
        yield from (Slot(base, path, how) for how in ("whole", "before", "after"))
    elif isinstance(value, list):
        yield Slot(base, path, "added")
        for index, item in enumerate(value):
            yield from _slots(base, item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _slots(base, item, (*path, key))
            if path and isinstance(key, str):
                yield Slot(base, (*path, key), "named")


def _put(value: Any, path: Path_, how: str, text: str) -> tuple[Any, str]:
    """Return a value with text at a path, and the text that is then there."""
    if how == "added" and not path:
        return [*value, text], text
    if how == "named" and len(path) == 1:
        return {text if key == path[0] else key: item for key, item in value.items()}, text
    if not path:
        new = {"whole": text, "before": text + value, "after": value + text}[how]
        return new, new
    inner, new = _put(value[path[0]], path[1:], how, text)
    if isinstance(value, list):
        return [inner if index == path[0] else item for index, item in enumerate(value)], new
    return value | {path[0]: inner}, new


def _texts(rng: random.Random) -> Iterator[str]:
    while True:
        pieces = rng.choices(_PIECES, k=rng.choice((1, 1, 2, 3, 5)))
        if rng.random() < 0.2:
            pieces.append(
                "".join(chr(rng.choice((rng.randrange(32, 0x250), rng.randrange(0x10000)))) for _ in range(4))
            )
        yield "".join(pieces)


class Trial:
    """The release, the rendering of each base without free text, and the places that accept such text."""

    def __init__(self, pack: Published, bases: int) -> None:
        """Find the places by trying every probe in them."""
        self.pack = pack
        self.bases = _bases(bases)
        self.plain = [self._rendered(base, str(pack.template), TAG) for base in self.bases]
        self.slots = [Slot(0, (name,), "whole") for name in COPIERS_OWN]
        tried, taken = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
        for slot in (slot for number, base in enumerate(self.bases) for slot in _slots(number, base)):
            tried[slot.kind] += 1
            if tried[slot.kind] <= _TRIED and taken[slot.kind] < _TAKEN and any(self.made(slot, p) for p in _PROBES):
                taken[slot.kind] += 1
                self.slots.append(slot)

    def made(self, slot: Slot, text: str) -> tuple[Rendering, str] | None:
        """Return the rendering with a text in a place, and the text that is then there; None if it is refused."""
        answers: Mapping[str, Any] = self.bases[slot.base] | {"_src_path": str(self.pack.template), "_commit": TAG}
        answers, there = _put(answers, slot.path, slot.how, text)
        own = [answers.pop(name) for name in ("_src_path", "_commit")]
        try:
            return self._rendered(answers, *own), there
        except AnswerError:
            return None

    def _rendered(self, answers: Mapping[str, Any], source: str, commit: str) -> Rendering:
        return self.pack.release.render(self.pack.release.completed(answers, ""), source, commit)

    def faults(self, slot: Slot, rendering: Rendering, there: str, thorough: bool) -> Iterator[str]:
        """Yield what differs from the plan, or from the rendering without the text where it must not."""
        plan, files = rendering.plan, rendering.files
        loader = yaml.SafeLoader if thorough else yaml.CSafeLoader
        documents = {
            path: yaml.load(content, loader)
            for path, content in files.items()
            if path.endswith((".yaml", ".yml")) and path not in plan["shared"]
        }
        content = files[rendering.answers_file]
        recorded = documents[rendering.answers_file]
        for asset in plan["assets"]:
            if body_of(documents[asset["path"]]) != asset["data"]:
                yield f"{asset['path']} is not as planned"
        for job in plan["jobs"]:
            if documents[job["path"]] != {key: value for key, value in job["data"].items() if value or key != "target"}:
                yield f"{job['path']} is not as planned"
        filled = {there.replace("{asset}", a["data"]["name"]).replace("{object}", a["object"]) for a in plan["assets"]}
        if (
            slot.path[0] in QUESTIONS
            and slot.path[0] not in _UNPLANNED
            and not filled & _leaves([plan["assets"], plan["jobs"]])
        ):
            yield "the plan does not have the text"
        if there not in _leaves(recorded) and not Path(there).expanduser().exists():
            yield "the answers file does not have the text"
        yield from self._again(rendering, content, recorded)
        yield from self._comments(slot, rendering)
        yield from _rows(rendering)
        if ci := plan["ci"]:
            yield from _workflow(ci, yaml.load(files[ci["path"]], loader))
            if slot.path[0] in QUESTIONS and files[ci["path"]] != self.plain[slot.base].files[ci["path"]]:
                yield "the workflow has changed"

    def _again(self, rendering: Rendering, content: bytes, recorded: Mapping[str, Any]) -> Iterator[str]:
        """Replay the answers file, and save its answers as a profile."""
        file = parsed(rendering.answers_file, content)
        if file.problem or self.pack.release.replay(file).files != rendering.files:
            yield f"does not replay: {file.problem}"
            return
        scaffold = Scaffold(PACK, file.answers)
        profile = yaml.safe_load(saved(scaffold)) or {}
        flat = {**profile, **{k: v for part in profile.pop("connectors", {}).values() for k, v in part.items()}}
        if {k: v for k, v in flat.items() if k != "connectors"} != scaffold.common:
            yield "a profile of the answers differs from them"

    def _comments(self, slot: Slot, rendering: Rendering) -> Iterator[str]:
        if _remarks(rendering) != _remarks(self.plain[slot.base]):
            yield "the comments have changed"


def _leaves(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {key for key in value if isinstance(key, str)}.union(*map(_leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(_leaves, value))
    return {value} if isinstance(value, str) else set()


def _remarks(rendering: Rendering) -> set[tuple[str, ...]]:
    """Return the comments of each file, without names of assets, which may be made from the text."""
    names = sorted({asset["data"]["name"] for asset in rendering.plan["assets"]}, key=len, reverse=True)
    remarks = set()
    for path in (
        *(made["path"] for kind in ("assets", "jobs") for made in rendering.plan[kind]),
        rendering.answers_file,
    ):
        lines = "\n".join(line for line in rendering.files[path].decode().split("\n") if line.startswith("#"))
        for name in names:
            lines = lines.replace(name, "NAME")
        remarks.add((path.split("/")[0], lines))
    return remarks


def _rows(rendering: Rendering) -> Iterator[str]:
    """Yield the fixtures whose columns are not those of their assets."""
    for fixture, asset in zip(rendering.plan["fixtures"], rendering.plan["assets"], strict=True):
        names = [field["name"] for field in asset["data"]["schema"]]
        text = rendering.files[fixture["path"]].decode()
        if fixture["path"].endswith(".csv"):
            header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
            right = header == names and all(len(row) == len(names) for row in rows)
        else:
            rows = [json.loads(line) for line in text.split("\n") if line]
            right = all(list(row) == names for row in rows)
        if not rows or not right:
            yield f"{fixture['path']} has other columns than its asset"


def _workflow(ci: Mapping[str, str], document: Mapping[str, Any]) -> Iterator[str]:
    variables = document["env"] if "env" in document else document[".dativo"]["variables"]
    if variables != {"DATIVO_TEMPLATE": ci["template"], "DATIVO_PACKAGE": ci["package"]}:
        yield "the workflow is not as planned"


def _run(count: int, folder: Path) -> Result:
    rng = random.Random(0)
    texts = _texts(rng)
    faults: list[str] = []
    tried = offered = 0
    questions: Counter[str] = Counter()
    with published(folder) as pack:
        trial = Trial(pack, max(2, count // 20))
        while tried < count and offered < 50 * count:
            slot = trial.slots[offered % len(trial.slots)]
            offered += 1
            text = next(texts)
            if not (made := trial.made(slot, text)):
                continue
            tried += 1
            questions[str(slot.path[0])] += 1
            try:
                found = list(trial.faults(slot, *made, thorough=not tried % 50))
            except (DativoError, yaml.YAMLError, ValueError, LookupError) as error:
                found = [f"{type(error).__name__}: {error}"[:200]]
            faults += [f"{slot.path} {slot.how} {text!r}: {fault}" for fault in found]
    return Result(tried, faults, {"questions": len(questions)})


ROW = Row(
    tried="free text that is accepted comes back from every YAML file, comment, workflow, fixture",
    figure="5,000 texts, all equal",
    full=5_000,
    short=40,
    run=_run,
)
