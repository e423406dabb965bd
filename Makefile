# Every target sets up what it needs: `make report` and `make test` work from a fresh clone.
# Without make (Windows): `python bootstrap.py`, then `.venv\Scripts\assurance report data/demo`.

STUDY           = data/demo
REPORT_LANGUAGE = en
WORKERS         = 2
LOCK_FLAGS      =

ifeq ($(OS),Windows_NT)
  BIN = .venv/Scripts
  PYTHON = python
else
  BIN = .venv/bin
  # The first that runs: .venv's own, once it is there, else one on PATH, where a name may point to nothing.
  PYTHON = $(shell for p in $(BIN)/python python3 python python3.13 python3.12 python3.11 python3.14; do \
             $$p -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1 && echo $$p && exit; done; echo python3)
endif

# What would lead Python, or pytest's strict warnings, elsewhere.
unexport PYTHONPATH PYTHONHOME PYTHONWARNINGS
# Two notebooks or test workers x BLAS threads would fight for the cores.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1

.PHONY: help setup ready report test lab check lint lock oracle validate bench clean

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo '  STUDY=data/demo and REPORT_LANGUAGE=en (or zh) may be given to report and check.'

setup: ## .venv with everything in it; nothing to do a second time
	@$(PYTHON) bootstrap.py

ready:
	@$(PYTHON) bootstrap.py --quiet

report: ready ## run the notebooks of STUDY and render them to reports/
	@$(BIN)/python -m helpers report $(STUDY) --language $(REPORT_LANGUAGE)

test: ready ## the test suite
	@PYTHONWARNDEFAULTENCODING=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

lab: ready ## JupyterLab, with notebooks/ open
	@$(BIN)/python -m helpers lab

check: ready ## everything that can be wrong with STUDY, without running it
	@$(BIN)/python -m helpers check $(STUDY)

lint: ready ## style of code, notebooks and docstrings
	@$(BIN)/python -m ruff check .

lock: ## maintainers: pin anew after a change of pyproject.toml (needs uv; LOCK_FLAGS=--upgrade for newer releases)
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet $(LOCK_FLAGS) -o requirements.lock
	sed -e '/^ *--hash=/d' -e 's/ *\\$$//' requirements.lock > constraints.txt

oracle: ready ## maintainers: compute the reference numbers of tests/oracle/ in R anew (needs R with lavaan, psych, semTools)
	Rscript tests/oracle/run_all.R

validate: ready ## bias, coverage and type-I error of every estimator, simulated anew where they are missing (hours)
	@$(BIN)/python benchmarks/validate.py
	@$(BIN)/python benchmarks/validate_validity.py
	@$(BIN)/python benchmarks/validate_scales.py

bench: ready ## ratios against peers, in one run
	@$(BIN)/python benchmarks/run_all.py

clean: ## remove .venv and caches; data and reports stay
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist src/*.egg-info
	find src tests notebooks benchmarks data -name __pycache__ -prune -exec rm -rf {} +
