#!/bin/sh
# SPDX-License-Identifier: MIT
# test_fastpath.sh - what malloc and free cost, by disassembly, against the golden counts; and what the library shows to others.
#
#   core/test/test_fastpath.sh            compares; a count that is higher than recorded fails
#   core/test/test_fastpath.sh --record   writes this build's counts over the recorded ones: on purpose, with the reason in
#                                         CHANGELOG, and with the variables below as make test sets them
#
# Golden counts: core/test/golden/fastpath.<machine>.<compiler>-<major>.tsv, one row for each variant, function and part. `path`
# is what runs from the entry to the return when no branch is taken, which is how the likely way is laid out; `body` is the
# function. The owner of mapped blocks is not on these paths, so that .mincore-* variants must meet the counts of the plain one.
# HAK_LIB, HAK_VARIANT, HAK_CC, HAK_MODE: the library and what it was built as.
set -u
: "${HAK_LIB:?the path of libhakmem.so}" "${HAK_VARIANT:?its variant}" "${HAK_CC:?the compiler}" "${HAK_MODE:?release or check}"
golden=$(cd "$(dirname "$0")" && pwd)/golden
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export LC_ALL=C
failed=0
checks=0

fail() {
    echo "FAIL: $1"
    failed=$((failed + 1))
}

# --- What others see -------------------------------------------------------------------------------------------------------
family='malloc calloc realloc free cfree reallocarray aligned_alloc posix_memalign memalign valloc pvalloc malloc_usable_size
    free_sized free_aligned_sized __libc_malloc __libc_calloc __libc_realloc __libc_memalign __libc_free'
# With musl these are not exported: its malloc.h has none of them.
if readelf -dW "$HAK_LIB" | grep -q 'NEEDED.*\[libc\.so\.6\]'; then
    family="$family malloc_trim mallinfo mallinfo2 mallopt malloc_stats malloc_info"
fi
nm -D --defined-only "$HAK_LIB" | sed 's/.* //; s/@.*//' | sort >"$tmp/exported"
for name in $family; do
    checks=$((checks + 1))
    grep -qx "$name" "$tmp/exported" || fail "$name is not exported"
done
printf '%s\n' $family | sort >"$tmp/family"
others=$(grep -vxF -f "$tmp/family" "$tmp/exported" | grep -vxE 'hak_[a-z0-9_]+|_Zn[wa]m.*|_Zd[la]Pv.*' | tr '\n' ' ')
checks=$((checks + 1))
[ -z "$others" ] || fail "exported without being part of the interface: $others"
for operator in _Znwm _Znam _ZdlPv _ZdaPv _ZdlPvm _ZdaPvm; do
    grep -q "^$operator" "$tmp/exported" || fail "$operator is not exported"
done
operators=$(grep -c '^_Z' "$tmp/exported")
[ "$operators" -eq 20 ] || fail "operators new and delete have 8 and 12 forms, $operators are exported"

checks=$((checks + 3))
if nm "$HAK_LIB" | grep -q __tls_get_addr; then
    fail "__tls_get_addr is used: a thread-local variable without the initial-exec model"
fi
tls=$(readelf -lW "$HAK_LIB" | awk '$1 == "TLS" {print $6}')
[ $((${tls:-0})) -gt 0 ] && [ $((${tls:-0})) -le 128 ] || fail "PT_TLS is ${tls:-missing}, at most 128 bytes fit a late dlopen"
for file in "$HAK_LIB" "$tmp/stripped"; do
    [ -e "$file" ] || strip -s -o "$file" "$HAK_LIB"
    note=$(readelf -p .note.hakmem "$file" 2>/dev/null | awk '$NF ~ /^(hakmem|p[0-9].*)$/ {print $NF}' | tr '\n' ' ')
    [ "$note" = "hakmem $HAK_VARIANT " ] ||
        fail "the ELF note of $(basename "$file") says $note, not $HAK_VARIANT"
done

finish() {
    [ -z "${1:-}" ] || echo "$1"
    echo "Checks: $checks, Failures: $failed ($HAK_VARIANT)"
    [ "$failed" -eq 0 ]
    exit
}
[ "$HAK_MODE" = release ] || finish "counts are kept of release builds only"

# --- Counts ----------------------------------------------------------------------------------------------------------------
# The instructions of one function, nops left out: address, mnemonic, operands.
body_of() {
    set -- $(nm -S "$HAK_LIB" | awk -v name="$1" '$4 == name {print "0x" $1, "0x" $2}')
    objdump -d --no-show-raw-insn --start-address="$1" --stop-address=$(($1 + $2)) "$HAK_LIB" |
        sed -nE 's/^ *([0-9a-f]+):[[:space:]]+(.*)/\1 \2/p' |
        sed -E 's/ *(#|<).*//; s/^([0-9a-f]+) (bnd|notrack|data16|cs) /\1 /' |
        awk '$2 !~ /^(nop|xchg$|endbr)/ && !($2 == "data16")'
}

