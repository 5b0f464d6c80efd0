"""Run the command as `python -m dativo_generator`."""

from .cli.start import main

main()
