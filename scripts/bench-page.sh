#!/usr/bin/env bash
# Measures how long a page update with 200 containers takes.
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
