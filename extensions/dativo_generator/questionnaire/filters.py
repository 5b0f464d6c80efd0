"""The filters of the question files: which questions to ask, their choices, errors in answers, and the plan."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any

from ..answers import fields_file, own_labels, readers, recording
from ..answers.answers_format import NAME, number_of
from ..answers.profiles import saved
from ..answers.questions import QUESTIONS
from ..answers.questions.short_path import awaits_source, check_unsourced, patterns
from ..answers.recording import IMPORT, SOURCE
from ..answers.scaffold import Scaffold
from ..base import emit, reading
from ..base.documents import shown
from ..base.emit import block
from ..base.errors import AnswerError, DativoError
from ..base.naming import few
from ..base.paths import CI_FILES, FIXTURES_TEST, FIXTURES_TEST_SOURCE, profile_of
from ..base.repository_url import has_secret, public
from ..base.telling import tell
from ..base.versions import is_hash, is_version, tag_of, version_of
from ..plan.ci import misplaced
from ..plan.destination import COPIERS_OWN
from ..plan.plan import EXTRAS, check_extra, plan, written_paths
from ..plan.vendored_schemas import vendored
from ..registry.recipes import recipe_file
from . import file_modes, guard, prompts, question_files
from .session import Session
from .unattended import refuse_unknown


def known(session: Session, name: str) -> str:
    """Return `name`; refuse a given or recorded answer that no question asks for, which Copier would ignore.

    The first question calls this, so it also refuses a pack whose question files do not match its code, and one whose
    tag is not a version.
    """
    question_files.check(session.pack)
    if session.writes:
        file_modes.adapt()
        if not session.conf["defaults"]:
            prompts.adapt()
    _refuse_unversioned(session)
    # The rest of the context are functions, and Copier's own names, which begin with _.
    others = {name for name, value in session.context.items() if not name.startswith("_") and not callable(value)}
    names = dict.fromkeys((*session.conf["data"], *sorted(others)))
    refuse_unknown(session.pack, (name for name in names if name not in session.pack.lifecycle.questions))
    return name


def _refuse_unversioned(session: Session) -> None:
    """Refuse a tag that is not a version: neither Copier nor the pack's own commands could tell what is newer.

    A commit after such a tag is accepted if it was requested, since a version may include it later. A commit that no
    tag includes gets a warning, unless it was requested: then the user, or the pack's own command, knows.
    """
    recorded = session.context["_copier_answers"].get("_commit") if session.writes else None
    if not recorded or is_version(tag := tag_of(recorded)):
        return
    if is_hash(recorded):
        if session.is_new and not session.conf["vcs_ref"]:
            warning = (
                f"tag a version like v1.0.0; no tag of the template leads to {recorded}, "
                "and without any tag the history of its default branch counts as released"
            )
            _print_once(session, [f"Warning: {warning}"])
        return
    if recorded == tag or not session.conf["vcs_ref"]:
        raise AnswerError(
            "_commit: tag the template's releases like v1.0.0, or name one that is with --vcs-ref; "
            f"'{tag}' is not a version"
        )


def applies(session: Session, name: str) -> bool:
    """Return whether to ask a question: it applies, and is in the short path or an open section, or has no default.

    A given or recorded answer counts as asked, so that it is recorded and kept. It is checked here, before Copier
    parses it, because Copier would print a traceback for a bad one, and drop a recorded one. A recorded answer that is
    no longer valid is asked again if a user is there, unless it names paths.
    """
    scaffold = session.scaffold
    if name in session.context:
        if name not in scaffold.raw:
            value = session.context[name]
            raise AnswerError(f"{name}: put it in quotes; '{value}' is read as a {type(value).__name__}")
        try:
            _check(session, name, session.context[name])
        except AnswerError as error:
            if name in session.conf["data"] or not session.recorded:
                raise
            if session.is_answered(name) or name in guard.PATHS:
                raise guard.stale(scaffold, name, error, session.destination.answers_file) from None
            return not scaffold.inapplicable(name)  # a user is there to answer again
        return True
    if name in scaffold.presets and not scaffold.inapplicable(name):
        _ = scaffold[name]
    asks = scaffold.asks(name)
    _leave_out_misfit(session, name, asks)
    return asks or (scaffold.is_guess(name) and _is_anybody_there(session, name))


def _is_anybody_there(session: Session, name: str) -> bool:
    """Return whether a user can be asked a question, or has answered it in Copier's settings.

    An update that skips answered questions asks nobody for optional answers.
    """
    conf = session.conf
    silent = conf["defaults"] or (conf["skip_answered"] and session.recorded)
    return not silent or name in conf["settings"].defaults


def _leave_out_misfit(session: Session, name: str, is_asked: bool) -> None:
    """Drop an answer of the user's Copier settings if it is invalid here: it is meant for another template."""
    defaults = session.conf["settings"].defaults
    if name in defaults and (why := _wrong(session, defaults[name], name)):
        note = f"Note: ignoring an answer in your Copier settings, as it is for another template: {why}"
        _print_once(session, [note] if is_asked else [])
        del defaults[name]


