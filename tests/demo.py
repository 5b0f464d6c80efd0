"""Scaffold every answers file of examples/ into a folder, show the tree, and print what to run next."""

import shutil
import sys
from pathlib import Path

from support import EXAMPLES, ROOT, load_answers, render


def main(destination: Path) -> None:
    """Write the demo to `destination`, which is created anew."""
    shutil.rmtree(destination, ignore_errors=True)
    for example in EXAMPLES:
        render(ROOT, destination, load_answers(example), vcs_ref="HEAD", overwrite=True)
    for data in (ROOT / "examples").glob("*.csv"):
        (destination / "examples").mkdir(exist_ok=True)
        shutil.copy(data, destination / "examples")
    print(_tree(destination))
    job = min((destination / "jobs").rglob("*.yaml"))
    print(f"\nNext:\n  cd {destination.name} && dativo run --config {job.relative_to(destination)}")


def _tree(folder: Path, indent: str = "") -> str:
    lines = [f"{folder.name}/"] if not indent else []
    for path in sorted(folder.iterdir(), key=lambda path: (path.is_file(), path.name)):
        lines.append(f"{indent or '  '}{path.name}{'/' if path.is_dir() else ''}")
        if path.is_dir():
            lines += _tree(path, (indent or "  ") + "  ").splitlines()
    return "\n".join(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
