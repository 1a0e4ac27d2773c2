#!/usr/bin/env bash
# Builds for development, serves the page, and rebuilds and reloads it on changes.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
step "Check for cargo and a linker" check_cargo
step "Build tools" build_tools
step "cargo-leptos" cargo_leptos
exec cargo leptos watch --split "$@"
