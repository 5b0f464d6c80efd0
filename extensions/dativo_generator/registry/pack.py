"""The pack itself: one checkout of the template with its registry, recipes, field catalogs and rules, read once."""

import json
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..base.documents import Document
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


class Pack:
    """The content of the files below `root`. It reads only the pack's own commit, never the destination."""

    def __init__(self, root: Path, importer: Importer | None = None) -> None:
        """Remember `root`; each file is read when it is first asked for. `importer` is for who asks questions."""
        self.root = root
        self.importer = importer or NoImporter()
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
        """What the runner makes of keys of jobs and assets."""
        return load_keys(self.root)

    @cached_property
    def _rules(self) -> Rules:
        return load_rules(self.root)

    @cached_property
    def value_kinds(self) -> ValueKinds:
        """What values of columns tell."""
        return load_value_kinds(self.root)

    @cached_property
    def samples(self) -> "Samples":
        """The values that invented rows hold."""
        from .samples import load_samples  # which few scaffolds need

        return load_samples(self.root)

    @property
    def min_confidence(self) -> float:
        """How sure a label must be where nobody says it."""
        return self.value_kinds.weights.min_confidence

    def _text(self, name: str) -> str:
        """Return a file of the pack as it stands."""
        return (self.root / name).read_text(encoding="utf-8")

    def _shape(self, kind: str) -> Shape:
        """Return the shape of a ``job``, or of what describes an asset in the layout ``nested`` or ``odcs``."""
        return shape_of(kind, self.text(f"schemas/{'job' if kind == 'job' else 'asset'}.schema.json"))

    def files(self, folder: str, pattern: str) -> list[str]:
        """List files of the pack by their paths."""
        return sorted(path.relative_to(self.root).as_posix() for path in (self.root / folder).glob(pattern))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the rules give."""
        return tuple(sorted({rule.label for rule in self._rules.rules}))

    def with_role(self, role: str) -> list[Connector]:
        """List the connectors that can be a source, or a target."""
        return [connector for connector in self.registry.values() if role in connector.roles]

    def _judge(
        self, column: str, type_: str, object_name: str, seen: Seen | None = None, beside: tuple[str, ...] = ()
    ) -> Judgement:
        """Return what the rules say of a column of an object: a label, and why.

        `seen` is what was seen of its values, `beside` are the names of all columns of the object.
        """
        by_name = self._rules.judge(column, type_, object_name, beside)
        return weigh(self.value_kinds, by_name, column, object_name, seen) if seen else by_name

    def label(self, field: Field, object_name: str) -> str:
        """Return what the rules say of a field of an object: a label, or ''."""
        return self.judge(field.name, field.type, object_name).label

    def way(self, role: str, connector: Connector) -> Way:
        """Tell how the runner reads a source, or writes a target."""
        return self.runner.way(connector, self.recipe(connector.id), role)

    def basis(self, *connectors: str) -> list[str]:
        """Say what the scaffolds of some connectors rest on, so that two releases can be compared."""
        return [self._common_basis, *map(self._said_of, connectors)]

    @cached_property
    def _common_basis(self) -> str:
        return common_basis(self.root)

    def _said_of_connector(self, name: str) -> str:
        """Write out what the pack says of a connector."""
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


def shape_of(kind: str, text: str) -> Shape:
    """Return the shape of a kind of file as `Pack.shape` does, from the text of its schema."""
    top = json.loads(text)
    if kind == "job":
        return Shape(top)
    layout = Shape(top, top["definitions"][kind])
    return layout.at("asset") if kind == "nested" else layout
