"""The runner accepts every source with every allowed target, in both modes and layouts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from dativo_generator.answers.questions.contract import LAYOUTS
from dativo_generator.answers.questions.short_path import MODES
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.registry.connectors import Connector
from dativo_generator.registry.runner import PLUGIN
from support import PACK, Rendered, allowed_pairs, answers_for, errors_in, render, schema_errors

# Every connector once, at whichever end it can stand.
PAIRS = {(source.id, "iceberg") for source in PACK.with_role("source")}
PAIRS |= {("stripe", target.id) for target in PACK.with_role("target")}
CASES = [
    pytest.param(source, target, mode, layout, id=f"{source.id}-{target.id}-{mode}-{layout}")
    for mode in MODES
    for layout in LAYOUTS
    for source, target in allowed_pairs(mode)
]


InMemory = Callable[[Mapping[str, Any]], Rendered]


def both(pair: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """Return the answers of a scaffold with every section closed, and with every section open."""
    closed = answers_for(*(PACK.registry[name] for name in pair))
    sections = [choice.value for choice in Scaffold(PACK, closed).choices("customize") if not choice.reason]
    return {"closed": closed, "opened": closed | {"customize": sections}}


@pytest.mark.parametrize(("source", "target", "mode", "layout"), CASES)
def test_accepted(source: Connector, target: Connector, mode: str, layout: str, in_memory: InMemory) -> None:
    out = in_memory(answers_for(source, target, execution_mode=mode, asset_layout=layout, vendor=False))
    assert schema_errors("asset", out.asset) == []
    assert schema_errors("job", out.job) == []
    plugins = {("source", "not-read"), ("target", "not-written")}
    needed = {
        rule for role, rule in plugins if PACK.way(role, {"source": source, "target": target}[role]).how == PLUGIN
    }
    assert {rule for rule, _ in errors_in(out.job, out.asset)} == needed
    assert out.job["asset_path"] == f"/app/{next(iter(out.assets))}"


@pytest.mark.parametrize("pair", sorted(PAIRS), ids="-".join)
def test_copier_writes_the_same(pair: tuple[str, str], in_memory: InMemory, published: Path, tmp_path: Path) -> None:
    for name, answers in both(pair).items():
        out, expected = render(published, tmp_path / name, answers), in_memory(answers)
        assert out.files == in_memory(out.answers).files
        # Copier records a default of several lines as text, and `in_memory` as what it says.
        assert {path for path in out.files if out.files[path] != expected.files.get(path)} <= {out.answers_file}
        assert out.files.keys() == expected.files.keys()


@pytest.mark.parametrize("pair", sorted(PAIRS), ids="-".join)
def test_opening_every_section_changes_nothing(pair: tuple[str, str], in_memory: InMemory) -> None:
    """What a prompt offers is what is followed when it is not asked."""
    closed, opened = (in_memory(answers) for answers in both(pair).values())
    assert opened.assets == closed.assets
    assert opened.job == closed.job
    assert len(opened.answers) > len(closed.answers)


@pytest.mark.parametrize("pair", sorted(PAIRS), ids="-".join)
def test_every_path_in_a_job_is_of_a_file_that_was_written(pair: tuple[str, str], in_memory: InMemory) -> None:
    source, target = (PACK.registry[name] for name in pair)
    out = in_memory(answers_for(source, target, app_root="."))
    assert {value for key, value in out.job.items() if key.endswith("_path")} <= set(out.files)
