#!/usr/bin/env bash
# Runs the container tests and the comparison on a kernel that has cgroup v2 alone, whatever this machine has. The kernel
# is user-mode Linux: a program that needs no virtualization and sees this machine's files, read-only.
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

# How long each boot may take, in seconds.
LIMIT=900

# The memory of the kernel in MiB, which is a file.
MEMORY=1500

# skip WHY: says that these tests cannot run here, and ends; fails in CI, where no test may be skipped.
skip() {
  [ -z "${CI:-}" ] || die "$1"
  echo "skipped: $1"
  exit 0
}

# Unpacks the kernel without installing it.
uml_kernel() {
  local folder=$TOOLS/user-mode-linux
  UML=$(command -v linux.uml || echo "$folder/usr/bin/linux.uml")
  [ -x "$UML" ] && return 0
  can_install || skip "the tests on cgroup v2 need user-mode Linux: install linux.uml"
  echo "Unpacking Debian's user-mode-linux into $folder"
  mkdir -p "$folder"
  as_root apt-get -qq update
  (cd "$folder" && apt-get -qq download user-mode-linux && dpkg -x user-mode-linux_*.deb . && rm user-mode-linux_*.deb) ||
    skip "user-mode Linux cannot be downloaded"
}

# Prints a folder with room for the kernel's memory, which is much faster in memory than on a disk.
memory_folder() {
  local free
  free=$(df --output=avail --block-size=1M /dev/shm 2>/dev/null | tail -n 1)
  if [ "${free:-0}" -gt "$MEMORY" ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

build_tests() {
  TESTS=$(cargo test --no-default-features --features ssr --test docker --no-run --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/docker-[^"]*\)".*/\1/p' | tail -n 1)
  PROGRAM=${CARGO_TARGET_DIR:-target}/debug/host-telemetry
  [ -x "$TESTS" ] && [ -x "$PROGRAM" ] || die "the tests do not build: see cargo test --no-default-features --features ssr --test docker"
}

# run COMMANDS: boots the kernel, runs the commands there and fails if one of them does.
run() {
  local scratch status=1
  scratch=$(mktemp -d)
  printf '%s\n' "$1" >"$scratch/script"
  TMPDIR=$(memory_folder) timeout --kill-after 10 "$LIMIT" "$UML" "mem=${MEMORY}M" root=/dev/root rootfstype=hostfs \
    rootflags=/ ro quiet init="$PWD/tests/support/cgroup-v2.sh" HT_FOLDER="$PWD" HT_SCRIPT="$scratch/script" \
    con=null con0=fd:0,fd:1 </dev/null 2>&1 | sed -u 's/\r$//' | tee "$scratch/log" || true
  grep -q '^cgroup-v2 begins$' "$scratch/log" || status=2
  grep -q '^cgroup-v2 ended with status 0$' "$scratch/log" && status=0
  rm -rf "$scratch"
  [ "$status" != 2 ] || skip "user-mode Linux does not run here: see its output above"
  return "$status"
}

step "Check for cargo and a linker" check_cargo
step "Docker" docker_packages
step "psutil" psutil_venv
step "User-mode Linux" uml_kernel
# Runs the tests of a real Docker, except TLS, which is the same on any kernel.
tests() {
  run "daemon; '$TESTS' --test-threads 1 --nocapture --skip tls; stop_daemon"
}

# Compares a few samples with the tools. The containers are below a slice, as with systemd.
compare() {
  run "export PRIVATE_DOCKER_FLAGS='--storage-driver vfs --cgroup-parent /agents.slice/agents-test.slice'
    '$TOOLS/compare-venv/bin/python' -Bu bench/compare.py --samples 5 --program '$PROGRAM' --only host
    '$TOOLS/compare-venv/bin/python' -Bu bench/compare.py --samples 5 --program '$PROGRAM' --only docker"
}

step "Build the tests" build_tests
step "Container tests on cgroup v2" tests
step "Comparison on cgroup v2" compare
times
