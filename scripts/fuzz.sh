#!/usr/bin/env bash
# Feeds over a million random inputs to the parsers for /proc and engine responses, and to the calculations.
source "$(dirname "$0")/lib.sh"

# The number of cases for each of the seven properties.
CASES=${CASES:-300000}

properties() {
  PROPTEST_CASES=$CASES cargo test --no-default-features --features ssr --lib properties
}

step "Check for cargo and a linker" check_cargo
step "$CASES cases of each property" properties
times