def is_prompted(session: Session, name: str) -> bool:
    """Return whether to ask a user a question of a section: not if its answer follows a profile.

    It is asked anyway if the user opens the section, or has to correct the answer.
    """
    scaffold = session.scaffold
    if not QUESTIONS[name].prompted:
        return False
    if QUESTIONS[name].section in scaffold["customize"]:
        return True
    if name in session.context:
        follows = name in readers.sequence(session.context.get("profiled", []))
        return not follows or bool(problem(session, name))
    return name not in scaffold.presets


def reviewed(session: Session, name: str) -> bool:
    """Show what will be written, and return whether to ask for confirmation: only if a user is there to answer.

    Not in an update, which Copier runs quietly: edits by hand are merged in afterwards, and Git shows the outcome.
    """
    conf, printed = session.conf, session.printed
    if name in session.context:
        return applies(session, name)
    if conf["quiet"] or (conf["defaults"] and not conf["pretend"]):
        return False
    if name not in printed:
        printed.add(name)
        # Imported here: no other part of a render needs these rules.
        from ..plan.templates import Templates
        from .review import coloured, review

        plan_, root = planned(session, session.context["_copier_answers"]), session.destination.root
        template = Templates(session.environment, session.pack.root, session.pack.root / "template")
        rendered = dict(template.files({**session.context, "plan": plan_}))
        kept = [path for path in plan_["shared"] if held(session, path)]
        print(
            "", review(session.pack, plan_, rendered, root, kept, coloured(sys.stderr)), "", sep="\n", file=sys.stderr
        )
    return not (conf["defaults"] or conf["pretend"])


def initial_answer(session: Session, name: str, unset: Any) -> Any:
    """Return the initial text of a prompt, as YAML, or `unset` if there is no valid one.

    Without a user to ask, a question that only the user can answer is an error.
    """
    if not applies(session, name):
        return unset
    session.keep_answers()
    default = session.context.get(name, session.scaffold.default(name))
    if name == IMPORT and awaits_source(session.scaffold):
        found = few(map(shown, patterns(session.scaffold.raw["tables"])))
        _print_once(session, [f"Note: name a source: the tables that match {found} are looked up in it"])
    _print_imports(session, name)
    if default is None or (wrong := _wrong(session, default, name)):
        if not session.conf["defaults"]:
            return _left_to_choose(session, name, default) or unset
        raise session.scaffold.missing(name) if default is None else AnswerError(wrong)
    return block(default) if isinstance(default, dict | list) else default


def _print_imports(session: Session, name: str) -> None:
    """Report once what an import has decided on its own."""
    scaffold, fills = session.scaffold, {question.fills for question in QUESTIONS.values()}
    if session.conf["quiet"] or name not in (*fills, *_ABOUT_CURSORS) or not scaffold.imported:
        return
    if name in _ABOUT_CURSORS:
        _print_once(session, (f"Imported: {line}" for line in _uncursored(scaffold)))
        return
    for item in scaffold.items:
        table = scaffold.imported[item.object]
        lines = [*table.table.about_source, *table.table.notes]
        if cursor := scaffold.cursor_field(item, scaffold.suggested(item)):
            lines.append(f"later runs follow the column '{cursor}' of '{item.object}'")
        elif scaffold.source.uses_cursor:
            lines.append(f"every run reads '{item.object}' in full")
        _print_once(session, [f"Imported: {line}" for line in lines])
    others = (line for question in QUESTIONS.values() for line in question.imported(scaffold))
    _print_once(session, [f"Imported: {line}" for line in others])


# The questions to ask if imported tables have no cursor column.
_ABOUT_CURSORS = ("incremental", "full_reads")


def _uncursored(scaffold: Scaffold) -> Iterator[str]:
    """Yield a line for each table without a column that shows what is new."""
    for item in scaffold.items:
        if not item.cursor_field and not scaffold.imported[item.object].cursor:
            yield f"'{item.object}' has no column that shows what is new"


def _print_once(session: Session, lines: Iterable[str]) -> None:
    for line in lines:
        if line not in session.printed:
            session.printed.add(line)
            tell(line)


