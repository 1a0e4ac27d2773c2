# Every task that a person runs. Each installs what it needs; `make help` lists them.
.PHONY: help run build test test-faults fuzz lint compare bench-page lighthouse watch screenshots clean

help: ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## Install what is missing, build the release, serve on http://127.0.0.1:3000 (ARGS="--interval 1" go to the server)
	@scripts/run.sh $(ARGS)

build: ## The same without serving: target/release/host-telemetry and target/release/site
	@scripts/run.sh --build-only

test: ## Install what is missing, run every test
	@scripts/test.sh

test-faults: ## Only those tests that make a fault for real: a daemon that hangs, a clock that jumps, ...
	@scripts/faults.sh

fuzz: ## A million made-up inputs through what reads /proc and engines' answers, and reckons with them, some 3 minutes
	@scripts/fuzz.sh

lint: ## Formatting, clippy and documentation, warnings denied
	@scripts/lint.sh

compare: ## Compare the numbers with psutil, free, df, docker stats and podman stats under load, some 3 minutes
	@scripts/compare.sh $(ARGS)

bench-page: ## Time an update of the page with 200 containers in Chromium, some 3 minutes
	@scripts/bench-page.sh

lighthouse: ## Audit the release in Chromium with Lighthouse, median of five, some 3 minutes
	@scripts/lighthouse.sh

watch: ## Develop: build, serve, and reload when a file changes
	@scripts/watch.sh $(ARGS)

screenshots: ## Take the README's pictures anew
	@scripts/screenshots.sh

clean: ## Delete what was built here (the tools in ~/.cache/host-telemetry stay)
	@cargo clean
