"""Run the command as `python -m dativo_generator`."""

from .cli import main

main()
