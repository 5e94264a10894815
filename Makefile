# Everything here is plain venv and pip underneath; the README shows the same without make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PAGE_FILES = "convscope/page/**/*.{js,css}" "tests/**/*.js"
QUICK = $(BIN)/python -m pytest -q -x --hypothesis-profile=quick -m "not medium and not slow and not browser"
# In the foreground: a shell's background jobs ignore Ctrl-C, which some of these tests send.
HALF = tests/cli tests/data tests/docs tests/explain tests/formula tests/lab tests/machine tests/training
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help train test coverage quick long faults mutants check check-page screenshots demo plain bench networks bench-report cli-reference formula-reference kernels site sbom dist clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# On Linux PyPI's torch is built for CUDA and brings gigabytes: where no NVIDIA GPU answers, PyTorch's own index is asked
# too, for torch alone, and pip takes the CPU build from there (2.13.0+cpu is above 2.13.0). Where that index can't be
# reached, pip goes on without it. PyPI's build in any case: make train TORCH_INDEX=
TORCH_INDEX ?= $(shell test "$$(uname -s)" != Linux || nvidia-smi >/dev/null 2>&1 || echo https://download.pytorch.org/whl/cpu)
TORCH_FROM = $(if $(TORCH_INDEX),--no-deps --retries 2 --extra-index-url $(TORCH_INDEX))

$(VENV)/installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) $(TORCH_FROM) torch==$$(sed -n 's/^torch==//p' constraints.txt)
	$(INSTALL) -e .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(INSTALL) -e '.[dev]'
	@touch $@

train: $(VENV)/installed  ## set everything up, train on MNIST and show the result
	$(BIN)/convscope train mnist

test: $(VENV)/tested  ## set everything up and run all tests: those in the browser and the attacks beside the others
	@mkdir -p build; \
	{ $(BIN)/python -m pytest -m "browser and not long"; browser=$$?; $(BIN)/python -m pytest tests/faults; faults=$$?; \
	exit $$((browser ? browser : faults)); } >build/beside-tests.log 2>&1 & beside=$$!; \
	$(BIN)/python -m pytest -m "not browser and not slow"; quick=$$?; \
	$(BIN)/python -m pytest -m "slow and not browser and not long" --ignore=tests/faults; slow=$$?; \
	wait $$beside; code=$$?; cat build/beside-tests.log; exit $$((quick ? quick : slow ? slow : code))

# Of the quick and the medium tests, whatever processes they start: the slow ones would take longer.
coverage: $(VENV)/tested  ## how much of the package the tests run: build/coverage.txt, file by file
	@mkdir -p build; rm -rf build/coverage; \
	$(BIN)/python -m coverage run -m pytest -m "not browser and not slow"; tests=$$?; $(BIN)/python -m coverage combine -q; \
	$(BIN)/python -m coverage report >build/coverage.txt; code=$$?; tail -n 2 build/coverage.txt; \
	exit $$((tests ? tests : code))

quick: $(VENV)/tested  ## the tests that take less than a quarter of a second each: a minute together
	@mkdir -p build; $(QUICK) $(HALF:%=--ignore=%) tests >build/quick-tests.log 2>&1 & others=$$!; \
	$(QUICK) $(HALF); half=$$?; \
	wait $$others; code=$$?; cat build/quick-tests.log; exit $$((half > code ? half : code))

long: $(VENV)/tested  ## further cases of what make test tries: more processes, more machines, more pages; ten minutes
	$(BIN)/python -m pytest -m long

faults: $(VENV)/tested  ## the attacks of tests/faults at length, hours; writes docs/reliability.md. One: make faults NAME=…
	$(BIN)/python -m tests.faults $(NAME)

mutants: $(VENV)/tested  ## small faults put into the core: do the tests notice? An hour. Some: make mutants AREAS="runs data" COUNT=20
	$(BIN)/python -m tests.mutants $(AREAS) --count $(or $(COUNT),150)

check: $(VENV)/tested check-page  ## style and types, Python's and the page's
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --no-warn-unreachable --cache-dir .mypy_cache/win32
	$(BIN)/mypy --platform darwin --no-warn-unreachable --cache-dir .mypy_cache/darwin

check-page:  ## the form and the types of the page's JavaScript, where npm is there; in CI it must be
	@if command -v npm >/dev/null; then \
	  { test -x node_modules/.bin/prettier || npm ci --silent --no-fund --no-audit; } && \
	  node_modules/.bin/prettier --check --log-level warn $(PAGE_FILES) && node_modules/.bin/tsc -p jsconfig.json; \
	elif [ "$$CI" = true ]; then echo "npm is missing: apt-get install nodejs npm" >&2; exit 1; \
	else echo "npm is not there: the page's types are not checked"; fi

screenshots: $(VENV)/tested  ## pictures of the page and of the lab, in Chromium
	mkdir -p build
	$(BIN)/convscope look -o build/slides.html
	$(BIN)/python -m scripts.screenshots build/slides.html
	$(BIN)/convscope lab --build build/lab
	$(BIN)/python -m scripts.screenshots build/lab/index.html --lab

demo: $(VENV)/installed  ## train the slides model that ships with the package anew: some three minutes of one core
	$(BIN)/python scripts/demo.py

plain: $(VENV)/installed  ## train and measure the networks of the lab's first chapter anew: seven minutes of one core
	$(BIN)/python scripts/plain_networks.py

bench: $(VENV)/tested  ## measure everything again beside the peers: hours, and 10 GB for their environments
	$(BIN)/python -m benchmarks

networks: $(VENV)/tested  ## look at every network of others that is at hand anew, an hour; writes docs/networks.md's tables
	$(BIN)/python -m benchmarks.networks
	$(BIN)/python -m benchmarks.networks_report

bench-report: $(VENV)/tested  ## write docs/benchmarks.md and its plots from what was measured
	$(BIN)/python -m benchmarks.report

cli-reference: $(VENV)/tested  ## write docs/cli.md, the manual page and what shells complete by, from the parsers
	$(BIN)/python -m scripts.cli_reference
	$(BIN)/python -m scripts.man_page
	$(BIN)/python -m scripts.shell_completion

formula-reference: $(VENV)/installed  ## write the table of layers in docs/formula.md from the classes
	$(BIN)/python -m scripts.formula_reference

kernels: $(VENV)/installed  ## build the page's WebAssembly, convscope/page/wasm, from its source; needs npm
	test -x node_modules/.bin/asc || npm ci --silent --no-fund --no-audit
	$(BIN)/python -m scripts.wasm_kernels

site: $(VENV)/tested  ## the documentation's site, with lab and gallery inside, in build/site
	$(BIN)/python -m scripts.documentation

sbom: $(VENV)/tested  ## write the bill of materials that the wheel carries, bom.cdx.json
	$(BIN)/python -m scripts.bill_of_materials

dist: $(VENV)/tested  ## build the wheel and the sdist, install the wheel into an empty environment and use it
	rm -rf dist
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m build --quiet
	$(BIN)/python -m scripts.check_dist

clean:  ## remove the virtual environment and caches; runs/ stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
