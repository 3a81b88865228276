# What a developer runs. `make help` lists it; CONTRIBUTING.md explains it.

# The interpreter that .venv is made from: the distribution's own, where it can make one, because the
# tests take a quarter more time with a Python that was built without optimizations, as the first one
# on PATH may be.
ifndef PYTHON
distributed := /usr/bin/python3
able := import ensurepip, sys; sys.exit(sys.version_info < (3, 10))
PYTHON := $(shell $(distributed) -c '$(able)' 2>/dev/null && echo $(distributed) || echo python3)
endif

# More arguments for pytest and for the benchmarks: make test ARGS="tests/packaging -n 0",
# make bench ARGS=--quick
ARGS ?=

# What `make faults` plays: random scenarios, under the engine of tests/protocol (fast) or Pulumi (engine),
# with the dynamic provider (dynamic) or the plugin (plugin), on a portal with room for calls (loose), or
# where each write has to wait and so travels in a batch (tight).
SEED ?= 1
RUNS ?= 100
LEVEL ?= fast
ADAPTER ?= dynamic
LIMITS ?= loose
JOBS ?= 2

# Runs the command after it with the virtual environment and the engine first on PATH.
with_engine = engine=$$(.venv/bin/python tests/tools/engine.py) && \
	PATH="$$PWD/.venv/bin:$${engine:+$$engine:}$$PATH"

# The workflows that `make lint` checks. actionlint 1.7.12 does not know `queue` yet, GitHub does;
# and the workflows of examples/fleet call each other where their users have put them.
workflows = .github/workflows/*.yml examples/pipelines/github/*.yml examples/fleet/*.yml

.PHONY: help setup test demo faults lint bench schema plugin screenshot installed environment engine browser

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: installed ## make .venv and the engine; print the folder of the engine's programs
	@.venv/bin/python tests/tools/engine.py

# What pytest makes of the assertions is kept, whatever the environment says of bytecode.
test: installed browser ## run every test
	@.venv/bin/python -m compileall -q pulumi_bxbi tests
	@$(with_engine) PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest -n auto --dist worksteal $(ARGS)

demo: installed ## deploy, change and destroy a stack against a local portal
	@$(with_engine) .venv/bin/python -m examples.demo

faults: installed ## play random scenarios of faults: SEED, RUNS, LEVEL, ADAPTER, LIMITS, JOBS
	@$(with_engine) .venv/bin/python -m tests.faults \
		--seed $(SEED) --runs $(RUNS) --level $(LEVEL) --adapter $(ADAPTER) --limits $(LIMITS) --jobs $(JOBS)

lint: environment ## check style, types, the layers and the pipelines
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/mypy --platform win32 --no-warn-unreachable pulumi_bxbi
	.venv/bin/lint-imports
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows $(workflows)
	.venv/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci \
		examples/pipelines/gitlab/.gitlab-ci.yml examples/fleet/gitlab/.gitlab-ci.yml
	$$(.venv/bin/python -m tests.pipelines.install) -shellcheck .venv/bin/shellcheck \
		-ignore 'unexpected key "queue" for "concurrency"' \
		-ignore 'could not read reusable workflow file for "./.github/workflows/portal.yml"' $(workflows)
	.venv/bin/shellcheck examples/pipelines/stores/*.sh

bench: installed ## measure deployments against local portals with the cloud's limits
	@.venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps \
		--requirement tests/bench/requirements.txt
	@.venv/bin/python -m compileall -q pulumi_bxbi tests
	@$(with_engine) .venv/bin/python -m tests.bench $(ARGS)

schema: environment ## write schema.json anew
	@.venv/bin/python -m pulumi_bxbi.plugin.schema > .venv/schema.json
	@mv .venv/schema.json schema.json

plugin: environment ## make the archive of the plugin for this machine, which needs no Python
	@.venv/bin/python -m tests.tools.archive

screenshot: installed browser ## take the picture of the local portal's page anew
	@.venv/bin/python -m tests.browser.screenshot

# .venv and the engine, made at the same time: both take a while, and neither needs the other.
installed:
	@$(MAKE) --no-print-directory --jobs 2 environment engine

environment:
	@$(PYTHON) tests/tools/environment.py

engine:
	@$(PYTHON) tests/tools/engine.py > /dev/null

browser: environment
	@.venv/bin/python tests/browser/install.py
