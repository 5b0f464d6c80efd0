"""Creates what is measured: releases of the pack, repositories of many scaffolds, and others for comparison."""

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from dativo_generator.fleet.release import Release
from speed.measuring import Failed, Usage, python, run
from speed.renderer import Renderer
from support import EXAMPLES, ROOT, edit_yaml, git, load_answers, release

# How many scaffolds are replayed to check that a repository is clean; of a larger one, only a part.
_CHECKED = 1000
_TRIVIAL = {
    "copier.yml": "_subdirectory: template\ntenant_id: {type: str, default: acme}\n",
    "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "template/job.yaml.jinja": "tenant_id: {{ tenant_id }}\n",
}


@dataclass(frozen=True)
class Size:
    """The sizes of the measurements, which the table quotes."""

    jobs: int = 1000
    many: int = 10_000
    connectors: int = 1000
    tables: int = 500
    most_tables: int = 5000
    # The rounds per contender: for commands on many scaffolds, for the longest of them, and for short ones.
    rounds: int = 3
    long: int = 1
    short: int = 15
    # How many scaffolds a loop of Copier processes per round.
    sample: int = 8


SMALL = Size(jobs=4, many=8, connectors=20, tables=4, most_tables=8, rounds=1, long=1, short=1, sample=1)


class Workshop:
    """A folder for everything that is measured, each part created on first use."""

    def __init__(self, folder: Path) -> None:
        """Work in an empty `folder`."""
        self.folder = folder

    def command(self, repository: Path, *arguments: str, **how: Any) -> Usage:
        """Run the command in a repository; its status 3 only means that a newer release exists."""
        statuses = how.pop("statuses", (0, 3))
        return run(python("-m", "dativo_generator", *arguments), repository, statuses=statuses, **how)

    # --- the pack -----------------------------------------------------------------------------------------------------

    @cached_property
    def pack(self) -> str:
        """The URL of a bare repository: the whole project and its history, released as v1.0.0 and v2.0.0.

        The second release changes the lookback default of every recipe that has one.
        """
        tree = self._project("pack")

        def slower(recipe: Any) -> None:
            if "lookback_days_default" in recipe.get("incremental", {}):
                recipe["incremental"]["lookback_days_default"] += 6

        for path in (tree / "connectors").glob("*.yaml"):
            edit_yaml(path, slower)
        release(tree, "v2.0.0")
        return self._published(tree)

    @cached_property
    def checkout(self) -> Path:
        """The first release, checked out."""
        _ = self.pack
        git(self.folder / "pack", "worktree", "add", "--quiet", "--detach", str(self.folder / "v1"), "v1.0.0")
        return self.folder / "v1"

    def _project(self, name: str) -> Path:
        """Clone this project, copy the current files into it, and release it as v1.0.0."""
        tree = self.folder / name
        tree.mkdir()
        git(tree, "init", "--quiet", "--initial-branch=main")
        git(tree, "fetch", "--quiet", "--no-tags", "--update-shallow", str(ROOT), "HEAD")
        git(tree, "reset", "--quiet", "FETCH_HEAD")
        for path in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
            if path and (ROOT / path).is_file():
                (tree / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / path, tree / path)
        release(tree, "v1.0.0")
        return tree

    def _published(self, tree: Path) -> str:
        """Publish a repository as on a server: bare, and packed."""
        bare = tree.with_suffix(".git")
        git(self.folder, "clone", "--quiet", "--bare", "--no-local", str(tree), str(bare))
        return bare.as_uri()

    @cache  # noqa: B019 - there is one workshop in a process
    def large_pack(self, connectors: int) -> tuple[Path, str]:
        """Create the pack with a registry of so many connectors: as a folder, and as the URL of a bare repository."""
        tree = self._project(f"connectors-{connectors}")
        multiply(tree, connectors)
        release(tree, "v2.0.0")
        return self._as_folder(tree), self._published(tree)

    @cached_property
    def plain_pack(self) -> tuple[Path, str]:
        """The unchanged pack, in both forms."""
        tree = self._project("plain")
        return self._as_folder(tree), self._published(tree)

    @cached_property
    def trivial(self) -> tuple[Path, str]:
        """A template with one question and one file besides the answers, in both forms."""
        tree = self.folder / "trivial"
        _write(tree, {path: text.encode() for path, text in _TRIVIAL.items()})
        release(tree, "v1.0.0")
        return self._as_folder(tree), self._published(tree)

    @cache  # noqa: B019
    def constant(self, files: int) -> tuple[Path, str]:
        """Create the pack with as many questions, all constant, and so many constant files, in both forms.

        Each text of a question is rendered and always gives the same; none of the pack's code is loaded.
        """
        tree = self._project("constant")
        questions = {}
        for path in sorted((tree / "questions").glob("*.yml")):
            questions |= yaml.safe_load(path.read_text(encoding="utf-8"))
            path.unlink()
        made = {"_subdirectory": "template"} | {name: _constant(one) for name, one in questions.items()}
        (tree / "copier.yml").write_text(_written_out(made), encoding="utf-8")
        shutil.rmtree(tree / "template")
        _write(tree / "template", {f"{number}.txt": b"constant\n" for number in range(files)})
        release(tree, "v2.0.0")
        return self._as_folder(tree), self._published(tree)

    @cache  # noqa: B019
    def trivial_of(self, count: int) -> Path:
        """Create a template with one question that writes so many files besides the answers, as a folder."""
        tree = self.folder / f"trivial-{count}"
        *files, (_, text) = _TRIVIAL.items()
        files.append((f"template/{{% yield number from range({count}) %}}{{{{ number }}}}{{% endyield %}}.jinja", text))
        _write(tree, {path: text.encode() for path, text in files})
        return tree

    def _as_folder(self, tree: Path) -> Path:
        """Copy the files without the history: Copier uses a plain folder as it is."""
        return shutil.copytree(tree, tree.with_suffix(".folder"), ignore=shutil.ignore_patterns(".git"))

    def copied(self, template: Path | str, answers: Mapping[str, Any]) -> Usage:
        """Copy a template into a new folder, as `copier copy` does if nobody is asked."""
        usage = self._copied(template, answers)
        shutil.rmtree(self.folder / "out")
        return usage

    def count_copied(self, template: Path | str, answers: Mapping[str, Any]) -> int:
        """Return how many files a copy writes."""
        self._copied(template, answers)
        count = sum(path.is_file() for path in (self.folder / "out").rglob("*"))
        shutil.rmtree(self.folder / "out")
        return count

    def _copied(self, template: Path | str, answers: Mapping[str, Any]) -> Usage:
        data = self.folder / "answers.yml"
        data.write_text(yaml.safe_dump(dict(answers)), encoding="utf-8")
        how = ("--trust", "--defaults", "--quiet", "--data-file", str(data))
        return run(python("-m", "copier", "copy", *how, str(template), "out"), self.folder)

    # --- Copier on many scaffolds -------------------------------------------------------------------------------------

    def looped(self, repository: Path, names: Sequence[str], verb: str) -> list[Usage]:
        """Run Copier's `verb` on some answers files, with a process and a commit for each, as it requires.

        Returns a usage for each; the commits are not measured. The repository is restored.
        """
        how = ["--trust", "--defaults", "--quiet"]
        how += ["--vcs-ref", "v1.0.0", "--overwrite"] if verb == "recopy" else []
        usages = []
        for name in names:
            usages.append(run(python("-m", "copier", verb, *how, "--answers-file", name), repository, watch=False))
            git(repository, "add", "--all")
            git(repository, "commit", "--quiet", "--allow-empty", "--message", name)
        git(repository, "reset", "--quiet", "--hard", "scaffolded")
        return usages

    # --- repositories of scaffolds ------------------------------------------------------------------------------------

    @cache  # noqa: B019
    def repository(self, count: int) -> Path:
        """Create a repository of `count` scaffolds of the first release, and check that the command finds it clean."""
        destination = self.folder / f"scaffolds-{count}"
        renderer = Renderer(self.checkout)
        for values in self._recorded(count):
            _write(destination, renderer.files(values))
        for values in self._recorded(min(count, len(EXAMPLES))):
            _write(destination, renderer.shared(values))
        release(destination, "scaffolded")
        self._check_clean(destination, count)
        return destination

    def _recorded(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield the contents of the answers files: each example in turn, under its own names.

        The first release decides what is recorded for the examples; other tenants differ only in their name.
        """
        first = Release(self.checkout)
        texts = []
        for answers in scaffolds(len(EXAMPLES)):
            complete = first.completed(answers, "")
            rendering = first.render(complete, self.pack, "v1.0.0")
            texts.append((answers["tenant_id"], rendering.files[rendering.answers_file].decode()))
        for index in range(count):
            tenant, text = texts[index % len(texts)]
            yield yaml.load(text.replace(tenant, _tenant(index)), yaml.CSafeLoader)

    def _check_clean(self, repository: Path, count: int) -> None:
        """Raise `Failed` unless every file is what the first release renders: others would be measured as edited."""
        part = ("--shard", f"1/{-(-count // _CHECKED)}") if count > _CHECKED else ()
        found = json.loads(self.replayed(repository, *part).out)
        if commits := {state["commit"] for state in found["answers"]} - {"v1.0.0"}:
            raise Failed(f"scaffolds are recorded as {', '.join(commits)}, and not as v1.0.0")

    def replayed(self, repository: Path, *options: str, **how: Any) -> Usage:
        """Replay a repository; raises `Failed` unless it is clean."""
        arguments = ("replay", "--json", *options, "--template", self.pack)
        usage = self.command(repository, *arguments, statuses=(0, 1, 3), **how)
        found = json.loads(usage.out)
        files = [file for state in found["answers"] for file in state["files"]] + found["files"]
        for named, expected in ((found["answers"], "behind"), (files, "clean")):
            if others := Counter(one["state"] for one in named if one["state"] != expected):
                said = ", ".join(f"{number} {state}" for state, number in others.items())
                raise Failed(f"of {len(named)} files, all to be {expected}: {said}")
        return usage

    def floor(self, name: str, repository: Path) -> Usage:
        """Measure a floor of `floors`; of its usage, only the CPU seconds of its work matter."""
        here = os.pathsep.join(str(ROOT / folder) for folder in ("benchmarks", "tests"))
        command = python("-m", "speed.floors", name, str(repository), str(self.checkout))
        usage = run(command, repository, variables={"PYTHONPATH": here}, watch=False)
        return Usage(usage.wall, float(usage.out), 0, usage.out)

    def updated(self, repository: Path) -> Usage:
        """Update a repository, and restore it."""
        usage = self.command(repository, "update", "--json", "--template", self.pack)
        restore(repository)
        return usage

    def validated(self, repository: Path) -> Usage:
        """Validate a repository."""
        return self.command(repository, "validate", "--json")

    @cache  # noqa: B019
    def manifest(self, count: int) -> Path:
        """Create a repository with only a manifest of so many scaffolds, as `jobs.csv` and as `jobs.yml`."""
        made = list(scaffolds(count))
        names = sorted({name for answers in made for name in answers})
        folder = self.folder / f"manifest-{count}"
        folder.mkdir()
        with (folder / "jobs.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, names)
            rows.writeheader()
            rows.writerows({name: _cell(value) for name, value in answers.items()} for answers in made)
        (folder / "jobs.yml").write_text(_written_out({"scaffolds": made}), encoding="utf-8")
        release(folder, "listed")
        return folder

    def scaffolded(self, manifest: Path, file: str = "jobs.csv") -> Usage:
        """Scaffold a manifest, and remove what was written."""
        usage = self.command(manifest, "batch", file, "--to", "v1.0.0", "--json", "--template", self.pack)
        restore(manifest)
        return usage

    @cache  # noqa: B019
    def script(self, count: int) -> Path:
        """Create a DDL script of so many tables, with four columns each."""
        path = self.folder / f"tables-{count}.sql"
        columns = "id bigint primary key, email text not null, total numeric(10, 2), updated_at timestamptz"
        path.write_text("".join(f"create table shop.t{index:05} ({columns});\n" for index in range(count)))
        return path


def multiply(pack: Path, count: int) -> None:
    """Grow a pack's registry to `count` connectors, each written out in full."""
    path = pack / "registry" / "connectors.yaml"
    registry = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = list(registry["connectors"])
    for index in range(count - len(known)):
        name = known[index % len(known)]
        copied = f"{name}_{index}"
        registry["connectors"][copied] = registry["connectors"][name]
        recipe = yaml.safe_load((pack / "connectors" / f"{name}.yaml").read_text(encoding="utf-8"))
        recipe |= {"name": copied, "type": copied}
        (pack / "connectors" / f"{copied}.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")
    path.write_text(_written_out(registry), encoding="utf-8")


def scaffolds(count: int) -> Iterator[dict[str, Any]]:
    """Yield the answers of the examples in turn, each time for another tenant and with its own assets."""
    examples = [load_answers(path) for path in EXAMPLES]
    for index in range(count):
        answers = dict(examples[index % len(examples)])
        kind = next(name for name in ("objects", "tables", "files", "sheets") if name in answers)
        items = [item.rsplit(".")[-1] if isinstance(item, str) else item["object"] for item in answers[kind]]
        names = {item: f"{_tenant(index)}_{item}" for item in items}
        yield answers | {"tenant_id": _tenant(index), "scaffold": "job", "asset_names": names}


def _constant(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return a question with the same texts to render, each a constant: it is hidden, as most of the pack's are."""
    texts = {"when": "{{ 1 == 2 }}", "ask": "{{ 1 == 1 }}", "default": "{{ 'a' }}", "validator": "{{ '' }}"}
    return {"type": "str"} | {name: texts.get(name, question[name]) for name in question if name in {*texts, "help"}}


def restore(repository: Path) -> None:
    """Undo uncommitted changes."""
    git(repository, "reset", "--quiet", "--hard")
    git(repository, "clean", "--quiet", "--force", "-d")


def _tenant(index: int) -> str:
    return f"tenant{index:05}"


def _cell(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value)


def _written_out(value: Any) -> str:
    """Return YAML without aliases, which nobody writes by hand."""
    return yaml.dump(value, Dumper=_WithoutAliases, sort_keys=False)


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write(destination: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        target = destination / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
