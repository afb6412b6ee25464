# The two commands are `make demo` and `make test`; everything they need is made here from the lock file.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help env demo test bench format lock clean

help:  ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

env: $(VENV)/.complete  ## Make .venv/ from the lock file

# The stamp is written last: an install that was interrupted starts again.
$(VENV)/.complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Headroom needs Python 3.11 or newer; this is %d.%d (set PYTHON=)" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Making $(VENV)/ from requirements.lock (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: env  ## Make the reference fleet, build the marts on DuckDB, print the reports
	@$(BIN)/headroom demo

test: env  ## Lint, pytest, dbt unit and data tests on DuckDB and PostgreSQL
	@$(BIN)/python -m headroom.checks

bench: env  ## Time builds and reports side by side, with ratios
	@$(BIN)/python -m bench

format: env  ## Put Python and SQL into the project's style
	@$(BIN)/ruff check --fix src tests bench
	@$(BIN)/ruff format src tests bench
	@$(BIN)/sqlfluff fix models macros tests/dbt analyses snapshots

lock: env  ## Solve pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile --universal --generate-hashes --extra dev --python-version 3.11 --no-header \
		--no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock

clean:  ## Remove what can be made again (never a warehouse)
	@rm -rf $(VENV) target logs .pytest_cache .mypy_cache .ruff_cache
