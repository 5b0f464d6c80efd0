"""Read the pack's YAML files into checked values, and report errors with file, line, column and key."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from . import quick_yaml, reading
from .errors import AnswerError, DativoError, PackError
from .naming import offer
from .reading import NOT_UTF8, place_in
from .yaml_errors import TOO_DEEP, conflict, mark_of, not_valid

# libyaml is several times faster; loading a thousand connectors is mostly parsing.
_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REQUIRED: Any = object()
# No job, asset or answers file comes near these limits: nesting depth, number of values with all aliases expanded, and
# digits of a number.
DEEPEST, LARGEST, _DIGITS = 100, 200_000, 200
_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-Fxob_:.+-]*")
_INDENTATION = re.compile(r"^[ ?:-]*", re.MULTILINE)
# Tags, characters that only YAML counts as line breaks, and what may be an overlong number.
_BEYOND_A_GLANCE = re.compile(f"[!\x85\u2028\u2029]|\r(?!\n)|[-+0-9a-fA-Fxob_:.]{{{_DIGITS}}}")
# What PyYAML raises when a value does not match its tag or form: an impossible date, !!bool maybe, !!int ''.
CONSTRUCTING = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

Key = str | int


class _UniqueKeyLoader(_FastLoader):
    """A safe loader that refuses duplicate keys, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping from `node`; raises a YAML error at the second of two equal keys."""
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                twice = f"remove one; '{key.value}' is given twice"
                raise yaml.MarkedYAMLError(problem=twice, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str) -> Any:
    """Parse one YAML document, safe types only; raises `yaml.YAMLError`, also for a duplicate key."""
    try:
        return quick_yaml.read(text, _FastLoader)
    except quick_yaml.Unusual:
        return yaml.load(text, Loader=_UniqueKeyLoader)


def parse_bounded(text: str, largest: int = LARGEST, look: Callable[[Iterable[Any]], Any] | None = None) -> Any:
    """Parse one untrusted YAML document; raises `yaml.YAMLError` and no other error.

    The document may hold at most `largest` values, with all aliases expanded. `look` gets the parser's events first,
    unless a glance at the text rules out tags, anchors and a second document.
    """
    try:
        if surely_bounded(text, largest):
            with suppress(quick_yaml.Unusual):
                return quick_yaml.read(text, _FastLoader)
        (look or _pass)(bounded(yaml.parse(text, Loader=_FastLoader), largest))
        return parse_yaml(text)
    except CONSTRUCTING as error:
        raise yaml.YAMLError(str(error) or type(error).__name__) from None


def parse_content(content: bytes) -> Any:
    """Parse the content of a YAML file within bounds; raises `DativoError` with line and column."""
    try:
        text = content.decode("utf-8")
        return parse_bounded(text)
    except UnicodeDecodeError as error:
        raise DativoError(f"{in_words(place_in(content, error.start))}: {NOT_UTF8}") from None
    except yaml.YAMLError as error:
        raise DativoError(f"{in_words(yaml_place(error, text))}: {not_valid(error, text)}") from None


def check_bounded(text: str, largest: int = LARGEST) -> None:
    """Raise `yaml.YAMLError` for a text that `bounded` refuses."""
    if not surely_bounded(text, largest):
        _pass(bounded(yaml.parse(text, Loader=_FastLoader), largest))


def _pass(events: Iterable[Any]) -> None:
    for _ in events:
        pass


def surely_bounded(text: str, largest: int = LARGEST) -> bool:
    """Return whether a glance at the text shows that `bounded` accepts it; if not, only parsing can tell.

    A text without anchors has no aliases, so none refers to its own parent.
    """
    return "&" not in text and surely_bounded_unless_circular(text, largest)


def surely_bounded_unless_circular(text: str, largest: int = LARGEST) -> bool:
    """Return the same, except that an alias may still refer to its own parent.

    The text bounds its own depth: a block begins at the indentation of its line, or after dashes there, and never
    further left than its parent; a flow collection, and a pair in one, begins with a bracket. It bounds its size too:
    with a single anchor, each alias stands for less than the whole text.
    """
    anchors, aliases = text.count("&"), text.count("*") if "&" in text else 0
    if anchors > 1 or len(text) * (1 + aliases) > largest or _BEYOND_A_GLANCE.search(text):
        return False
    deepest = max(map(len, _INDENTATION.findall(text))) + 1
    return 2 * (deepest + text.count("[") + text.count("{")) <= DEEPEST


def bounded(events: Iterable[Any], largest: int = LARGEST) -> Iterator[Any]:
    """Pass on the events of a YAML parser; raises `yaml.YAMLError` for what would exhaust a reader.

    That is: nesting so deep that libyaml would crash, aliases that expand beyond `largest` values, an alias that refers
    to its own parent, and numbers with so many digits that Python takes long to convert them.
    """
    sizes: dict[str, int] = {}  # per anchor, with its own aliases expanded
    open_: list[list[Any]] = [["", 0]]
    for event in events:
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append([anchor, 1])
            if len(open_) > DEEPEST + 1:
                raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent | yaml.ScalarEvent | yaml.AliasEvent):
            size = 1
            if isinstance(event, yaml.CollectionEndEvent):
                anchor, size = open_.pop()
            elif isinstance(event, yaml.AliasEvent):
                if any(anchor == name for name, _ in open_):
                    raise yaml.MarkedYAMLError(
                        problem="an alias refers to its own parent", problem_mark=event.start_mark
                    )
                size = sizes.get(anchor, 1)
            elif not event.style and len(event.value) > _DIGITS and _NUMBER.fullmatch(event.value):
                raise yaml.MarkedYAMLError(problem="a number is too long", problem_mark=event.start_mark)
            if anchor and not isinstance(event, yaml.AliasEvent):
                sizes[anchor] = size
            open_[-1][1] += size
            if open_[-1][1] > largest:
                raise yaml.MarkedYAMLError(problem="holds too many values", problem_mark=event.start_mark)
        yield event


def refuse_features(events: Iterable[Any]) -> None:
    """Raise `yaml.YAMLError` for tags, anchors and a second document: Copier never writes them, and data needs none."""
    documents = 0
    for event in events:
        documents += isinstance(event, yaml.DocumentStartEvent)
        why = ""
        if documents > 1:
            why = "keep the first document; there is a second document"
        elif getattr(event, "tag", None):
            why = f"write a plain value; answers have no tags like {event.tag}"
        elif getattr(event, "anchor", None):
            why = "write the value out; answers have no anchors or aliases"
        if why:
            raise yaml.MarkedYAMLError(problem=why, problem_mark=event.start_mark)


def yaml_place(error: Exception, text: str) -> tuple[int, int]:
    """Return the line and column, from 1, of a parse error; (1, 1) for an error that concerns the whole text."""
    if line := conflict(text):
        return line, 1
    if mark := mark_of(error) or _misbuilt(text):
        return mark.line + 1, mark.column + 1
    position = getattr(error, "position", 0)  # of a character that YAML does not allow
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def refuse_keys(values: Mapping[Any, Any]) -> None:
    """Refuse answers with a key that is not text; raises `AnswerError`."""
    for key in values:
        if not isinstance(key, str):
            raise AnswerError(f"put it in quotes; the key {shown(key)} is not text")


def in_words(place: tuple[int, int]) -> str:
    """Format a line and column for a message that names the file elsewhere."""
    return f"line {place[0]}, column {place[1]}"


def not_yaml(path: object, error: Exception, text: str) -> str:
    """Return the message for a file that is not YAML: ``path:line:column: what to do; not valid YAML``."""
    line, column = yaml_place(error, text)
    return f"{path}:{line}:{column}: {not_valid(error, text)}"


def _misbuilt(text: str) -> Any:
    """Return the position of the first value that does not match its tag; None when all match."""
    try:
        waiting = [yaml.compose(text, Loader=_FastLoader)]
    except yaml.YAMLError:
        return None
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.CollectionNode):
            parts = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
            waiting += reversed(parts)
            continue
        try:
            if node is not None:
                SafeConstructor().construct_document(node)
        except (yaml.YAMLError, *CONSTRUCTING):
            return node.start_mark
    return None


def frozen(value: Any) -> Any:
    """Make plain YAML data immutable: mappings become read-only, lists become tuples."""
    if isinstance(value, dict):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value


def thawed(value: Any) -> Any:
    """Undo `frozen`: plain dicts and lists that JSON and YAML can write."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [thawed(item) for item in value]
    return value