def _left_to_choose(session: Session, name: str, chosen: Any) -> str:
    """Return those chosen values that are still possible as YAML text, or '' if there are none."""
    possible = [choice.value for choice in session.scaffold.choices(name) if not choice.reason]
    left = [value for value in chosen if value in possible] if isinstance(chosen, list) else []
    return block(left) if left else ""


def ordered_type(session: Session, name: str) -> str:
    """Return Copier's type for a mapping whose order matters: text, unless a mapping is given and nobody is asked.

    Copier sorts the keys of a mapping when it shows it in a prompt. So if a user is there to type, even a recorded
    mapping is taken for text: Copier fails to parse it, asks again, and shows it as `initial_answer` returns it, in its
    order.
    """
    return "yaml" if session.is_answered(name) and not isinstance(session.context[name], str) else "str"


def choices(session: Session, name: str) -> list[Any]:
    """List a question's choices in Copier's notation; a choice that is not available carries the reason.

    If the answer is settled, only the chosen values are listed: Copier compiles two templates per choice. A choice that
    would move files is listed as not available; Copier does not validate the choice that is made.
    """
    scaffold = session.scaffold
    if scaffold.inapplicable(name):
        return []
    # A given answer may still be asked for, with Copier's --ask.
    settled = session.is_answered(name) and (session.conf["defaults"] or session.conf["skip_answered"])
    chosen = session.context[name] if settled else None
    if name not in session.context and session.conf["defaults"]:
        chosen = scaffold.default(name)
    if not isinstance(chosen, str | list):
        chosen = None
    stays = session.recorded.get(name) if chosen is None and name in guard.PATHS else None
    listed = []
    for choice in scaffold.choices(name):
        if chosen is None or choice.value in chosen:  # in a list, or in the YAML text of one
            reason = choice.reason or ("part of file paths" if stays not in (None, choice.value) else "")
            listed.append([choice.label(), {"value": choice.value, "validator": reason} if reason else choice.value])
    return listed


def problem(session: Session, name: str) -> str:
    """Return what is wrong with an answer that was just typed, or '' if nothing is. Never raises."""
    return _wrong(session, session.context[name], name)


def _wrong(session: Session, value: Any, name: str) -> str:
    try:
        _check(session, name, value)
    except DativoError as error:
        return str(error)
    return ""


def _check(session: Session, name: str, value: Any) -> None:
    """Refuse an answer that is invalid, would move existing files, or would take another scaffold's files."""
    scaffold = session.with_answer(name, value)
    if value and (filled := QUESTIONS[name].fills) in session.answers:
        raise AnswerError(
            f"{name}: the {filled} are answered already; "
            "`dativo-generator fields SOURCE --against ASSET` shows what has changed"
        )
    if name == "tables" and session.recorded and patterns(value):
        file = session.destination.answers_file
        raise AnswerError(f"{name}: use dativo-generator update {quote(file)} --data ...; only it looks up patterns")
    if name == "tables" and _is_sourced_later(session, scaffold):
        check_unsourced(scaffold)
        return
    _ = scaffold[name]
    if name in own_labels.NAMES and _is_new(session, name, value):
        given = {"tenant_id": scaffold.raw.get("tenant_id"), name: value}
        own_labels.refuse_unmarked(session.pack, given, session.recorded, session.destination.root)
    if QUESTIONS[name].about_import and name in session.conf["data"] and _imports_nothing(session):
        raise AnswerError(f"{name}: leave it out, or answer import_from; nothing is imported, so it has no effect")
    if name in EXTRAS and value:
        check_extra(scaffold, name)
    if recorded := session.recorded:
        guard.unmoved(scaffold, name, recorded, session.destination)
    elif name == "scaffold":
        guard.unused(scaffold, session.destination.root)
    if name == "customize" and "schema" not in scaffold["customize"]:
        guard.unowned(scaffold, session.destination)


def _is_sourced_later(session: Session, scaffold: Scaffold) -> bool:
    """Return whether a user will be asked later where to look up the patterns for tables."""
    if session.conf["defaults"] or IMPORT in session.context or not session.writes:
        return False
    return awaits_source(scaffold) and scaffold.asks("import_from")


def _is_new(session: Session, name: str, value: Any) -> bool:
    """Return whether a user gives this answer now; recorded answers keep their meaning, also in an update's renders."""
    if not session.writes or NAME in session.conf["data"]:
        return False
    return session.is_new or (bool(session.recorded) and session.recorded.get(name) != value)


def _imports_nothing(session: Session) -> bool:
    """Return whether a new scaffold imports nothing, and its answers come from no earlier import either."""
    given = session.conf["data"]
    before = NAME in given or SOURCE in given
    return session.writes and session.is_new and not before and not session.answers.get("import_from")


