"""What a scaffold writes: answers in, parsed files out."""

from collections.abc import Callable

import pytest

from dativo_generator.answers.questions.target import SAFE_PARTITION
from dativo_generator.plan.plan import plan
from dativo_generator.plan.vendored_schemas import VENDORED
from support import PACK, Rendered

Scaffolded = Callable[..., Rendered]

CUSTOMERS = {
    "tenant_id": "acme",
    "environment": "dev",
    "source_connector": "stripe",
    "objects": ["customers"],
    "target_connector": "iceberg",
}
ORDERS = {
    "tenant_id": "acme",
    "source_connector": "postgres",
    "tables": ["public.orders"],
    "target_connector": "iceberg",
}
PEOPLE = {
    "tenant_id": "acme",
    "source_connector": "csv",
    "files": [{"path": "data/people.csv", "object": "people"}],
    "target_connector": "minio",
    "fields": {"id": "integer required"},
}


def test_the_two_files_of_the_contract(scaffolded: Scaffolded) -> None:
    out = scaffolded(
        **CUSTOMERS,
        owner="data-team@acme.com",
        retention_days=30,
        fields={"id": "string required", "email": "string PII"},
        prefix="raw/stripe/{asset}",
    )
    asset = {
        "name": "stripe_customers",
        "source_type": "stripe",
        "object": "customers",
        "version": "1.0",
        "schema": [
            {"name": "id", "type": "string", "required": True},
            {"name": "email", "type": "string", "required": False, "classification": "PII"},
        ],
        "governance": {
            "owner": "data-team@acme.com",
            "tags": ["stripe", "customers"],
            "classification": ["PII"],
            "retention_days": 30,
        },
        "target": {"file_format": "parquet", "partitioning": ["ingest_date"], "mode": "strict"},
    }
    assert out.assets == {"assets/stripe/v1.0/stripe_customers.yaml": {"asset": asset, "schema": asset["schema"]}}
    assert out.jobs == {
        "jobs/acme/stripe_customers_to_iceberg.yaml": {
            "tenant_id": "acme",
            "environment": "dev",
            "source_connector": "stripe",
            "source_connector_path": "/app/connectors/stripe.yaml",
            "target_connector": "iceberg",
            "target_connector_path": "/app/connectors/iceberg.yaml",
            "asset": "stripe_customers",
            "asset_path": "/app/assets/stripe/v1.0/stripe_customers.yaml",
            "source": {"objects": ["customers"], "incremental": {"cursor_field": "created", "lookback_days": 1}},
            "target": {
                "branch": "acme",
                "warehouse": "s3://lake/acme/",
                "connection": {
                    "s3": {"bucket": "acme-data-lake", "prefix": "raw/stripe/stripe_customers"},
                    "nessie": {"uri": "http://nessie.acme.internal:19120/api/v1"},
                },
            },
            "logging": {"redaction": True, "level": "INFO"},
        }
    }


def test_files_written_and_nothing_else(scaffolded: Scaffolded) -> None:
    assert set(scaffolded(**CUSTOMERS).files) == {
        ".copier-answers.acme.stripe_to_iceberg.yml",
        "assets/stripe/v1.0/stripe_customers.yaml",
        "connectors/iceberg.yaml",
        "connectors/stripe.yaml",
        "variables/acme/stripe_to_iceberg.env.example",
        "jobs/acme/stripe_customers_to_iceberg.yaml",
        "registry/connectors.yaml",
        *VENDORED,
    }


def test_the_same_connector_at_both_ends_is_vendored_once(scaffolded: Scaffolded) -> None:
    out = scaffolded(**PEOPLE | {"target_connector": "csv"})
    assert [name for name in out.files if name.startswith("connectors/")] == ["connectors/csv.yaml"]


def test_vendored_files_are_the_packs_own(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS)
    for name in ("registry/connectors.yaml", "connectors/stripe.yaml"):
        assert out.files[name] == (PACK.root / name).read_bytes()


