"""Find the pack that belongs to this package."""

from pathlib import Path


def installed() -> Path:
    """Return the folder of the pack that belongs to this package: the surrounding checkout, else the installed copy."""
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent.parent
    return checkout if (checkout / "copier.yml").is_file() else package / "data"
