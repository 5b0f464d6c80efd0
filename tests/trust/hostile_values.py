"""Answers of somebody who means harm, to every question, given in every way in which answers can come.

If Copier itself fails before it has loaded the template, as for a data file that is not YAML, no template can refuse
the input, so this is left to Copier. The row still checks that Copier has written nothing.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from dativo_generator.answers.questions import QUESTIONS
from dativo_generator.base.errors import AnswerError, DativoError
from dativo_generator.fleet.answers_files import parsed
from support import EXAMPLES, PACK, answers_for, load_answers

from .children import Done
from .row import Result, Row
from .surroundings import TAG, Published, Sandbox, published
from .values import NAMES, TEXTS, VALUES, placed

# How many answers are tried in memory for each command that is run.
_GENERATED = 20
# Where the files of a scaffold belong.
_OWN = re.compile(
    r"assets/[a-z0-9_-]+/v[0-9.]+/[a-z0-9_-]+\.yaml|jobs/[a-z0-9_-]+/([a-z0-9_-]+/)?[a-z0-9_-]+\.yaml"
    r"|variables/[a-z0-9_-]+/([a-z0-9_-]+/)?[a-z0-9_-]+\.env\.example"
    r"|tests/fixtures/([a-z0-9_-]+/[a-z0-9_-]+\.(csv|jsonl)|test_dativo_fixtures\.py)"
    r"|(registry|connectors|schemas)/[a-z0-9_.-]+\.(yaml|json)|schemas/\.gitattributes"
    r"|\.github/workflows/dativo\.yml|\.gitlab/dativo\.yml"
    r"|\.copier-answers\.[a-z0-9_-]+\.[a-z0-9_-]+\.yml"
)
# What a command writes besides the files of scaffolds.
_PROFILE = re.compile(r"profiles/[a-z0-9_-]+\.yml")
# An error that is not a message for a user, as `Release` passes it on.
_BARE = re.compile(r"[A-Z]\w*(Error|Exception|Interrupt|Iteration)\b")

BASE: dict[str, Any] = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "iceberg",
    "scaffold": "job",
}


# --- command runs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A way to give an answer: `run` gives it and runs a command.

    `there` is whether a scaffold exists already; `quoted` whether a value may be written as YAML; `mends` whether the
    command may change files although it fails; `rewrites` whether it may write only the answers file and nothing else,
    as Copier does if somebody has edited that file.
    """

    run: Callable[[Sandbox, str, str], Done]
    there: bool = True
    quoted: bool = True
    mends: bool = False
    rewrites: bool = False


def _file(name: str, text: str, base: Mapping[str, Any] | None = None) -> bytes:
    """Return the content of a file of answers: those of `base`, with `text` as the answer to `name`."""
    kept = {key: value for key, value in (base or {}).items() if key != name}
    rest = yaml.safe_dump(kept, sort_keys=False) if kept else ""
    return f"{rest}{_key(name)}: {text}\n".encode(errors="surrogatepass")


def _key(name: str) -> str:
    return name if name in QUESTIONS else yaml.safe_dump(name, default_style='"').strip()


def _argument(name: str, text: str) -> str:
    return f"--data={name}={text}".replace("\0", "")


def _copy_data(box: Sandbox, name: str, text: str) -> Done:
    base = [f"--data={key}={yaml.safe_dump(value).strip()}" for key, value in _plain(BASE).items() if key != name]
    return box.copier("copy", "--trust", "--defaults", *base, _argument(name, text), *_ends(box))


def _copy_data_file(box: Sandbox, name: str, text: str) -> Done:
    (box.outside / "data.yml").write_bytes(_file(name, text, BASE))
    box.watch()
    return box.copier("copy", "--trust", "--defaults", f"--data-file={box.outside / 'data.yml'}", *_ends(box))


def _copy_profile(box: Sandbox, name: str, text: str) -> Done:
    _write_profile(box, name, text)
    data = [
        f"--data={key}={yaml.safe_dump(value).strip()}" for key, value in _plain(BASE | {"scaffold": "new"}).items()
    ]
    names = "--data=asset_names={orders: new}"
    return box.copier("copy", "--trust", "--defaults", *data, names, *_ends(box))


def _update_profiles(box: Sandbox, name: str, text: str) -> Done:
    _write_profile(box, name, text)
    return box.dativo("update", "--profiles")


def _copier_update(box: Sandbox, name: str, text: str) -> Done:
    _edit(box, name, text)
    return box.copier("update", "--trust", "--defaults", f"--answers-file={_FILE}", str(box.repository))


