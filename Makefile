PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.PHONY: demo test trust lint docs clean

# Scaffold every answers file of examples/ into ./demo.
demo: $(INSTALLED)
	$(BIN)/python tests/demo.py demo

test: $(INSTALLED)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pytest

# Try what a stranger, a kill or a second run could do, in full, and print the table; the tests try a short form of it.
trust: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m trust $(ROWS)

# Rewrite what is generated: the reference pages, the pictures and the golden files. CI fails when this changes anything.
# Then build the site into ./site, which fails on a dead link.
docs: $(INSTALLED)
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) demo build site
