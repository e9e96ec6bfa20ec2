# Sereno. `make help` lists the targets; each sets up what it needs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: grafana grafana-start grafana-stop grafana-ui drift drift-start drift-stop drift-logs drift-check drift-metrics
.PHONY: help grafana-app image setup parts demo test test-all acceptance lint format coverage bench docs pictures clean

PY := .venv/bin/python
# Two workers keep two cores busy while tests wait for sockets; a test file stays on one worker.
PYTEST := .venv/bin/pytest -n 2 --dist loadfile

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.synced: pyproject.toml uv.lock tools/uv.sh tools/libgomp.sh
	@uv=$$(tools/uv.sh) && "$$uv" sync --quiet --frozen
	@tools/libgomp.sh "$(CURDIR)/.venv/lib"
	@touch .venv/.synced

BROWSER := src/sereno/web/browser
BROWSER_BUILD := src/sereno/web/static/build/manifest.json

$(BROWSER)/node_modules/.package-lock.json: $(BROWSER)/package-lock.json $(BROWSER)/.npmrc | .venv/.synced
	@cd $(BROWSER) && $(CURDIR)/tools/node.sh npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(BROWSER_BUILD): $(BROWSER)/node_modules/.package-lock.json $(wildcard $(BROWSER)/*.ts) $(BROWSER)/build.mjs
	@tools/node.sh node $(BROWSER)/build.mjs

setup: .venv/.synced $(BROWSER_BUILD) ## build .venv with everything for work on Sereno

parts: .venv/.synced ## build Prometheus and Alertmanager for the tests, once, some three minutes
	@tools/parts.sh

demo: setup ## a real small model, the gateway, the keeper and a few conversations; Ctrl-C ends it
	@.venv/bin/sereno demo

lint: setup ## style, types, layers
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports
	@cd $(BROWSER) && $(CURDIR)/tools/node.sh node_modules/.bin/tsc

test: setup ## everything that proves a contract, in under 12 minutes on two cores
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .
	@.venv/bin/mypy
	@cd $(BROWSER) && $(CURDIR)/tools/node.sh node_modules/.bin/tsc
	@tools/parts.sh || true  # the tests that need them say why they are left out
	@$(PY) tests/grafana/building.py || true  # likewise
	@$(PYTEST) -m "not slow"

test-all: setup ## also the long fuzz, kill, soak and scale runs
	@tools/parts.sh || true
	@$(PY) tests/grafana/building.py || true
	@$(PYTEST)

acceptance: setup ## spans in a real Jaeger, which is built once, some three minutes
	@tools/parts.sh jaeger
	@.venv/bin/pytest -m acceptance -q

coverage: setup ## run the tests under coverage and show what they miss
	@.venv/bin/coverage erase; COVERAGE_PROCESS_START=$(PWD)/pyproject.toml .venv/bin/coverage run -m pytest -m "not slow" -q; .venv/bin/coverage combine -q; .venv/bin/coverage report

bench: .venv/.synced ## measure, with ratios in one run, and write docs/benchmarks.md
	@$(PY) -m benchmarks

format: .venv/.synced ## format the code and sort the imports
	@.venv/bin/ruff check --fix-only --quiet . ; .venv/bin/ruff format .

docs: .venv/.synced ## regenerate the pages that are made from the code
	@.venv/bin/sereno config docs > docs/configuration.md

pictures: setup ## make the pictures of the docs anew, from a day of traffic in a real Chromium
	@PYTHONPATH=tests $(PY) tests/web/browser/pictures.py

grafana-app: .venv/.synced ## build the Grafana app and pack it: grafana/sereno-app-VERSION.zip
	@tools/grafana.sh | tail -n 1

image: ## Sereno's container image, for the stack: docs/stack.md
	@docker build -t sereno:$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml | head -n 1) -f deploy/stack/Dockerfile .

grafana: grafana-start grafana-ui ## Prometheus and Grafana, and the dashboards in a browser

grafana-start: ## start Prometheus and Grafana (docker)
	@tools/stack.sh grafana-start

grafana-stop: ## stop them
	@tools/stack.sh grafana-stop

grafana-ui: ## the drift dashboards in a browser; without docker the built-in page
	@tools/stack.sh grafana-ui

drift: drift-start ## the drift monitor: in docker, else as a process here

drift-start: .venv/.synced ## start it
	@tools/stack.sh drift-start

drift-stop: ## stop it
	@tools/stack.sh drift-stop

drift-logs: ## its log
	@tools/stack.sh drift-logs

drift-check: ## check drift now
	@tools/stack.sh drift-check

drift-metrics: ## its metrics
	@tools/stack.sh drift-metrics

clean: ## remove what the targets above made
	@rm -rf .venv .tools dist build $(BROWSER)/node_modules grafana/node_modules grafana/harness/node_modules grafana/harness/oldest/node_modules grafana/dist grafana/harness/dist grafana/*.zip $(dir $(BROWSER_BUILD)) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
