"""Regenerate `registry/whole_words.yaml`, the English words that are not taken apart.

These are the words of a dictionary, one per line, that the words of `registry/words/en.yaml` and of the rules would
take apart. Run it after changing these: ``python benchmarks/whole_words.py /usr/share/dict/american-english``.
"""

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "extensions"))

from dativo_generator.registry.classification import load_rules  # noqa: E402
from dativo_generator.registry.vocabulary import WHOLE  # noqa: E402

# Compound words in names that are not in a dictionary, but are one thing.
_OWN = (
    *("hostname", "filename", "pathname", "tablename", "fieldname", "classname", "methodname", "servername"),
    *("typename", "tagname", "realmname"),
)


def main() -> None:
    """Write the list."""
    path = ROOT / WHOLE
    text = path.read_text(encoding="utf-8")
    start = text.index("words: >-\n") + len("words: >-\n")
    path.write_text(f"{text[:start]}  {' '.join(_OWN)}\n", encoding="utf-8")
    vocabulary = load_rules(ROOT).vocabulary
    dictionary = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    known = {word for word in dictionary if re.fullmatch("[a-z]+", word)}
    whole = [*_OWN, *sorted(word for word in known if len(vocabulary.apart(word)) > 1)]
    filled = textwrap.fill(" ".join(whole), 120, initial_indent="  ", subsequent_indent="  ")
    path.write_text(f"{text[:start]}{filled}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
