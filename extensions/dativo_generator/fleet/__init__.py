"""Many answers files at once: reading, replaying and changing them with the releases of the pack that wrote them.

::

    answers files ──> trusted releases ──> renders ──> differences ──> one report, or one change

It may import every package below `cli`, and the installed libraries. The only code that it runs is the trusted pack's,
at commits of its released history.
"""
