#!/usr/bin/env bash
# Makes every fault that the server is to survive, for real.
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

# Most of them wait for something to be given up, so more than one a core run at a time.
fault_tests() {
  cargo test --no-default-features --features ssr --test faults -- --test-threads 4
}

step "Check for cargo and a linker" check_cargo
step "Docker, and what faults are made with" fault_packages
step "Faults" fault_tests
times
