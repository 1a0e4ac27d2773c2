#!/usr/bin/env bash
# Injects every fault that the server must survive, for real.
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

# Most tests wait for timeouts, so more of them run in parallel than there may be cores.
fault_tests() {
  cargo test --no-default-features --features ssr --test faults -- --test-threads 4
}

step "Check for cargo and a linker" check_cargo
step "Docker and fault tools" fault_packages
step "Faults" fault_tests
times
