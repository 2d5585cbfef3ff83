# The commands of this project. `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := constraints/ci.txt
MARKS := not slow and not browser and not server
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder
export OMP_WAIT_POLICY = PASSIVE

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-all check format docs airflow benchmarks benchmark-generators clean

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

$(VENV)/pip-ready:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	touch $@

$(VENV)/demo-ready: $(VENV)/pip-ready pyproject.toml $(CONSTRAINTS)
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e .
	touch $@

$(VENV)/dev-ready: $(VENV)/pip-ready pyproject.toml $(CONSTRAINTS)
	$(BIN)/python -m pip install --quiet -c $(CONSTRAINTS) -e ".[all]" --group dev
	touch $@ $(VENV)/demo-ready

demo: $(VENV)/demo-ready  ## run the main job on the packaged Adult table and say where the report is
	$(BIN)/equitab demo --out demo-report --overwrite

test: $(VENV)/dev-ready  ## the plain tests (six minutes on two cores)
	$(PYTEST) -m "$(MARKS)"

test-slow: $(VENV)/dev-ready  ## the others: slow ones and those that need a browser or a server
	$(PYTEST) -m "slow or browser or server"

test-all: $(VENV)/dev-ready  ## every test
	$(PYTEST)

check: $(VENV)/dev-ready  ## format, lint, types
	$(BIN)/ruff format --check src tests benchmarks scripts examples
	$(BIN)/ruff check src tests benchmarks scripts examples
	$(BIN)/mypy

format: $(VENV)/dev-ready  ## write the format
	$(BIN)/ruff format src tests benchmarks scripts examples
	$(BIN)/ruff check --fix src tests benchmarks scripts examples

docs: $(VENV)/dev-ready  ## build the documentation into site/
	$(BIN)/mkdocs build --strict --quiet

airflow: $(VENV)/dev-ready  ## Airflow's own environment, for its tests and the example DAG
	scripts/airflow_environment.sh

benchmarks: $(VENV)/dev-ready  ## repeat the figures of docs/benchmarks (half an hour)
	$(BIN)/python benchmarks/fairness_metrics.py
	$(BIN)/python benchmarks/contract_check.py
	$(BIN)/python benchmarks/evidence_store.py
	$(BIN)/python benchmarks/tabddpm_adult.py --preset fast
	$(BIN)/python benchmarks/tabddpm_adult.py --preset quality

benchmark-generators: $(VENV)/dev-ready  ## generators and peers compared on six tables (hours; see docs/guide/peers.md)
	$(BIN)/python -m benchmarks.generators

clean:  ## remove what these commands made
	rm -rf $(VENV) .venv-airflow demo-report site .pytest_cache .mypy_cache .ruff_cache
