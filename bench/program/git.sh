#!/bin/sh
# SPDX-License-Identifier: MIT
# git: finds the deltas of a generated history anew (pack-objects, one thread).
needs=git
prepare() {
    [ ! -e "$inputs/repository" ] || return 0
    rm -rf "$inputs/repository.new"
    mkdir -p "$inputs" && git init -q --bare "$inputs/repository.new" &&
        generate commits 3000 | git -C "$inputs/repository.new" fast-import --quiet --done &&
        git -C "$inputs/repository.new" rev-list --objects --all >"$inputs/objects" &&
        mv "$inputs/repository.new" "$inputs/repository"
}
run() {
    unset GIT_DIR
    exec git -C "$inputs/repository" pack-objects -q --stdout --no-reuse-delta --no-reuse-object --threads=1 <"$inputs/objects"
}
. bench/program/common.sh
