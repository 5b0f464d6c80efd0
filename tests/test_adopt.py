"""Hand-written jobs and assets are adopted: their answers are found, the files stay, and updates reach them."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dativo_generator.adoption.files import Files
from dativo_generator.adoption.inferred import inferred
from dativo_generator.adoption.joined import joined
from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.values import same
from dativo_generator.plan.plan import documents
from fleets import Command, Result, build, update_one_by_one
from support import EXAMPLES, PACK, Rendered, allowed_pairs, answers_for, git, load_answers, release

LAYOUTS = ("nested", "odcs")
STRIPE = next(path for path in EXAMPLES if path.stem == "stripe_customers")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    git(tmp_path / "out", "init", "--quiet", "--initial-branch=main")
    return tmp_path / "out"


# --- forms of writing -------------------------------------------------------------------------------------------------


class Quoted(yaml.SafeDumper):
    """Everything in quotes, two spaces before a list: as nobody but a program writes, and not as the pack does."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'"))


def without_comments(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def reordered(text: str) -> str:
    document = yaml.safe_load(text)
    return yaml.safe_dump(dict(reversed(document.items())), sort_keys=False, width=60)


def quoted(text: str) -> str:
    return yaml.dump(yaml.safe_load(text), Dumper=Quoted, sort_keys=True)


def commented(text: str) -> str:
    lines = without_comments(text).splitlines()
    return "# by hand\n" + "".join(
        f"{line}  # mine\n" if line.endswith(("true", "false")) else f"{line}\n" for line in lines
    )


FORMS = (without_comments, reordered, quoted, commented)


def by_hand(out: Path, rendered: Mapping[str, bytes], form: Callable[[str], str], move: Callable[[str], str]) -> None:
    """Write the jobs and assets of renderings as somebody else would, at other places."""
    places = {path: move(path) for path in rendered if path.startswith(("jobs/", "assets/"))}
    for path, place in places.items():
        text = rendered[path].decode()
        for old, new in places.items():
            text = text.replace(old, new)
        (out / place).parent.mkdir(parents=True, exist_ok=True)
        (out / place).write_text(form(text), encoding="utf-8")
    release(out, "by-hand")


def contents(out: Path) -> dict[str, str]:
    """Return the digests of all files except answers files."""
    files = Rendered(out).files
    return {path: hashlib.sha256(text).hexdigest() for path, text in files.items() if not path.startswith(".copier")}


def texts(out: Path) -> dict[str, str]:
    return {path: text.decode() for path, text in Rendered(out).files.items() if path.startswith(("jobs/", "assets/"))}


def values(out: Path) -> dict[str, Any]:
    return {path: yaml.safe_load(text) for path, text in texts(out).items()}


def states(result: Result) -> dict[str, str]:
    return {file["path"]: file["state"] for file in result.json["adopted"]}


def adopted(command: Command, out: Path, *arguments: str) -> Result:
    """Adopt at the first release, and commit the result."""
    result = command(out, "adopt", *arguments, "--to", "v1.0.0", "--json")
    git(out, "add", "--all")
    git(out, "commit", "--quiet", "--allow-empty", "--message", "adopted")
    return result


def same_place(path: str) -> str:
    return path


def elsewhere(path: str) -> str:
    folder, _, rest = path.partition("/")
    return f"ingest/{'contracts' if folder == 'assets' else 'runs'}/{rest.replace('/', '_')}"


# --- answers are found ------------------------------------------------------------------------------------------------


def found_again(answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Find the answers for each job of a scaffold with its asset, moved; they must give the same values."""
    scaffold, found = Scaffold(PACK, answers), []
    for environment in scaffold.environments:
        one = scaffold.in_environment(environment)
        for number, item in enumerate(one.items):
            asset, job = documents(one, item)
            root = "." if one["app_root"] == "." else one["app_root"]
            path = f"by/hand/asset_{number}.yaml"
            job["asset_path"] = path if root == "." else f"{root}/{path}"
            files = {"job_path": f"by/{environment}/job_{number}.yaml", "job": job, "asset_path": path, "asset": asset}
            raw = inferred(PACK, files | {"root": root}, {})
            assert Files.of(files).differences(Scaffold(PACK, raw)) == ([], [])
            found.append(raw)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_answers_of_an_example_are_found_again(path: Path) -> None:
    found = found_again(load_answers(path))
    assert [one["members"] for one in joined(PACK, found)] == [[*range(len(found))]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_answers_of_every_pair_are_found_again(layout: str) -> None:
    for source, target in allowed_pairs("self_hosted"):
        found = found_again(answers_for(source, target, asset_layout=layout))
        assert not {"job_extra", "asset_extra"} & {*found[0]}, (source.id, target.id)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("move", [same_place, elsewhere], ids=lambda move: move.__name__)
def test_examples_are_adopted_exactly(
    form: Callable[[str], str],
    move: Callable[[str], str],
    command: Command,
    example: Callable[[Path], Rendered],
    out: Path,
) -> None:
    """Each keeps its bytes, and a replay finds nothing but edits of form."""
    rendered: dict[str, bytes] = {}
    for path in EXAMPLES:
        rendered |= example(path).files
    by_hand(out, rendered, form, move)
    before = contents(out)
    result = adopted(command, out, *(["ingest"] if move is elsewhere else []))
    assert result.status == 0, result.out
    assert set(states(result).values()) == {"exact"}
    assert len(states(result)) == len(before)
    assert contents(out) == before
    replayed = command(out, "replay", "--json")
    assert replayed.status in (0, 3), replayed.out
    files = [file for one in replayed.json["answers"] for file in one["files"]]
    assert {file["path"] for file in files} == {*before}
    assert {one["state"] for one in replayed.json["answers"]} <= {"current", "behind"}
    assert {file["state"] for file in replayed.json["files"]} <= {"clean"}


# --- what people have -------------------------------------------------------------------------------------------------

ORDERS = """\
asset:
    name: shop_orders
    source_type: postgres
    object: orders
    version: "1.0"
    schema: &columns
    -   {name: id, type: integer, required: true}
    -   name: placed_at     # never null
        type: timestamp
        required: true
    governance: {owner: data@shop.example, tags: [shop], retention_days: 30}
    target: {file_format: parquet, partitioning: [ingest_date], mode: strict}
schema: *columns
"""
ITEMS = ORDERS.replace("orders", "items")
JOB = """\
# Runs at night.
tenant_id: shop
source_connector_path: /app/connectors/postgres.yaml
target_connector_path: /app/connectors/s3.yaml
asset_path: /app/contracts/orders.yaml

source:
    connection: {host: "${PGHOST}", port: "${PGPORT}", database: "${PGDATABASE}"}
    incremental: {cursor_field: placed_at, lookback_days: 0}
    tables:
    -   name: public.orders
        object: orders
target:
    connection:
        s3: {bucket: shop-lake}
retry_config: {max_attempts: 3}
"""


def shop(out: Path, **files: str) -> Path:
    """Write a shop's jobs and assets; a name has two underscores for each slash."""
    usual = {"contracts/orders.yaml": ORDERS, "jobs/night/orders.yaml": JOB}
    for path, text in (usual | {name.replace("__", "/") + ".yaml": text for name, text in files.items()}).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
    release(out, "by-hand")
    return out


def of(result: Result, path: str) -> dict[str, Any]:
    return next(file for file in result.json["adopted"] if file["path"] == path)


def test_an_old_job_is_adopted_with_what_no_question_asks_passed_on(command: Command, out: Path) -> None:
    result = adopted(command, shop(out))
    assert of(result, "jobs/night/orders.yaml") == {
        "path": "jobs/night/orders.yaml",
        "kind": "job",
        "state": "extras",
        "answers_file": ".copier-answers.shop.orders.yml",
        "extras": [
            "without environment",
            "without source_connector",
            "without target_connector",
            "without asset",
            "without source.tables[0].cursor_field",
            "without logging",
            "retry_config.max_attempts",
        ],
        "edits": [],
        "detail": "",
    }
    assert of(result, "contracts/orders.yaml")["state"] == "exact"


def test_a_dry_run_writes_nothing(command: Command, out: Path) -> None:
    before = Rendered(shop(out)).files
    result = command(out, "adopt", "--dry-run", "--json")
    assert result.status == 0
    assert result.json["files"] == {".copier-answers.shop.orders.yml": "written"}
    assert Rendered(out).files == before


def test_jobs_that_differ_in_nothing_but_what_they_read_are_one_scaffold(command: Command, out: Path) -> None:
    items = JOB.replace("orders", "items")
    shop(out, contracts__items=ITEMS, contracts__more=ITEMS.replace("items", "more"), jobs__night__items=items)
    more = JOB.replace("orders", "more").replace("shop-lake", "more-lake")
    (out / "jobs" / "night" / "more.yaml").write_text(more, encoding="utf-8")
    scaffolds: dict[str, list[str]] = {}
    for file in adopted(command, out).json["adopted"]:
        scaffolds.setdefault(file["answers_file"], []).append(file["path"])
    assert scaffolds == {
        ".copier-answers.shop.more.yml": ["contracts/more.yaml", "jobs/night/more.yaml"],
        ".copier-answers.shop.postgres_to_s3.yml": [
            f"{folder}/{name}.yaml" for folder in ("contracts", "jobs/night") for name in ("items", "orders")
        ],
    }


def test_jobs_are_kept_apart_on_request(command: Command, out: Path) -> None:
    shop(out, contracts__items=ITEMS, jobs__day__items=JOB.replace("orders", "items"))
    together = command(out, "adopt", "--dry-run", "--json").json["files"]
    apart = {
        how: len(command(out, "adopt", "--dry-run", "--json", "--group", how).json["files"])
        for how in ("folder", "job")
    }
    assert (len(together), apart) == (1, {"folder": 2, "job": 2})
    wrong = command(out, "adopt", "--group", "folders")
    assert (wrong.status, wrong.err) == (
        2,
        "Error: --group: did you mean 'folder'? 'folders' is not a choice\n",
    )


def test_a_second_job_of_an_asset_points_at_it(command: Command, out: Path) -> None:
    result = adopted(command, shop(out, jobs__day__orders=JOB.replace("shop-lake", "day-lake")))
    assert result.status == 0
    answers = [yaml.safe_load(path.read_text()) for path in sorted(out.glob(".copier-answers.*"))]
    assert [one.get("assets", "write") for one in answers] == ["write", "reuse"]
    assert {one["paths"]["orders"]["asset"] for one in answers} == {"contracts/orders.yaml"}


def test_an_asset_without_a_job_is_adopted_alone(command: Command, out: Path) -> None:
    shop(out, assets__spare=ORDERS.replace("orders", "returns"))
    assert of(adopted(command, out, "assets"), "assets/spare.yaml")["state"] == "refused"
    result = adopted(command, out, "assets", "jobs", "--data", "tenant_id=shop")
    assert of(result, "assets/spare.yaml")["state"] == "exact"
    assert "missing" not in {
        file["state"] for one in command(out, "replay", "--json").json["answers"] for file in one["files"]
    }


def test_a_secret_is_an_edit_and_recorded_nowhere(command: Command, out: Path) -> None:
    job = JOB.replace('${PGDATABASE}"}', '${PGDATABASE}", user: shop, password: hunter2-of-the-shop}')
    result = adopted(command, shop(out, jobs__night__orders=job))
    assert of(result, "jobs/night/orders.yaml")["edits"] == ["source.connection.password"]
    recorded = "".join(path.read_text() for path in out.glob(".copier-answers.*"))
    assert "hunter2" not in recorded + result.out


REFUSED = {
    "an unknown source": (f"source_connector: oracle\n{JOB.replace('postgres', 'oracle')}", "source_connector"),
    "no asset": (JOB.replace("contracts/orders", "contracts/nothing"), "asset_path"),
    "a path out of the repository": (JOB.replace("/app/contracts/orders.yaml", "../../etc/passwd"), "asset_path"),
    "no YAML": ("tenant_id: [", "not valid YAML"),
    "a list": ("- 1\n", "must be a mapping"),
    "no tenant": (JOB.replace("tenant_id: shop\n", ""), "tenant_id"),
    "a table that is none": (JOB.replace("name: public.orders", "name: 5"), "tables"),
    "aliases without end": (
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)),
        "too many values",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_job_that_no_answers_come_near_is_refused_with_a_line(name: str, command: Command, out: Path) -> None:
    text, why = REFUSED[name]
    result = adopted(command, shop(out, jobs__bad=text))
    file = of(result, "jobs/bad.yaml")
    assert (result.status, file["state"]) == (1, "refused")
    assert why in file["detail"]
    assert of(result, "jobs/night/orders.yaml")["state"] == "extras"


def test_links_are_not_followed(command: Command, out: Path, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(JOB, encoding="utf-8")
    (out / "jobs").mkdir()
    (out / "jobs" / "evil.yaml").symlink_to(tmp_path / "job.yaml")
    result = adopted(command, shop(out))
    assert of(result, "jobs/evil.yaml")["detail"] == "jobs/evil.yaml: replace it; it is a symbolic link"


@pytest.mark.parametrize("place", ["../jobs", "/etc", "nowhere"])
def test_a_place_that_is_not_there_is_refused(place: str, command: Command, out: Path) -> None:
    result = command(shop(out), "adopt", place)
    assert result.status == 2
    assert result.err.startswith(f"Error: {place}: ")


def test_a_folder_with_nothing_to_adopt_is_refused_with_where_to_go(command: Command, out: Path) -> None:
    folder = shop(out) / "jobs"
    result = command(folder, "adopt")
    assert (result.status, result.out, result.err) == (
        2,
        "",
        f"Error: {folder}: run the command in a folder with answers files, assets or jobs: cd {out}; "
        "there are none here\n",
    )


def test_a_job_of_the_same_name_is_not_taken_for_its_asset(command: Command, out: Path) -> None:
    folder = shop(out) / "jobs" / "night"
    result = command(folder, "adopt", "orders.yaml", "--dry-run", "--json")
    (file,) = result.json["adopted"]
    assert (file["path"], file["kind"], file["state"]) == ("orders.yaml", "job", "refused")
    assert (
        file["detail"]
        == f"asset_path: run the command in {out}, which has the asset; '/app/contracts/orders.yaml' is not here"
    )


def test_what_is_adopted_is_told_the_next_time(command: Command, out: Path) -> None:
    adopted(command, shop(out))
    again = adopted(command, out)
    assert set(states(again).values()) == {"owned"}
    assert again.json["files"] == {}


def test_validate_says_afterwards_what_it_said_before(command: Command, out: Path) -> None:
    before = command(shop(out), "validate", "--json")
    adopted(command, out)
    after = command(out, "validate", "--json")
    assert (after.status, after.json) == (before.status, before.json)


# --- from then on -----------------------------------------------------------------------------------------------------


def test_an_update_changes_a_value_and_leaves_the_form(command: Command, out: Path) -> None:
    """What the answers follow is put into the file as it stands."""
    result = adopted(command, shop(out))
    assert result.status == 0
    before = (out / "contracts" / "orders.yaml").read_text(encoding="utf-8")
    changed = command(
        out, "update", "--data", "partitioning=[ingest_date, region]", "--data", "bucket=other-lake", "--to", "v1.0.0"
    )
    assert changed.status == 0, changed.out + changed.err
    assert (out / "jobs" / "night" / "orders.yaml").read_text(encoding="utf-8") == JOB.replace(
        "shop-lake", "other-lake"
    )
    after = (out / "contracts" / "orders.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(after)["asset"]["target"]["partitioning"] == ["ingest_date", "region"]
    assert "# never null" in after
    assert before.split("    target:")[0] == after.split("    target:")[0]


def test_an_update_to_a_new_registry_reaches_what_follows_it(
    command: Command, history: Path, out: Path, tmp_path: Path
) -> None:
    """Adopted jobs come to say what jobs that the pack wrote do."""
    answers = {key: value for key, value in load_answers(STRIPE).items() if key != "customize"}
    build(history, tmp_path / "written", "v1.0.0", {"stripe": answers})
    by_hand(out, Rendered(tmp_path / "written").files, reordered, same_place)
    assert set(states(adopted(command, out)).values()) == {"exact"}
    before = values(out)
    for folder in (out, tmp_path / "written"):
        assert command(folder, "update").status == 0
    assert values(out) == values(tmp_path / "written") != before
    assert not any(text.startswith("# Written") for text in texts(out).values())


def test_an_edit_at_odds_with_an_update_is_a_conflict_in_its_lines(command: Command, out: Path) -> None:
    shop(out)
    adopted(command, out)
    job = out / "jobs" / "night" / "orders.yaml"
    job.write_text(JOB.replace("shop-lake", "my-lake"), encoding="utf-8")
    release(out, "edited")
    result = command(out, "update", "--data", "bucket=other-lake", "--to", "v1.0.0", "--json")
    assert result.json["conflicts"] == ["jobs/night/orders.yaml"]
    assert job.read_text(encoding="utf-8") == JOB.replace(
        "        s3: {bucket: shop-lake}\n",
        "<<<<<<< before updating\n        s3: {bucket: my-lake}\n=======\n"
        "        s3: {bucket: other-lake}\n>>>>>>> after updating\n",
    )


def test_copiers_own_update_keeps_the_files(command: Command, out: Path, history: Path) -> None:
    """Nothing changes for it between two updates to one version."""
    adopted(command, shop(out))
    before = contents(out)
    update_one_by_one(out, "v1.0.0", [".copier-answers.shop.orders.yml"])
    assert contents(out) == before


def test_rewriting_gives_the_packs_form_and_keeps_the_values(command: Command, out: Path) -> None:
    job = JOB.replace("max_attempts: 3", "max_attempts: 3, unknown: 1")
    values = yaml.safe_load(job)
    result = adopted(command, shop(out, jobs__night__orders=job), "--rewrite")
    assert result.status == 0, result.out
    text = (out / "jobs" / "night" / "orders.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Written by the scaffold orders of shop. ")
    assert same(yaml.safe_load(text), values)
    files = [file for one in command(out, "replay", "--json").json["answers"] for file in one["files"]]
    assert {file["path"]: file["state"] for file in files}["contracts/orders.yaml"] == "clean"


def test_what_was_adopted_before_can_be_rewritten_later(command: Command, out: Path) -> None:
    adopted(command, shop(out))
    adopted(command, out, "--rewrite")
    files = [file for one in command(out, "replay", "--json").json["answers"] for file in one["files"]]
    assert {file["state"] for file in files} == {"clean"}


def test_what_is_not_committed_is_not_rewritten(command: Command, out: Path) -> None:
    shop(out)
    (out / "jobs" / "night" / "orders.yaml").write_text(JOB + "# more\n", encoding="utf-8")
    result = command(out, "adopt", "--rewrite", "--to", "v1.0.0")
    assert (result.status, result.err) == (
        2,
        "Error: commit or stash your changes first; not committed: jobs/night/orders.yaml\n",
    )
    assert not list(out.glob(".copier-answers.*"))


def test_files_move_with_their_form(command: Command, out: Path) -> None:
    """To where an answer says, and without one to where the pack puts them."""
    adopted(command, shop(out))
    paths = "paths={orders: {asset: contracts/new/orders.yaml, job: jobs/day/orders.yml}}"
    for data, job, asset in (
        (paths, "jobs/day/orders.yml", "contracts/new/orders.yaml"),
        ("paths={}", "jobs/shop/shop_orders_to_s3.yaml", "assets/postgres/v1.0/shop_orders.yaml"),
    ):
        assert command(out, "update", "--to", "v1.0.0", "--data", data).status == 0
        git(out, "add", "--all")
        git(out, "commit", "--quiet", "--message", job)
        assert {path: text for path, text in Rendered(out).files.items() if not path.startswith(".copier")} == {
            job: JOB.replace("contracts/orders.yaml", asset).encode(),
            asset: ORDERS.encode(),
        }
        states = {one["state"] for one in command(out, "replay", "--json").json["answers"]}
        assert states <= {"current", "behind"}


def test_an_answer_that_is_changed_by_hand_is_taken_into_an_adopted_file(command: Command, out: Path) -> None:
    adopted(command, shop(out))
    answers = out / ".copier-answers.shop.orders.yml"
    answers.write_text(answers.read_text().replace("shop-lake", "other-lake"), encoding="utf-8")
    git(out, "commit", "--quiet", "--all", "--message", "answered")
    (state,) = command(out, "replay", "--json").json["answers"]
    assert state["state"] == "changed by hand"
    assert command(out, "update", "--to", "v1.0.0").status == 0
    assert (out / "jobs" / "night" / "orders.yaml").read_text() == JOB.replace("shop-lake", "other-lake")


def test_a_copy_of_what_a_scaffold_wrote_is_not_adopted(command: Command, out: Path) -> None:
    copy = f"# Written by the scaffold x of acme. Edits are kept; to answer again:\n{JOB}"
    result = adopted(command, shop(out, jobs__copy=copy))
    assert of(result, "jobs/copy.yaml")["detail"] == (
        "to adopt it, remove its first line; names the scaffold x of acme, which does not write it"
    )


def test_an_asset_that_an_adopted_job_elsewhere_needs_does_not_go(command: Command, out: Path) -> None:
    shop(out, ingest__orders=JOB.replace("shop-lake", "day-lake"))
    adopted(command, out, "ingest", "jobs")
    owner = next(path.name for path in sorted(out.glob(".copier-answers.*")) if "reuse" not in path.read_text())
    result = command(out, "update", owner, "--to", "v1.0.0", "--data", "paths={}", "--json")
    assert result.status == 1
    assert "contracts/orders.yaml would be deleted, but " in result.json["answers"][0]["detail"]