class Document:
    """A YAML file, of the pack or of a repository."""

    def __init__(self, root: Path, name: str) -> None:
        """Read and parse `root / name` of the pack; raises `PackError` when it is missing or not YAML."""
        try:
            content = (root / name).read_bytes()
        except FileNotFoundError:
            raise PackError("restore it; the file is missing", name) from None
        except OSError as error:
            raise PackError(reading.unreadable(error, name), name) from None
        self._parse(name, content, parse_yaml)

    @classmethod
    def of_repository(cls, root: Path, name: str) -> "Document":
        """Read and parse an untrusted file of a repository; raises `PackError`."""
        document = cls.__new__(cls)
        try:
            content = reading.read(root, name)
        except reading.ReadingError as error:
            raise PackError(error.what, name, error.line, error.column) from None
        if content is None:
            raise PackError("restore it; the file is missing", name)
        document._parse(name, content, parse_bounded)
        return document

    def _parse(self, name: str, content: bytes, parse: Callable[[str], Any]) -> None:
        try:
            text = content.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise PackError(NOT_UTF8, name, *place_in(content, error.start)) from None
        self.name, self.text = name, text
        try:
            self.value = parse(text)
        except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date
            raise PackError(not_valid(error, text), name, *yaml_place(error, text)) from None

    def section(self, known: Iterable[str] = ()) -> "Section":
        """Return the top level as a section; its keys must be among `known`, unless that is empty."""
        return Section(self, (), self.value, known)

    def error(self, keys: Sequence[Key], message: str, index: int | None = None) -> PackError:
        """Return an error with line and column for the value at `keys`, or for the item at `index` in it."""
        name = ".".join(str(key) for key in keys)
        place = self._place(keys if index is None else (*keys, index))
        return PackError(f"{name}: {message}" if name else message, self.name, *place)

    def _place(self, keys: Sequence[Key]) -> tuple[int, int]:
        """Return the line and column of the key or item at `keys`, or of its deepest parent that exists.

        It parses the text again, so that only errors pay for positions.
        """
        node = yaml.compose(self.text, Loader=_FastLoader)
        if node is None:
            return 1, 1
        found = node.start_mark
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pairs = [(k, v) for k, v in node.value if key == k.value or _is_written(key, k.value)]
                if not pairs:
                    break
                found, node = pairs[0][0].start_mark, pairs[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                found = node.start_mark
            else:
                break
        return found.line + 1, found.column + 1


class Section:
    """A mapping in a document, read by key and type; its methods raise `PackError` for a value that does not fit."""

    def __init__(self, document: Document, keys: tuple[Key, ...], value: Any, known: Iterable[str] = ()) -> None:
        """Open `value`, found at `keys`: a mapping whose keys are text and, unless that is empty, among `known`."""
        self.document, self.keys = document, keys
        if not isinstance(value, dict):
            raise document.error(keys, f"must be a mapping, not {shown(value)}")
        self.value = value
        known = tuple(known)
        for key in value:
            if not isinstance(key, str):
                raise document.error((*keys, key), f"put it in quotes; the key {shown(key)} is not text")
            if known and key not in known:
                raise self.error(key, offer(key, known, "unknown key"))

    def error(self, key: str, message: str, index: int | None = None) -> PackError:
        """Return an error for `key` of this section, or for the item at `index` in its list."""
        return self.document.error((*self.keys, key), message, index)

    def take(self, key: str, default: Any = _REQUIRED) -> Any:
        """Return the raw value of `key`; raises for a null, and for a missing key without a default."""
        if key not in self.value:
            if default is _REQUIRED:
                raise self.error(key, "is missing")
            return default
        if self.value[key] is None:
            raise self.error(key, "give a value or remove the key; it has none")
        return self.value[key]

    def section(self, key: str, known: Iterable[str] = ()) -> "Section":
        """Return the mapping under `key` as a section."""
        return Section(self.document, (*self.keys, key), self.take(key), known)

    def sections(self, key: str, known: Iterable[str] = ()) -> list["Section"]:
        """Return the mappings of the list under `key` as sections."""
        value = self.take(key)
        if not isinstance(value, list):
            raise self.error(key, f"must be a list, not {shown(value)}")
        return [Section(self.document, (*self.keys, key, index), item, known) for index, item in enumerate(value)]

    def text(self, key: str, default: Any = _REQUIRED, among: Iterable[str] = (), like: str = "") -> Any:
        """Return the text of `key`: not empty, one of `among` if given, and a full match of the pattern `like`."""
        value = self.take(key, default)
        if key not in self.value:
            return value
        return self._checked(key, value, tuple(among), like)

    def texts(self, key: str, default: Any = _REQUIRED, among: Iterable[str] = (), like: str = "") -> tuple[str, ...]:
        """Return the list of texts of `key` as a tuple: at least one, and each only once."""
        value = self.take(key, default)
        if key not in self.value:
            return value
        if not isinstance(value, list):
            raise self.error(key, f"must be a list, not {shown(value)}")
        if not value:
            raise self.error(key, "the list is empty")
        among = tuple(among)
        for index, item in enumerate(value):
            self._checked(key, item, among, like, index)
        if len(set(value)) < len(value):
            twice = next(index for index, item in enumerate(value) if item in value[:index])
            raise self.error(key, f"'{value[twice]}' is listed twice", twice)
        return tuple(value)

    def phrases(self, key: str, default: Any = _REQUIRED, letters: str = "a-z0-9") -> tuple[str, ...]:
        """Return the phrases of `key` as a tuple: `letters` and spaces, written as one text with ', ' between phrases.

        Each occurs only once. A thousand phrases in one text load in a tenth of the time that a list takes.
        """
        text = self.take(key, default)
        if key not in self.value:
            return text
        self._checked(key, text, (), "")
        found = tuple(text.split(", "))
        if not re.fullmatch(f"[{letters} ,]+", text) or text.count(",") >= len(found) or "" in found:
            wrong = next((one for one in found if not re.fullmatch(f"[{letters}]+( [{letters}]+)*", one)), text)
            raise self.error(key, f"write letters like {letters}, with ', ' between them; '{wrong}' is not a phrase")
        if len(set(found)) < len(found):
            twice = next(item for index, item in enumerate(found) if item in found[:index])
            raise self.error(key, f"'{twice}' is listed twice")
        return found

    def flag(self, key: str, default: bool) -> bool:
        """Return the value of `key`, true or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {shown(value)}")
        return value

    def number(self, key: str, default: Any = _REQUIRED, least: int = 0) -> Any:
        """Return the value of `key`, a whole number of `least` or more."""
        value = self.take(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.error(key, f"must be a whole number of {least} or more, not {shown(value)}")
        return value

    def _checked(self, key: str, value: Any, among: tuple[str, ...], like: str, index: int | None = None) -> str:
        if not isinstance(value, str) or not value:
            raise self.error(key, f"must be text, not {shown(value)}", index)
        if among and value not in among:
            raise self.error(key, offer(value, among, f"'{value}' is not a choice"), index)
        if like and not re.fullmatch(like, value):
            raise self.error(key, f"'{value}' does not match {like}", index)
        return value


def _is_written(key: Any, text: Any) -> bool:
    """Return whether YAML reads `text` as `key`, which is not text: `1`, `true`, `2024-01-01`."""
    try:
        return not isinstance(key, str) and parse_bounded(str(text)) == key
    except yaml.YAMLError:
        return False


def shown(value: Any) -> str:
    """Format a value for a message, cut to 60 characters."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
