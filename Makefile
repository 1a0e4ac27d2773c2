# All tasks. Each installs what it needs; `make help` lists them.
.PHONY: help run build test test-faults test-v2 fuzz lint compare bench-page bench-scale soak lighthouse watch screenshots clean

help: ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: ## Install missing tools, build the release, serve on http://127.0.0.1:3000 (ARGS="--interval 1" go to the server)
	@scripts/run.sh $(ARGS)

build: ## Build the release without serving: target/release/host-telemetry and target/release/site
	@scripts/run.sh --build-only

test: ## Install missing tools, run all tests
	@scripts/test.sh

test-faults: ## Run only the tests with real faults: a daemon that hangs, a clock that jumps, ...
	@scripts/faults.sh

test-v2: ## Run the container tests and the comparison on cgroup v2, under user-mode Linux (about 5 minutes)
	@scripts/cgroup-v2.sh

fuzz: ## Feed a million generated inputs to the /proc and engine parsers and the calculations (about 3 minutes)
	@scripts/fuzz.sh

lint: ## Check formatting, clippy and documentation, denying warnings
	@scripts/lint.sh

compare: ## Compare the numbers with psutil, free, df, docker stats and podman stats under load (about 3 minutes)
	@scripts/compare.sh $(ARGS)

bench-page: ## Time an update of the page with 200 containers in Chromium (about 3 minutes)
	@scripts/bench-page.sh

bench-scale: ## Time samples of 200 and 1,000 containers, 10,000 viewers, and answers while Docker hangs (about 4 minutes)
	@scripts/scale.sh bench

soak: ## Let containers come and go, Docker fail and viewers poll for half an hour: nothing may grow (MINUTES=30)
	@scripts/scale.sh soak

lighthouse: ## Audit the release in Chromium with Lighthouse, median of five runs (about 3 minutes)
	@scripts/lighthouse.sh

watch: ## Build for development, serve, and reload on changes
	@scripts/watch.sh $(ARGS)

screenshots: ## Retake the README's screenshots
	@scripts/screenshots.sh

clean: ## Delete build output (tools in ~/.cache/host-telemetry stay)
	@cargo clean
