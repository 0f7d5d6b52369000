#!/bin/sh
# SPDX-License-Identifier: MIT
# test_mincore_fix.sh - what each value of MINCORE does with pointers that are no blocks, and how often it asks mincore.
#
# A test of one variant: it expects what the value in this variant's name must do, its holes included. HAK_VARIANT, HAK_LIB,
# HAK_OUT, HAK_CC, HAK_WORK_DIR: from `make test`.
set -u
: "${HAK_VARIANT:?}" "${HAK_LIB:?}" "${HAK_OUT:?}" "${HAK_CC:?}" "${HAK_WORK_DIR:?}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ulimit -c 0
export HAK_LIB
unset HAKMEM_CRASH_LOG HAKMEM_STATS HAKMEM_HELP
# Freed blocks are to be unmapped, also where a variant would keep them.
if HAKMEM_HELP=1 LD_PRELOAD=$HAK_LIB sh -c : 2>&1 | grep -q HAKMEM_LARGE_MB; then export HAKMEM_LARGE_MB=0; fi
here=$(dirname "$0")
foreign='not a block of this allocator (foreign, or already freed)'
failed=0
passed=0
case $HAK_VARIANT in
*.mincore-*) value=${HAK_VARIANT#*.mincore-} value=${value%%.*} ;;
*) value=registry ;;
esac

check() {
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $value, $what: not so: $*"
    fi
}

# expect CASE line|crash: prog_stale CASE ends with the line and SIGABRT, or with SIGSEGV and no word.
expect() {
    # The inner shell becomes the program, so that "Aborted", a word of the outer shell, does not get into its stderr.
    { sh -c 'LD_PRELOAD=$HAK_LIB exec "$0/prog_stale" "$1" >"$0/out" 2>"$0/err"' "$tmp" "$1"; } 2>/dev/null
    status=$?
    if [ "$2" = line ]; then
        want=134 text="hakmem: free($(cat "$tmp/out")): $foreign [variant $HAK_VARIANT]"
    else
        want=139 text=
    fi
    check "$1" [ "$status $(cat "$tmp/err")" = "$want $text" ]
}

"$HAK_CC" -O1 -Wno-unknown-warning-option -Wno-free-nonheap-object -Wno-use-after-free -o "$tmp/prog_stale" \
    "$here/prog_stale.c" || exit 1

case $value in #  there absent guard twice startup
registry) row='line line  line  line  line' ;;
always)   row='line line  crash line  line' ;;
cached)   row='line line  crash crash line' ;;
ranges)   row='line line  crash crash crash' ;;
trust)    row='line crash crash crash crash' ;;
*) echo "FAIL: no expectations for MINCORE=$value"; exit 1 ;;
esac
# shellcheck disable=SC2086 # a row is words
set -- $row
expect there "$1"
expect absent "$2"
expect guard "$3"
expect twice "$4"
expect startup "$5"

# The seed workload. Where mid blocks have no mappings of their own, as in p12, no value has anything to ask about.
LD_PRELOAD=$HAK_LIB HAKMEM_STATS=1 "$HAK_WORK_DIR/random_mixed" 200000 4096 1234567 >"$tmp/out" 2>"$tmp/err" || {
    cat "$tmp/err"
    exit 1
}
counter() { awk -v name="$1" '$1 == name { n += $2 } END { print n + 0 }' "$tmp/err"; }
asked=$(counter os.mincore.owner)
lookups=$(counter owner.lookups)
hits=$(counter owner.hits)
freed=$(($(counter os.munmap.mid) + $(counter os.munmap.large)))
causes=$(awk '$1 ~ /^owner\.asked_/ { n += $2 } END { print n + 0 }' "$tmp/err")
echo "$HAK_VARIANT: mincore $asked, lookups $lookups, hits $hits, mapped blocks freed $freed"
case $value in
registry | trust) check 'asks nobody' [ "$asked" -eq 0 ] ;;
always) check 'one call for each lookup' [ "$asked" -eq "$lookups" ] ;;
*)
    check 'at most 100 calls' [ "$asked" -le 100 ]
    check 'hits and calls are all lookups' [ $((hits + asked)) -eq "$lookups" ]
    ;;
esac
case $value in
always | cached | ranges)
    check 'each freed block was looked up' [ "$lookups" -ge "$freed" ]
    check 'each call has its cause' [ "$causes" -eq "$asked" ]
    ;;
esac
echo "Checks: $((passed + failed)), Failures: $failed ($HAK_VARIANT)"
[ "$failed" -eq 0 ]
