#!/usr/bin/env bash
# Retakes the screenshots in docs/screenshots.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh
build_all
step "Chromium and Playwright" browser_tools
cd end2end
UPDATE_SCREENSHOTS=1 npx playwright test screenshots states
