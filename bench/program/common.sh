# SPDX-License-Identifier: MIT
# common.sh - the end of every script here: dispatches its verb. Each script sets `needs` (commands) and defines prepare and run.
#
#   check    is everything installed? else one line that names what is missing, status 77
#   prepare  makes the inputs in $inputs, once; they are the same every time
#   run      becomes the program that is measured; what it prints is the same whatever the allocator
#
# A second argument, small, makes each a fraction of the work, for counting instructions; `pick FULL SMALL` is what depends on it.
# Runs in the root of the tree. LD_PRELOAD is there for `run` only, where `plain` keeps it from what must not be measured.
# `become COMMAND...` ends `run`: the tool that PROGRAM_UNDER names, if there is one, sees that program and nothing before it.
inputs=out/program
size=$2
under=$PROGRAM_UNDER
unset PROGRAM_UNDER

pick() {
    case $size in small) echo "$2" ;; *) echo "$1" ;; esac
}

become() {
    exec $under "$@"
}

# make_input FILE COMMAND...: the file is what the command prints, whole or not there at all.
make_input() {
    [ ! -e "$inputs/$1" ] || return 0
    name=$1
    shift
    mkdir -p "$inputs" && "$@" >"$inputs/$name.new" && mv "$inputs/$name.new" "$inputs/$name"
}

# generate WHAT COUNT
generate() {
    awk -v what="$1" -v count="$2" -f bench/program/generate.awk
}

plain() {
    env -u LD_PRELOAD -u HAKMEM_STATS "$@"
}

case $size in
'' | small) ;;
*) echo "$0: want small or nothing after $1, not '$size'" >&2; exit 2 ;;
esac
case $1 in
check)
    for need in $needs; do
        command -v "$need" >/dev/null || { echo "$need is not installed (make deps-programs)"; exit 77; }
    done ;;
prepare | run) "$1" ;;
*) echo "$0: want check, prepare or run, not '$1'" >&2; exit 2 ;;
esac
