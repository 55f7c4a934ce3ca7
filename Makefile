# Everything runs in .venv, which is made from constraints/development.txt when it is missing
# or older than what it was made from.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; \
	done)
BIN := .venv/bin
INSTALLED := .venv/installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-agents test-crash test-promises test-fuzz bench contract format constraints clean

help: ## Show this list
	@echo "Usage: make TARGET    (PYTHON=python3.12 chooses the Python; 3.11 or later)"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "  %-13s %s\n", $$1, $$2 }'

setup: $(INSTALLED) ## Make .venv with both programs and every tool, at pinned versions
	@echo "Ready: $(BIN)/spec-kitty"

demo: $(INSTALLED) ## Play one feature from plan to merge with agents (AGENT=claude-code: real ones)
	$(BIN)/python examples/demo.py $(AGENT)

test: $(INSTALLED) ## Run all checks: lint, format, types, import layers, tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --numprocesses auto --inline-snapshot=disable

test-agents: $(INSTALLED) ## Drive the real agents against a scripted model (npm brings them once)
	@status=0; $(BIN)/python tests/agents/installed.py || status=$$?; case $$status in \
		0) $(BIN)/pytest tests/agents --numprocesses 2 --inline-snapshot=disable ;; \
		69) echo "SKIPPED: make test-agents has tested nothing." >&2 ;; \
		*) exit $$status ;; \
	esac

test-crash: $(INSTALLED) ## Stop every command at each of its system calls (STRIDE=10, START=3: some)
	SPEC_KITTY_REQUIRE_TOOLS=1 SPEC_KITTY_CRASH_STRIDE=$(or $(STRIDE),all) \
		SPEC_KITTY_CRASH_START=$(or $(START),0) \
		$(BIN)/pytest tests/promises/crash --numprocesses auto --dist worksteal --inline-snapshot=disable

test-promises: $(INSTALLED) ## Try every case of the other promises, not samples (STRIDE=10: every tenth)
	SPEC_KITTY_REQUIRE_TOOLS=1 SPEC_KITTY_PROMISES=$(or $(STRIDE),all) \
		$(BIN)/pytest tests/promises --ignore tests/promises/crash --numprocesses auto --dist worksteal \
		--inline-snapshot=disable

test-fuzz: $(INSTALLED) ## Call the contract door a million times with generated words (CALLS=, SEED=)
	PYTHONPATH=host/tests:tests/promises $(BIN)/python -m fuzz.campaign $(or $(CALLS),1000000) $(or $(SEED),1)

bench: $(INSTALLED) ## Measure the budgets
	$(BIN)/python bench/run.py

contract: $(INSTALLED) ## Write contract/v1 and docs/reference anew from the definitions
	$(BIN)/pytest tests/contract/test_examples.py --inline-snapshot=create,fix >/dev/null || true
	$(BIN)/python -m spec_kitty.doors.publish
	$(BIN)/pytest tests/contract --inline-snapshot=disable

format: $(INSTALLED) ## Format the code, and fix what lint can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

constraints: ## Pin the newest versions in constraints/development.txt (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --output-file constraints/development.txt \
		host/pyproject.toml provider/pyproject.toml constraints/development.in

clean: ## Remove .venv and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find host provider tests examples bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Without setuptools the environment starts faster: Python 3.11 installs a start-up hook with it.
$(INSTALLED): constraints/development.txt host/pyproject.toml provider/pyproject.toml
	@$(if $(PYTHON),,echo "Python 3.11 or later is needed, and none was found. Install one, or name it: make setup PYTHON=/path/to/python3" >&2; exit 1)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) does not run as Python 3.11 or later. Name another: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; }
	$(BIN)/python -c pass 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement constraints/development.txt
	$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable host --editable provider
	$(BIN)/python -m pip -qq uninstall --yes setuptools
	$(BIN)/python -m compileall -q host/src provider/src
	@touch $@