def test_without_vendoring_no_comment_points_at_a_schema(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS, vendor=False)
    assert {name.split("/")[0] for name in out.files} == {
        ".copier-answers.acme.stripe_to_iceberg.yml",
        "assets",
        "variables",
        "jobs",
    }
    assert not [name for name, text in out.files.items() if b"$schema" in text]


def test_every_file_of_the_scaffold_says_who_wrote_it(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS)
    for name, text in out.files.items():
        if name.startswith(("assets/", "jobs/", ".copier-answers.")):
            assert text.startswith(b"# ")
            head = text.splitlines()[:2]
            assert b"stripe_to_iceberg of acme" in head[0]
            assert b"--answers-file .copier-answers.acme.stripe_to_iceberg.yml" in head[1]


def test_schema_comments_lead_to_the_vendored_schemas(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS)
    for name in (*out.assets, *out.jobs):
        (line,) = [line for line in out.files[name].decode().splitlines() if "yaml-language-server" in line]
        target = (out.root / name).parent / line.rsplit("=", 1)[1]
        assert target.resolve().relative_to(out.root.resolve()).as_posix() in out.files


def test_several_objects_give_an_asset_and_a_job_each(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS | {"objects": ["customers", "charges"]})
    assert {asset["asset"]["object"] for asset in out.assets.values()} == {"charges", "customers"}
    assert {job["source"]["objects"][0] for job in out.jobs.values()} == {"charges", "customers"}
    assert {tuple(asset["asset"]["governance"]["tags"]) for asset in out.assets.values()} == {
        ("stripe", "charges"),
        ("stripe", "customers"),
    }


def test_fields_of_a_known_object_come_from_the_catalog(scaffolded: Scaffolded) -> None:
    schema = scaffolded(**CUSTOMERS).asset["schema"]
    catalog = PACK.known_fields("stripe")["customers"]
    assert [(field["name"], field["type"], field["required"]) for field in schema] == [
        (field.name, field.type, field.required) for field in catalog
    ]
    assert {field["name"]: field.get("classification") for field in schema}["email"] == "PII"


def test_a_table_starts_with_key_and_cursor(scaffolded: Scaffolded) -> None:
    assert scaffolded(**ORDERS).asset["schema"] == [
        {"name": "id", "type": "integer", "required": True},
        {"name": "updated_at", "type": "timestamp", "required": True},
    ]


def test_a_table_read_in_full_starts_with_its_key_alone(scaffolded: Scaffolded) -> None:
    out = scaffolded(**ORDERS, incremental=False)
    assert [field["name"] for field in out.asset["schema"]] == ["id"]
    assert out.job["source"]["tables"] == [{"name": "public.orders", "object": "orders"}]
    assert "incremental" not in out.job["source"]


def test_a_tables_own_cursor_is_followed_where_the_runner_looks_for_it(scaffolded: Scaffolded) -> None:
    out = scaffolded(**ORDERS | {"tables": [{"name": "public.orders", "cursor_field": "changed"}]})
    assert out.job["source"]["tables"] == [{"name": "public.orders", "object": "orders", "cursor_field": "changed"}]
    assert out.job["source"]["incremental"]["cursor_field"] == "changed"
    assert out.asset["schema"][-1]["name"] == "changed"


def test_a_table_name_with_spaces_gets_a_slug_for_its_object(scaffolded: Scaffolded) -> None:
    out = scaffolded(**ORDERS | {"tables": ["dbo.Order Details"]})
    assert out.job["source"]["tables"][0]["name"] == "dbo.Order Details"
    assert list(out.assets) == ["assets/postgres/v1.0/postgres_order_details.yaml"]


def test_files_follow_their_own_time_and_need_no_cursor(scaffolded: Scaffolded) -> None:
    source = scaffolded(**PEOPLE).job["source"]
    assert source["files"] == [{"path": "data/people.csv", "object": "people"}]
    assert "cursor_field" not in source["incremental"]


def test_a_bare_path_names_its_object(scaffolded: Scaffolded) -> None:
    out = scaffolded(**PEOPLE | {"files": "data/Our People.csv"})
    assert out.job["source"]["files"] == [{"path": "data/Our People.csv", "object": "our_people"}]


