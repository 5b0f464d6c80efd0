"""How to connect to each connector type: `connectors/<type>.yaml` as typed, immutable values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base.documents import Document, Section, frozen, shown
from ..base.naming import IDENTIFIER, env_names, is_env_reference, listed
from ..base.secrets import secret_in
from .connectors import ROLES, STRATEGIES, Connector

# Where a credential of each type may come from: an environment variable, or a file whose path may hold {tenant}.
_CREDENTIALS = {
    "none": (),
    "api_key": ("from_env",),
    "basic": ("file_template",),
    "service_account": ("file_template",),
    "oauth2": ("from_env", "file_template"),
    "connection_string": ("from_env", "file_template"),
}
_BACKOFFS = ("fixed", "exponential", "jitter")
_KEYS = (
    "name",
    "type",
    "roles",
    "description",
    "default_engine",
    "credentials",
    "incremental",
    "rate_limits",
    "connection_template",
    "file_format",
    "partitioning_default",
    "catalog",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One recipe, for any tenant. `connection` holds values, mostly `${ENV}`, and at most one level of blocks.

    `options` are those of the default `engine`, by the name of the engine that reads them.
    """

    id: str
    description: str
    engine: str
    options: Mapping[str, Any]
    credentials: str
    credentials_env: str
    credentials_file: str
    cursor_field: str
    lookback_days: int
    connection: Mapping[str, Any]
    file_format: str
    partitioning: tuple[str, ...]
    catalog: str

    @property
    def storage_block(self) -> str:
        """The block of a target's connection with bucket and prefix, or '' when it has none.

        The runner reads the bucket from the block that the recipe's template uses.
        """
        return next((name for name, value in self.connection.items() if isinstance(value, Mapping)), "")

    @property
    def environment(self) -> tuple[str, ...]:
        """The environment variables that the recipe refers to, in its order."""
        names = [self.credentials_env] if self.credentials_env else []
        for value in self.connection.values():
            for leaf in value.values() if isinstance(value, Mapping) else (value,):
                names += env_names(str(leaf))
        return tuple(dict.fromkeys(names))


def recipe_file(connector: str) -> str:
    """Return the path of a connector's recipe inside the pack."""
    return f"connectors/{connector}.yaml"


def load_recipe(root: Path, connector: Connector) -> Recipe:
    """Read the recipe of `connector`, which must agree with its registry entry; raises `PackError`."""
    top = Document(root, recipe_file(connector.id)).section(_KEYS)
    for key in ("name", "type"):
        if top.text(key) != connector.id:
            raise top.error(key, f"must be '{connector.id}', the name of the file, not '{top.value[key]}'")
    if set(top.texts("roles", among=ROLES)) != set(connector.roles):
        raise top.error("roles", f"must be those of the registry: {listed(connector.roles)}")
    engine = top.section("default_engine", ("type", "options"))
    options = engine.section("options").value if "options" in engine.value else {}
    credentials, env, file = _credentials(top)
    cursor_field, lookback_days = _incremental(top, connector)
    _check_rate_limits(top)
    return Recipe(
        id=connector.id,
        description=top.text("description", default=""),
        engine=engine.text("type", among=connector.engines),
        options=frozen(options),
        credentials=credentials,
        credentials_env=env,
        credentials_file=file,
        cursor_field=cursor_field,
        lookback_days=lookback_days,
        connection=_connection(top),
        file_format=top.text("file_format", default=""),
        partitioning=top.texts("partitioning_default", default=()),
        catalog=top.text("catalog", default="", like=IDENTIFIER),
    )


def _credentials(top: Section) -> tuple[str, str, str]:
    if "credentials" not in top.value:
        return "none", "", ""
    entry = top.section("credentials", ("type", "from_env", "file_template"))
    kind = entry.text("type", among=_CREDENTIALS)
    places = _CREDENTIALS[kind]
    if places and not any(key in entry.value for key in places):
        entry.take(places[0])
    env = entry.text("from_env", default="", like=r"[A-Z_][A-Z0-9_]*")
    return kind, env, entry.text("file_template", default="")


def _incremental(top: Section, connector: Connector) -> tuple[str, int]:
    if "incremental" not in top.value:
        return "", 0
    entry = top.section("incremental", ("strategy", "cursor_field_default", "lookback_days_default"))
    strategy = entry.text("strategy", among=STRATEGIES)
    if strategy != connector.strategy:
        raise entry.error("strategy", f"must be the registry's '{connector.strategy}', not '{strategy}'")
    return entry.text("cursor_field_default", default=""), entry.number("lookback_days_default", default=0)


def _check_rate_limits(top: Section) -> None:
    if "rate_limits" not in top.value:
        return
    limits = top.section("rate_limits", ("rps_default", "burst_default", "retry"))
    for key in ("rps_default", "burst_default"):
        rate = limits.take(key, default=1)
        if not isinstance(rate, int | float) or isinstance(rate, bool) or rate <= 0:
            raise limits.error(key, f"must be a number above 0, not {shown(rate)}")
    if "retry" in limits.value:
        retry = limits.section("retry", ("max_retries", "backoff", "max_backoff_seconds"))
        retry.number("max_retries", default=0)
        retry.text("backoff", default="fixed", among=_BACKOFFS)
        retry.number("max_backoff_seconds", default=0)


def _connection(top: Section) -> Mapping[str, Any]:
    if "connection_template" not in top.value:
        return frozen({})
    template = top.section("connection_template")
    for key, value in template.value.items():
        if isinstance(value, dict):
            block = template.section(key)
            for inner, leaf in block.value.items():
                _check_leaf(block, inner, leaf)
        else:
            _check_leaf(template, key, value)
    return frozen(template.value)


def _check_leaf(section: Section, key: str, leaf: Any) -> None:
    if isinstance(leaf, bool | int | float):
        return
    if not isinstance(leaf, str) or ("${" in leaf and not is_env_reference(leaf)):
        raise section.error(key, f"must be a variable like ${{NAME}}, text, a number or a flag, not {shown(leaf)}")
    if secret_in(leaf, key):
        raise section.error(key, "use a variable like ${NAME}; it is a literal secret")
