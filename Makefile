# Truce: make help lists what there is.
SHELL := /bin/bash
GO ?= go
LINT := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 30s
SCALE ?= 1
DEMO ?= var/demo
MODELS ?= rpt_win_rate rpt_sales_cycle rpt_cost_of_sale
.DEFAULT_GOAL := help

.PHONY: help build demo test race lint fmt fuzz mutate bench docs clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

build: ## build bin/truce
	$(GO) build -o bin/truce ./cmd/truce

demo: build ## generate a year and a half of a fictional company, run, print a scorecard
	@rm -rf $(DEMO)
	@bin/truce fixtures $(DEMO) --defects
	@bin/truce run --config $(DEMO)/truce.yaml --as-of 2026-06-30 --scorecard
	@echo
	@echo "Exports and truth:   $(DEMO)/crm $(DEMO)/finance $(DEMO)/truth.json"
	@echo "Reports (Parquet):   $(DEMO)/drop/runs/manual-2026-06-30-r1/win_rate.parquet and the others there"
	@echo "Database:            $(DEMO)/drop/runs/manual-2026-06-30-r1/truce.duckdb"
	@echo "Ask it something:    bin/truce query --config $(DEMO)/truce.yaml \"select * from rpt_win_rate limit 5\""
	@echo "What was refused:    bin/truce quarantine --config $(DEMO)/truce.yaml"

test: ## run all tests that need no browser and no Spark
	$(GO) test -timeout 30m ./...

race: ## run the tests with the race detector
	$(GO) test -race -short -timeout 30m ./...

lint: ## vet and lint (fetches golangci-lint by itself)
	$(GO) vet ./...
	$(LINT) run ./...

fmt: ## format the code
	$(LINT) fmt ./...

fuzz: ## run every fuzz target for FUZZTIME (default 30s) each
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep ^Fuzz || true); do \
			echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

mutate: ## make mistakes in MODELS (default: the three main reports, or all), which their cases must notice
	MUTATE="$(MODELS)" $(GO) test ./sql -run '^TestMutants$$' -count=1 -timeout 3h -v

bench: ## measure load and run against DuckDB's read_csv; SCALE=10 for 10 million rows
	$(GO) run ./fixtures/bench -scale $(SCALE)

docs: build ## write the generated documents: the metric dictionary and the configuration's schema
	bin/truce models docs > docs/metrics.md
	bin/truce check --schema > docs/truce.schema.json

clean: ## remove what was built and the demo
	rm -rf bin var