def test_the_storage_block_is_the_recipes(scaffolded: Scaffolded) -> None:
    assert scaffolded(**PEOPLE).job["target"] == {"connection": {"minio": {"bucket": "acme-data-lake"}}}


def test_a_target_without_storage_or_catalog_needs_nothing(scaffolded: Scaffolded) -> None:
    assert "target" not in scaffolded(**PEOPLE | {"target_connector": "postgres"}).job


def test_the_whole_connection_is_written_with_what_is_overridden(scaffolded: Scaffolded) -> None:
    out = scaffolded(**ORDERS, connection={"host": "db.acme.internal", "port": 5433})
    assert out.job["source"]["connection"] == {"host": "db.acme.internal", "port": 5433, "database": "${PGDATABASE}"}


def test_who_logs_in_is_written_only_where_it_is_said(scaffolded: Scaffolded) -> None:
    login = {"user": "${ORDERS_USER:-reader}", "password": "${ORDERS_PASSWORD}"}
    assert scaffolded(**ORDERS, connection=login).job["source"]["connection"] == {
        "host": "${PGHOST}",
        "port": "${PGPORT}",
        "database": "${PGDATABASE}",
        **login,
    }


def test_the_endpoint_of_a_target_may_have_a_default(scaffolded: Scaffolded) -> None:
    endpoint = "${S3_ENDPOINT:-http://minio:9000}"
    storage = scaffolded(**PEOPLE, endpoint=endpoint).job["target"]["connection"]["minio"]
    assert storage == {"bucket": "acme-data-lake", "endpoint": endpoint}


def test_an_environment_is_any_name(scaffolded: Scaffolded) -> None:
    assert scaffolded(**CUSTOMERS | {"environment": "qa-2"}).job["environment"] == "qa-2"


def test_an_engine_is_written_only_when_it_was_chosen(scaffolded: Scaffolded) -> None:
    assert "engine" not in scaffolded(**CUSTOMERS).job["source"]
    assert scaffolded(**CUSTOMERS, engine="singer").job["source"]["engine"] == {"type": "singer"}


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("/app", "/app/connectors/stripe.yaml"),
        ("/srv/ingest/", "/srv/ingest/connectors/stripe.yaml"),
        (".", "connectors/stripe.yaml"),
        ("/", "/connectors/stripe.yaml"),
        ("${DATIVO_HOME}", "${DATIVO_HOME}/connectors/stripe.yaml"),
    ],
)
def test_paths_are_below_the_application_root(root: str, path: str, scaffolded: Scaffolded) -> None:
    assert scaffolded(**CUSTOMERS, app_root=root).job["source_connector_path"] == path


def test_version_and_names_are_part_of_the_paths(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS, asset_version="2.1", asset_names={"customers": "crm_people"})
    assert list(out.assets) == ["assets/stripe/v2.1/crm_people.yaml"]
    assert list(out.jobs) == ["jobs/acme/crm_people_to_iceberg.yaml"]
    assert out.job["asset_path"] == "/app/assets/stripe/v2.1/crm_people.yaml"
    assert (out.asset["asset"]["name"], out.asset["asset"]["version"]) == ("crm_people", "2.1")


def test_target_and_runtime_answers_reach_the_files(scaffolded: Scaffolded) -> None:
    out = scaffolded(
        **CUSTOMERS,
        file_format="markdown_kv",
        partitioning=[],
        schema_mode="merge",
        branch="main",
        warehouse="s3://other/",
        bucket="acme-raw",
        prefix="in/{object}",
        endpoint="http://minio:9000",
        catalog_uri="",
        log_level="DEBUG",
        redaction=False,
    )
    assert out.asset["asset"]["target"] == {"file_format": "markdown_kv", "partitioning": [], "mode": "merge"}
    assert out.job["target"] == {
        "branch": "main",
        "warehouse": "s3://other/",
        "connection": {"s3": {"bucket": "acme-raw", "prefix": "in/customers", "endpoint": "http://minio:9000"}},
    }
    assert out.job["logging"] == {"redaction": False, "level": "DEBUG"}


