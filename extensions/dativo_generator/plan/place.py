"""Where the runner puts the data of a job, whatever else a job says: bucket, domain, data product and asset."""

from ..answers.scaffold import Scaffold
from ..answers.selection import Item
from ..base.asset_layout import folder_of

# What the runner takes where an asset has no domain, or no data product.
_UNNAMED = "default"
# Where a target has no storage, or names no bucket, the runner's own is what the data goes to.
_STAGING = "${S3_BUCKET}"


def place(scaffold: Scaffold, item: Item) -> str:
    """Return the folder that an item's rows land in; an asset that is reused says the middle of it itself."""
    bucket = (scaffold.target_recipe.storage_block and scaffold["bucket"]) or _STAGING
    return f"s3://{bucket}/{_middle(scaffold)}/{folder_of(scaffold.asset_name(item))}/"


def _middle(scaffold: Scaffold) -> str:
    if scaffold.reuses_assets:
        return "<domain>/<data product>"
    return "/".join(scaffold[name] or _UNNAMED for name in ("domain", "data_product"))
