#!/usr/bin/env bash
# Times what an update of a page with 200 containers costs.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh

updates() {
  (cd end2end && npx playwright test --config playwright.bench.config.ts update)
}

build_all
step "Chromium and Playwright" browser_tools
step "Updates" updates
times
