#!/bin/sh
# SPDX-License-Identifier: MIT
# Variants of other revisions: phases/revision finds the commit, phases/build-revision and make build it in a clone that stays. On a
# scratch project: its first commit has a Makefile of the interface that matters, and its tree this one's Makefile and tools.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
top=$PWD
mkdir "$dir/tree" && cd "$dir/tree" || exit 1
cat >Makefile <<'END'
NAME = p$(PHASE)$(MINCORE:%=.%)
ifeq ($(PHASE),7)
$(error PHASE=7: no such phase)
endif
print-variant: ; @echo $(NAME)
print-lib: ; @mkdir -p out/$(NAME); echo built $(CC) >>out/$(NAME)/libhakmem.so; echo $(CURDIR)/out/$(NAME)/libhakmem.so
END
echo out >.gitignore
git -c init.defaultBranch=main init -q && git add -A && git commit -qm one && git tag one || exit 1
first=$(git rev-parse one)
cp "$top/Makefile" . && cp -r "$top/phases" . && rm -rf phases/[0-9]*/* && mkdir bench && cp "$top/bench/bench.mk" bench || exit 1
printf '# name commit date\nv7  %s  2026-01-01\nlost  0123456789012345678901234567890123456789  2026-01-02\n' "$first" >phases/releases

# ok WANT COMMAND...: it succeeds, and this is its last line.
ok() {
    want=$1
    shift
    checks=$((checks + 1))
    "$@" >said 2>&1 && [ "$(tail -n 1 said)" = "$want" ] && return
    echo "FAIL: $*: want $want; got: $(cat said)"
    status=1
}
# bad WANT COMMAND...: it fails, and says this in one line (make may add which target failed).
bad() {
    want=$1
    shift
    checks=$((checks + 1))
    if ! "$@" >said 2>&1 && grep -qF -- "$want" said && [ "$(grep -cv '^make: \*\*\* \[' said)" = 1 ]; then return; fi
    echo "FAIL: $*: want one line with: $want; got: $(cat said)"
    status=1
}
run() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory "$@"; }

ok "$first" phases/revision v7
ok "$first" phases/revision one
ok "$first" phases/revision "$(git rev-parse --short one)"
bad 'error: no revision nowhere; want a name of phases/releases (v7 lost), or a commit, tag or branch of git' phases/revision nowhere
bad 'error: lost: its commit 0123456789012345678901234567890123456789 is not in this clone' phases/revision lost
bad 'error: want one argument, the name of a revision' phases/revision

path=$PWD/out/rev/$first/out
ok "$path/p12/libhakmem.so" phases/build-revision v7 PHASE=12
ok "$path/p12.ask/libhakmem.so" phases/build-revision one PHASE=12 MINCORE=ask CC=gcc
ok 'p12.ask@v7' phases/build-revision --name v7 PHASE=12 MINCORE=ask
bad 'error: PHASE=7 at v7: PHASE=7: no such phase' phases/build-revision v7 PHASE=7
bad 'error: no revision nowhere; want a name' phases/build-revision nowhere PHASE=12
bad "error: 'twelve': want TOGGLE=VALUE" phases/build-revision v7 twelve
bad 'error: want a revision, then TOGGLE=VALUE words' phases/build-revision
checks=$((checks + 1))
[ "$(git -C "out/rev/$first" rev-parse HEAD)" = "$first" ] || { echo "FAIL: the clone is at another commit"; status=1; }

ok "$path/p12/libhakmem.so" run PHASE=12@v7 print-lib
ok "$path/p.ask/libhakmem.so" run PHASE=@v7 MINCORE=ask print-lib
ok 'p12.ask@one' run PHASE=12@one MINCORE=ask print-variant
checks=$((checks + 1))
run -s PHASE=11@v7 CC=clang lib >said 2>&1 && [ "$(cat "$path/p11/libhakmem.so")" = 'built clang' ] && [ ! -s said ] ||
    { echo "FAIL: lib: $(cat said)"; status=1; }
bad 'no revision nowhere; want a name of phases/releases (v7 lost)' run PHASE=12@nowhere lib
bad 'PHASE=12@v7 with test: targets for a revision: all lib bench print-lib print-variant' run PHASE=12@v7 test
bad 'MINCORE=ask@v7: a revision belongs to PHASE, as in PHASE=12@v7' run MINCORE=ask@v7 lib

rm -rf .git
bad 'v7: this tree is no git repository; a revision needs one' phases/revision v7
echo "Checks: $checks"
exit $status
