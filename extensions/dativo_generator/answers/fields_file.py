"""The fields of a scaffold with many columns, in a file of their own beside the answers file.

::

    fields: {file: .dativo-fields.acme.shop.yml, sha256: {orders: 3f.., items: 9c..}}

The answers file records the name of the file and a digest of the fields of each object: that is the answer. A file with
other content is not accepted as the answer, so a render stays a function of what is recorded. There is one digest per
object, so that branches that change different objects merge. Digests cover values, not formatting.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import yaml

from ..base.documents import parse_bounded, refuse_features, yaml_place
from ..base.emit import block
from ..base.errors import AnswerError
from ..base.paths import answers_file_of, fields_file_of
from .model import Answers
from .questions.schema import are_of_one_object
from .readers import mapping, recordable

# In bytes of YAML: about twenty tables of sixty columns. Up to this size, people can still find the other answers in
# the file, and Copier, which reads it several times per update with PyYAML's slow reader, is still fast.
LARGEST_INLINE = 64 << 10
NAME = "fields"
_FILE, _DIGESTS = "file", "sha256"
_BEGINNING = ".dativo-fields."
_NAME = re.compile(rf"{re.escape(_BEGINNING)}[a-z0-9_-]+\.[a-z0-9_-]+\.yml")
_CONFLICT = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
_DIGEST = re.compile("[0-9a-f]{64}")

Digests = str | dict[str, str]


class Reference(NamedTuple):
    """What answers record about a fields file: its name, and a digest per object, or only one for a single object."""

    file: str
    digests: Digests

    def differing(self, fields: Mapping[str, Any]) -> list[str]:
        """List the objects whose fields differ from what was recorded; '' stands for the only one."""
        if isinstance(self.digests, str):
            return [] if digest(fields) == self.digests else [""]
        there = {name: digest(of) for name, of in fields.items()}
        return [name for name in {**self.digests, **there} if self.digests.get(name) != there.get(name)]


def reference(answers: Mapping[str, Any]) -> Reference | None:
    """Return the reference to a fields file in recorded answers, or None; raises `AnswerError` if it is damaged.

    Columns named `file` and `sha256` are not mistaken for one: no column's entry looks like the name of such a file.
    """
    raw = answers.get(NAME)
    if not isinstance(raw, dict) or raw.keys() != {_FILE, _DIGESTS} or not isinstance(raw[_FILE], str):
        return None
    if not raw[_FILE].startswith(_BEGINNING):
        return None
    digests = raw[_DIGESTS]
    each = digests.values() if isinstance(digests, dict) else [digests]
    if not _NAME.fullmatch(raw[_FILE]) or not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in each):
        raise AnswerError(f"{NAME}: restore it with Git; its file or its sha256 is damaged")
    return Reference(raw[_FILE], digests)


def digest(value: Any) -> str:
    """Return the digest of fields."""
    return sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def parsed(name: str, content: bytes | None) -> dict[str, Any]:
    """Return the content of a fields file; raises `AnswerError` if it is missing or damaged."""
    if content is None:
        raise AnswerError(f"{name}: restore it with Git; it is missing")
    if _CONFLICT.search(content):
        raise AnswerError(f"{name}: resolve the merge; it holds conflict markers")
    try:
        text = content.decode("utf-8")
        fields = recordable(parse_bounded(text, look=refuse_features))
    except yaml.YAMLError as error:
        line, column = yaml_place(error, text)
        raise AnswerError(f"{name}:{line}:{column}: restore it with Git; it is not plain YAML") from None
    except UnicodeDecodeError:
        raise AnswerError(f"{name}: restore it with Git; it is not UTF-8") from None
    except AnswerError as error:
        raise AnswerError(f"{name}: {str(error).partition(';')[0]}") from None
    if not isinstance(fields, dict):
        raise AnswerError(f"{name}: restore it with Git; it has no fields")
    return fields


def planned(answers: Answers) -> dict[str, Any]:
    """Return the file's `path` and `text`, and `recorded`, the answer that refers to it; {} if no file is needed."""
    if NAME not in answers.raw or answers.reuses_assets:
        return {}
    fields = mapping(answers.raw[NAME])
    written = block(fields)
    if len(written.encode()) <= LARGEST_INLINE:
        return {}
    tenant, scaffold = answers["tenant_id"], answers["scaffold"]
    path = fields_file_of(tenant, scaffold)
    is_of_one = are_of_one_object(fields, [item.object for item in answers.items])
    digests = digest(fields) if is_of_one else {name: digest(of) for name, of in fields.items()}
    head = (
        f"# Written by the scaffold {scaffold} of {tenant}. It is the answer to fields; after a change here:\n"
        f"#   dativo-generator update {answers_file_of(tenant, scaffold)}\n"
    )
    return {"path": path, "text": head + written + "\n", "recorded": {_FILE: path, _DIGESTS: digests}}


def edited(name: str) -> AnswerError:
    """Build the error for a file that differs from what was recorded."""
    return AnswerError(f"{name}: apply its edits with dativo-generator update; it was edited")
