# What there is to do here: `make help`. Needed are Python >= 3.10 with venv, make and git.

# The machine's uv, or one of our own: it is fetched into a folder that git ignores.
UV := $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
PYTHON ?= python3
RUN := $(UV) run --no-sync

# uv takes a Python of this machine and fetches none.
export UV_PYTHON_DOWNLOADS := never
# The checkout may lie on another file system than uv's cache; that is no reason for a warning.
export UV_LINK_MODE := copy
# The tests start hundreds of processes; without bytecode on disk, each compiles every module that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test bench airflow dagtest package audit laws lint types check generate site format sandbox screenshots sync clean

help: ## Say what there is to do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

demo: sync ## Sync both APIs from the sandbox into a PostgreSQL, twice, and draw a dashboard; KEEP=1 leaves it up
	@$(RUN) python -m demo $(if $(KEEP),--keep)

test: sync ## Lint, types and all tests
	@$(MAKE) --no-print-directory --jobs 2 lint types check
	@echo "==> Tests"
	@# One process more than there are cores: many tests wait for the processes that they start.
	@$(RUN) pytest -n $$($(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))') --dist loadfile --no-loadscope-reorder

bench: sync ## Compare the speed with other readers; ARGS="--help" says how, ARGS=--quick takes less than a minute
	@$(RUN) python -m benchmarks $(ARGS)

airflow: sync ## Run sixty shards of twenty accounts on a real Airflow, started for it and stopped again; takes minutes
	@$(RUN) python -m orchestration.airflow $(ARGS)

dagtest: sync ## Run the DAG for Airflow in one process, without any service of Airflow
	@$(RUN) python -m orchestration.airflow --accounts 3 --dag-test

package: sync ## Build the package and try its wheel on each Python there is; ARGS="--python 3.12" says which
	@$(RUN) python -m tools package $(ARGS)

audit: sync ## Ask whether a package of uv.lock has a known vulnerability; needs access to https://api.osv.dev
	@$(UV) audit --locked --preview-features audit-command

laws: sync ## Try for many minutes to break the law of convergence and other properties; EXAMPLES=10000 says how often
	@EXAMPLES=$${EXAMPLES:-3000} $(RUN) pytest -m "long or hypothesis"

lint: sync ## Rules, layout and imports of the code
	@echo "==> Lint"
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) lint-imports --no-logo

types: sync ## Types
	@echo "==> Types"
	@$(RUN) mypy

check: sync ## The project file of Meltano, the workflows, and the files that are generated
	@echo "==> meltano.yml, workflows and generated files"
	@$(RUN) python -m tools generate --check
	@$(RUN) check-jsonschema --builtin-schema vendor.meltano meltano.yml
	@$(RUN) check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(RUN) check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

generate: sync ## Write the files that follow from the code: pages about streams, tables of settings and words, hub/, part of meltano.yml
	@$(RUN) python -m tools generate

site: $(filter .uv/%,$(UV)) ## Build the documentation into site/; a dead link ends it with an error
	@echo "==> Documentation"
	@$(UV) run --locked --isolated --only-group docs python -m sphinx --builder html --conf-dir tools/site --fail-on-warning --keep-going --nitpicky --quiet . site
	@echo "Open site/index.html"

format: sync ## Mend what can be mended by itself
	@$(RUN) ruff check --fix .
	@$(RUN) ruff format .

sandbox: sync ## Serve both APIs on a loopback port; ARGS="--help" says how
	@$(RUN) sandbox $(ARGS)

screenshots: sync ## Take the README's pictures of the dashboard that `make demo` has drawn
	@$(RUN) python -m demo.screenshots

clean: ## Delete what was made here, uv and environment included
	rm -rf .venv .uv .meltano output dist build site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis benchmarks/.cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

sync: $(filter .uv/%,$(UV)) ## Install what uv.lock names
	@echo "==> Packages of uv.lock"
	@$(UV) run --locked python --version

.uv/bin/uv:
	@echo "==> There is no uv here: fetching it into .uv"
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv
