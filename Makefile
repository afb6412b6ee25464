# The two commands are `make demo` and `make test`; everything they need is made here from the lock file.
VENV := .venv
BIN := $(VENV)/bin
DOCS_VENV := .venv-docs
BI_VENV := .venv-bi
PYTHON ?= python3
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Under a name that `make -n` does not take as a wish to run it.
SUBMAKE := $(MAKE)

.DEFAULT_GOAL := help
.PHONY: help env demo test test-faults test-long test-next lint bench simulate docs pictures bi test-bi format lock wheel clean

PYTHON_FILES := src tests bench analyses deploy docs_site bi
# Not dbt's generic tests: they are macros.
SQL_FILES := models $(filter-out %/generic,$(wildcard tests/dbt/*)) analyses snapshots
# Not docs/blocks: they hold Jinja.
MARKDOWN := *.md deploy docs/*.md docs/decisions docs/methods samples/README.md
LOGS := samples/throughput
# Beside the database, which git ignores too.
PAGE := warehouse/report.html

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

env: $(VENV)/.complete  ## Make .venv/ from the lock file

# The stamp is written last: an install that was interrupted starts again.
$(VENV)/.complete: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Headroom needs Python 3.11 or newer; this is %d.%d (set PYTHON=)" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@echo "Making $(VENV)/ from requirements.lock (once, about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: env  ## Make the reference fleet, load sample logs, build the marts on DuckDB twice, print the reports, write the page
	@$(BIN)/headroom fleet --target duckdb
	@$(BIN)/headroom load build-stats --target duckdb samples/builds
	@$(BIN)/headroom load perf-logs --target duckdb --calibration typhoid $(LOGS)/two_targets_pod_*.log*
	@$(BIN)/headroom load perf-logs --target duckdb --calibration typhoid --experiment A $(LOGS)/experiment_a.log.gz
	@$(BIN)/headroom load perf-logs --target duckdb --calibration typhoid --experiment B $(LOGS)/experiment_b.log.gz
	@$(BIN)/headroom load perf-logs --target duckdb --calibration reported $(LOGS)/reported_run.log
	@$(BIN)/headroom load dask-report --target duckdb --calibration reported $(LOGS)/dask-perf-report.html
	@$(BIN)/headroom run --target duckdb
	@echo "An hour later, with failures:"
	@$(BIN)/headroom fleet --target duckdb --advance 1h
	@$(BIN)/headroom load failures --target duckdb samples/failures
	@$(BIN)/headroom run --target duckdb
	@$(BIN)/headroom report bug --target duckdb --as-of 2025-11-24
	@$(BIN)/headroom report impact --target duckdb --as-of 2025-12-17
	@$(BIN)/headroom report effect --target duckdb --change command_hash_fix --as-of 2025-12-17
	@$(BIN)/headroom failures analyze --target duckdb
	@mkdir -p $(dir $(PAGE))
	@$(BIN)/headroom report html --target duckdb --output $(PAGE)
	@echo
	@echo "These are synthetic data: the reference fleet, and sample logs."
	@echo "The database: $${HEADROOM_DUCKDB_PATH:-warehouse/headroom.duckdb} (marts in schema marts)"
	@echo "Try next:"
	@echo "  $(BIN)/headroom report impact --check               compare with the published tables"
	@echo "  $(BIN)/headroom report impact --as-of 2025-12-10    what was visible on that day"
	@echo "  $(BIN)/headroom failures remediate --type OOMKilled  what fixed it before, and how often"
	@echo "  analyses/flotilla/memory_and_the_fix.ipynb          what the report says, as a notebook with charts"
	@echo "  $(BIN)/headroom doctor --target postgres            point it at your own PostgreSQL"
	@echo "All of it as one page, which opens in a browser: $(PAGE)"

# Lint runs beside the tests; what it says follows them, and either one fails the target.
test: env  ## Lint, pytest, dbt unit and data tests on DuckDB and PostgreSQL
	@mkdir -p target
	@{ $(SUBMAKE) --no-print-directory lint >target/lint.log 2>&1; echo $$? >target/lint.status; } & \
	$(BIN)/pytest --numprocesses 2; tests=$$?; wait; echo "Lint:"; cat target/lint.log; \
	test $$tests -eq 0 && test $$(cat target/lint.status) -eq 0

lint: env  ## Check style and types
	@$(BIN)/ruff check $(PYTHON_FILES)
	@$(BIN)/ruff format --check $(PYTHON_FILES)
	@$(BIN)/mdformat --check $(MARKDOWN)
	@$(BIN)/mypy
	@$(BIN)/pytest --quiet --no-header --noconftest tests/unit/test_thresholds.py
	@$(BIN)/python -m tests.support.lint_models
	@$(BIN)/python -m tests.support.lint_sql lint $(SQL_FILES)

test-faults: env  ## Try faults: killed runs, a restarted server, a full disk, mutated input (about an hour)
	@$(BIN)/pytest --numprocesses 2 -m long --hypothesis-profile long tests/faults

test-long: env  ## Run the other long tests: many random histories, the second engine, a live source (hours)
	@$(BIN)/pytest --numprocesses 2 -m long --hypothesis-profile long tests/unit tests/integration

test-next: env  ## Build the small fleet and run dbt's unit tests on the next version of dbt (needs the index)
	@$(BIN)/python -m tests.support.next_dbt

bench: env  ## Time builds, reports and the replay side by side, with ratios
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.builds --days 1
	@$(BIN)/python -m bench.builds --days 36 357
	@$(BIN)/python -m bench.builds --target postgres --days 1 36
	@$(BIN)/python -m bench.readers
	@$(BIN)/python -m bench.pull
	@$(BIN)/python -m bench.pull --target postgres --days 36
	@$(BIN)/python -m bench.pull --target beside --days 36
	@$(BIN)/python -m bench.replay
	@$(BIN)/python -m bench.replay --skew --runs 10000000
	@$(BIN)/python -m bench.replay --target postgres --runs 1000000
	@$(BIN)/python -m bench.load
	@$(BIN)/python -m bench.failures
	@$(BIN)/python -m bench.anomalies

simulate: env  ## Try the tests of nodes and images, and incremental builds, on many random histories (long)
	@$(BIN)/python -m bench.failure_simulations
	@$(BIN)/python -m bench.effect_simulations
	@$(BIN)/pytest --numprocesses 2 --hypothesis-profile long \
		tests/integration/test_incremental.py tests/integration/test_replay.py \
		tests/integration/test_replay_history.py

pictures: env  ## Make the demo in a separate folder, execute the notebooks on it, draw what the documents show
	@$(BIN)/python -m tests.support.pictures

format: env  ## Put Python, SQL and Markdown into the project's style, write the generated parts
	@$(BIN)/ruff check --fix $(PYTHON_FILES)
	@$(BIN)/ruff format $(PYTHON_FILES)
	@$(BIN)/python -m tests.support.generated_docs
	@$(BIN)/mdformat $(MARKDOWN)
	@$(BIN)/python -m tests.support.lint_sql fix $(SQL_FILES)

LOCK := $(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-header \
	--no-annotate --no-strip-extras --no-emit-index-url --no-emit-find-links

lock: env  ## Solve pyproject.toml into requirements.lock, and of it what a wheel needs, alone and with Dagster
	@$(LOCK) pyproject.toml --extra dev --extra report --extra metrics -o requirements.lock
	@$(LOCK) pyproject.toml --constraint requirements.lock -o requirements-run.lock
	@$(LOCK) pyproject.toml --constraint requirements.lock --extra dagster -o requirements-dagster.lock
	@$(LOCK) docs_site/requirements.in -o requirements-docs.lock
	@$(LOCK) bi/requirements.in -o requirements-bi.lock

docs: env $(DOCS_VENV)/.complete  ## Build the documents as a site that is read offline: target/docs/site/index.html
	@$(BIN)/python -m docs_site $(DOCS_VENV)/bin/zensical

# Not in .venv: Zensical asks for a pathspec that dbt does not take.
$(DOCS_VENV)/.complete: requirements-docs.lock
	@echo "Making $(DOCS_VENV)/ from requirements-docs.lock (once, some seconds)"
	@$(PYTHON) -m venv $(DOCS_VENV)
	@$(DOCS_VENV)/bin/python -m pip install --quiet --require-hashes -r requirements-docs.lock
	@touch $@

bi: env $(BI_VENV)/.complete  ## Show a dashboard of the marts in Apache Superset; Ctrl-C ends it
	@$(BIN)/python -m bi $(BI_VENV)

test-bi: env $(BI_VENV)/.complete  ## Compare every chart of the dashboard with SQL on the marts, in a browser (minutes)
	@$(BIN)/pytest tests/bi

# Not in .venv: Superset asks for a SQLAlchemy that Headroom does not take.
$(BI_VENV)/.complete: requirements-bi.lock
	@echo "Making $(BI_VENV)/ from requirements-bi.lock (once, a minute or two)"
	@$(PYTHON) -m venv $(BI_VENV)
	@$(BI_VENV)/bin/python -m pip install --quiet --require-hashes -r requirements-bi.lock
	@rm -f $(BI_VENV)/metadata.db
	@touch $@

wheel: env  ## Build dist/headroom-VERSION-py3-none-any.whl, which holds the dbt project
	@$(BIN)/python -m hatchling build --target wheel --directory dist

clean:  ## Remove what can be made again (never a warehouse)
	@rm -rf $(VENV) target logs dist .pytest_cache .mypy_cache .ruff_cache
