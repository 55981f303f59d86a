# Everything runs from this folder in .venv, which `make` creates and keeps up to date with the lock files.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
CHECKED := service ingestion milvus tests

# The model comes as a package; nothing may try to download one.
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= false

.PHONY: help run serve test check format lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: $(RUNTIME) ## Install, load the samples, show first matches, serve on http://127.0.0.1:8000
	@$(BIN)/python -m service start

serve: $(RUNTIME) ## Serve what is loaded, without the samples
	@$(BIN)/python -m service serve

test: $(DEVELOPMENT) ## Install and run the tests
	@$(BIN)/python -m pytest

check: $(DEVELOPMENT) ## Lint, formatting, types, import contracts
	@$(BIN)/ruff check $(CHECKED)
	@$(BIN)/ruff format --check $(CHECKED)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(DEVELOPMENT) ## Format the code and mend what the linter can
	@$(BIN)/ruff check --fix $(CHECKED)
	@$(BIN)/ruff format $(CHECKED)

lock: $(VENV)/bin/python ## Pin the newest allowed versions of every dependency anew
	@./.ci/lock

clean: ## Remove .venv and caches; the data folder stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@python=$$(for candidate in python3 python3.11 python3.12 python3.13 python3.14; do \
	  if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$candidate; break; fi; done); \
	if [ -z "$$python" ]; then \
	  echo "Counterpart needs Python 3.11 or later with venv, and finds none on the PATH." >&2; \
	  echo "On Debian or Ubuntu: apt install python3 python3-venv" >&2; exit 1; fi; \
	echo "Creating $(VENV) with $$($$python --version)"; $$python -m venv $(VENV)

$(RUNTIME): requirements.lock | $(VENV)/bin/python
	@echo "Installing (the first time takes some minutes: the embedding model and its runtime are large)"
	@$(PIP) install --quiet --requirement requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@$(PIP) install --quiet --requirement requirements-dev.lock
	@touch $@
