"""The questions for every scaffold: whose data it is, its source and target, and which sections to open."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ...base.documents import shown
from ...base.errors import AnswerError, QuestionError
from ...base.naming import few, offer
from ...base.patterns import is_pattern
from ...registry.importer import ImportedTable
from .. import choices, engine_options, readers
from ..choices import Choice
from ..model import ENVIRONMENTS, Answers, Question, Section
from ..selection import EXAMPLES, Item, read_selection
from ..table_patterns import looked_up, parted
from . import connection, contract, engine, environments, governance, incremental, job, plugins, runtime, schema, target
from .shared import alone, always, choice, in_cloud, reused

MODES = ("self_hosted", "cloud")
# What `customize` opens, in the order of the questions.
SECTIONS: dict[str, Section] = {
    module.SECTION.name: module.SECTION
    for module in (
        environments,
        incremental,
        schema,
        contract,
        governance,
        target,
        connection,
        engine,
        plugins,
        job,
        runtime,
    )
}


# --- reading ----------------------------------------------------------------------------------------------------------


def _connector(role: str) -> Callable[[Answers, Any], str]:
    def read(answers: Answers, raw: Any) -> str:
        offered = {connector.id: connector for connector in answers.pack.with_role(role)}
        if not isinstance(raw, str) or raw not in offered:
            if fate := answers.pack.lifecycle.fate(str(raw)):
                raise AnswerError(f"{shown(raw)} {fate}")
            raise AnswerError(offer(raw, offered, f"{shown(raw)} is not a {role} of the registry"))
        if why := choices.forbidden(offered[raw], in_cloud(answers)):
            raise AnswerError(f"choose another connector or execution_mode self_hosted; '{raw}' is {why}")
        answers.pack.recipe(raw)  # a damaged recipe is reported before anything is written
        return raw

    return read


def _search(role: str) -> Callable[[Answers, Any], str]:
    def read(answers: Answers, raw: Any) -> str:
        search = readers.text(raw)
        connectors = answers.pack.with_role(role)
        if not any(choices.matches(connector, search) for connector in connectors):
            names = [connector.id for connector in connectors]
            raise AnswerError(offer(search, names, f"no {role} matches {shown(search)}"))
        return search

    return read


def patterns(raw: Any) -> list[str]:
    """List the patterns in an answer that names tables."""
    try:
        value = readers.structure(raw)
    except AnswerError:
        return []
    return [entry for entry in (value if isinstance(value, list) else [value]) if is_pattern(entry)]


def entries(answers: Answers, raw: Any) -> Any:
    """Return an answer that names what to read, with patterns replaced by tables; raises `AnswerError`."""
    value = _listed(answers, raw)
    found = patterns(value)
    if answers.source.selection != "tables" or not found:
        return value
    if not answers.raw.get("import_from"):
        raise AnswerError(f"name the database with import_from, too; {shown(found[0])} is looked up there")
    tables = answers.pack.importer.tables(_sources(answers), found, engine_options.encoding(answers))
    return looked_up(value, tables)


def _listed(answers: Answers, raw: Any) -> Any:
    value = readers.structure(raw)
    if isinstance(value, str) and answers.source.selection == "tables" and not answers.is_recorded:
        _refuse_several(value)
    # A single thing needs no list, unless it is a choice.
    return [value] if isinstance(value, str | dict) and value and answers.source.selection != "objects" else value


def _refuse_several(text: str) -> None:
    """Refuse a text that names several tables: YAML joins lines without dashes into one."""
    names = text.replace(",", " ").split()
    if len(names) > 1 and not set(text) & set("'\"`"):
        raise AnswerError(f"write a list, like [{few(names)}]; {shown(text)} is one name")


def awaits_source(answers: Answers) -> bool:
    """Return whether an answer names tables by pattern, but none says yet where to look the patterns up."""
    if answers.raw.get("import_from") or not patterns(answers.raw.get("tables")):
        return False
    return answers.source.selection == "tables"


def check_unsourced(answers: Answers) -> None:
    """Check the tables as far as possible before their patterns are looked up; raises `QuestionError`."""
    try:
        if named := parted(_listed(answers, readers.recordable(answers.raw["tables"])))[1]:
            read_selection(named, answers.source, answers.source_recipe)
    except AnswerError as error:
        raise QuestionError(f"tables: {error}") from None


def _selection(answers: Answers, raw: Any) -> tuple[Item, ...]:
    value = entries(answers, raw)
    for item in value if isinstance(value, list) and answers.source.selection == "objects" else ():
        if item not in answers.source.objects and (fate := answers.pack.lifecycle.fate(answers.source.id, str(item))):
            raise AnswerError(f"{shown(item)} {fate}")
    return read_selection(value, answers.source, answers.source_recipe)


def _customize(answers: Answers, raw: Any) -> list[str]:
    opened = [readers.one_of(item, tuple(SECTIONS)) for item in readers.sequence(raw)]
    for name in opened:
        if reason := SECTIONS[name].inapplicable(answers):
            raise AnswerError(f"leave '{name}' out; {reason}")
    return opened


def _import_from(answers: Answers, raw: Any) -> Mapping[str, ImportedTable]:
    """Import the columns of all objects; each of several sources holds those of some."""
    if not readers.text(raw).strip():
        if awaits_source(answers):
            raise AnswerError(f"say where to look up {few(map(shown, patterns(answers.raw['tables'])))}")
        return {}
    sources, pack, cursor = _sources(answers), answers.pack, answers.source_recipe.cursor_field
    encoding = engine_options.encoding(answers)
    return pack.importer.imported(
        pack.judge, sources, answers.source.selection, answers.items, cursor, encoding, answers.is_recorded
    )


def _sources(answers: Answers) -> list[str]:
    text = readers.text(answers.raw.get("import_from") or answers.default("import_from")).strip()
    return readers.words(text) if text.startswith("[") else [text]


# --- defaults ---------------------------------------------------------------------------------------------------------


def _only_object(answers: Answers) -> list[str] | None:
    objects = answers.source.objects
    return list(objects) if len(objects) == 1 else None


def _own_source(answers: Answers) -> str:
    """Return the files themselves as the source to import from, if they are available."""
    return answers.pack.importer.own_source(answers.items) if answers.source.selection == "files" else ""


# --- when a question makes no sense -----------------------------------------------------------------------------------


def _read_otherwise(selection: str) -> Callable[[Answers], str]:
    def inapplicable(answers: Answers) -> str:
        source = answers.source
        return "" if source.selection == selection else f"{source.id} is read by {source.selection}"

    return inapplicable


def _short_list(role: str) -> Callable[[Answers], str]:
    def inapplicable(answers: Answers) -> str:
        return "" if len(answers.pack.with_role(role)) > choices.LONG_LIST else f"the list of {role}s is short"

    return inapplicable


# --- what can be chosen -----------------------------------------------------------------------------------------------


def _connectors(role: str) -> Callable[[Answers], list[Choice]]:
    def offer(answers: Answers) -> list[Choice]:
        search = answers.raw.get(f"find_{role}", "")
        connectors = [connector for connector in answers.pack.with_role(role) if choices.matches(connector, search)]
        return choices.connectors(connectors, role, in_cloud(answers), partial(answers.pack.way, role))

    return offer


def _offered_sections(answers: Answers) -> list[Choice]:
    width = max(map(len, SECTIONS))

    def label(section: Section, reason: str) -> str:
        return f"{section.name:<{width}} {section.what}{'' if reason else _held(answers, section)}"

    offered = [(one, one.inapplicable(answers)) for one in SECTIONS.values()]
    return [Choice(partial(label, one, reason), one.name, reason) for one, reason in offered]


def _held(answers: Answers, section: Section) -> str:
    """Return how many answers a section holds for these connectors, and how many are given."""
    names = [name for name, one in section.questions.items() if one.prompted and one.recorded and _fits(answers, name)]
    if given := sum(name in answers.raw for name in names):
        return f" ({given} of {len(names)} answered)"
    return f" ({len(names)} answer{'' if len(names) == 1 else 's'})" if names else ""


def _fits(answers: Answers, name: str) -> bool:
    """Return whether a question makes sense; an invalid answer that decides it is reported by its own question."""
    try:
        return name in answers.raw or not (
            answers.inapplicable(name) or answers.questions[name].without_effect(answers)
        )
    except AnswerError:
        return True


def _read_by(selection: str) -> Question:
    """Build the question for what to read from a source."""
    return Question(
        _selection, inapplicable=_read_otherwise(selection), example=EXAMPLES.get(selection, ""), of="scaffold"
    )


SECTION = Section(
    "short_path",
    questions={
        "tenant_id": Question(alone(readers.slug), example="acme", of="scaffold"),
        "environment": Question(alone(readers.slug), always(ENVIRONMENTS[0]), suggested=ENVIRONMENTS),
        "execution_mode": choice(MODES, "self_hosted"),
        "find_source": Question(_search("source"), always(""), _short_list("source"), of="scaffold", recorded=False),
        "source_connector": Question(_connector("source"), choices=_connectors("source"), of="scaffold"),
        "objects": _read_by("objects")._replace(
            default=_only_object,
            choices=lambda answers: choices.plain(answers.source.objects),
        ),
        "tables": _read_by("tables"),
        "files": _read_by("files"),
        "sheets": _read_by("sheets"),
        "find_target": Question(_search("target"), always(""), _short_list("target"), of="scaffold", recorded=False),
        "target_connector": Question(_connector("target"), choices=_connectors("target"), of="scaffold"),
        "owner": Question(
            alone(readers.email),
            guess=lambda answers: f"data-team@{answers['tenant_id']}.com",
            example="team@example.com",
        ),
        "scaffold": Question(
            alone(readers.slug), lambda answers: f"{answers.source.id}_to_{answers.target.id}", of="scaffold"
        ),
        "customize": Question(
            _customize,
            always([]),
            choices=_offered_sections,
            fixed_choices=tuple(SECTIONS),
            of="scaffold",
        ),
        "import_from": Question(
            _import_from,
            _own_source,
            reused,
            always_asked=awaits_source,
            fills="fields",
            of="scaffold",
            recorded=False,
        ),
    },
)