# x86-64, AT&T syntax. Reads body_of's lines; prints instructions, conditional branches, loads, stores and calls.
count() {
    awk -v part="$1" '
    { at[$1] = NR; op[NR] = $2; args[NR] = $3 }
    function memory(text) { return text ~ /\(|%[fg]s:/ }
    function tally(i,    o, a, target) {
        o = op[i]; a = args[i]; n++
        if (o ~ /^j/ && o != "jmp") branches++
        if (o ~ /^call/) calls++
        if (o ~ /^lea/) return
        if (o ~ /^(push|pop|ret)/) { if (o ~ /^push/) stores++; else loads++; return }
        if (!memory(a)) return
        target = a ~ /(\)|%[fg]s:[^,(]*)$/ && (a !~ /,/ || a ~ /,(%[fg]s:)?[^,(]*(\([^)]*\))?$/ && last_is_memory(a))
        if (o ~ /^(cmp|test|bt)[bwlq]?$/ || !target) loads++
        else { stores++; if (o !~ /^mov/) loads++ }
    }
    function last_is_memory(a,    depth, i, c, start) {
        start = 1
        for (i = 1; i <= length(a); i++) {
            c = substr(a, i, 1)
            if (c == "(") depth++
            if (c == ")") depth--
            if (c == "," && depth == 0) start = i + 1
        }
        return memory(substr(a, start))
    }
    END {
        if (part == "body")
            for (i = 1; i <= NR; i++) tally(i)
        else
            for (i = 1; i <= NR && n < 1000; i++) {
                tally(i)
                if (op[i] ~ /^ret/) { ended = 1; break }
                if (op[i] == "jmp") { if (!(args[i] in at)) break; i = at[args[i]] - 1 }
            }
        if (part == "path" && !ended) n = "tail"
        print n "\t" branches + 0 "\t" loads + 0 "\t" stores + 0 "\t" calls + 0
    }'
}

kind=gcc
"$HAK_CC" --version | grep -q clang && kind=clang
machine=$(uname -m)
file=$golden/fastpath.$machine.$kind-$("$HAK_CC" -dumpversion | cut -d. -f1).tsv
row=$(echo "$HAK_VARIANT" | sed 's/\.mincore-[a-z]*//; s/\.clang[^.]*//')
[ "$machine" = x86_64 ] || finish "nothing is recorded for $machine"
for function in malloc free; do
    body_of hak_$function >"$tmp/$function"
    [ -s "$tmp/$function" ] || fail "no code of $function found"
    for part in path body; do
        printf '%s\t%s\t%s\t%s\n' "$row" $function $part "$(count $part <"$tmp/$function")"
    done
done >"$tmp/counts"
head="variant\tfunction\tpart\tinstructions\tbranches\tloads\tstores\tcalls"

if [ "${1:-}" = --record ]; then
    [ -e "$file" ] && grep -v -e "^$row	" -e ^variant "$file" >"$tmp/kept"
    { printf "$head\n"; cat "$tmp/kept" "$tmp/counts" 2>/dev/null | sort -V; } >"$file"
    finish "recorded in core/test/golden/$(basename "$file")"
fi
checks=$((checks + 4))
awk -F '\t' '$4 == "tail" || $8 > 0 {print $2 ": the " $3 " calls, or does not return straight"}' "$tmp/counts" >"$tmp/calls"
[ ! -s "$tmp/calls" ] || fail "$(cat "$tmp/calls")"
[ -e "$file" ] || finish "there is no core/test/golden/$(basename "$file"); core/test/test_fastpath.sh --record"
if ! grep -q "^$row	" "$file"; then
    case $row in
    *-*) finish "no counts of $row are recorded" ;;
    *) fail "no counts of $row in core/test/golden/$(basename "$file"); core/test/test_fastpath.sh --record" ;;
    esac
    finish
fi
# Recorded first, then this build's.
awk -F '\t' -v row="$row" '
    NR == FNR { for (i = 4; i <= 8; i++) { if (FNR == 1) name[i] = $i; old[$1, $2, $3, i] = $i } next }
    {
        for (i = 4; i <= 8; i++) {
            was = old[$1, $2, $3, i]
            if ($i > was) printf "higher %s, %s: %s %s, recorded %s\n", $2, $3, $i, name[i], was
            if ($i < was) printf "lower %s, %s: %s %s, recorded %s\n", $2, $3, $i, name[i], was
        }
    }' "$file" "$tmp/counts" >"$tmp/changes"
sed -n 's/^lower /note: /p' "$tmp/changes"
if grep -q ^higher "$tmp/changes"; then
    fail "$(sed -n 's/^higher //p' "$tmp/changes")"
    echo "on purpose? HAK_LIB=${HAK_LIB#"$PWD/"} HAK_VARIANT=$HAK_VARIANT HAK_CC=$HAK_CC HAK_MODE=release" \
        "core/test/test_fastpath.sh --record, and say in CHANGELOG why the baseline moved"
fi
finish
