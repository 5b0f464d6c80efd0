"""Many answers files at once: what they contain, prove and change, with the releases of the pack that wrote them.

::

    answers files ──> trusted releases ──> renders ──> differences ──> one report, or one change

It may import all below `cli`, and what is installed beside it. Only the pack that the command was told to trust is ever
run, at commits of its released history.
"""