def _edited(*arguments: str) -> Callable[[Sandbox, str, str], Done]:
    def run(box: Sandbox, name: str, text: str) -> Done:
        _edit(box, name, text)
        return box.dativo(*arguments)

    return run


def _update_data(box: Sandbox, name: str, text: str) -> Done:
    return box.dativo("update", _argument(name, text))


def _manifest(box: Sandbox, name: str, text: str) -> Done:
    row = _file(name, text, BASE | {"scaffold": "new", "asset_names": {"orders": "new"}}).decode(errors="surrogatepass")
    lines = "".join(f"    {line}\n" for line in row.split("\n"))
    content = f"scaffolds:\n  -\n{lines}".encode(errors="surrogatepass")
    (box.repository / "jobs.yml").write_bytes(content)
    return box.dativo("batch", "jobs.yml")


def _manifest_csv(box: Sandbox, name: str, text: str) -> Done:
    row = _plain(BASE | {"scaffold": "new"}) | {name: text}
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells] for cells in (row, row.values())]
    content = "".join(f"{','.join(cells)}\n" for cells in quoted).encode(errors="surrogatepass")
    (box.repository / "jobs.csv").write_bytes(content)
    return box.dativo("batch", "jobs.csv")


def _batch_data(box: Sandbox, name: str, text: str) -> Done:
    row = {key: value for key, value in _plain(BASE | {"scaffold": "new"}).items() if key != name}
    (box.repository / "jobs.yml").write_text(yaml.safe_dump({"scaffolds": [row]}))
    return box.dativo("batch", "jobs.yml", _argument(name, text))


_FILE = ".copier-answers.acme.job.yml"
WAYS: dict[str, Way] = {
    "copy --data": Way(_copy_data, there=False, quoted=False),
    "copy --data-file": Way(_copy_data_file, there=False),
    "copy beside a profile": Way(_copy_profile),
    "copier update of an edited answers file": Way(_copier_update, rewrites=True),
    "replay of an edited answers file": Way(_edited("replay", "--diff", "--strict")),
    "replay --write of an edited answers file": Way(_edited("replay", "--write", "--strict"), mends=True),
    "update of an edited answers file": Way(_edited("update")),
    "validate beside an edited answers file": Way(_edited("validate", "--strict")),
    "update --data": Way(_update_data, quoted=False),
    "update --profiles": Way(_update_profiles),
    "batch of a manifest": Way(_manifest),
    "batch of a spreadsheet": Way(_manifest_csv, quoted=False),
    "batch --data": Way(_batch_data, quoted=False),
}


