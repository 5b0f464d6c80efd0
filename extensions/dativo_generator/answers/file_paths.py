"""Paths of files that existed before their scaffold: the asset and the job of each object.

::

    {orders: {asset: contracts/orders.yaml, job: jobs/shop/orders.yaml}}
    {orders: {job: {dev: jobs/dev/orders.yaml, prod: jobs/prod/orders.yaml}}}

The pack chooses the paths of all other files.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..base.documents import shown
from ..base.errors import AnswerError
from ..base.naming import listed, offer
from ..base.paths import PROFILES, VARIABLES
from . import readers
from .model import Answers

ASSET, JOB = KINDS = ("asset", "job")
# Folders at the root that hold the pack's own files or profiles: no job or asset can be in them.
_TAKEN = ("connectors", "registry", "schemas", PROFILES, VARIABLES)
# A part of a path; none is hidden, and none has an ending that Windows rejects.
_PART = re.compile(r"\w(?:[\w.@+=, -]*[\w@+=-])?")
_ENDS = (".yaml", ".yml")

Paths = dict[str, dict[str, Any]]


def read(answers: Answers, raw: Any) -> Paths:
    """Read the paths by object; raises `AnswerError` for a path where no file of a scaffold can be."""
    value, objects = readers.mapping(raw), [item.object for item in answers.items]
    for name, places in value.items():
        readers.among_objects(name, objects)
        if not isinstance(places, dict) or not places:
            raise AnswerError(f"{name}: must be a mapping of {listed(KINDS)}, not {shown(places)}")
        for kind in places:
            if kind not in KINDS:
                raise AnswerError(f"{name}: " + offer(kind, KINDS, f"unknown key '{kind}'"))
        _check_environments(name, places.get(JOB), answers.environments)
    _check(list(each(value)))
    return value


def each(value: Any) -> Iterator[Any]:
    """Yield every path in an answer that may be invalid."""
    for places in value.values() if isinstance(value, dict) else ():
        for place in places.values() if isinstance(places, dict) else ():
            yield from place.values() if isinstance(place, dict) else (place,)


def asset_of(paths: Mapping[str, Mapping[str, Any]], object_name: str) -> str:
    """Return the path of an object's asset, or '' if the pack chooses it."""
    return paths.get(object_name, {}).get(ASSET, "")


def job_of(paths: Mapping[str, Mapping[str, Any]], object_name: str, environment: str) -> str:
    """Return the path of an object's job in an environment, or '' if the pack chooses it."""
    place = paths.get(object_name, {}).get(JOB, "")
    return place.get(environment, "") if isinstance(place, dict) else place


def of_environment(paths: Mapping[str, Mapping[str, Any]], environment: str) -> Paths:
    """Return the paths for one of several environments."""
    own: Paths = {}
    for name, places in paths.items():
        job = job_of(paths, name, environment)
        if left := {kind: place for kind, place in places.items() if kind != JOB} | ({JOB: job} if job else {}):
            own[name] = left
    return own


def _check_environments(name: str, job: Any, environments: Sequence[str]) -> None:
    """Refuse one path for the jobs of several environments, and a path for an unknown environment."""
    if not isinstance(job, dict):
        if job is not None and len(environments) > 1:
            raise AnswerError(f"{name}: job: give a path for each of {listed(environments)}")
        return
    for environment in job:
        if environment not in environments:
            what = f"{shown(environment)} is not an environment of this scaffold"
            raise AnswerError(f"{name}: job: {offer(environment, environments, what)}")


def _check(paths: Sequence[Any]) -> None:
    seen: set[str] = set()
    for path in paths:
        if not isinstance(path, str):
            raise AnswerError(f"write a path, not {shown(path)}")
        if why := problem_of(path):
            raise AnswerError(f"{why}, not {shown(path)}")
        if path.casefold() in seen:
            raise AnswerError(f"give each file its own path; {shown(path)} is given twice")
        seen.add(path.casefold())


def problem_of(path: str) -> str:
    """Return why no file of a scaffold can be at a path, or '' if one can."""
    parts = path.split("/")
    if len(parts) < 2 or not all(map(_PART.fullmatch, parts)):
        return "write a path inside the repository, like jobs/shop/orders.yaml"
    if not path.endswith(_ENDS):
        return f"end the name in {' or '.join(_ENDS)}"
    if parts[0] in _TAKEN:
        return f"put it outside of {listed(sorted(_TAKEN))}"
    return ""
