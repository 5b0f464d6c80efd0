"""Where the runner puts a job's data, whatever the job says: bucket, domain, data product and asset."""

from ..answers.scaffold import Scaffold
from ..answers.selection import Item
from ..base.asset_layout import folder_of

# What the runner uses for an asset without a domain or a data product.
_UNNAMED = "default"
# The runner writes to its own bucket if a target has no storage or names no bucket.
_STAGING = "${S3_BUCKET}"


def place(scaffold: Scaffold, item: Item) -> str:
    """Return the folder for an item's rows; placeholders stand for the parts that only a reused asset knows."""
    bucket = (scaffold.target_recipe.storage_block and scaffold["bucket"]) or _STAGING
    return f"s3://{bucket}/{_middle(scaffold)}/{folder_of(scaffold.asset_name(item))}/"


def _middle(scaffold: Scaffold) -> str:
    if scaffold.reuses_assets:
        return "<domain>/<data product>"
    return "/".join(scaffold[name] or _UNNAMED for name in ("domain", "data_product"))
