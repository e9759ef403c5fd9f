#!/usr/bin/env bash
# Checks that Rust is there and new enough, and says how to get it if not; fetches the crates of Cargo.lock.
# Installs no Rust itself, except that rustup, where it is, fetches the version of rust-toolchain.toml.
#
#   setup-rust.sh          rustc and cargo
#   setup-rust.sh lint     and rustfmt and clippy
set -euo pipefail
cd "$(dirname "$0")/.."

needed=1.95.0

fail() {
    echo "set-up failed: $1" >&2
    shift
    printf '%s\n' "$@" >&2
    exit 1
}

if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
    fail "there is no Rust (cargo, rustc) in PATH." \
        "Install Rust $needed or later, for instance as https://rustup.rs says, and run make again."
fi

# With rustup this is also what fetches the toolchain, the first time.
version=$(rustc --version) || fail "rustc does not start (above)." \
    "With network, this fetches what is needed: rustup toolchain install $needed --component rustfmt --component clippy"
found=$(awk '{ sub(/-.*/, "", $2); print $2 }' <<<"$version")
if [[ $(printf '%s\n' "$needed" "$found" | sort -V | head -n1) != "$needed" ]]; then
    fail "Rust $found is too old; protoecg needs $needed or later." \
        "With rustup: rustup toolchain install $needed. Otherwise see https://rustup.rs."
fi

if [[ ${1:-} == lint ]]; then
    for tool in fmt clippy; do
        cargo "$tool" --version >/dev/null || fail "cargo $tool does not start (above)." \
            "With rustup: rustup component add rustfmt clippy. From a distribution: packages rustfmt, rust-clippy."
    done
fi

# Silent and without network when they are all there already.
cargo fetch --locked --target x86_64-unknown-linux-gnu || fail "cargo could not get the crates (above)." \
    "It needs the Rust package registry once, or a mirror or proxy that ~/.cargo/config.toml names (HTTPS_PROXY works too)." \
    "If it says that the lock file needs to be updated, Cargo.toml was changed: run cargo check once, then make again."