def _plain(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers with every list written as text."""
    return {key: f"[{', '.join(value)}]" if isinstance(value, list) else value for key, value in answers.items()}


def _ends(box: Sandbox) -> tuple[str, str]:
    return str(box.template), str(box.repository)


def _edit(box: Sandbox, name: str, text: str) -> None:
    """Change an answer in the answers file, and commit that."""
    recorded = yaml.safe_load((box.repository / _FILE).read_text())
    box.commit({_FILE: _file(name, text, recorded)})


def _write_profile(box: Sandbox, name: str, text: str) -> None:
    part = _file(name, text)
    if QUESTIONS[name].of == "connector" if name in QUESTIONS else len(name) % 2:
        lines = part.decode(errors="surrogatepass").split("\n")
        part = ("connectors:\n  postgres:\n" + "".join(f"    {line}\n" for line in lines)).encode(
            errors="surrogatepass"
        )
    box.commit({"profiles/acme.yml": part})


def _texts(rng: random.Random, quoted: bool, place: str) -> str:
    """Choose the text of an answer."""
    if not quoted or rng.random() < 0.3:
        return placed(rng.choice(TEXTS), place)
    while True:
        try:
            value = placed(rng.choice((*VALUES, *TEXTS)), place)
            return yaml.safe_dump(value, default_flow_style=True, width=10**6).removesuffix("...\n").strip()
        except (RecursionError, ValueError):
            continue


def _cases(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield pairs of a way and a name, endlessly: every question in every way once before any pair comes again."""
    while True:
        cases = list(product(WAYS, (*QUESTIONS, *rng.sample(NAMES, 3))))
        rng.shuffle(cases)
        yield from cases


def _tried(way: str, name: str, text: str, pack: Published, start: Mapping[str, bytes], folder: Path) -> Iterator[str]:
    """Give an answer in a way, and yield what is wrong with the outcome."""
    box = Sandbox(folder, pack.template)
    kind = WAYS[way]
    if kind.there:
        box.commit(start)
    box.watch()
    done = kind.run(box, name, text)
    if (crash := done.crash) and (done.reached or not way.startswith("cop")):
        yield crash
    if strayed := box.strayed():
        yield f"outside: {', '.join(strayed)[:200]}"
    given, after = box.given, box.files()
    changed = {path for path in {*given, *after} if given.get(path) != after.get(path)}
    if done.status and changed and not kind.mends:
        yield f"exit status {done.status}, but changed {', '.join(sorted(changed))[:200]}"
    if not kind.rewrites or any(not path.startswith(".copier-answers.") for path in changed):
        yield from _half(pack, changed, after)
    box.remove()


def _half(pack: Published, changed: set[str], after: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is half done: every file that answers files give must exist, and nothing else may have changed."""
    if not changed:
        return
    expected: dict[str, bytes] = {}
    for path in after:
        if path.startswith(".copier-answers."):
            file = parsed(path, after[path])
            try:
                rendering = pack.release.replay(file)
            except (DativoError, AttributeError, TypeError) as error:
                yield f"wrote beside an answers file that cannot be replayed: {file.problem or error}"[:300]
                continue
            expected |= rendering.files
    for path in sorted({*changed, *expected}):
        if _PROFILE.fullmatch(path) or (path not in changed and path in after):
            continue  # files that were edited by hand stay
        if after.get(path) != expected.get(path):
            state = "is missing" if path not in after else "is unexpected" if path not in expected else "differs"
            yield f"half written: {path!r} {state}"


# --- in memory --------------------------------------------------------------------------------------------------------


def _bases() -> list[dict[str, Any]]:
    targets = PACK.with_role("target")
    pairs = zip(PACK.with_role("source"), (targets * len(PACK.registry))[: len(PACK.with_role("source"))], strict=True)
    made = [answers_for(source, target, scaffold="job") for source, target in pairs]
    return [*made, *(load_answers(path) for path in EXAMPLES)]


def _generated(pack: Published, count: int, rng: random.Random) -> Iterator[str]:
    """Answer a question or two with something hostile, and yield what is wrong with the rendering."""
    bases = _bases()
    values = (*VALUES, *TEXTS)
    pairs = list(product(QUESTIONS, range(len(values))))
    rng.shuffle(pairs)
    for number in range(count):
        name, index = pairs[number % len(pairs)]
        wrong = {name: values[index]}
        if rng.random() < 0.3:
            wrong[rng.choice((*QUESTIONS, *NAMES))] = rng.choice(values)
        answers = bases[number % len(bases)] | placed(wrong, "/nowhere")
        for fault in _made(pack, answers):
            yield f"in memory: case {number}, {sorted(wrong)}: {fault}"


def _made(pack: Published, answers: dict[str, Any]) -> Iterator[str]:
    try:
        for line in pack.release.problems(answers):
            yield from _said(line)
    except AnswerError as error:
        yield f"problems: {error}"
    try:
        complete = pack.release.completed(answers, "")
        rendering = pack.release.render(complete, str(pack.template), TAG)
    except AnswerError as error:
        yield from _said(str(error))
        return
    if not _OWN.fullmatch(rendering.answers_file):
        yield f"answers file {rendering.answers_file!r}"
    for path, content in rendering.files.items():
        if not _OWN.fullmatch(path):
            yield f"writes {path!r}"
        if path.startswith(("assets/", "jobs/", ".copier-")) and not isinstance(_loaded(content), dict):
            yield f"{path} is not YAML"
    if parsed(rendering.answers_file, rendering.files[rendering.answers_file]).problem:
        yield "its answers file cannot be read"


def _said(line: str) -> Iterator[str]:
    if _BARE.match(line):
        yield f"bare error: {line[:200]}"
    if len(line.splitlines()) != 1:
        yield f"an error of {len(line.splitlines())} lines"


def _loaded(content: bytes) -> Any:
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError:
        return None


def _run(count: int, folder: Path) -> Result:
    rng = random.Random(0)
    with published(folder) as pack:
        start = pack.render(BASE)
        faults = []
        for number, (way, name) in zip(range(count), _cases(rng), strict=False):
            text = _texts(rng, WAYS[way].quoted, str(folder / str(number) / "outside"))
            found = _tried(way, name, text, pack, start, folder / str(number))
            faults += [f"{way}: {name}={text[:100]!r}: {fault}" for fault in found]
        generated = count * _GENERATED
        faults += _generated(pack, generated, rng)
    return Result(count, faults, {"generated": generated})


ROW = Row(
    tried="hostile values for every question through `--data`, data file, edited answers file, profile, manifest",
    figure="500 command runs and 10,000 generated: 0 writes outside, 0 tracebacks, 0 partial outputs",
    full=500,
    short=6,
    run=_run,
)
