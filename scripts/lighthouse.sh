#!/usr/bin/env bash
# Audits the release with Lighthouse, on desktop and mobile.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh

LIGHTHOUSE_VERSION=13.5.0

# Lighthouse is not in package.json because it takes longer to install than all the test tools together and needs a
# newer Node.js.
lighthouse_tool() {
  local folder=$TOOLS/lighthouse-$LIGHTHOUSE_VERSION
  export PATH=$folder/node_modules/.bin:$PATH
  [ -x "$folder/node_modules/.bin/lighthouse" ] && return 0
  echo "Installing Lighthouse $LIGHTHOUSE_VERSION and Node.js $NODE_VERSION for it into $folder"
  mkdir -p "$folder"
  npm install --silent --no-fund --no-audit --prefix "$folder" \
    "lighthouse@$LIGHTHOUSE_VERSION" "node-linux-$(node -p process.arch)@$NODE_VERSION" ||
    die "Lighthouse could not be installed: see npm's output above"
}

audits() {
  (cd end2end && npx playwright test --config playwright.bench.config.ts lighthouse)
}

build_all
step "Chromium and Playwright" browser_tools
step "Lighthouse" lighthouse_tool
step "Audits" audits
times
