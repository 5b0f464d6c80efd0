"""Where the pack is that this package came with."""

from pathlib import Path


def installed() -> Path:
    """Return the folder of the pack that this package came with: the checkout around it, else what was installed."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent.parent
    return checkout if (checkout / "copier.yml").is_file() else package / "data"
