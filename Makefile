# Every target makes what it needs in .venv, from the locks alone; `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
UV ?= uv
IMAGE ?= rota
# Of the base that Dockerfile builds on; another registry's, or one pinned by digest, goes here.
PYTHON_IMAGE ?= python:3.13-slim
# More for pytest, for example: make test PYTEST_ARGS='-k cron'
PYTEST_ARGS ?=
WORKERS ?= 2
# Not empty: `make test` measures coverage, too.
COVERAGE ?=
# Packages, or --sample N, for `make mutants`.
MUTANTS ?=
# More for `make lock`, for example: make lock LOCK_ARGS=--upgrade
LOCK_ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One stamp for each layer of the environment: newer than the lock it was made from.
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
# The derived files: those of a task's fields first, since values.yaml is one of them.
FIELD_FILES = PYTHONPATH=tools $(BIN)/python -m field_files
CHART_FILES = PYTHONPATH=deploy/helm:tools $(BIN)/python -m chart_files
SCAFFOLD_FILES = PYTHONPATH=tools $(BIN)/python -m scaffold_files

.PHONY: help demo test coverage mutants lint generate browser e2e bench image lock clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: $(RUN_STAMP) ## install rota into .venv and show it at work on an embedded Business API
	$(BIN)/rota demo

test: lint ## lint, types, import direction, and every test that needs neither Docker, a cluster nor a browser
	$(if $(COVERAGE),$(BIN)/coverage erase)
	$(if $(COVERAGE),$(BIN)/coverage run -m pytest,$(BIN)/pytest) -m 'not e2e and not browser' -n $(WORKERS) $(PYTEST_ARGS)
	$(if $(COVERAGE),$(BIN)/coverage combine --quiet)
	$(if $(COVERAGE),$(BIN)/coverage report)

coverage: ## `make test`, measured: at least 95 % of the branches, started processes included
	$(MAKE) test COVERAGE=yes

mutants: $(DEV_STAMP) ## change the code in small ways and see a test fail of each, some hours; MUTANTS=schedules for one package
	$(BIN)/python tools/mutants.py $(MUTANTS)

lint: $(DEV_STAMP) ## what `make test` checks before the tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(FIELD_FILES) --check
	$(CHART_FILES) --check
	$(SCAFFOLD_FILES) --check

generate: $(DEV_STAMP) ## write what is derived from a task's fields, the chart's values.yaml and rota's locks
	$(FIELD_FILES)
	$(CHART_FILES)
	$(SCAFFOLD_FILES)

browser: $(DEV_STAMP) ## tests of the pages in Debian's chromium; SCREENSHOTS=docs/screenshots makes those of the docs
	$(PIP) install --quiet --require-hashes -r tests/browser/requirements.txt
	$(BIN)/pytest -m browser tests/browser $(PYTEST_ARGS)

E2E = tests/e2e
e2e: $(DEV_STAMP) ## tests on a real Docker engine and a real cluster; one that is missing is a failure
	CI=true $(BIN)/pytest -m e2e $(E2E) $(PYTEST_ARGS)

bench: $(RUN_STAMP) ## measure, beside other schedulers
	$(BIN)/python bench/run.py

image: ## build the image rota:<version>, and rota:latest
	docker build \
	  --build-arg PYTHON_IMAGE=$(PYTHON_IMAGE) \
	  --build-arg VERSION=$(VERSION) \
	  --build-arg REVISION=$(REVISION) \
	  --tag $(IMAGE):$(VERSION) --tag $(IMAGE):latest .

image: VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"$$/\1/p' src/rota/__init__.py)
image: REVISION = $(shell git rev-parse HEAD 2>/dev/null)

lock: ## write the requirements files anew, from pyproject.toml
	@command -v $(UV) >/dev/null || { echo 'make lock needs uv: pipx install uv, or set UV' >&2; exit 2; }
	$(COMPILE) pyproject.toml --extra kubernetes --output-file requirements.txt
	$(COMPILE) --group build --constraints requirements.txt --output-file requirements-build.txt
	$(COMPILE) pyproject.toml --extra kubernetes --extra otel --extra testing --group dev --group build --constraints requirements.txt --output-file requirements-dev.txt
	$(COMPILE) pyproject.toml --group bench --constraints requirements-dev.txt --output-file bench/requirements.txt
	$(COMPILE) --group browser --constraints requirements-dev.txt --output-file tests/browser/requirements.txt

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(LOCK_ARGS)

clean: ## remove what the targets made here
	rm -rf $(VENV) bench/.venv dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage mutants

# Editable, so that a change in src/ needs no new installation. Without build isolation, since
# pip would fetch that environment's hatchling without a hash.
$(RUN_STAMP): requirements.txt requirements-build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'rota needs Python 3.11 or later; $(PYTHON) is not that: make PYTHON=/path/to/python3' >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.txt -r requirements-build.txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