def planned(session: Session, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Plan the files from the recorded answers alone; refuses to take files that another scaffold owns."""
    if not session.plans:
        session.plans.append(_planned(session, session.with_fields(answers)))
    return session.plans[0]


def _planned(session: Session, answers: Mapping[str, Any]) -> dict[str, Any]:
    answers = {**answers, **recording.looked_up(session.scaffold), NAME: number_of(session.answers)}
    result = plan(session.pack, answers)
    if not session.scaffold["proceed"]:
        raise AnswerError("nothing was written, as you answered")
    if session.writes:
        if why := misplaced(result["ci"].get("kind", ""), session.destination.root):
            _print_once(session, [f"Warning: {why}"])
        scaffold = Scaffold(session.pack, answers)
        for name in guard.PATHS if (recorded := session.recorded) else ():
            guard.unmoved(scaffold, name, recorded, session.destination)
        guard.unowned(scaffold, session.destination)
        apart = [file["path"] for file in [result["fields_file"]] if file]
        if recorded:
            guard.undeleted(scaffold, session.with_fields(recorded), session.destination, apart)
        elif session.is_new:
            guard.described(scaffold, session.destination)
            guard.free(session.destination.root, apart)
        guard.named(result["answers_file"], session.destination)
        if session.answers.get("save_profile"):
            path = profile_of(scaffold["tenant_id"])
            result["profile"] = {"path": path, "text": saved(scaffold)}
        guard.unobstructed(session.destination.root, written_paths(result))
    return result


def held(session: Session, name: str) -> str:
    """Return the pattern of a shared file that another scaffold holds in a newer version, or '' if none does.

    `name` is the file, its folder, or the question whose answer names the recipe or the CI file. Without a user to
    ask, a new scaffold leaves an older version alone, too, unless it may overwrite.
    """
    destination = session.destination
    path = name
    if name in QUESTIONS:
        answer = session.answers.get(name) or destination.recorded.get(name)  # an update has no answer at first
        path = _shared_file(name, answer) if isinstance(answer, str) else ""
    nobody = session.conf["defaults"] and not session.conf["overwrite"]
    newest = destination.newest(path) if path else None
    mine = version_of(session.context["_copier_answers"].get("_commit"))
    return f"/{path}" if newest is not None and (nobody or newest > mine) else ""


def _shared_file(name: str, answer: str) -> str:
    return CI_FILES.get(answer, "") if name == "ci" else recipe_file(answer)


def kept(session: Session, plan: Mapping[str, Any]) -> list[str]:
    """List the shared files of this scaffold that exist in another scaffold's version."""
    root, pack, ci = session.destination.root, session.pack, plan["ci"]
    sources = {FIXTURES_TEST: FIXTURES_TEST_SOURCE}
    there = {file: text for file in plan["shared"] if (text := _text(root, file)) is not None}
    return [
        file
        for file, text in there.items()
        if (ci["package"] not in text if file == ci.get("path") else text != vendored(pack, sources.get(file, file)))
    ]


def _text(root: Path, file: str) -> str | None:
    """Return the content of a shared file; None if it is missing, '' if it is unreadable and so not the pack's."""
    try:
        return reading.text(root, file)
    except reading.ReadingError:
        return ""


def recorded(session: Session, answers: Mapping[str, Any]) -> str:
    """Return the answers file's content: Copier's own keys, then the answers in the order of the questions."""
    own = {key: answers[key] for key in COPIERS_OWN if key in answers}
    before = session.recorded
    # An answer that has changed since then no longer follows the profile.
    followed = [
        name for name in answers.get("profiled", ()) if answers.get(name) == before.get(name, answers.get(name))
    ]
    answers = {name: value for name, value in answers.items() if name != "profiled"}
    answers |= {"profiled": followed} if followed else {}
    answers |= recording.looked_up(session.scaffold)
    own["_src_path"] = _recorded_source(session, own["_src_path"])
    if fields := session.context["plan"].get("fields_file"):
        answers |= {fields_file.NAME: fields["recorded"]}
    own[NAME] = session.context["plan"][NAME]
    session.finish()
    return emit.answers(own | {name: answers[name] for name in QUESTIONS if name in answers})


def _recorded_source(session: Session, location: str) -> str:
    """Return the template's location in a form that can be committed: an absolute path, or a URL without credentials.

    Copier records what was typed: an update from another folder would not find a relative path.
    """
    with suppress(OSError, RuntimeError, ValueError):  # not a valid folder name
        source = Path(location).expanduser()
        if source.exists():
            return str(source.resolve())
    if has_secret(location) and session.writes and "_src_path" not in session.printed:
        session.printed.add("_src_path")
        tell(f"Note: give git the login for {public(location)}; it is not recorded")
    return public(location)
