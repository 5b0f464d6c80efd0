"""Find the fields that an answers file records by digest, whatever folder Copier works in.

An update renders the recorded answers in temporary folders, which do not have the file of fields. The digest fixes the
content, so it makes no difference to a render where the file is found.
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
    """Return the fields that a reference names: from the destination, else from one of the callers' folders.

    Raises `AnswerError` if they are missing, or have changed.
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
    raise problem or AnswerError(f"{reference.file}: restore it with Git; it is not in this folder")


def _folders(destination: Path) -> Iterator[Path]:
    """Yield the folders to look in: Copier's, the working directory, and those of the updates that contain the render.

    Copier tells a render nothing about the update, so this looks at the call stack. If a later version of Copier calls
    differently, users have to run the update in its folder.
    """
    yield destination.absolute()
    with suppress(OSError):
        yield Path.cwd()
    frame = sys._getframe()
    while frame := frame.f_back:
        if isinstance(folder := getattr(frame.f_locals.get("self"), "dst_path", None), Path):
            yield folder.absolute()
