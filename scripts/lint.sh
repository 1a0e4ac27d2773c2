#!/usr/bin/env bash
# Checks formatting, runs clippy for both feature sets, and builds the documentation. Warnings are errors.
source "$(dirname "$0")/lib.sh"

rust_components() {
  wasm_target
  rust_component rustfmt cargo-fmt
  rust_component clippy cargo-clippy
}

clippy_server() { cargo clippy --all-targets --no-default-features --features ssr -- -D warnings; }
clippy_page() { cargo clippy --lib --target wasm32-unknown-unknown --no-default-features --features hydrate -- -D warnings; }
docs() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --no-default-features --features ssr; }

step "Check for cargo and a linker" check_cargo
step "Rust's WASM target, rustfmt and clippy" rust_components
step "Formatting" cargo fmt --check
step "Clippy, server and tests" clippy_server
step "Clippy, page" clippy_page
step "Documentation" docs
times
