PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Exact versions with the hashes of their files, for every Python and system; the ranges are in pyproject.toml.
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

# Try what a stranger, a kill or a second run could do, in full, and print the table; the tests try a short form of it.
trust: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python -m trust $(ROWS)

# Measure how fast it is, in full, and print the table: about an hour. ROWS="replay update" measures these alone; to see
# that it works, ROWS=--small; --write among them keeps what came of it for the docs.
bench: $(INSTALLED)
	PYTHONPATH=benchmarks:tests $(BIN)/python -m speed $(ROWS)

# Rewrite what is generated: the reference pages, the pictures and the golden files. CI fails when this changes anything.
# Then build the site into ./site, which fails on a dead link.
docs: $(INSTALLED)
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# Write what is locked anew after a change of pyproject.toml; LOCKING=--upgrade takes the newest of everything.
lock:
	$(LOCK) pyproject.toml --extra test --group build --output-file $(LOCKED)
	$(LOCK) --group ci --group build --output-file .ci/tools.lock

# Cut a release of what is committed: a version and a date in the changelog, one commit, one tag. What it pushes is
# printed, not pushed. docs/releasing.md has the rest.
release: $(INSTALLED)
	@test -z "$$(git status --porcelain)" || { echo "Error: commit first; git status shows what" >&2; exit 1; }
	$(BIN)/python .ci/changelog.py cut "$(VERSION)"
	$(BIN)/python docs/generate.py docs/changelog.md
	git commit --quiet --all --allow-empty --message "Release $(VERSION)"
	git tag --annotate --message "Release $(VERSION)" "v$(VERSION)"
	@echo "To publish it: git push --atomic origin HEAD v$(VERSION)"

# Build the wheel of the tag that is checked out into ./dist; what a release has beside it, .ci/release builds.
wheel: $(INSTALLED)
	rm -rf build/source && mkdir -p build
	.ci/source "$$(git describe --tags --exact-match)" $(BIN)/python build/source
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist ./build/source

# Nothing is installed whose hash is not known, so this project comes alone: without what it depends on, and built by
# what is there.
$(INSTALLED): pyproject.toml $(LOCKED)
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement $(LOCKED)
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) demo build site
