"""A hand-written job with its asset, or an asset that no job reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..answers.scaffold import Scaffold
from ..base.asset_layout import body_of
from ..plan.plan import documents
from .values import differing


class Files(NamedTuple):
    """The parsed files, and their paths.

    `root` is what precedes the path of the asset in the job. `job` is {} if no job reads the asset. `asset` is {} if
    another scaffold writes it; then `read` is its content.
    """

    job_path: str
    job: Mapping[str, Any]
    asset_path: str
    asset: Mapping[str, Any]
    root: str = "."
    read: Mapping[str, Any] = {}

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Files":
        """Create it from plain data, which a command of another version passes."""
        return cls(**found)

    @property
    def body(self) -> Mapping[str, Any]:
        """The part that describes the asset, whether this scaffold or another writes it."""
        return body_of(self.asset or self.read)

    def distance(self, scaffold: Scaffold) -> int:
        """Count the differences between these files and those that a scaffold with a single item renders."""
        return sum(len(found) for found in self.differences(scaffold))

    def differences(self, scaffold: Scaffold) -> tuple[list[Any], list[Any]]:
        """List how the asset, and the job, of a scaffold with a single item differ from these files, as two lists."""
        asset, job = documents(scaffold, scaffold.items[0])
        return (
            list(differing(asset, self.asset)) if self.asset else [],
            list(differing(job, self.job)) if self.job else [],
        )
