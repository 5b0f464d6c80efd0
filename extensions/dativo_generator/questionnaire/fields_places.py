"""Find the fields that an answers file records by digest, in whatever folder Copier is at work.

An update renders the recorded answers into temporary folders, where the file of fields is not. What is looked for is
settled by its digest; so where it is found makes no difference to a render, but for its not being found.
"""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..answers import fields_file
from ..answers.fields_file import Reference
from ..base import reading
from ..base.errors import AnswerError, DativoError


def found(reference: Reference, destination: Path) -> dict[str, Any]:
    """Return the fields that a reference names: from the destination, else from where the caller is at work.

    Raises `AnswerError` where they are nowhere, or are others by now.
    """
    problem: DativoError | None = None
    for folder in dict.fromkeys(_folders(destination)):
        try:
            content = reading.read(folder, reference.file)
            if content is None:
                continue
            fields = fields_file.parsed(reference.file, content)
            if not reference.differing(fields):
                return fields
            problem = problem or fields_file.edited(reference.file)
        except DativoError as error:
            problem = problem or error
    raise problem or AnswerError(f"{reference.file}: is missing; go to its folder, or restore it")


def _folders(destination: Path) -> Iterator[Path]:
    """Yield the folders to look in: Copier's, that of whoever calls it, and those of the updates that it is part of.

    Copier tells a render nothing of the update; that is seen on the call stack. Where a later version calls in another
    way, the update is to be run in its folder.
    """
    yield destination.absolute()
    with suppress(OSError):
        yield Path.cwd()
    frame = sys._getframe()
    while frame := frame.f_back:
        if isinstance(folder := getattr(frame.f_locals.get("self"), "dst_path", None), Path):
            yield folder.absolute()
