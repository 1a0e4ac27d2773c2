# Functions shared by the scripts in this folder: timed steps, packages and tools. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools are built or downloaded once and shared by all clones. Each version has its own folder.
TOOLS=${HOST_TELEMETRY_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/host-telemetry}

CARGO_LEPTOS_VERSION=0.3.10 # 0.3.11 needs a newer Rust than Cargo.toml requires
BINARYEN_VERSION=132.0.0
ESBUILD_VERSION=0.28.2
NODE_VERSION=22.23.3 # for Lighthouse, and for the tests if the installed Node.js is older than 22.12

TIMES=()

# step TITLE COMMAND...: prints the title, runs the command, and prints how many seconds it took.
step() {
  local title=$1 start=$SECONDS
  shift
  printf '\n==> %s\n' "$title"
  "$@"
  TIMES+=("$(printf '%5d s  %s' $((SECONDS - start)) "$title")")
  printf '    %d s\n' $((SECONDS - start))
}

# Prints how many seconds each step took, and the total.
times() {
  printf '\nSeconds by step:\n'
  printf '%s\n' "${TIMES[@]}"
  printf '%5d s  total\n' "$SECONDS"
}

# die MESSAGE: prints the message, which should say what to do, and exits with status 1.
die() {
  printf '\nerror: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

can_install() { have apt-get && { [ "$(id -u)" = 0 ] || have sudo; }; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# packages WHY PACKAGE...: announces and installs missing Debian packages; fails if they cannot be installed.
packages() {
  local why=$1 package missing=()
  shift
  can_install || return 1
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "Installing with apt: ${missing[*]} ($why)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}

# need PROGRAM WHY PACKAGE...: installs the packages unless the program is already on the PATH, however it got there.
need() {
  local program=$1 why=$2
  shift 2
  have "$program" && return 0
  have apt-get || die "$program is missing ($why), and this is not Debian: install it and run this again"
  packages "$why" "$@" || die "$program is missing ($why): install it with apt-get install $* as root, and run this again"
}

check_cargo() {
  have cargo || die "cargo is missing: install Rust from https://rustup.rs and run this again"
  need cc "Rust's linker" gcc libc6-dev
}

# Prints the version of a crate in Cargo.lock.
locked_version() {
  awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

wasm_target() {
  local installed
  installed=$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown
  [ -d "$installed" ] && return 0
  have rustup || die "the target wasm32-unknown-unknown is missing and there is no rustup to add it: install your distribution's Rust standard library for wasm32-unknown-unknown, or Rust from https://rustup.rs"
  echo "Adding Rust's target wasm32-unknown-unknown (the page is WebAssembly)"
  rustup target add wasm32-unknown-unknown ||
    die "the target could not be added: see rustup's output above"
}

# rust_component NAME PROGRAM: adds a rustup component unless its program works; minimal installations lack some.
rust_component() {
  have "$2" && cargo "${2#cargo-}" --version >/dev/null 2>&1 && return 0
  have rustup && rustup component add "$1" || die "$1 is missing: install it with rustup component add $1"
}

# prebuilt URL FOLDER PROGRAM: downloads a prebuilt program into FOLDER/bin; fails without printing anything.
prebuilt() {
  local url=$1 folder=$2 program=$3 scratch
  have curl && have tar || return 1
  scratch=$(mktemp -d)
  if curl -fsSL --connect-timeout 5 --max-time 120 "$url" 2>/dev/null | tar -xz -C "$scratch" 2>/dev/null &&
    find "$scratch" -type f -name "$program" -exec install -D -t "$folder/bin" {} + &&
    "$folder/bin/$program" --version >/dev/null 2>&1; then
    rm -rf "$scratch"
    return 0
  fi
  rm -rf "$scratch" "$folder"
  return 1
}

# cargo_tool CRATE PROGRAM VERSION URL OPTION...: puts the program on the PATH. Downloads it if possible; otherwise, or
# if URL is empty, compiles it, passing the options to cargo install.
cargo_tool() {
  local crate=$1 program=$2 version=$3 url=$4
  local folder=$TOOLS/$crate-$version
  shift 4
  export PATH=$folder/bin:$PATH
  [ -x "$folder/bin/$program" ] && return 0
  echo "Installing $crate $version into $folder"
  if [ -n "$url" ] && have cargo-binstall &&
    cargo binstall --no-confirm --disable-strategies compile --root "$folder" "$crate@$version" >/dev/null 2>&1; then
    return 0
  fi
  [ -n "$url" ] && prebuilt "$url" "$folder" "$program" && return 0
  echo "No prebuilt $program is available: compiling it once."
  # Do not optimize: that takes minutes, and the tool runs for a second. Retry without --locked, because a registry may
  # lack a locked version.
  (
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    unset CARGO_TARGET_DIR
    cargo install --quiet --locked --root "$folder" "$crate@$version" "$@" 2>/dev/null ||
      cargo install --quiet --root "$folder" "$crate@$version" "$@"
  ) || die "$crate $version could not be compiled: install it and run this again"
}

wasm_bindgen() {
  local version
  version=$(locked_version wasm-bindgen)
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ] && return 0
  cargo_tool wasm-bindgen-cli wasm-bindgen "$version" \
    "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/$version/wasm-bindgen-$version-$(uname -m)-unknown-linux-musl.tar.gz"
}

# Installs the tool that splits the bundle. Its version must match wasm_split_helpers, which marks the split points.
wasm_split() {
  local version
  version=$(locked_version wasm_split_helpers)
  cargo_tool wasm_split_cli_support wasm-split-cli "$version" "" --features build-binary
}

cargo_leptos() {
  have cargo-leptos && return 0
  cargo_tool cargo-leptos cargo-leptos "$CARGO_LEPTOS_VERSION" \
    "https://github.com/leptos-rs/cargo-leptos/releases/download/v$CARGO_LEPTOS_VERSION/cargo-leptos-$(uname -m)-unknown-linux-gnu.tar.gz"
}

# wasm-opt and esbuild only make the bundle smaller, so the build works without them.
shrinkers() {
  local folder=$TOOLS/binaryen-$BINARYEN_VERSION-esbuild-$ESBUILD_VERSION
  export PATH=$folder/node_modules/.bin:$PATH
  have wasm-opt && have esbuild && return 0
  if ! have npm; then
    packages "npm provides the newest wasm-opt, which makes the page smaller" nodejs npm || true
  fi
  if have npm && mkdir -p "$folder" &&
    npm install --silent --no-fund --no-audit --prefix "$folder" "binaryen@$BINARYEN_VERSION" "esbuild@$ESBUILD_VERSION"; then
    return 0
  fi
  echo "wasm-opt and esbuild cannot be installed here: the page works, but is larger."
}

# Puppeteer needs Node.js 22.12 or newer. Debian 12 ships Node.js 18, whose npm can install a newer version.
node_22() {
  local arch folder
  printf '%s\n' v22.12.0 "$(node --version)" | sort --version-sort --check=quiet && return 0
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "Node.js 22.12 or newer is needed: install it and run this again" ;;
  esac
  folder=$TOOLS/node-$NODE_VERSION
  export PATH=$folder/node_modules/node-linux-$arch/bin:$PATH
  [ -x "$folder/node_modules/node-linux-$arch/bin/node" ] && return 0
  echo "Installing Node.js $NODE_VERSION into $folder ($(node --version) is too old for the browser tests)"
  mkdir -p "$folder"
  npm install --silent --no-fund --no-audit --prefix "$folder" "node-linux-$arch@$NODE_VERSION"
}

brotli_tool() {
  have brotli && return 0
  if packages "the build compresses files with it" brotli; then return 0; fi
  echo "brotli cannot be installed here: the server compresses files on request."
}