def test_relaxed_lets_the_runner_only_warn(scaffolded: Scaffolded) -> None:
    assert scaffolded(**CUSTOMERS, schema_mode="relaxed").job["schema_validation_mode"] == "warn"


def test_classification_is_that_of_the_fields_and_what_is_added(scaffolded: Scaffolded) -> None:
    out = scaffolded(
        **CUSTOMERS,
        fields={"id": "string required", "email": "string", "income": "double", "phone": "string none"},
        classification=["CONFIDENTIAL!"],
        regulations=["GDPR"],
    )
    assert out.asset["asset"]["governance"]["classification"] == ["CONFIDENTIAL", "PII", "SENSITIVE"]
    assert out.asset["asset"]["governance"]["regulations"] == ["GDPR"]
    assert "classification" not in out.asset["schema"][-1]


def test_the_flat_layout_says_the_same(scaffolded: Scaffolded) -> None:
    answers = CUSTOMERS | {"fields": {"id": "string required", "email": "string"}, "regulations": ["GDPR"]}
    nested, flat = scaffolded(**answers).asset["asset"], scaffolded(**answers, asset_layout="odcs").asset
    assert flat == {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        "id": flat["id"],
        "name": nested["name"],
        "version": nested["version"],
        "status": "active",
        "source_type": nested["source_type"],
        "object": nested["object"],
        "schema": nested["schema"],
        "team": {"owner": nested["governance"]["owner"]},
        "tags": nested["governance"]["tags"],
        "compliance": {
            "classification": ["PII"],
            "regulations": ["GDPR"],
            "retention_days": nested["governance"]["retention_days"],
        },
        "target": nested["target"],
    }


def test_fields_as_text_keep_their_order(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS, fields="zip: string\nid: string required  # the key\n")
    assert [field["name"] for field in out.asset["schema"]] == ["zip", "id"]


HOSTILE = [
    *"\"'#&*!|>%@`[]{}?~,:-=\\",
    *("{{ 7 * 7 }}", "{% raw %}", "{# x #}", "${HOME}", "$(id)", "a: b", "a #b", "- a", "? a", "!!python/name:x", "<<"),
    *("null", "true", "no", "y", "1e3", "0x1f", "1_000", "12:30", "2024-01-01", ".inf", "a  b", " a"),
    *("é", "🎉", "名前", "postal\xa0code", "a\u2028b"),
]


def test_hostile_text_stays_text_in_every_file(scaffolded: Scaffolded) -> None:
    fields = {name: {"type": "string", "description": name} for name in HOSTILE}
    file = {"path": "".join(HOSTILE[:20]), "object": "people"}
    out = scaffolded(**PEOPLE | {"fields": fields, "tags": HOSTILE, "files": [file]})
    assert [field["name"] for field in out.asset["schema"]] == HOSTILE
    assert [field["description"] for field in out.asset["schema"]] == HOSTILE
    assert out.asset["asset"]["governance"]["tags"] == HOSTILE
    assert out.job["source"]["files"] == [file]
    assert out.answers["fields"] == fields


def test_with_several_objects_fields_may_name_some(scaffolded: Scaffolded) -> None:
    out = scaffolded(**CUSTOMERS | {"objects": ["customers", "charges"], "fields": {"charges": {"id": "string"}}})
    columns = {asset["asset"]["object"]: len(asset["schema"]) for asset in out.assets.values()}
    assert columns["charges"] == 1
    assert columns["customers"] == len(PACK.known_fields("stripe")["customers"])


def test_the_summary_lists_what_must_be_there() -> None:
    made = plan(PACK, ORDERS | {"scaffold": "orders", "partitioning": [SAFE_PARTITION, "country"]})
    assert made["places"] == ["s3://acme-data-lake/default/default/postgres_orders/"]
    (warning,) = [line for line in made["warnings"] if line.startswith("partitioning: ")]
    assert warning.endswith(": country")
