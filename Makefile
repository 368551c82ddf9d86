# Two commands lead: `make demo` and `make test`. Everything else is here too.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
DATABASE_URL_DEFAULT := postgres://postgres@127.0.0.1:5432/test
REDIS_URL_DEFAULT := redis://127.0.0.1:6379/0
# One worker more than cores: browsers and portals are waited for.
PYTEST := $(PY) -m pytest -n $(shell echo $$(( $$(nproc) + 1 ))) --dist loadfile --no-loadscope-reorder
export PORT
export PYTHONUNBUFFERED := 1
# The suite starts hundreds of processes: each would compile the whole portal anew, for longer than it takes to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo serve test test-services faults lint bench lock openapi messages clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# The environment is complete when the mark is newer than the pinned requirements. A python is asked before it is taken: the names
# that pyenv puts on the path are there without the version behind them, and Debian's python3 comes without ensurepip.
$(VENV)/run.mark: requirements.txt
	@test -x $(VENV)/bin/pip && exit 0; \
	for name in python3.13 python3.12 python3.11 python3; do \
	  "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$$name" -m venv $(VENV); \
	done; \
	echo "Python 3.11 or newer with venv is needed, and none was found (Debian: apt-get install python3-venv)." >&2; exit 2
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.mark: $(VENV)/run.mark requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(VENV)/run.mark ## The portal with a demo council on 127.0.0.1:$(PORT)
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py demo
	@exec $(PY) manage.py serve

serve: $(VENV)/run.mark ## Web, worker, scheduler and sequencer, without the demo council
	@exec $(PY) manage.py serve

test: $(VENV)/dev.mark ## The whole suite on the embedded default
	env -u DATABASE_URL -u REDIS_URL $(PYTEST)

# Pages look the same whatever keeps the rows, so Chromium is asked once, by `make test`; BROWSER=1 asks it here too.
test-services: $(VENV)/dev.mark ## The same suite on PostgreSQL and Redis, without Chromium (BROWSER=1: with it)
	DATABASE_URL=$${DATABASE_URL:-$(DATABASE_URL_DEFAULT)} REDIS_URL=$${REDIS_URL:-$(REDIS_URL_DEFAULT)} \
	  $(PYTEST) $(if $(BROWSER),,-m "not benchmark and not browser")

faults: $(VENV)/dev.mark ## Two hundred random schedules of faults, embedded or on DATABASE_URL and REDIS_URL
	FAULT_SCHEDULES=$${FAULT_SCHEDULES:-200} $(PY) -m pytest tests/faults -n0 -q

lint: $(VENV)/dev.mark ## Style, imports, templates
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run

bench: $(VENV)/dev.mark ## Ratios of design §10, on DATABASE_URL or SQLite
	$(PY) -m pytest -m benchmark tests/benchmarks -s --timeout 3600

lock: ## Pin requirements*.txt anew with hashes (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements.in -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements-dev.in -o requirements-dev.txt

openapi: $(VENV)/dev.mark ## Write docs/openapi.yaml from the code
	$(PY) manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

messages: $(VENV)/dev.mark ## Collect texts and compile the English catalogue (needs GNU gettext)
	$(PY) manage.py makemessages --locale en --no-location --no-obsolete --ignore .venv --ignore tests --ignore var
	$(PY) -c "import polib; polib.pofile('council/locale/en/LC_MESSAGES/django.po').save_as_mofile('council/locale/en/LC_MESSAGES/django.mo')"

clean: ## Remove the environment and everything this folder's deployment holds
	rm -rf $(VENV) var
