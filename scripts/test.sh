#!/usr/bin/env bash
# Installs missing tools, runs all tests and prints how long each step took.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh
source scripts/engines.sh

test_packages() {
  fault_packages
  podman_package
  need openssl "it creates certificates for a daemon behind TLS" openssl
}

# The Rust tests cover derivations, the HTTP contract, Docker, Podman, faults and the program.
rust_tests() {
  cargo test --no-default-features --features ssr
}

# Runs the tests of a real Docker and the comparison once more, on a kernel that has cgroup v2 alone.
cgroup_v2_tests() {
  scripts/cgroup-v2.sh
}

# Runs the whole suite in Chromium, on the release that cargo-leptos builds. After a failure, names the failed tests once
# more, because cargo-leptos prints a long error of its own after the suite's output.
browser_tests() {
  local failures=end2end/test-results/failures.txt
  rm -f "$failures"
  RUST_BACKTRACE=0 cargo leptos end-to-end --release --split && return
  [ ! -f "$failures" ] || cat "$failures" >&2
  return 1
}

# Runs a subset on the release that `make run` serves, whose files are compressed at build time.
browser_smoke_tests() {
  (cd end2end && npx playwright test --grep '@smoke|size|theme')
}

# Runs a few tests in Chromium, Firefox and WebKit, on the same release.
smoke_tests() {
  (cd end2end && npx playwright test --config playwright.browsers.config.ts)
}

# Runs `cargo leptos watch` on a copy of the project, changes Rust and CSS, and expects the open page to reload.
watch_tests() {
  (cd end2end && npx playwright test --config playwright.watch.config.ts)
}

step "Check for cargo and a linker" check_cargo
step "Docker, Podman and fault tools" test_packages
step "Build tools" build_tools
step "cargo-leptos" cargo_leptos
step "Chromium and Playwright" browser_tools
step "Firefox and WebKit" other_browsers
step "Rust tests" rust_tests
step "Container tests on cgroup v2" cgroup_v2_tests
step "Browser tests on cargo-leptos's release" browser_tests
build_all
step "Browser tests on make run's release" browser_smoke_tests
step "Smoke test in Chromium, Firefox and WebKit" smoke_tests
step "Reload under cargo leptos watch" watch_tests
times
echo "All tests passed."
