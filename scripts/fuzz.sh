#!/usr/bin/env bash
# Feeds over a million inputs, different each time, to the parsers of /proc and engine responses.
source "$(dirname "$0")/lib.sh"

# Cases per property; there are six properties.
CASES=${CASES:-300000}

properties() {
  PROPTEST_CASES=$CASES cargo test --no-default-features --features ssr --lib properties
}

step "Check for cargo and a linker" check_cargo
step "$CASES cases of each property" properties
times
