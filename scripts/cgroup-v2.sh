#!/usr/bin/env bash
# Runs the container tests and the comparison on a kernel that has cgroup v2 alone, whatever this machine has. The kernel
# is user-mode Linux: a program that needs no virtualization and sees this machine's files, read-only.
source "$(dirname "$0")/lib.sh"
source scripts/engines.sh

# How long all of it may take, in seconds.
LIMIT=900

# Unpacks the kernel without installing it.
uml_kernel() {
  local folder=$TOOLS/user-mode-linux
  UML=$folder/usr/bin/linux.uml
  [ -x "$UML" ] && return 0
  can_install || die "user-mode Linux is missing, and this is not Debian: see docs of your distribution for linux.uml"
  echo "Downloading Debian's user-mode-linux into $folder"
  mkdir -p "$folder"
  as_root apt-get -qq update
  (cd "$folder" && apt-get -qq download user-mode-linux && dpkg -x user-mode-linux_*.deb . && rm user-mode-linux_*.deb)
}

build_tests() {
  TESTS=$(cargo test --no-default-features --features ssr --test docker --no-run --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/docker-[^"]*\)".*/\1/p' | tail -n 1)
  [ -x "$TESTS" ] || die "the tests do not build: see cargo test --no-default-features --features ssr --test docker"
}

# run COMMANDS: boots the kernel, runs the commands there and fails if one of them does.
run() {
  local scratch status=1
  scratch=$(mktemp -d)
  printf '%s\n' "$1" >"$scratch/script"
  # The memory of the kernel is a file, which would be in /tmp.
  TMPDIR=/dev/shm timeout --kill-after 10 "$LIMIT" "$UML" mem=1500M root=/dev/root rootfstype=hostfs rootflags=/ ro quiet \
    init="$PWD/tests/support/cgroup-v2.sh" HT_FOLDER="$PWD" HT_SCRIPT="$scratch/script" con=null con0=fd:0,fd:1 \
    </dev/null 2>&1 | sed -u 's/\r$//' | tee "$scratch/log" || true
  grep -q '^cgroup-v2 ended with status 0$' "$scratch/log" && status=0
  rm -rf "$scratch"
  return "$status"
}

step "Check for cargo and a linker" check_cargo
step "Docker" docker_packages
step "User-mode Linux" uml_kernel
step "Build the tests" build_tests
step "Container tests on cgroup v2" run "daemon; '$TESTS' --test-threads 1 --nocapture ${*:---skip tls}; stop_daemon"
times
