"""Run the command as `python -m dativo_generator`."""

from .cli.app import main

main()
