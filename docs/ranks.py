"""Rank pages in the search of the site: most people who search want to do something, few want the history.

MkDocs calls it for each page, see `hooks` in mkdocs.yml.
"""

from typing import Any

# How much the search raises or lowers a page, or the pages of a folder; the first match counts. The search takes
# each word for the beginning of others, so that "remove a scaffold" also means "add".
RANKS = {"how-to/delete-a-scaffold.md": 4, "start/": 1.5, "how-to/": 2, "decisions/": 0.3, "changelog.md": 0.3}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> None:
    """Set the rank of a page that does not set its own."""
    for path, rank in RANKS.items():
        if page.file.src_uri.startswith(path):
            page.meta.setdefault("search", {"boost": rank})
