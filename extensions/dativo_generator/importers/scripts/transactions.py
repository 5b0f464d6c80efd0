"""Transactions in a script: what one defines, and which of it a ROLLBACK undoes."""

from .script import Problem, Script, beginning_of
from .statements import Statement

# What follows BEGIN and END of a transaction; what undoes it, and what may decide how it ends.
_TRANSACTIONS = ("TRAN", "TRANSACTION", "WORK", "ISOLATION", "READ", "DEFERRED", "IMMEDIATE", "EXCLUSIVE")
_UNDOES, _CONDITIONS = ("ROLLBACK", "ABORT"), ("IF", "ELSE", "WHILE")
_BEFORE_NAME = ("TRAN", "TRANSACTION", "WORK", "TO", "SAVEPOINT")


def transact(script: Script, statement: Statement) -> None:
    """Note what a transaction defines, and which of it a ROLLBACK undoes."""
    words = [token.upper for token in statement.tokens[:5]]
    first, second = words[0], "".join(words[1:2])
    alone = len(words) == 1 and statement.script[statement.end : statement.end + 1] == ";"
    begins_again = words[-2:] == ["AND", "CHAIN"]
    if (first, second) == ("START", "TRANSACTION") or (first == "BEGIN" and (alone or second in _TRANSACTIONS)):
        script.begun = []
    elif script.begun is None:
        return
    elif first == "SAVEPOINT" or (first == "SAVE" and second in _TRANSACTIONS):
        script.begun.append((statement.tokens[-1].value.lower(), 0))
    elif first in _UNDOES:
        _undo(script, statement, next((one.value for one in statement.tokens[1:] if one.upper not in _BEFORE_NAME), ""))
        script.begun = script.begun if "TO" in words else [] if begins_again else None
    elif first == "COMMIT" or (first == "END" and (alone or second in _TRANSACTIONS)):
        script.begun = [] if begins_again else None
    elif first in _CONDITIONS or second in ("TRY", "CATCH"):
        script.begun = None


def _undo(script: Script, statement: Statement, savepoint: str) -> None:
    """Add a problem for each definition that a statement undoes: all, or those after a savepoint."""
    begun = script.begun or []
    first = next((place for place in range(len(begun))[::-1] if begun[place] == (savepoint.lower(), 0)), 0)
    text = beginning_of(statement)
    for name, line in begun[first:]:
        if line:
            script.problems.append(Problem(statement.line, text, f"it undoes line {line}", name, undoes=True))
    del begun[first:]
