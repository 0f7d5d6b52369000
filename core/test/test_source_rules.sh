#!/bin/sh
# SPDX-License-Identifier: MIT
# test_source_rules.sh - rules of the house that a machine can check: no `#if` but where it belongs, nothing that talks, asks or
# allocates behind the hot paths, files that fit on a few screens, and a core that names no phase.
#
# Run in the root of the project, as make does. HAK_OUT: a build, for the symbols that its objects refer to.
set -u
: "${HAK_OUT:?the directory of a build}"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/failed"

# none WHAT: fails and shows standard input when there is any. At the end of a pipe, so that it counts in files.
none() {
    echo "$1" >>"$tmp/checked"
    found=$(cat)
    if [ -n "$found" ]; then
        echo "$1" >>"$tmp/failed"
        echo "FAIL: $1:"
        echo "$found" | sed 's/^/  /'
    fi
}

sources=$(find core phases -name '*.[ch]' ! -path '*/test/*' ! -name 'test_*' ! -name 'prog_*' | sort)
code=$(for f in $sources; do case $f in core/low/compiler.h | core/low/os_linux.c) ;; *) echo "$f" ;; esac; done)

# --- Conditional compilation ------------------------------------------------------------------------------------------------
# An include guard is an #ifndef whose #define follows, closed by the file's last line; and the public header speaks to C++.
for f in $code; do
    awk -v file="$f" '
        { line[NR] = $0 }
        END {
            guard = line[NR] ~ /^#endif/
            for (i = 1; i <= NR; i++) {
                if (line[i] !~ /^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)/) continue
                split(line[i], a); split(line[i + 1], b)
                if (guard && a[1] == "#ifndef" && !opened && b[1] == "#define" && b[2] == a[2]) { opened = 1; continue }
                if (i == NR && opened) continue
                if (file == "core/hakmem.h" && (line[i] ~ /^#ifdef __cplusplus$/ || line[i] ~ /^#endif$/)) continue
                print file ":" i ": " line[i]
            }
        }' "$f"
done | none "conditional compilation outside of include guards, core/low/{compiler.h,os_linux.c}"
# Where it is allowed, still not within a function: bodies are what is indented.
for f in core/low/compiler.h core/low/os_linux.c; do
    awk -v file="$f" '
        /^[a-zA-Z_].*\)$/ { head = 1 } /^\{/ { inside = 1 } /^\}/ { inside = 0 }
        inside && /^[ \t]*#[ \t]*(if|elif|else|endif)/ { print file ":" NR ": " $0 }' "$f"
done | none "conditional compilation in a function"

# --- System calls, words, sizes ---------------------------------------------------------------------------------------------
grep -nE '#[ \t]*include[ \t]*<(sys/mman|sys/syscall|fcntl|unistd|sched)\.h>' $code |
    none "a header of system calls outside of core/low/os_linux.c"
awk 'FNR > 500 && !seen[FILENAME]++ {print FILENAME ": more than 500 lines"}' \
    $(find core phases bench -name '*.[ch]' -o -name '*.cc' -o -name '*.sh') |
    none "files that are too long"
grep -nE 'TODO|FIXME|XXX|HACK\b|not implemented|placeholder' $sources | none "words of unfinished work"
grep -nP '\t' $sources | none "tabs"
awk 'length > 128 {print FILENAME ":" FNR}' $sources | none "lines of more than 128 columns"
grep -nE '"/(home|root|work|tmp)/' $sources | none "absolute paths"
awk 'FNR == 2 && !/^\/\*/ {print FILENAME}' $sources | none "files that do not open with a comment below their licence"
packaging/spdx core phases bench experiments plots packaging .ci Makefile | none "source files without their licence (packaging/spdx --write DIRECTORY)"

