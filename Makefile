# Everything here is plain venv and pip underneath; the README shows the same without make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help train test quick check demo clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# torch by its exact version first: without one, pip takes a build with gigabytes of CUDA.
$(VENV)/installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) torch==$$(sed -n 's/^torch==//p' constraints.txt)
	$(INSTALL) -e .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(INSTALL) -e '.[dev]'
	@touch $@

train: $(VENV)/installed  ## set everything up, train on MNIST and show the result
	$(BIN)/convscope train mnist

test: $(VENV)/tested  ## set everything up and run all tests
	$(BIN)/python -m pytest

quick: $(VENV)/tested  ## the tests that take under a minute together
	$(BIN)/python -m pytest -q -x -m "not slow and not browser"

check: $(VENV)/tested  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

demo: $(VENV)/installed  ## train the slides model that ships with the package anew: three minutes of one core
	rm -rf build/slides
	$(BIN)/convscope train mnist --arch slides --recipe fast --epochs 6 --val 5000 --threads 1 --out build/slides
	rm -rf convscope/page/slides
	mkdir convscope/page/slides
	cd build/slides && cp -r run.json log.jsonl snapshots model.onnx ../../convscope/page/slides/

clean:  ## remove the virtual environment and caches; runs/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
