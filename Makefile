# Needs Python >= 3.11 and make; everything else is fetched, pinned and checked by hash.
# `make` alone says what there is to run.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

# The first of these that runs and is new enough; `make PYTHON=/path/to/python` overrules it.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

BIN := .venv/bin
LOCKED := --require-hashes

# The folders of tests that need packages of Node.js.
NODE := browser bundle conformance inspector render

# uv does not read pip's settings, so an index configured for pip is handed over.
INDEX = $(eval INDEX := $(or $(PIP_INDEX_URL),$(shell .tools/bin/python -m pip config get global.index-url \
	2>/dev/null)))$(INDEX)
UV = $(if $(INDEX),UV_DEFAULT_INDEX='$(INDEX)') .tools/bin/uv --quiet
INSTALL = $(UV) pip install --python $(BIN)/python
COMPILE = $(UV) pip compile --no-config --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' $(UPGRADE)

##@ Start here

.PHONY: demo
demo: .venv/.runtime ## walk a simulated network of Cloud WAN size, without AWS (ARGS='--attachments 20000')
	@$(BIN)/cloudwan-mcp demo $(ARGS)

.PHONY: test
test: .venv/.dev $(NODE:%=tests/%/node_modules/.installed) ## run every test (ARGS='-k store' for some)
	@sh scripts/chromium.sh
	@$(BIN)/python -m pytest -n 4 --dist loadgroup $(ARGS)

##@ Work on it

.PHONY: setup
setup: .venv/.dev ## install everything below .venv and .tools; does nothing when up to date

.PHONY: check
check: .venv/.dev ## lint, format, types, import contracts, then every test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(MAKE) test

.PHONY: bench
bench: product ## measure memory and speed on this machine (ARGS='--case startup' for one)
	@CLOUDWAN_BENCH_PYTHON=$(CURDIR)/.tools/product/bin/python $(BIN)/cloudwan-mcp bench $(ARGS)

.PHONY: product
product: .venv/.dev ## install it as a user has it, for the benchmark
	@rm -rf .tools/product .tools/wheel
	@.tools/bin/uv --quiet venv --no-config --python $(BIN)/python .tools/product
	@$(BIN)/python -m hatchling build --target wheel --directory .tools/wheel >/dev/null 2>&1
	@$(UV) pip install --python .tools/product/bin/python $(LOCKED) --compile-bytecode -r requirements/runtime.txt
	@$(UV) pip install --python .tools/product/bin/python --no-deps --compile-bytecode .tools/wheel/*.whl

.PHONY: soak
soak: product ## the long benchmark: does memory stay flat over many calls?
	@CLOUDWAN_BENCH_PYTHON=$(CURDIR)/.tools/product/bin/python $(BIN)/cloudwan-mcp bench --case soak $(ARGS)

.PHONY: eval
eval: .venv/.runtime ## are its questions answered rightly, and at what cost? (ARGS='--attachments 1000000': largest)
	@$(BIN)/cloudwan-mcp bench --case answers --attachments 10000 --results .tools/eval $(ARGS)

##@ Ship it

.PHONY: lock
lock: .venv/.dev ## rewrite the locked requirements (UPGRADE=--upgrade takes newer versions)
	@$(COMPILE) requirements/bootstrap.in -o requirements/bootstrap.txt
	@$(COMPILE) pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt
	@$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	@for each in $(NODE); do (cd tests/$$each && \
		PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --loglevel=error) || exit; done

.PHONY: image
image: ## build the container image (IMAGE=name, PYTHON_IMAGE=base)
	docker build --tag $(or $(IMAGE),cloudwan-mcp) $(if $(PYTHON_IMAGE),--build-arg PYTHON_IMAGE=$(PYTHON_IMAGE)) .

.PHONY: bundle
bundle: tests/bundle/node_modules/.installed ## pack the bundle for desktop clients (dist/cloudwan-mcp.mcpb)
	@mkdir -p dist
	@$(BIN)/node tests/bundle/node_modules/@anthropic-ai/mcpb/dist/cli/cli.js pack deploy/mcpb dist/cloudwan-mcp.mcpb

.PHONY: clean
clean: ## remove everything that make made
	rm -rf .venv .tools dist build $(NODE:%=tests/%/node_modules)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# One stamp for each thing that is installed; it is as old as the last installation.

.tools/.uv: requirements/bootstrap.txt scripts/bootstrap.sh
	@sh scripts/bootstrap.sh '$(PYTHON)'
	@touch $@

$(BIN)/python: | .tools/.uv
	@.tools/bin/uv --quiet venv --clear --no-config --python .tools/bin/python .venv

.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what runs (.venv)'
	@$(INSTALL) $(LOCKED) -r requirements/runtime.txt -r requirements/build.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what runs and what checks it (.venv)'
	@$(UV) pip sync --python $(BIN)/python $(LOCKED) requirements/dev.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch .venv/.runtime $@

tests/%/node_modules/.installed: tests/%/package.json tests/%/package-lock.json | .venv/.dev
	@echo 'Installing what Node.js runs (tests/$*)'
	@cd tests/$* && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --loglevel=error
	@touch $@
