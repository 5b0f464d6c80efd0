"""The functions for other programs."""

from collections.abc import Callable
from pathlib import Path

import pytest

import dativo_generator
from dativo_generator import api
from support import EXAMPLES, ROOT, Rendered, load_answers, render

ANSWERS = load_answers(EXAMPLES[0])


def test_the_package_offers_what_the_api_explains() -> None:
    assert dativo_generator.__all__ == api.__all__
    for name in api.__all__:
        assert getattr(dativo_generator, name) is getattr(api, name)
        assert getattr(api, name).__doc__, name


def test_nothing_else_is_offered() -> None:
    with pytest.raises(AttributeError, match="Fleet"):
        _ = dativo_generator.Fleet


def test_a_plan_is_what_a_render_writes(scaffolded: Callable[..., Rendered]) -> None:
    planned = dativo_generator.plan_scaffold(dativo_generator.load_pack(ROOT), ANSWERS)
    paths = [file["path"] for file in (*planned["assets"], *planned["jobs"])]
    assert sorted(paths) == sorted({**scaffolded(**ANSWERS).assets, **scaffolded(**ANSWERS).jobs})


def test_a_plan_of_wrong_answers_is_refused() -> None:
    with pytest.raises(dativo_generator.DativoError, match=r"owner: .* not 'nobody'"):
        dativo_generator.plan_scaffold(dativo_generator.load_pack(), ANSWERS | {"owner": "nobody"})


def test_a_folder_is_validated_with_the_schemas(scaffolded: Callable[..., Rendered]) -> None:
    out = scaffolded(**ANSWERS)
    assert [found for found in dativo_generator.validate_folder(out.root) if found.severity == "error"] == []
    (job, *_) = out.jobs
    with (out.root / job).open("a") as stream:
        stream.write("unheard_of: 1\n")
    assert [found.rule for found in dativo_generator.validate_folder(out.root) if found.severity == "error"] == [
        "unknown-key"
    ]


def test_a_folder_is_replayed(released: Path, tmp_path: Path) -> None:
    out = render(released, tmp_path / "out", ANSWERS)
    assert not dativo_generator.replay_folder(out.root, str(released)).failed(strict=True)
    (job, *_) = out.jobs
    (out.root / job).unlink()
    report = dativo_generator.replay_folder(out.root, str(released))
    assert [file.path for file in report.files if file.state == "missing"] == [job]
