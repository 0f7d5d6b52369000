#!/bin/sh
# SPDX-License-Identifier: MIT
# git: finds the deltas of a generated history anew (pack-objects, one thread).
needs=git
prepare() {
    repository=$inputs/$(pick 3000 60).repository
    [ ! -e "$repository" ] || return 0
    rm -rf "$repository.new"
    mkdir -p "$inputs" && git init -q --bare "$repository.new" &&
        generate commits "$(pick 3000 60)" | git -C "$repository.new" fast-import --quiet --done &&
        git -C "$repository.new" rev-list --objects --all >"$repository.new/objects.txt" && mv "$repository.new" "$repository"
}
run() {
    unset GIT_DIR
    repository=$inputs/$(pick 3000 60).repository
    become git -C "$repository" pack-objects -q --stdout --no-reuse-delta --no-reuse-object --threads=1 <"$repository/objects.txt"
}
. bench/program/common.sh
