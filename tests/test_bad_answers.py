"""A wrong answer is one line that names it, its value and the way out; nothing is written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy
from copier.errors import UserMessageError

from support import ROOT

DATA = yaml.safe_load((ROOT / "tests" / "data" / "bad_answers.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("base", "changes", "message"), DATA["cases"], ids=[case[2][:60] for case in DATA["cases"]])
def test_refused(base: str, changes: dict[str, Any], message: str, template: Path, tmp_path: Path) -> None:
    answers = {name: value for name, value in (DATA["base"][base] | changes).items() if value is not None}
    with pytest.raises(UserMessageError) as error:
        # Not the checked helper: a misspelt name is what some cases are about.
        run_copy(str(template), tmp_path / "out", data=answers, defaults=True, unsafe=True, quiet=True)
    assert str(error.value).startswith(message)
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("base", DATA["base"])
def test_the_base_is_good(base: str, template: Path, tmp_path: Path) -> None:
    run_copy(str(template), tmp_path / "out", data=DATA["base"][base], defaults=True, unsafe=True, quiet=True)
    assert (tmp_path / "out" / "jobs").is_dir()
