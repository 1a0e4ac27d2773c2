# Installs the tools for the browser tests. Sourced after lib.sh.

browser_tools() {
  need npm "the browser tests run on Node.js" nodejs npm
  [ -n "${CHROMIUM:-}" ] || need chromium "the page is tested in a real browser" chromium
  node_22
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent && npx tsc --noEmit)
}

# Installs the browsers besides Chromium.
other_browsers() {
  [ -n "${FIREFOX:-}" ] || need firefox-esr "the page is tested in Firefox" firefox-esr
  need WebKitWebDriver "the page is tested in WebKit" webkit2gtk-driver
  need Xvfb "WebKit's browser needs a display" xvfb
}
