#!/bin/sh
# SPDX-License-Identifier: MIT
# test_hakbench_bisect_hooks.sh - bench/bisect runs no hook of the user in its clones: neither of core.hooksPath nor of a
# template folder.
dir=$(mktemp -d) || exit 1
before=$(ls out/bisect 2>/dev/null)
d= # of the trap
trap 'rm -rf "$dir"; for d in out/bisect/*; do case " $before " in *"${d##*/}"*) ;; *) rm -rf "$d" ;; esac; done' EXIT
repo=$dir/repo
checks=0
status=0
fault() { echo "FAIL: $1"; sed 's/^/    /' "$dir/said"; status=1; }

export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@localhost GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@localhost
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$dir/plain"
: >"$dir/plain"
: >"$dir/said"
mkdir "$repo"
cat >"$repo/mini.c" <<'END_OF'
#include "plant.h"
#include <stdlib.h>
void *__libc_malloc(size_t size);
int mini_revision = REVISION;
void *malloc(size_t size)
{
    if (REVISION >= 4)
        abort();
    return __libc_malloc(size);
}
END_OF
cat >"$repo/Makefile" <<'END_OF'
print-variant: ; @echo p$(PHASE)
print-lib: libmini.so ; @echo "$$PWD/libmini.so"
libmini.so: mini.c plant.h
	@gcc -O1 -shared -fPIC -o $@ mini.c
END_OF
git -C "$repo" -c init.defaultBranch=main init -q
for i in 1 2 3 4 5; do
    echo "#define REVISION $i" >"$repo/plant.h"
    git -C "$repo" add -A
    git -C "$repo" commit -q -m "revision $i"
    git -C "$repo" tag "r$i"
done

# Every hook that a clone, a checkout, a worktree or a bisection may run leaves a mark.
for folder in "$dir/path" "$dir/template/hooks"; do
    mkdir -p "$folder"
    for hook in post-checkout post-index-change reference-transaction post-merge post-rewrite pre-commit; do
        printf '#!/bin/sh\necho "%s" >>"%s/marks"\n' "$folder/$hook" "$dir" >"$folder/$hook"
        chmod +x "$folder/$hook"
    done
done

# hooked CONFIG: with this configuration of the user a clone of git's own runs a hook, and bench/bisect does not.
hooked() {
    printf '%s\n' "$1" >"$dir/config"
    export GIT_CONFIG_GLOBAL="$dir/config"
    checks=$((checks + 3))
    rm -rf "$dir/marks" "$dir/clone"
    git clone -q "$repo" "$dir/clone"
    [ -s "$dir/marks" ] || fault "a plain clone runs no hook: this test shows nothing ($1)"
    rm -f "$dir/marks"
    bench/bisect --repo "$repo" --db "$dir/db" GOOD=r1 BAD=r5 METRIC=exit WORK='random_mixed 1000 64 42' PHASE=12 >"$dir/said" 2>&1
    got=$?
    { [ $got = 0 ] && grep -q '^first bad commit: .* revision 4$' "$dir/said"; } || fault "exit $got, wants revision 4"
    [ ! -e "$dir/marks" ] || fault "a hook of the user was run: $(sort -u "$dir/marks")"
}
hooked "[core] hooksPath = $dir/path"
hooked "[init] templateDir = $dir/template"
echo "Checks: $checks"
exit $status
