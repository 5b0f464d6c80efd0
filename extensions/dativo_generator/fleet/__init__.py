"""Many answers files at once: replay, update. Not part of a render, so it may use what is installed beside it.

::

    answers files ──> trusted releases ──> renders ──> differences ──> one report, or one change

Only the pack that the command was told to trust is ever run, at commits of its released history.
"""
