#!/usr/bin/env bash
# Builds for development, serves, and builds and reloads again when a file changes.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
step "Check for cargo and a linker" check_cargo
step "Tools of the build" build_tools
step "cargo-leptos" cargo_leptos
exec cargo leptos watch --split "$@"
