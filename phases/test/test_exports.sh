#!/bin/sh
# SPDX-License-Identifier: MIT
# libhakmem.so exports the allocation family (with glibc's own __libc_ names), the C++ operators and hak_*, and nothing else; it
# has few symbols looked up at load time, keeps its tables read-only, and is small enough in TLS for a late dlopen.
checks=0
status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bad() {
    echo "$*"
    status=1
}

nm -D --defined-only "$HAK_LIB" | awk '{ print $3 }' | sed 's/@.*//' | sort >"$dir/have"
tr ' ' '\n' >"$dir/plain" <<'END'
malloc calloc realloc free reallocarray cfree free_sized free_aligned_sized
aligned_alloc posix_memalign memalign valloc pvalloc
malloc_usable_size malloc_trim mallinfo mallinfo2 mallopt malloc_stats malloc_info
END

for name in $(cat "$dir/plain"); do
    checks=$((checks + 1))
    grep -qx "$name" "$dir/have" || bad "not exported: $name"
done
# Every function of the public header is there.
for name in $(grep -oE '\bhak_[a-z_0-9]+\(' core/hakmem.h | tr -d '(' | sort -u); do
    checks=$((checks + 1))
    grep -qx "$name" "$dir/have" || bad "in hakmem.h, not exported: $name"
done
# operator new, new[], delete, delete[]: plain, nothrow, aligned, aligned nothrow; delete sized and sized aligned too.
for name in w a; do
    for form in m mRKSt9nothrow_t mSt11align_val_t mSt11align_val_tRKSt9nothrow_t; do
        checks=$((checks + 1))
        grep -qx "_Zn$name$form" "$dir/have" || bad "not exported: _Zn$name$form"
    done
done
for name in l a; do
    for form in Pv PvRKSt9nothrow_t PvSt11align_val_t PvSt11align_val_tRKSt9nothrow_t Pvm PvmSt11align_val_t; do
        checks=$((checks + 1))
        grep -qx "_Zd$name$form" "$dir/have" || bad "not exported: _Zd$name$form"
    done
done
checks=$((checks + 1))
extra=$(grep -vxF -f "$dir/plain" "$dir/have" | grep -vE '^(hak_|__libc_|_Zn[wa]|_Zd[la])' | tr '\n' ' ')
[ -z "$extra" ] || bad "exported, but nobody's business: $extra"

checks=$((checks + 6))
readelf -dW "$HAK_LIB" >"$dir/dynamic"
# Each symbol that is looked up at load time costs every process some 700 instructions; functions can wait.
early=$(readelf -rW "$HAK_LIB" | grep -c 'GLOB_DAT')
grep -q 'FLAGS.*NOW' "$dir/dynamic" || [ "$early" -le 10 ] || bad "$early symbols are looked up at load time"
# So does each version of the C library's symbols, some 230; a pointer that is set at load time costs 18, and its page a fault.
relative=$(readelf -rW "$HAK_LIB" | grep -c '_RELATIVE')
[ "$relative" -le 280 ] || bad "$relative pointers are set at load time"
# What a program that allocates has bound of ours when it ends.
bound=$(LD_DEBUG=bindings LD_PRELOAD=$HAK_LIB sh -c : 2>&1 | grep -c "binding file [^ ]*libhakmem.so ")
grep -q 'FLAGS.*NOW' "$dir/dynamic" || [ "$bound" -le 14 ] || bad "$bound symbols are looked up by a short program"
! grep -q TEXTREL "$dir/dynamic" || bad "has text relocations"
readelf -lW "$HAK_LIB" | grep -q GNU_RELRO || bad "no GNU_RELRO segment"
needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$dir/dynamic" | grep -vE '^(libc\.so|libpthread\.so|ld-linux)' | tr '\n' ' ')
[ -z "$needed" ] || bad "needs more than the C library: $needed"

# What conservative collectors scan and mlockall locks (v0.1: 8 MiB).
checks=$((checks + 1))
bss=$(size "$HAK_LIB" | awk 'NR == 2 { print $2 + $3 }')
[ "$bss" -le 65536 ] || bad "data and bss are $bss bytes, more than 65536"

checks=$((checks + 1))
tls=$(readelf -lW "$HAK_LIB" | awk '$1 == "TLS" { print $6 }')
[ $((${tls:-0})) -le 128 ] || bad "PT_TLS is $((tls)) bytes, more than 128"

echo "Checks: $checks"
exit $status
