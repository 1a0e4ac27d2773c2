#!/usr/bin/env bash
# Injects real instances of every fault that the server must survive.
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

# Most of these tests wait for timeouts, so four run in parallel even on a machine with fewer cores.
fault_tests() {
  cargo test --no-default-features --features ssr --test faults -- --test-threads 4
}

step "Check for cargo and a linker" check_cargo
step "Docker and fault tools" fault_packages
step "Faults" fault_tests
times