# --- The core knows no phase; phases do not know each other -----------------------------------------------------------------
toggles=$(sed -n 's/^[0-9-]\{1,\}[ \t]\{1,\}\([A-Z]*\).*/\1/p' phases/table | sort -u | tr '\n' '|')
folders=$(sed -n 's/^[0-9-]\{1,\}[ \t]\{1,\}[^ \t]*[ \t]\{1,\}\([^ \t]*\).*/\1/p' phases/table | tr '\n' '|')
core=$(find core -name '*.[ch]' ! -path 'core/test/*')
[ -n "$toggles" ] && [ -n "$folders" ] || echo "phases/table cannot be read" | none "no toggles"
grep -nE "(^|[^A-Za-z_])(PHASE|(${toggles%|})=)|${folders%|}|HAK_(PHASE|TOGGLE)" $core | none "a phase or toggle named in core"
grep -niE '\bphases? [0-9]+\b|phases/' $core | grep -v 'PHASE 0\|phase 0' | none "a phase number named in core"
for folder in $(echo "${folders%|}" | tr '|' ' '); do
    grep -nE "include.*phases/" "phases/$folder"/*.[ch] 2>/dev/null | grep -vE "include (\"|HAK_PER_MACHINE\()phases/$folder/"
done | none "a phase includes another"

# --- The core asks for no capability ------------------------------------------------------------------------------------------
# A constant alone as a condition, or compared with a constant, tells which answer a variant has. The core calls a function of
# the seam instead. HAK_ constants are facts about the machine and the mode, not about a phase.
constant='[A-Z][A-Z0-9]*(_[A-Z0-9]+)+'
grep -nE "(&&|\|\||!|\bif \(|while \() *!?$constant *(&&|\|\||\)|\?)|([^=!<>]= |return |\(|, |!)$constant \?|\b$constant (==|!=|<|>|<=|>=) ($constant|[0-9]+)\b" \
    $(echo "$core" | grep -v '^core/test/') | grep -vE 'static_assert|^[^:]*:[0-9]*:#|\bHAK_[A-Z_]+ (==|>|>=)' |
    none "a constant that stands for a capability is tested in core"

# --- What the objects refer to ----------------------------------------------------------------------------------------------
# Only info.o speaks through stdio, for malloc_info, which writes to a FILE. Nothing else does, nor asks the environment or the
# loader, nor calls an allocator.
talk='v?[sf]?n?printf(_chk)?|__v?[sf]?n?printf_chk|f?puts|f?putc|putchar|fwrite|fopen|fclose|fflush|perror|strerror|setlocale'
talk="$talk|std(in|out|err)"
ask='(secure_)?getenv|setenv|putenv|dlsym|dlopen|dladdr|dl_iterate_phdr|atexit|__cxa_atexit'
allocate='malloc|calloc|realloc|free|reallocarray|aligned_alloc|posix_memalign|memalign|valloc|strdup|strndup|asprintf|getline'
wait='usleep|nanosleep|sleep|syslog|socket|system|popen|signal|pthread_(create|join|cancel|detach)'
checked=0
for object in $(find "$HAK_OUT/obj/core" "$HAK_OUT/obj/phases" -name '*.o' 2>/dev/null | grep -vE '/test/|/test_|/prog_'); do
    source=${object#"$HAK_OUT/obj/"}
    [ -e "${source%.o}.c" ] || continue # left over from a file that is gone
    allowed='^$'
    case $source in
    core/api/info.o | core/api/info_glibc.o | core/api/info_override.o) allowed='^(f?printf|fputs|fwrite|__fprintf_chk)$' ;;
    core/api/cxx_next.o) allowed='^dl(open|sym)$' ;; # where is the program's C++ library? Only after an allocation has failed, or by replaced operators
    core/low/threads_so.o) allowed='^dlsym$' ;; # at the start, and only of processes that ask for the allocator's thread
    core/heap/background.o) allowed='^pthread_(create)$' ;; # the one thread of the allocator's own
    esac
    checked=$((checked + 1))
    nm -u "$object" | awk '{print $2}' | grep -xE "$talk|$ask|$allocate|$wait" | grep -vE "$allowed" | sed "s|^|$source: |"
done >"$tmp/rules"
none "functions that an allocator must not call" <"$tmp/rules"
find "$HAK_OUT/obj/core" -name '*.o' | grep -q /heap.o || echo "$HAK_OUT/obj" | none "no objects to look into"

# The hot objects refer to nothing of libc but this.
libc='mem(cpy|set|move)|__mem(cpy|set|move)_chk|strlen|pthread_(key|[gs]etspecific).*|__errno_location|abort'
libc="$libc|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail"
ours=$(find "$HAK_OUT/obj/core" "$HAK_OUT/obj/phases" -name '*.o' 2>/dev/null | grep -v -e /test/ -e /test_ -e /prog_ |
    xargs nm --defined-only | awk 'NF == 3 {print $3}' | sort -u)
for name in api/override heap/heap heap/slab heap/superslab heap/thread heap/mapped low/meta; do
    object=$HAK_OUT/obj/core/$name.o
    [ -e "$object" ] || continue
    nm -u "$object" | awk '{print $2}' | sort -u >"$tmp/rules"
    echo "$ours" | comm -23 "$tmp/rules" - | grep -vxE "$libc|__(asan|tsan|ubsan)_.*" | sed "s|^|core/$name.o: |"
done | none "functions of libc on hot paths"

echo "Checks: $(wc -l <"$tmp/checked"), Failures: $(wc -l <"$tmp/failed"), in $checked objects"
[ ! -s "$tmp/failed" ]
