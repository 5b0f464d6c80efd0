"""A hand-written job with its asset, or an asset that no job reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..answers.scaffold import Scaffold
from ..base.asset_layout import body_of
from ..plan.plan import documents
from .values import differing


class Files(NamedTuple):
    """What the files say, parsed, and where they are.

    `root` is what stands before the path of the asset in the job. `job` is {} where no job reads the asset. `asset` is
    {} where another scaffold writes it; then `read` is what it holds.
    """

    job_path: str
    job: Mapping[str, Any]
    asset_path: str
    asset: Mapping[str, Any]
    root: str = "."
    read: Mapping[str, Any] = {}

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Files":
        """Take the fields from plain data, in which a command of another version hands them over."""
        return cls(**found)

    @property
    def body(self) -> Mapping[str, Any]:
        """The part that describes the asset, be it this scaffold's or another's."""
        return body_of(self.asset or self.read)

    def distance(self, scaffold: Scaffold) -> int:
        """Count the places at which these files differ from what a scaffold of one thing gives for them."""
        return sum(len(found) for found in self.differences(scaffold))

    def differences(self, scaffold: Scaffold) -> tuple[list[Any], list[Any]]:
        """List where the asset, and the job, of a scaffold of one thing differ from these files."""
        asset, job = documents(scaffold, scaffold.items[0])
        return (
            list(differing(asset, self.asset)) if self.asset else [],
            list(differing(job, self.job)) if self.job else [],
        )
