PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OUT ?= demo-out

.PHONY: demo test check model bench soak clean

demo: $(STAMP)  ## install, run the samples, say where to look
	$(BIN)/noteproc run samples/notes -o $(OUT) --force

test: $(STAMP)  ## the whole test suite
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(STAMP)  ## format, lint, strict types
	$(BIN)/ruff format --check src tests benchmarks models examples
	$(BIN)/ruff check src tests benchmarks models examples
	$(BIN)/mypy

model: $(STAMP)  ## rebuild models/ from corpus/, cross-validate, write the card
	$(BIN)/python models/train.py --everything --epochs 10 --copies 3
	$(BIN)/python models/crossvalidate.py --epochs 4 --work "$$(mktemp -d)" --out models/phi_tagger

bench: $(STAMP)  ## speed, side by side with peers, in one run
	$(BIN)/python -m pip install -q -e '.[bench]'
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/pipeline.py

soak: $(STAMP)  ## thirty kills and a million short notes; takes hours
	$(BIN)/python benchmarks/soak.py

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e '.[dev]'
	touch $(STAMP)

clean:
	rm -rf $(VENV) demo-out
