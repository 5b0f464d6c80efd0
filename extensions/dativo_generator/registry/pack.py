"""The pack itself: a checkout of the template with its registry, recipes, field catalogs and rules, each read once."""

import json
from collections.abc import Callable, Mapping
from functools import cache, cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ..base.documents import Document
from ..base.errors import PackError
from ..base.reading import NOT_UTF8, place_in, unreadable
from ..base.shapes import Shape
from .basis import FIELDS, common_basis
from .classification import Judgement, Rules, load_rules
from .connectors import Connector, Registry, load_registry
from .evidence import weigh
from .fields import Field, read_fields
from .importer import Importer, NoImporter
from .keys import Keys, load_keys
from .lifecycle import Lifecycle, in_service, load_lifecycle
from .recipes import Recipe, load_recipe
from .runner import Runner, Way, load_runner
from .values import Seen, ValueKinds, load_value_kinds

if TYPE_CHECKING:
    from .samples import Samples


_P = ParamSpec("_P")
_T = TypeVar("_T")


class Pack:
    """The contents of the files below `root`. Only the pack's own commit is read, never the destination."""

    def __init__(self, root: Path, importer: Importer | None = None) -> None:
        """Store `root`; each file is read on first use. `importer` is for callers that ask questions."""
        self.root = root
        self.importer = importer or NoImporter()
        # Results of other modules about this pack, kept as long as the pack; see `once`.
        self.found: dict[Any, Any] = {}
        self.recipe = cache(self._recipe)
        self.known_fields = cache(self._known_fields)
        self.judge = cache(self._judge)
        self.text = cache(self._text)
        self.shape = cache(self._shape)
        self._said_of = cache(self._said_of_connector)

    @cached_property
    def registry(self) -> Registry:
        """The connectors in service by name."""
        return in_service(self._listed, self.lifecycle)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """What became of ids that are no longer in service."""
        return load_lifecycle(self.root, self._listed)

    @cached_property
    def _listed(self) -> Registry:
        return load_registry(self.root)

    @cached_property
    def runner(self) -> Runner:
        """What the runner does with each connector."""
        return load_runner(self.root)

    @cached_property
    def keys(self) -> Keys:
        """How the runner treats keys of jobs and assets."""
        return load_keys(self.root)

    @cached_property
    def _rules(self) -> Rules:
        return load_rules(self.root)

    @cached_property
    def value_kinds(self) -> ValueKinds:
        """The kinds of values, and what each proves."""
        return load_value_kinds(self.root)

    @cached_property
    def samples(self) -> "Samples":
        """The values for invented rows."""
        from .samples import load_samples  # few scaffolds need it

        return load_samples(self.root)

    @property
    def min_confidence(self) -> float:
        """The minimum confidence of a label by default."""
        return self.value_kinds.weights.min_confidence

    def _text(self, name: str) -> str:
        """Return the text of a file of the pack; raises `PackError` if it cannot be read, or is not text."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise PackError(NOT_UTF8, name, *place_in(error.object, error.start)) from None
        except FileNotFoundError:
            raise PackError("restore it; the file is missing", name) from None
        except OSError as error:
            raise PackError(unreadable(error, name), name) from None

    def _shape(self, kind: str) -> Shape:
        """Return the shape of a ``job``, or of the body of an asset in the layout ``nested`` or ``odcs``."""
        return shape_of(kind, self.text(f"schemas/{'job' if kind == 'job' else 'asset'}.schema.json"))

    def files(self, folder: str, pattern: str) -> list[str]:
        """List the paths of files of the pack."""
        return sorted(path.relative_to(self.root).as_posix() for path in (self.root / folder).glob(pattern))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the rules give."""
        return tuple(sorted({rule.label for rule in self._rules.rules}))

    def with_role(self, role: str) -> list[Connector]:
        """List the connectors that can be a ``source`` or a ``target``."""
        return [connector for connector in self.registry.values() if role in connector.roles]

    def _judge(
        self, column: str, type_: str, object_name: str, seen: Seen | None = None, beside: tuple[str, ...] = ()
    ) -> Judgement:
        """Return the label that the rules give a column of an object, and why.

        `seen` describes the values of the column, `beside` holds the names of all columns of the object.
        """
        by_name = self._rules.judge(column, type_, object_name, beside)
        return weigh(self.value_kinds, by_name, column, object_name, seen) if seen else by_name

    def label(self, field: Field, object_name: str) -> str:
        """Return the label that the rules give a field of an object, or ''."""
        return self.judge(field.name, field.type, object_name).label

    def way(self, role: str, connector: Connector) -> Way:
        """Return how the runner reads a source, or writes a target."""
        return self.runner.way(connector, self.recipe(connector.id), role)

    def basis(self, *connectors: str) -> list[str]:
        """Return what scaffolds with these connectors depend on, as texts to compare between releases."""
        return [self._common_basis, *map(self._said_of, connectors)]

    @cached_property
    def _common_basis(self) -> str:
        return common_basis(self.root)

    def _said_of_connector(self, name: str) -> str:
        """Return everything that the pack holds about a connector, as text."""
        return repr((self.registry[name], self.recipe(name), self.known_fields(name)))

    def _recipe(self, name: str) -> Recipe:
        """Return the recipe of a connector."""
        return load_recipe(self.root, self.registry[name])

    def _known_fields(self, name: str) -> Mapping[str, tuple[Field, ...]]:
        """Return the field catalog of a connector by object; {} when the pack has none for it."""
        file = f"{FIELDS}/{name}.yaml"
        if not (self.root / file).exists():
            return {}
        document = Document(self.root, file)
        return {
            name: read_fields(entry, lambda keys, what, name=name: document.error((name, *keys), what))
            for name, entry in document.section().value.items()
        }


def once(function: Callable[Concatenate[Pack, _P], _T]) -> Callable[Concatenate[Pack, _P], _T]:
    """Call a function once for each pack and each set of arguments; a result is kept as long as its pack.

    `functools.cache` would also keep the pack itself, until the process ends.
    """

    @wraps(function)
    def wrapper(pack: Pack, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        key = (function, args, *kwargs.items())
        if key not in pack.found:
            pack.found[key] = function(pack, *args, **kwargs)
        return pack.found[key]

    return wrapper


def shape_of(kind: str, text: str) -> Shape:
    """Return the shape of a kind of file, like `Pack.shape`, from the text of its schema."""
    top = json.loads(text)
    if kind == "job":
        return Shape(top)
    layout = Shape(top, top["definitions"][kind])
    return layout.at("asset") if kind == "nested" else layout
