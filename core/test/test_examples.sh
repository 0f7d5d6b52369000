#!/bin/sh
# SPDX-License-Identifier: MIT
# test_examples.sh - the examples in Rust and Go (packaging/examples) build with the library under test, run, and hold their
# memory in it.
#
# HAK_OUT, HAK_MODE: the build under test.
set -u
: "${HAK_OUT:?the directory of the build}" "${HAK_MODE:?release or check}"
[ "$HAK_MODE" = release ] || { echo "only in release mode"; exit 77; }
command -v cargo >/dev/null || command -v go >/dev/null || { echo "neither cargo nor go is here"; exit 77; }
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(cd "$HAK_OUT" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
unset HAKMEM_STATS HAKMEM_STATS_FILE LD_PRELOAD
version=$(sed -nE 's/^.define HAKMEM_VERSION_(MAJOR|MINOR|PATCH) ([0-9]+)$/\2/p' "$root/core/hakmem.h" | paste -sd.)
checks=0
failed=0

# prints WHAT PATTERN: the last command's output is one line that says so.
prints() {
    checks=$((checks + 1))
    grep -qxE "$2" "$tmp/said" && return
    echo "FAIL: $1: want $2"
    sed 's/^/    /' "$tmp/said" | tail -n 15
    failed=$((failed + 1))
}

# The tree stays as it is: cargo and go write into the copy.
cp -R "$root/packaging/examples" "$tmp/examples"
if command -v cargo >/dev/null; then
    HAKMEM_LIBDIR=$out CARGO_HOME=$tmp/cargo CARGO_TARGET_DIR=$tmp/target cargo run --quiet --offline --manifest-path \
        "$tmp/examples/rust/Cargo.toml" >"$tmp/said" 2>&1
    prints rust "hakmem $version: the vector and the map hold [0-9]{4,6} KiB"
    checks=$((checks + 1))
    grep -q "^version = \"$version\"" "$root/packaging/examples/rust/Cargo.toml" ||
        { echo "FAIL: Cargo.toml has another version than core/hakmem.h"; failed=$((failed + 1)); }
else
    echo "cargo is not here"
fi
if command -v go >/dev/null; then
    (cd "$tmp/examples/go" && HOME=$tmp GOPATH=$tmp/go GOCACHE=$tmp/gocache GOFLAGS=-mod=mod GOPROXY=off CGO_ENABLED=1 \
        CGO_CFLAGS="-I$root/core" CGO_LDFLAGS="$out/libhakmem-embed.a -lpthread" go run .) >"$tmp/said" 2>&1
    prints go "hakmem $version: the table held [0-9]{4,6} KiB"
else
    echo "go is not here"
fi
echo "Checks: $checks, Failures: $failed"
[ "$failed" -eq 0 ]
