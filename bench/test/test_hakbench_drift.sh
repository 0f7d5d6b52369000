#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_drift.sh - bench/drift names the functions and data of recorded variants that changed since a revision, and
# nothing that only moved; insists on a word in CHANGELOG.md. On a scratch project with the interface of this one.
[ "$(uname -m)" = x86_64 ] || { echo "drift knows x86-64 code only"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
drift=$PWD/bench/drift
checks=0
status=0
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost

mkdir -p "$dir/phases" "$dir/bench"
cd "$dir" || exit 1
echo out >.gitignore
printf '9 LAZY lazy - - on\n10 TRY try - - trial\n' >phases/table
printf 'old\tPHASE=9 MINCORE=trust\tp9.trust\n' >bench/baselines.tsv
printf '# Changelog\n' >CHANGELOG.md
cat >Makefile <<'END'
NAME := p$(PHASE)$(if $(MINCORE),.trust)
print-variant: ; @echo $(NAME)
print-lib: out/$(NAME)/libmini.so ; @echo $(CURDIR)/out/$(NAME)/libmini.so
out/$(NAME)/libmini.so: mini.c Makefile
	@mkdir -p $(@D); $(CC) -O2 -fPIC -shared -fvisibility=hidden -DPHASE=$(PHASE) -DNAME='"$(NAME)"' -o $@ mini.c
END
cat >mini.c <<'END'
#include <stdlib.h>
#include <string.h>
static const unsigned char table[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const char *const words[] = {"one", "two", "three"};
static long counters[8];
static __thread long local;
__attribute__((visibility("default"))) const char *name(void) { return NAME; }
__attribute__((visibility("default"), noinline)) int first(int x)
{
    counters[x & 7]++;
    return table[x & 7] + PHASE;
}
__attribute__((visibility("default"), noinline)) double second(double x) { return x * 1.25 + first(1); }
__attribute__((visibility("default"), noinline)) const char *third(int x) { local += counters[x & 7]; return words[x % 3]; }
__attribute__((visibility("default"))) int fourth(const char *s)
{
    switch (strlen(s)) {
    case 0: return first(3);
    case 1: return (int)second(2);
    case 2: return *third(1);
    case 3: return abs((int)local);
    case 4: return 17;
    default: return -1;
    }
}
END
git -c init.defaultBranch=main init -q && git add -A && git commit -qm one && git tag one || exit 1

fault() {
    echo "FAIL: $1"
    sed 's/^/    /' said
    status=1
}
drift() {
    want=$1
    shift
    "$drift" "$@" >said 2>&1
    got=$?
    checks=$((checks + 2))
    [ $got = "$want" ] || fault "$what: exit $got, want $want"
    [ ! -e out/drift ] || fault "$what: out/drift is left behind"
}
says() {
    checks=$((checks + 1))
    grep -qE -- "$1" said || fault "$what: does not say: $1"
}
only() { # the symbols named, in all
    checks=$((checks + 1))
    [ "$(sed -n 's/^    //p' said | sort -u | tr '\n' ';')" = "$1" ] || fault "$what: want only $1"
}

what="the same"
drift 0 one
says '^p0: unchanged, [1-9]' && says '^p9: unchanged' && says '^p9.trust: unchanged' && says 'no recorded variant moved'

what="a comment, another text, something new before all others"
cat >new.c <<'END'
static int probe[100]; /* new */
__attribute__((visibility("default"), noinline)) int zeroth(int x)
{
    for (int i = 0; i < 100; i++)
        probe[i] += x * probe[x % 100];
    return probe[3];
}
END
sed 's/"three"/"a longer text than three"/' mini.c >>new.c
mv new.c mini.c
drift 1 one
only 'added data probe;added function zeroth;'
git checkout -q mini.c

what="one function"
sed -i 's/return x \* 1.25/return x * 1.25 * x/' mini.c
drift 1 one
only 'changed function second;'
says '^p9: 1 changed, 0 added, 0 removed:'
says '3 recorded variants moved since one, and CHANGELOG.md does not say "Baseline moved: yes" of: p0 p9 '
echo '- Something. Baseline moved: no.' >>CHANGELOG.md
drift 1 one
printf -- '- Something else, at length. Baseline\n  moved: yes, p9 (second is slower).\n' >>CHANGELOG.md
drift 1 one
says 'does not say "Baseline moved: yes" of: p0 '
echo '- And more. Baseline moved: yes, in every variant.' >>CHANGELOG.md
drift 0 one
says 'CHANGELOG.md says so'
git add -A && git commit -qm two && git tag two
what="CHANGELOG of an older change"
sed -i 's/17/18/' mini.c
drift 1 two
only 'changed function fourth;'
git checkout -q mini.c

what="a constant without a name"
sed -i 's/1\.25/1.75/' mini.c
drift 1 two
only 'changed function second;'
git checkout -q mini.c

what="a datum, and a pointer in one"
sed -i 's/6, 7, 8/6, 7, 9/; s/long counters\[8\]/long counters[16]/' mini.c
drift 1 two
only 'changed data counters;changed data table;'
git checkout -q mini.c

what="one variant only, and a new one"
sed -i 's/+ PHASE;/+ (PHASE ? 5 : 0);/' mini.c
echo '12 POOL pool - - on' >>phases/table
sed -i 's/^NAME := p/&$(if $(filter 9 0,$(PHASE)),,new)/' Makefile
drift 1 two
says '^p0: unchanged' && says '^p9: 1 changed' && says '^pnew12: new since two'
git checkout -q mini.c phases Makefile

what="a revision that does not build"
echo broken >>mini.c
git commit -qam three && git tag three
git revert --no-edit three >/dev/null
drift 2 three
says '^drift: REV=three does not build PHASE=0: .*error' && [ "$(wc -l <said)" = 1 ] || fault "$what: not one line"
what="bad input"
drift 2 nowhere && says 'REV=nowhere: no such revision'
printf '# releases\nv7 0123456789012345678901234567890123456789 2026-01-01\n' >phases/releases
drift 2 v7 && says 'REV=v7: no such revision in this clone'
rm phases/releases
drift 2 '' && says 'want REV=rev'
[ -z "$(git status --porcelain | grep -v said)" ] || { git status --short >>said; fault "the tree was changed"; }
echo "Checks: $((checks + 2))"
exit $status
