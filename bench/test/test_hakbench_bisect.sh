#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_bisect.sh - bench/bisect finds a planted regression of each kind in a scratch repository of 17 commits with one
# in the middle that does not build; says so when there is none, or when it cannot tell; survives an interrupt; leaves the
# user's repository as it was.
#
# The scratch project is a shim of malloc with the same interface as this one: make print-variant, make print-lib.
command -v strace >/dev/null && command -v valgrind >/dev/null || { echo "needs strace and valgrind"; exit 77; }
dir=$(mktemp -d) || exit 1
repo=$dir/repo
before=$(ls out/bisect 2>/dev/null)
trap 'rm -rf "$dir"; for d in out/bisect/*; do case " $before " in *"${d##*/}"*) ;; *) rm -rf "$d" ;; esac; done' EXIT
checks=0
status=0
broken=9
work='random_mixed 30000 512 42'

fault() {
    echo "FAIL: $1"
    [ ! -e "$dir/said" ] || sed 's/^/    /' "$dir/said"
    status=1
}

# The shim: what a macro of plant.h is defined to happens.
mkdir "$repo"
cat >"$repo/mini.c" <<'END'
#define _GNU_SOURCE
#include "plant.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
void *__libc_malloc(size_t size);
void __libc_free(void *p);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
int mini_revision = REVISION;
static unsigned calls;
static void every(void)
{
    static char *page;
    calls++;
    for (volatile int i = 0; i < SPIN; i++)
        continue;
    for (int i = 0; i < (calls % 100 == 0) * SYSCALLS; i++)
        madvise(NULL, 0, MADV_NORMAL);
    if (FAULTS && calls % 50 == 0) {
        if (!page)
            page = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        madvise(page, 65536, MADV_DONTNEED);
        *page = 1;
    }
    if (RSS && calls == 100)
        memset(mmap(NULL, RSS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0), 1, RSS);
    if (WRONG && calls == 5000)
        abort();
    unsigned part = 100;
    if (FLAKY && calls == 1 && getrandom(&part, sizeof part, 0) == sizeof part && part % 100 < FLAKY)
        abort();
}
void *malloc(size_t size) { every(); return __libc_malloc(size); }
void free(void *p) { __libc_free(p); }
void *calloc(size_t count, size_t size) { return __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return __libc_realloc(p, size); }
END
cat >"$repo/Makefile" <<'END'
ifeq ($(filter 11 12,$(PHASE)),)
$(error no toggle PHASE=$(PHASE))
endif
print-variant: ; @echo p$(PHASE)
print-lib: libmini.so ; @echo "$$PWD/libmini.so"
libmini.so: mini.c plant.h Makefile
	@gcc -O1 -shared -fPIC -o $@ mini.c
END
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
git -C "$repo" -c init.defaultBranch=main init -q

# history BRANCH AT MACRO VALUE: 17 commits; from number AT on, MACRO has VALUE.
history() {
    git -C "$repo" checkout -q --orphan "$1"
    for i in $(seq 17); do
        {
            echo "#define REVISION $i"
            for macro in SPIN SYSCALLS FAULTS RSS WRONG FLAKY; do
                [ "$macro" = "$3" ] && [ "$i" -ge "$2" ] && echo "#define $macro $4" || echo "#define $macro 0"
            done
            [ "$i" != $broken ] || echo "this does not compile"
        } >"$repo/plant.h"
        git -C "$repo" add -A
        git -C "$repo" commit -q -m "$1 $i"
        git -C "$repo" tag "$1-$i"
    done
}

# bisect STATUS BRANCH METRIC [WORD...]: what it says goes to $dir/said.
bisect() {
    want=$1 branch=$2 metric=$3
    shift 3
    bench/bisect --repo "$repo" --db "$dir/db" GOOD="$branch-1" BAD="$branch-17" METRIC="$metric" ${work:+"WORK=$work"} PHASE=12 "$@" \
        >"$dir/said" 2>&1
    got=$?
    checks=$((checks + 1))
    [ $got = "$want" ] || fault "$branch by $metric: exit $got, want $want"
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" "$dir/said" || fault "$branch by $metric: does not say: $1"
}
found() {
    says "^first bad commit: $(git -C "$repo" rev-parse --short "$branch-$1") .* $branch $1\$"
    says "^effect on .* against its parent: "
    says "^skipped: .* does not build: .*error"
    says "^again: make bisect GOOD=$(git -C "$repo" rev-parse "$branch-1") BAD=.* PHASE=12"
}

