#!/usr/bin/env bash
# Installs what is missing and runs every test; prints each part's seconds.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
source scripts/browser.sh
source scripts/engines.sh

test_packages() {
  fault_packages
  podman_package
  need openssl "certificates for a daemon behind TLS" openssl
}

# In Rust: the derivations, the HTTP contract, a real daemon, Podman, every fault, the program.
rust_tests() {
  cargo test --no-default-features --features ssr
}

# In Chromium: the whole suite, on the release that cargo-leptos builds. Where a test fails, its name is read at the
# end, not cargo-leptos's backtrace of having been told so.
browser_tests() {
  RUST_BACKTRACE=0 cargo leptos end-to-end --release --split
}

# The release that `make run` builds, which compresses its files itself.
browser_smoke_tests() {
  (cd end2end && npx playwright test --grep '@smoke|size|theme')
}

# `cargo leptos watch` on a copy: changes Rust and CSS, and sees the open page reload.
watch_tests() {
  (cd end2end && npx playwright test --config playwright.watch.config.ts)
}

step "Check for cargo and a linker" check_cargo
step "Docker and what its tests need" test_packages
step "Tools of the build" build_tools
step "cargo-leptos" cargo_leptos
step "Chromium and Playwright" browser_tools
step "Rust tests" rust_tests
step "Browser tests on cargo-leptos's release" browser_tests
build_all
step "Browser tests on make run's release" browser_smoke_tests
step "Reload under cargo leptos watch" watch_tests
times
echo "All tests passed."
