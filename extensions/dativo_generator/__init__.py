"""Turn what the connector registry knows into jobs and assets for the Dativo runner.

One direction, no way back::

    registry + recipes ──> choices ──> answers ──> plan ──> files

Nothing here knows of Jinja or Copier; ``extensions/dativo.py`` joins the two. Modules that run during a render import
the standard library and PyYAML, nothing else, so that an old tag still renders beside newer libraries.
"""
