"""Every source with every target that the registry allows, in both modes and layouts, is what the runner accepts."""

from pathlib import Path

import pytest

from dativo_generator.answers.questions.runtime import LAYOUTS
from dativo_generator.answers.questions.short_path import MODES
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.registry.connectors import Connector
from dativo_generator.validation.runner_rules import check_asset, check_job, check_pair
from support import PACK, allowed_pairs, answers_for, render, schema_errors

# Every connector once, at whichever end it can stand.
PAIRS = {(source.id, "iceberg") for source in PACK.with_role("source")}
PAIRS |= {("stripe", target.id) for target in PACK.with_role("target")}
CASES = [
    pytest.param(source, target, mode, layout, id=f"{source.id}-{target.id}-{mode}-{layout}")
    for mode in MODES
    for layout in LAYOUTS
    for source, target in allowed_pairs(mode)
]


@pytest.mark.parametrize(("source", "target", "mode", "layout"), CASES)
def test_accepted(source: Connector, target: Connector, mode: str, layout: str, template: Path, tmp_path: Path) -> None:
    answers = answers_for(source, target, execution_mode=mode, asset_layout=layout, vendor=False)
    out = render(template, tmp_path / "out", answers)
    assert schema_errors("asset", out.asset) == []
    assert schema_errors("job", out.job) == []
    assert check_asset(out.asset) == []
    assert check_job(out.job, source, PACK.recipe(source.id)) == []
    assert check_pair(out.job, out.asset) == []
    assert out.job["asset_path"] == f"/app/{next(iter(out.assets))}"


@pytest.mark.parametrize("pair", sorted(PAIRS), ids="-".join)
def test_opening_every_section_changes_nothing_but_the_engine(
    pair: tuple[str, str], template: Path, tmp_path: Path
) -> None:
    """What a prompt offers is what is followed when it is not asked."""
    source, target = (PACK.registry[name] for name in pair)
    answers = answers_for(source, target)
    sections = [choice.value for choice in Scaffold(PACK, answers).choices("customize") if not choice.reason]
    closed = render(template, tmp_path / "closed", answers)
    opened = render(template, tmp_path / "opened", answers | {"customize": sections})
    engine = {"engine": {"type": source.default_engine}} if len(source.engines) > 1 else {}
    assert opened.assets == closed.assets
    assert opened.job == closed.job | {"source": closed.job["source"] | engine}
    assert len(opened.answers) > len(closed.answers)


@pytest.mark.parametrize("pair", sorted(PAIRS), ids="-".join)
def test_every_path_in_a_job_is_of_a_file_that_was_written(
    pair: tuple[str, str], template: Path, tmp_path: Path
) -> None:
    source, target = (PACK.registry[name] for name in pair)
    out = render(template, tmp_path / "out", answers_for(source, target, app_root="."))
    assert {value for key, value in out.job.items() if key.endswith("_path")} <= set(out.files)
