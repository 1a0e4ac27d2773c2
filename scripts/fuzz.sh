#!/usr/bin/env bash
# A million inputs and more, other ones each time, through what reads /proc and engines' answers.
source "$(dirname "$0")/lib.sh"

# Each of the four properties takes as many.
CASES=${CASES:-300000}

properties() {
  PROPTEST_CASES=$CASES cargo test --no-default-features --features ssr --lib properties
}

step "Check for cargo and a linker" check_cargo
step "$CASES cases of each property" properties
times
