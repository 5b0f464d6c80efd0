"""Files lie where the answer `paths` says; no such path leads to another scaffold's file."""

from typing import Any

import pytest

from dativo_generator.answers.scaffold import Scaffold
from dativo_generator.base.errors import AnswerError
from dativo_generator.plan.ownership import may_own, owned
from dativo_generator.plan.plan import plan
from dativo_generator.questionnaire.unattended import followed, split
from support import PACK

ANSWERS: dict[str, Any] = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "tables": ["public.orders", "public.items"],
    "target_connector": "s3",
}


def planned(paths: Any, **others: Any) -> dict[str, str]:
    """Map each file of a scaffold to its kind."""
    result = plan(PACK, ANSWERS | {"paths": paths} | others)
    return {file["path"]: kind for kind in ("assets", "jobs") for file in result[kind]}


def test_files_lie_where_it_is_said_and_others_where_the_pack_puts_them() -> None:
    paths = {
        "orders": {"asset": "contracts/orders.yaml", "job": "night/orders.yml"},
        "items": {"job": "night/items.yml"},
    }
    assert planned(paths) == {
        "contracts/orders.yaml": "assets",
        "assets/postgres/v1.0/postgres_items.yaml": "assets",
        "night/orders.yml": "jobs",
        "night/items.yml": "jobs",
    }


def test_a_job_points_at_its_asset_there() -> None:
    result = plan(PACK, ANSWERS | {"paths": {"orders": {"asset": "contracts/orders.yaml"}}})
    assert [job["data"]["asset_path"] for job in result["jobs"]] == [
        "/app/contracts/orders.yaml",
        "/app/assets/postgres/v1.0/postgres_items.yaml",
    ]


def test_each_environment_has_a_job_of_its_own() -> None:
    paths = {"orders": {"job": {"dev": "dev/orders.yaml", "prod": "prod/orders.yaml"}}}
    answers = ANSWERS | {"paths": paths, "environments": ["dev", "prod"], "tables": ["public.orders"]}
    assert [job["path"] for job in plan(PACK, answers)["jobs"]] == ["dev/orders.yaml", "prod/orders.yaml"]
    alone = split(PACK, answers)
    assert [job["path"] for one in alone for job in plan(PACK, one)["jobs"]] == ["dev/orders.yaml", "prod/orders.yaml"]


def test_it_is_the_scaffolds_own() -> None:
    answers = ANSWERS | {"paths": {"orders": {"job": "night/orders.yaml"}}}
    assert "night/orders.yaml" in owned(PACK, answers)
    assert may_own(answers, "night/orders.yaml")
    assert not may_own(answers, "night/items.yaml")


@pytest.mark.parametrize("paths", ["x", 5, [1], {"orders": 5}, {"orders": {"job": {"dev": 5}}}])
def test_a_wrong_answer_owns_nothing(paths: Any) -> None:
    assert not may_own({"paths": paths}, "night/orders.yaml")


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        ("x", "must be a mapping like {a: b}, not 'x'"),
        ({"order": {"job": "a/b.yaml"}}, "did you mean 'orders'? 'order' is not one of the objects that are read"),
        ({"orders": "a/b.yaml"}, "orders: must be a mapping of asset, job, not 'a/b.yaml'"),
        ({"orders": {}}, "orders: must be a mapping of asset, job, not {}"),
        ({"orders": {"jobs": "a/b.yaml"}}, "orders: did you mean 'job'? unknown key 'jobs'"),
        ({"orders": {"job": 5}}, "write a path, not 5"),
        (
            {"orders": {"job": {"prod": "a/b.yaml"}}},
            "orders: job: use one of dev; 'prod' is not an environment of this scaffold",
        ),
        (
            {"orders": {"job": "a/b.yaml", "asset": "a/B.yaml"}},
            "give each file its own path; 'a/B.yaml' is given twice",
        ),
        *(
            (
                {"orders": {"job": path}},
                f"write a path inside the repository, like jobs/shop/orders.yaml, not {path!r}",
            )
            for path in (
                "a.yaml",
                "/a/b.yaml",
                "../a/b.yaml",
                "a/../b.yaml",
                "a/./b.yaml",
                "a//b.yaml",
                ".git/b.yaml",
                "a/.b.yaml",
                "a/b.yaml/",
                "a./b.yaml",
                "a/b\n.yaml",
                "a\\b/c.yaml",
                "a/{{ x }}.yaml",
                "a:b/c.yaml",
                "",
            )
        ),
        ({"orders": {"job": "a/b.txt"}}, "end the name in .yaml or .yml, not 'a/b.txt'"),
        *(
            ({"orders": {"job": f"{folder}/b.yaml"}}, "put it outside of ")
            for folder in ("connectors", "registry", "schemas", "profiles", "variables")
        ),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(paths: Any, why: str) -> None:
    with pytest.raises(AnswerError) as error:
        planned(paths)
    assert str(error.value).startswith(f"paths: {why}")


def test_one_path_for_several_environments_is_refused() -> None:
    with pytest.raises(AnswerError, match=r"^paths: orders: job: give a path for each of dev, prod$"):
        planned({"orders": {"job": "a/b.yaml"}}, environments=["dev", "prod"])


def test_two_files_at_one_path_are_refused() -> None:
    taken = "jobs/acme/postgres_items_to_s3.yaml"
    with pytest.raises(AnswerError, match=rf"^paths: give each file its own path; '{taken}' would be used twice$"):
        planned({"orders": {"job": taken}})


def test_it_follows_an_object_that_is_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    lifecycle = PACK.lifecycle._replace(renamed={"stripe.clients": "stripe.customers"})
    monkeypatch.setitem(PACK.__dict__, "lifecycle", lifecycle)
    answers = {"source_connector": "stripe", "objects": ["clients"], "paths": {"clients": {"job": "a/b.yaml"}}}
    assert followed(PACK, answers)["paths"] == {"customers": {"job": "a/b.yaml"}}


def test_what_is_written_by_hand_may_have_any_letters() -> None:
    assert Scaffold(PACK, ANSWERS | {"paths": {"orders": {"job": "täglich/Bestellungen 2024.yaml"}}})["paths"]
