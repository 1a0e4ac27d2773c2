#!/usr/bin/env bash
# Installs missing tools, builds the release and serves it. Arguments are passed to the server; --build-only as the
# first argument builds without serving.
source "$(dirname "$0")/lib.sh"
source scripts/build.sh
build_all
times
if [ "${1:-}" = --build-only ]; then
  printf '\nBuilt: %s and %s\n' "$TARGET/release/host-telemetry" "$TARGET/release/site"
  exit 0
fi
printf '\nStarting the server; Ctrl-C stops it.\n'
exec "$TARGET/release/host-telemetry" "$@"
