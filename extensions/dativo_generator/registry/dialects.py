"""Facts about SQL dialects: `registry/dialects.yaml`."""

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from ..base.documents import Document
from .installed import installed

FILE = "registry/dialects.yaml"
_KEYS = (
    *(
        "aliases",
        "driver",
        "extra",
        "seconds",
        "options",
        "schemas",
        "system",
        "before_rows",
        "booleans",
        "gives_zones",
    ),
    *("texts", "quotes", "nullable", "wrappers", "keeps_null", "undoes", "adds", "kinds", "says"),
)


class Dialect(NamedTuple):
    """A dialect, named as in sqlglot; the file explains each attribute."""

    name: str
    aliases: tuple[str, ...] = ()
    driver: str = ""
    extra: str = "import"
    seconds: tuple[str, ...] = ()
    options: Mapping[str, str] = MappingProxyType({})
    schemas: bool = True
    system: frozenset[str] = frozenset()
    before_rows: tuple[str, ...] = ()
    booleans: frozenset[str] = frozenset()
    gives_zones: bool = True
    texts: frozenset[str] = frozenset()
    quotes: frozenset[str] = frozenset()
    nullable: tuple[str, ...] = ()
    wrappers: frozenset[str] = frozenset()
    keeps_null: bool = False
    undoes: bool = False
    adds: bool = False
    kinds: Mapping[str, str] = MappingProxyType({})
    says: frozenset[str] = frozenset()

    def bounds(self, seconds: int) -> dict[str, object]:
        """Return the driver options that limit waiting to `seconds`."""
        others = {name: text.replace("{milliseconds}", str(seconds * 1000)) for name, text in self.options.items()}
        return dict.fromkeys(self.seconds, seconds) | others

    def is_said(self, words: Collection[str]) -> int:
        """Count the words of definitions that are nearly unique to this dialect."""
        return len(self.says.intersection(words))


@cache
def dialects() -> dict[str, Dialect]:
    """Return the dialects by name, in the order in which to try them on a script; raises `PackError`."""
    top = Document(installed(), FILE).section()
    by_name = {}
    for name in top.value:
        entry = top.section(name, _KEYS)
        options = entry.section("options") if "options" in entry.value else None
        kinds = entry.section("kinds") if "kinds" in entry.value else None
        by_name[name] = Dialect(
            name,
            entry.texts("aliases", default=()),
            entry.text("driver", default=""),
            entry.text("extra", default="import"),
            entry.texts("seconds", default=()),
            {key: options.text(key) for key in options.value} if options else {},
            entry.flag("schemas", True),
            frozenset(entry.texts("system", default=())),
            entry.texts("before_rows", default=()),
            frozenset(entry.texts("booleans", default=())),
            entry.flag("gives_zones", True),
            frozenset(entry.texts("texts", default=())),
            frozenset(entry.texts("quotes", default=())),
            entry.texts("nullable", default=()),
            frozenset(entry.texts("wrappers", default=())),
            entry.flag("keeps_null", False),
            entry.flag("undoes", False),
            entry.flag("adds", False),
            {key: kinds.text(key) for key in kinds.value} if kinds else {},
            frozenset(entry.texts("says", default=())),
        )
    return by_name


def dialect(name: str) -> Dialect:
    """Return a dialect by its name or an alias; one that the file does not know has only a name."""
    wanted = name.lower()
    return next((one for one in dialects().values() if wanted in (one.name, *one.aliases)), Dialect(wanted))
