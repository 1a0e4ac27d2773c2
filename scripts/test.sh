#!/usr/bin/env bash
# Installs missing tools and runs all tests; prints the seconds of each step.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh
source scripts/engines.sh

test_packages() {
  fault_packages
  podman_package
  need openssl "it creates certificates for a daemon behind TLS" openssl
}

# Rust: derivations, the HTTP contract, Docker, Podman, faults, the program.
rust_tests() {
  cargo test --no-default-features --features ssr
}

# Chromium: the whole suite, on the release that cargo-leptos builds. Without RUST_BACKTRACE=0, a failure ends with
# cargo-leptos's backtrace instead of the test's name.
browser_tests() {
  RUST_BACKTRACE=0 cargo leptos end-to-end --release --split
}

# On the release of `make run`, whose files are compressed by the build.
browser_smoke_tests() {
  (cd end2end && npx playwright test --grep '@smoke|size|theme')
}

# `cargo leptos watch` on a copy: changes Rust and CSS and expects the open page to reload.
watch_tests() {
  (cd end2end && npx playwright test --config playwright.watch.config.ts)
}

step "Check for cargo and a linker" check_cargo
step "Docker, Podman and fault tools" test_packages
step "Build tools" build_tools
step "cargo-leptos" cargo_leptos
step "Chromium and Playwright" browser_tools
step "Rust tests" rust_tests
step "Browser tests on cargo-leptos's release" browser_tests
build_all
step "Browser tests on make run's release" browser_smoke_tests
step "Reload under cargo leptos watch" watch_tests
times
echo "All tests passed."
