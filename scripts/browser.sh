# Installs the tools for the browser tests. Sourced after lib.sh.

browser_tools() {
  need npm "the browser tests run on Node.js" nodejs npm
  [ -n "${CHROMIUM:-}" ] || need chromium "the page is tested in a real browser" chromium
  node_20
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent && npx tsc --noEmit)
}
