#!/usr/bin/env bash
# Measures the release with many containers, many viewers and a daemon that hangs, or over a long time.
#   scale.sh bench  the benchmarks, about four minutes
#   scale.sh soak   churn, faults and viewers for MINUTES (30), in which memory, open files and threads must not grow
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

case ${1:-} in
  bench) tests=bench_ ;;
  soak) tests=nothing_grows_for_long ;;
  *) die "scale.sh bench or scale.sh soak" ;;
esac

# Prints only the results, unless a test fails.
run_tests() {
  local log status=0
  log=$(mktemp)
  cargo test --release --no-default-features --features ssr --test scale "$tests" -- --ignored --nocapture \
    --test-threads 1 >"$log" 2>&1 || status=$?
  if [ "$status" = 0 ]; then sed -n 's/^.*RESULT //p' "$log"; else cat "$log"; fi
  rm -f "$log"
  return "$status"
}

step "Check for cargo and a linker" check_cargo
step "Docker and a load generator" fault_packages
step "Run the tests on the release" run_tests
times
