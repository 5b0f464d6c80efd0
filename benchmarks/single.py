"""Measure one `copier copy` of the pack against a template with one question, and with a registry of 1,000 connectors.

Everything is measured in one run, in turn, and the figures are ratios of medians of the processor time of whole
processes, as a user starts them: from a folder, which is the pack's own work, and from a Git repository, which Copier
clones first. Prints a Markdown table.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from support import clean_environment, copy_pack, edit_yaml, git, release  # noqa: E402

ANSWERS = {"tenant_id": "acme", "source_connector": "stripe", "objects": ["customers"], "target_connector": "iceberg"}


def main() -> None:
    """Make the three templates, copy each in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="dativo-benchmark-") as folder:
        work = Path(folder)
        os.environ |= clean_environment(work / "home")
        (work / "answers.yml").write_text(yaml.safe_dump(ANSWERS))
        copy_pack(work / "pack")
        large(copy_pack(work / "large"))
        trivial(work / "trivial")
        names = ("trivial", "pack", "large")
        for name in names:
            shutil.copytree(work / name, work / f"{name}.git")
            release(work / f"{name}.git", "v1.0.0")
            git(work / f"{name}.git", "gc", "--quiet")  # as a clone of a released template is
        seconds: dict[str, list[float]] = {f"{name}{kind}": [] for kind in ("", ".git") for name in names}
        for _ in range(options.rounds):
            for name, values in seconds.items():
                values.append(copy(work / name, work))
        middle = {name: statistics.median(values) for name, values in seconds.items()}
    print("| one `copier copy` | from a folder | from a repository | at most |\n|---|---|---|---|")
    for what, name, other, most in (
        ("against a template with one question", "pack", "trivial", "1.4x"),
        ("a registry of 1,000 connectors against twelve", "large", "pack", "1.6x"),
    ):
        ratios = [f"{middle[name + kind] / middle[other + kind]:.2f}x" for kind in ("", ".git")]
        print(f"| {what} | {' | '.join(ratios)} | {most} |")


def large(pack: Path) -> Path:
    """Bring a pack's registry to 1,000 connectors."""

    def multiply(registry: dict[str, dict[str, object]]) -> None:
        connectors = registry["connectors"]
        for index, (name, entry) in zip(range(1000 - len(connectors)), list(connectors.items()) * 1000, strict=False):
            copied = f"{name}_{index}"
            connectors[copied] = entry
            recipe = yaml.safe_load((pack / "connectors" / f"{name}.yaml").read_text(encoding="utf-8"))
            recipe |= {"name": copied, "type": copied}
            (pack / "connectors" / f"{copied}.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))

    edit_yaml(pack / "registry" / "connectors.yaml", multiply)
    return pack


def trivial(template: Path) -> Path:
    """Make a template with one question and one file."""
    (template / "template").mkdir(parents=True)
    (template / "copier.yml").write_text("_subdirectory: template\ntenant_id: {type: str, default: acme}\n")
    (template / "template" / "{{ _copier_conf.answers_file }}.jinja").write_text("{{ _copier_answers | to_nice_yaml }}")
    (template / "template" / "job.yaml.jinja").write_text("tenant_id: {{ tenant_id }}\n")
    return template


def copy(template: Path, work: Path) -> float:
    """Copy a template into a new folder; returns the processor time of the process and its children, in seconds."""
    data = [] if template.name.startswith("trivial") else ["--data-file", str(work / "answers.yml")]
    command = [sys.executable, "-m", "copier", "copy", "--trust", "--defaults", "--quiet", *data]
    process = subprocess.Popen([*command, str(template), str(work / "out")])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"copying {template.name} failed")
    shutil.rmtree(work / "out")
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
