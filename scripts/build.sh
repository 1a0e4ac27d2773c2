# Builds the release without cargo-leptos, using the same flags and names as its metadata in Cargo.toml.
# Sourced after lib.sh. Output: target/release/host-telemetry and target/release/site.
TARGET=${CARGO_TARGET_DIR:-target}

build_tools() {
  wasm_target
  wasm_bindgen
  wasm_split
  shrinkers
  brotli_tool
}

build_server() {
  cargo build --release --bin host-telemetry --no-default-features --features ssr
}

# wasm-split needs relocations to move code into the bundle's second file; cargo-leptos --split passes the same flag.
build_page() {
  RUSTFLAGS="${RUSTFLAGS:+$RUSTFLAGS }-Clink-args=--emit-relocs" \
    cargo build --profile wasm-release --lib --target wasm32-unknown-unknown --no-default-features --features hydrate
}

# Prints the wasm-opt flags from Cargo.toml, which cargo-leptos also uses.
wasm_opt_flags() {
  sed -n '/^wasm-opt-features = \[/,/^\]/p' Cargo.toml | grep -o '"[^"]*"' | tr -d '"'
}

# Leptos links wasm-streams for streamed answers, which nothing here uses. But its classes are exported, which keeps a
# hundredth of the program alive.
STREAMS='intounderlying*'

# smaller_glue SCRIPT PROGRAM: removes the classes of wasm-streams from the script, and numbers the names that the program
# and the script share. wasm-bindgen ends each name with a hash, and random digits do not compress: over a hundred of
# them, in two files, are a fiftieth of what the browser loads first. The new names are as long as the old ones, so the
# program stays valid.
smaller_glue() {
  perl -e '
    use strict;
    local $/;
    my (%names, $count);
    for my $path (@ARGV) {
      open my $in, "<:raw", $path or die $!;
      my $data = <$in>;
      if ($path =~ /\.js$/) {
        $data =~ s/^export class IntoUnderlying.*?^}\n(if \(Symbol\.dispose\) IntoUnderlying.*?\n)?//msg;
        $data =~ s/^const IntoUnderlying\w+Finalization = .*?;\n//msg;
      }
      $data =~ s/(__wbg_\w+?_|__wbindgen_\w+?_|_6invoke17h)([0-9a-f]{16})(?![0-9a-z])/$names{"$1$2"} ||= $1 . sprintf("%016d", ++$count)/ge;
      open my $out, ">:raw", $path or die $!;
      print $out $data;
    }' "$@"
}

# shrink_program PROGRAM: cargo-leptos passes the flags in any order, so those that need one are here.
shrink_program() {
  wasm-opt --debuginfo "--remove-exports=$STREAMS" "--remove-exports=__wbg_$STREAMS" "$1" -o "$1"
  # shellcheck disable=SC2046 # each flag is one word
  wasm-opt $(wasm_opt_flags) --flatten --rereloop -Oz --dealign --reorder-functions-by-name "$1" -o "$1"
}

# Assembles the site in a scratch folder and then moves it, so a running server never serves a half-built site.
build_site() {
  local site=$TARGET/release/site scratch=$TARGET/release/site.new file
  rm -rf "$scratch"
  mkdir -p "$scratch/pkg" "$scratch/whole"
  cp -r public/. "$scratch"
  cp style/component.css "$scratch/pkg/host-telemetry.css"
  # Move the lazily loaded code into its own file, then generate the JavaScript bindings for the rest.
  RUST_LOG=error wasm-split-cli --target web --out-name host-telemetry \
    "$TARGET/wasm32-unknown-unknown/wasm-release/host_telemetry.wasm" "$scratch/pkg"
  mv "$scratch/pkg/host-telemetry.wasm" "$scratch/whole"
  wasm-bindgen --target web --no-typescript --keep-lld-exports --no-demangle --out-name host-telemetry \
    --out-dir "$scratch/pkg" "$scratch/whole/host-telemetry.wasm"
  rm -r "$scratch/whole"
  mv "$scratch/pkg/host-telemetry_bg.wasm" "$scratch/pkg/host-telemetry.wasm"
  if have perl; then smaller_glue "$scratch/pkg/host-telemetry.js" "$scratch/pkg/host-telemetry.wasm"; fi
  if have wasm-opt; then
    for file in "$scratch"/pkg/*.wasm; do
      shrink_program "$file"
    done
  fi
  if have esbuild; then
    for file in "$scratch"/pkg/*.js "$scratch"/pkg/*.css "$scratch"/*.css; do
      esbuild --log-level=warning --minify --allow-overwrite --outfile="$file" "$file"
    done
  fi
  if have brotli; then
    # With a window of 128 KiB, WebAssembly becomes half a percent smaller than with the largest.
    brotli --best --lgwin=17 "$scratch"/pkg/*.js "$scratch"/pkg/*.wasm "$scratch"/pkg/*.css "$scratch"/*.css "$scratch"/*.svg
  fi
  rm -rf "$site"
  mv "$scratch" "$site"
}

build_all() {
  step "Check for cargo and a linker" check_cargo
  step "Build tools" build_tools
  step "Build the server" build_server
  step "Build the page" build_page
  step "Assemble the site" build_site
}