# A bisection of the user's own, in the middle: it must not be disturbed.
history own 3 SYSCALLS 1
git -C "$repo" bisect start -q own-17 own-1 >/dev/null 2>&1
echo changed >>"$repo/mini.c"
state() { git -C "$repo" status --porcelain; git -C "$repo" rev-parse HEAD; git -C "$repo" bisect log; }
state >"$dir/state"
git -C "$repo" worktree add -q --detach "$dir/histories" own-17
user=$repo
repo=$dir/histories

history time 12 SPIN 300
history count 5 SPIN 40
history calls 14 SYSCALLS 4
history memory 3 RSS 16777216
history fault 11 FAULTS 1
history wrong 7 WRONG 1
history flaky 13 FLAKY 30
history unclear 10 SYSCALLS 4
repo=$user

short=$work
work='random_mixed 300000 512 42' # long beside a turn of the scheduler
bisect 0 time ops_s && found 12
work=$short
bisect 0 count instructions && found 5
bisect 0 calls syscalls && found 14
bisect 0 memory rss_peak && found 3
bisect 0 fault faults && found 11
bisect 0 wrong exit && found 7
says "^effect on exit .* fails: "
says "^  18 runs for each of at most 5 answers: an abort in 30 % of runs is missed at one with probability 0.16 %, in .* 0.81 %$"

# What fails now and then, on any command; 50 runs miss it in 1 of 10,000,000 searches.
usual=$work
work=''
bisect 0 flaky exit CMD="sh -c 'ls \"\$0\"' Makefile" RUNS=50
work=$usual
found 13
says "^bisect: exit on the command,"
says "^effect on exit of the command .* fails: "
says "^again: make bisect .* CMD='sh -c '.''ls \"[$][$]0\"'.'' Makefile' METRIC=exit RUNS=50 PHASE=12\$"
bisect 0 calls syscalls GOOD=calls-12 && says "^first bad commit: .* calls 14$" && says "^  BAD against GOOD: .*, worse$"
bisect 2 wrong syscalls && says "METRIC=exit"
bisect 1 unclear syscalls && says "only skipped commits are left" && says " unclear 9$" && says " unclear 10$"

# No difference: the same commit, the same code, the same figures.
bisect 3 calls syscalls BAD=calls-1 && says "^no difference: GOOD and BAD are the same commit"
bisect 3 calls syscalls BAD=calls-8 && says "^no difference: BAD against GOOD: 1 \[1, 1\]"
bisect 3 calls exit && says "^no difference"

# What is wrong is said in one line.
refused() {
    bisect 2 calls syscalls "$@"
    [ "$(wc -l <"$dir/said")" = 1 ] || fault "$*: not one line"
}
refused GOOD=nowhere && says "GOOD=nowhere: no such revision"
refused GOOD=calls-17 BAD=calls-1 && says "no ancestor"
refused GOOD=time-1 && says "no ancestor"
refused METRIC=speed && says "no metric 'speed'; metrics: "
refused WORK=nothing && says "nothing"
refused PHASE=9 && says "GOOD=calls-1: does not know its toggles: .*no toggle PHASE=9"
refused --resume && says "nothing to go on with"
refused CMD=ls && says "want one of them"
refused RUNS=0 METRIC=exit && says "--runs 0: want a whole number"
refused RUNS=5 && says "is for the metric exit"
refused WORK= CMD=no_such_program && says "want one of them|no such program"
refused --fast && says "'--fast': want GOOD=rev"

# Interrupted in the middle and resumed: what was answered is not asked again.
setsid bench/bisect --repo "$repo" --db "$dir/db" GOOD=calls-1 BAD=calls-17 METRIC=syscalls WORK="$work" PHASE=12 \
    >"$dir/said" 2>&1 &
child=$!
for _ in $(seq 200); do
    grep -q '  good  ' "$dir/said" && break
    sleep 0.05
done
kill -TERM $child
wait $child
[ $? = 130 ] || fault "interrupted: exit $?, want 130"
branch=calls metric=syscalls
says "to go on: make bisect .* RESUME=1"
[ -z "$(find out/bisect -name clone)" ] || fault "interrupted: left a clone behind"
asked() { sed -n 's/^  \([0-9a-f]\{12\}\)  .*/\1/p' "$dir/said"; }
asked | sed '$d' >"$dir/asked"
bisect 0 calls syscalls --resume && found 14 && says "^  [1-9][0-9]* answers kept"
[ -s "$dir/asked" ] && ! asked | grep -qxF -f "$dir/asked" || fault "resumed: asked again"
checks=$((checks + 4))

state | cmp -s - "$dir/state" || { state | diff - "$dir/state"; fault "the user's repository was changed"; }
echo "Checks: $((checks + 1))"
exit $status
