"""Every command reports a damaged file in one line with its place, and none with a traceback."""

import re
import shutil
from pathlib import Path

import pytest

from dativo_generator.base.errors import DativoError
from dativo_generator.cli.app import COMMANDS
from dativo_generator.questionnaire.lazy_importer import LazyImporter
from dativo_generator.questionnaire.unattended import completed
from dativo_generator.registry.pack import Pack
from fleets import STRIPE, Command, build
from support import copy_pack, git, release

ANSWERS = ".copier-answers.acme.pay.yml"
ASSET, JOB = "assets/stripe/v1.0/stripe_customers.yaml", "jobs/acme/stripe_customers_to_iceberg.yaml"
HOME = {"name": "pay", "answers": STRIPE | {"tenant_id": "acme", "owner": "data@acme.com"}}

# What is run of each command in the repository; `batch.yml` and `answers.yml` are right where they are not damaged.
RUN = {
    "new": ("new", ".", "--data-file", "answers.yml", "--defaults"),
    "replay": ("replay",),
    "update": ("update", "--dry-run"),
    "update --profiles": ("update", "--dry-run", "--profiles"),
    "batch": ("batch", "batch.yml", "--dry-run"),
    "list": ("list",),
    "list --state": ("list", "--state"),
    "explain": ("explain", JOB),
    "remove": ("remove", ANSWERS, "--dry-run"),
    "adopt": ("adopt", "--dry-run"),
    "validate": ("validate",),
    "fields": ("fields", "people.csv"),
    "fields --against": ("fields", "people.csv", "--against", ASSET),
    "drift": ("drift",),
    "doctor": ("doctor",),
}
BATCH = """\
scaffolds:
  - {tenant_id: acme, scaffold: pay, source_connector: stripe, objects: [customers], target_connector: s3}
"""
MORE = """\
tenant_id: acme
scaffold: more
source_connector: hubspot
objects: [deals]
target_connector: s3
"""
# What is appended to a file, and where that is wrong.
DAMAGE = {
    "no end": b"\nx: [\n",
    "a tag": b"\nx: !!int many\n",
    "a tab": b"\nx:\n\t- y\n",
    "a control character": b"\nx: \x07\n",
    "other bytes": b"\nx: \xff\xfe\n",
    "a key twice": b"\nx: 1\nx: 2\n",
    "too deep": b"\nx: " + b"[" * 3_000 + b"\n",
}
# The files, and the runs that say where one is damaged.
READ = {
    ANSWERS: ("replay", "update", "batch", "list", "list --state", "remove", "adopt", "drift", "explain"),
    "profiles/acme.yml": ("new", "update --profiles", "batch", "validate"),
    "batch.yml": ("batch",),
    "answers.yml": ("new",),
    ASSET: ("validate", "fields --against"),
    JOB: ("validate", "explain"),
    ".dativo.yml": ("validate",),
}
# Commands that list or warn of damage, and do not fail.
LISTING = {("list", ANSWERS), ("list --state", ANSWERS), ("validate", ".dativo.yml")}
CASES = [(path, name, "no end") for path, names in READ.items() for name in names]
CASES += [(path, names[-1], damage) for path, names in READ.items() for damage in DAMAGE if damage != "no end"]


@pytest.fixture(scope="module")
def sound(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an undamaged repository."""
    out = build(published, tmp_path_factory.mktemp("sound") / "out", "v1.0.0", {HOME["name"]: HOME["answers"]})
    (out / "profiles").mkdir()
    (out / "profiles" / "acme.yml").write_text("retention_days: 30\nowner: data@acme.com\n", encoding="utf-8")
    (out / "batch.yml").write_text(BATCH, encoding="utf-8")
    (out / "answers.yml").write_text(MORE, encoding="utf-8")
    (out / ".dativo.yml").write_text("# nothing is turned off\n", encoding="utf-8")
    (out / "people.csv").write_text("id,email\n1,a@b.cc\n", encoding="utf-8")
    release(out, "sound")
    return out


@pytest.fixture
def command(published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(published, monkeypatch, capsys)


def test_every_command_is_run() -> None:
    assert {name.partition(" ")[0] for name in RUN} == {*COMMANDS}


@pytest.mark.parametrize(("path", "name", "damage"), CASES)
def test_a_damaged_file_is_named_with_its_place(
    path: str, name: str, damage: str, sound: Path, tmp_path: Path, command: Command
) -> None:
    out = shutil.copytree(sound, tmp_path / "out", symlinks=True)
    with (out / path).open("ab") as file:
        file.write(DAMAGE[damage])
    git(out, "commit", "--quiet", "--all", "--message", damage)
    result = command(out, *RUN[name])
    assert result.status in ((0,) if (name, path) in LISTING else (1, 2)), result
    # A source may have any encoding, and is not read by line.
    place = r"(:\d+:\d+)?: .*is not UTF-8" if (name, damage) == ("fields --against", "other bytes") else r":\d+:\d+: "
    said = [line for line in (result.out + result.err).splitlines() if path in line]
    assert [line for line in said if re.search(re.escape(path) + place, line)], result


# --- the pack's files, and recipes of a repository --------------------------------------------------------------------

# What a file of a registry, or a recipe, is replaced by, and what is said of it after its name.
REPLACED: dict[str, tuple[bytes | None, str]] = {
    "no end": (b"version: [\n", ":2:1: complete the value, or close the bracket before it; not valid YAML"),
    "a list": (b"- a\n", ":1:1: must be a mapping"),
    "empty": (b"", ":1:1: must be a mapping, not nothing"),
    "other bytes": ("é: ".encode() + b"x\ny: \xff\n", ":2:4: save it as UTF-8; it is not UTF-8"),
    "gone": (None, ": restore it; the file is missing"),
}
PACKS = ("registry/connectors.yaml", "registry/runner.yaml", "registry/keys.yaml", "connectors/stripe.yaml")


def replace(path: Path, content: bytes | None) -> None:
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.mark.parametrize("damage", REPLACED)
@pytest.mark.parametrize("path", PACKS)
def test_a_damaged_file_of_a_fork_is_one_line(path: str, damage: str, tmp_path: Path) -> None:
    content, said = REPLACED[damage]
    pack = copy_pack(tmp_path / "pack")
    replace(pack / path, content)
    with pytest.raises(DativoError, match="^" + re.escape(path + said)):
        completed(Pack(pack, LazyImporter()), HOME["answers"], "")


@pytest.mark.parametrize("damage", [name for name in REPLACED if name != "gone"])
def test_a_damaged_recipe_of_a_repository_is_named(damage: str, sound: Path, tmp_path: Path, command: Command) -> None:
    content, said = REPLACED[damage]
    path = "connectors/stripe.yaml"
    out = shutil.copytree(sound, tmp_path / "out", symlinks=True)
    replace(out / path, content)
    (out / ANSWERS).unlink()  # or it would be a vendored file, which is restored
    found = [line for line in command(out, "validate").out.splitlines() if line.startswith(path)]
    place, what = re.fullmatch(r":([\d:]+): (.*)", said).groups()
    assert found and re.match(re.escape(path) + rf":{place}: error: {re.escape(what)}.*\(yaml\)", found[0]), found
    assert re.search(rf"^Warning: {re.escape(path)}.*{re.escape(what)}", command(out, "list").err, re.MULTILINE)
