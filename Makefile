# Everything that people and CI do, by one name each. Needs Python ≥ 3.11 with venv, and make.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
HAPI_PORT ?= 0
VENV := .venv
BIN := $(VENV)/bin
# Constraints also hold what pip fetches to build the package.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-load docs wheel clean hapi hapi-stop test-live

help:  ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.installed  ## start the service with the demo FHIR server, show one patient's card, stay up (PORT=8000)
	@$(BIN)/cds-service serve --demo --host $(HOST) --port $(PORT)

test: $(VENV)/.installed-test  ## run the whole test suite
	$(BIN)/python -m pytest

test-live: $(VENV)/.installed-test  ## test against a real HAPI server (JDK 17 and Maven; says so and skips where they are missing)
	@$(BIN)/python dev/hapi/hapi.py build; code=$$?; \
	if [ $$code = 3 ]; then echo "make test-live: SKIPPED, no HAPI server can be had here (the line above says why)"; \
	elif [ $$code != 0 ]; then exit $$code; \
	else TEST_LIVE=1 $(BIN)/python -m pytest tests/live -vv --durations=10; fi

check: $(VENV)/.installed-test $(VENV)/.installed-check  ## ruff, mypy, import-linter, and the lint of trials and mappings
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cds-service mappings lint
	$(BIN)/cds-service trials lint

bench: $(VENV)/.installed  ## CPU of one patient-view call, held against a service that does nothing
	$(BIN)/python -m bench

bench-load: $(VENV)/.installed  ## fifty callers for ten minutes: throughput, latency, memory (LOAD="--seconds 60")
	$(BIN)/python -m bench.load $(LOAD)

docs: $(VENV)/.installed-test  ## write the generated documents: trials, kinds of criteria, settings, conformance (runs its tests)
	$(BIN)/python tools/write_docs.py
	$(BIN)/python tools/write_conformance.py
	$(BIN)/python tools/write_faults.py

wheel: $(VENV)/.installed  ## build the wheel, install it elsewhere, and use it from another directory
	sh tools/check_wheel.sh "$(PYTHON)"

hapi:  ## start a HAPI FHIR R4 server in the background (HAPI_PORT=0: a free port; needs JDK 17 and Maven)
	@$(PYTHON) dev/hapi/hapi.py start $(HAPI_PORT)

hapi-stop:  ## stop it
	@$(PYTHON) dev/hapi/hapi.py stop

clean: hapi-stop  ## remove the environment and everything that was built
	rm -rf $(VENV) .venv-wheel build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage dev/hapi/target

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; say which one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

$(VENV)/.installed-check: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[check]'
	@touch $@
