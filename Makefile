PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Exact versions and file hashes for every Python version and system; the ranges are in pyproject.toml.
LOCKED := requirements.lock
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: --no-annotate \
	--custom-compile-command 'make lock' $(LOCKING)
UV ?= uv

.PHONY: demo test trust bench docs lock release wheel clean

# Scaffold every answers file of examples/ into ./demo.
demo: $(INSTALLED)
	$(BIN)/python tests/demo.py demo

test: $(INSTALLED)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/python -m pytest

# Try everything that an attacker, a kill or a second run could do, and print the table. The tests try a short form.
trust: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m trust $(ROWS)

# Measure the speed in full, and print the table; takes about an hour. ROWS="replay update" measures only these rows,
# ROWS=--small is a quick trial, and --write in ROWS stores the results for the docs.
bench: $(INSTALLED)
	PYTHONPATH=benchmarks:tests $(BIN)/python -m speed $(ROWS)

# Regenerate the reference pages, the pictures and the golden files; CI fails if this changes anything. Then build the
# site into ./site, which fails on a dead link.
docs: $(INSTALLED)
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# Rewrite the lock files after a change of pyproject.toml; LOCKING=--upgrade takes the newest versions of everything.
lock:
	$(LOCK) pyproject.toml --extra test --group build --output-file $(LOCKED)
	$(LOCK) --group ci --group build --output-file .ci/tools.lock

# Cut a release of the committed files: a version and a date in the changelog, one commit, one tag. Prints the command
# that pushes them, and does not run it. For the rest, see docs/releasing.md.
release: $(INSTALLED)
	@test -z "$$(git status --porcelain)" || { echo "Error: commit first; git status shows what" >&2; exit 1; }
	$(BIN)/python .ci/changelog.py cut "$(VERSION)"
	$(BIN)/python docs/generate.py docs/changelog.md
	git commit --quiet --all --allow-empty --message "Release $(VERSION)"
	git tag --annotate --message "Release $(VERSION)" "v$(VERSION)"
	@echo "To publish it: git push --atomic origin HEAD v$(VERSION)"

# Build the wheel of the checked-out tag into ./dist. .ci/release builds the other files of a release.
wheel: $(INSTALLED)
	rm -rf build/source && mkdir -p build
	.ci/source "$$(git describe --tags --exact-match)" $(BIN)/python build/source
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist ./build/source

# pip takes nothing without a known hash. So it installs this project separately, without its dependencies, and with
# build tools that are already installed.
$(INSTALLED): pyproject.toml $(LOCKED)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement $(LOCKED)
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) demo build site
