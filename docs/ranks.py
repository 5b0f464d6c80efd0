"""Rank pages in the search of the site: who looks for a word mostly wants to do something, and rarely wants history.

MkDocs calls it for each page, see `hooks` in mkdocs.yml.
"""

from typing import Any

# By how much the search raises or lowers what is in a folder, or a page.
RANKS = {"start/": 1.5, "how-to/": 2, "decisions/": 0.3, "changelog.md": 0.3}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> None:
    """Set the rank of a page, where the page itself has none; its text stays as it is."""
    for path, rank in RANKS.items():
        if page.file.src_uri.startswith(path):
            page.meta.setdefault("search", {"boost": rank})
