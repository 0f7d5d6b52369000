#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# test_readme.sh - the texts are true where a machine can tell. core/README.md names functions that exist. README.md is short,
# its table of phases is that of phases/table, and its figures stand in stored reports. The manual core/hakmem.3 has every
# function of core/hakmem.h with its prototype. Files that a text names are there.
cd "$(dirname "$0")/../.." || exit 1
page=core/README.md
texts="README.md core/README.md phases/README.md experiments/README.md packaging/README.md .github/CONTRIBUTING.md"
sources=$(find core -name '*.[ch]' ! -path '*/test/*')
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failures=$tmp/failures

# --- Names ------------------------------------------------------------------------------------------------------------------
for name in $(grep -oE '`[a-z_0-9]+\(\)`' $page | tr -d '`()' | sort -u); do
    grep -qE "(^|[^a-z_0-9])$name(\(|, )" $sources || echo "$page names $name(), which is not in core"
done >>"$failures"
sed -n '/^## Four walks/,/^## Where/p' $page | grep -oE '`[a-z_0-9]+\(\)`' | sort | uniq -d |
    sed "s|\$| is named twice in the walks of $page|" >>"$failures"
for text in $texts; do
    named='`(core|phases|bench|packaging|experiments)/[A-Za-z0-9_./-]+`'
    for file in $(grep -oE "$named" "$text" | tr -d '`' | grep -v '/25-' | sort -u); do
        [ -e "$file" ] || echo "$text names $file, which is not there"
    done
    for file in $(grep -oE '\]\([^)#:]+\)' "$text" | sed 's/^](//; s/)$//' | sort -u); do
        [ -e "$(dirname "$text")/$file" ] || echo "$text leads to $file, which is not there"
    done
done >>"$failures"

# --- README.md --------------------------------------------------------------------------------------------------------------
[ "$(wc -l <README.md)" -le 150 ] || echo "README.md has more than 150 lines" >>"$failures"
awk 'length > 128 { print FILENAME ":" FNR ": more than 128 columns" }' $texts core/hakmem.[37] >>"$failures"

# The table of phases: number, toggle and status of each row.
awk '!/^#/ && NF { sub(/=.*/, "", $2); print ($1 == "-" ? "" : $1 " ") $2 ": " $6 }' phases/table >"$tmp/phases"
awk -F ' *[|] *' '
    /^## / { on = /^## Phases/ }
    on && NF == 7 && $2 !~ /^(phase|---)/ { print $2 ": " $6 }' README.md >"$tmp/rows"
diff "$tmp/phases" "$tmp/rows" | sed -n 's/^[<>] .*/README.md and phases\/table differ: &/p' >>"$failures"

# Figures. An interval stands in a stored report, the README of a phase or NOTES. Below "How fast" every number with a point or
# four digits stands in a report that its own paragraph names; the table belongs to the paragraph above it. Lines are joined,
# since an interval may be split. Dates, and the sentence with the versions of rivals, are left out.
interval='[0-9][0-9.,]*( %)? \[[^]]*[0-9], [^]]*[0-9 %]\]'
joined() { cat "$@" | tr -s ' \n' ' '; }
# stand FILE...: each figure of the standard input stands in one of the files.
stand() {
    joined "$@" >"$tmp/reports"
    while IFS= read -r figure; do
        grep -qwF -- "$figure" "$tmp/reports" || echo "README.md: $figure does not stand in the reports beside it"
        echo "$figure" >>"$tmp/figures"
    done
}
joined README.md | grep -oE "$interval" | sort -u | stand experiments/*/*.md phases/*/README.md NOTES >>"$failures"
awk '/^## / { on = /^## How fast/; next } on && /^- / { print "" } on && NF { printf "%s ", $0 } END { print "" }' README.md |
    sed -E 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}//g; s/Rivals are [^|]*//; s/ +/ /g' >"$tmp/paragraphs"
while IFS= read -r paragraph; do
    reports=$(grep -oE 'experiments/[a-z0-9-]+/report\.md|`NOTES`' <<<"$paragraph" | tr -d '`' | sort -u)
    [ -n "$reports" ] || echo "README.md: no report beside: ${paragraph:0:60}"
    # shellcheck disable=SC2086 # reports are words
    grep -oE "$interval|\b[0-9]+(\.[0-9]+)+\b|\b[0-9]{4,}\b" <<<"$paragraph" | stand ${reports:-/dev/null}
done <"$tmp/paragraphs" >>"$failures"
[ "$(wc -l <"$tmp/figures")" -ge 50 ] || echo "README.md: its figures were not found" >>"$failures"

# --- Manuals ----------------------------------------------------------------------------------------------------------------
# Prototypes of the header and of the manual, one a line without blanks before names.
sed -nE 's|/\*.*||; s/^([a-z].*[ *]hak_[a-z_0-9]+\(.*\);).*/\1/p' core/hakmem.h | sort >"$tmp/header"
awk '
    /^\.Ft / { sub(/^\.Ft /, ""); type = $0; sub(/[^*]$/, "& ", type) }
    /^\.Fn hak_.*/ && type != "" {
        line = $0; sub(/^\.Fn /, "", line); name = line; sub(/ .*/, "", name); sub(/^[^ ]* ?/, "", line)
        gsub(/" "/, ", ", line); gsub(/"/, "", line); print type name "(" line ");"; type = ""
    }
    /^\.Fo / { name = $2; arguments = ""; next }
    /^\.Fa / && name != "" { sub(/^\.Fa /, ""); gsub(/"/, ""); arguments = arguments (arguments == "" ? "" : ", ") $0 }
    /^\.Fc/ { print type name "(" arguments ");"; type = name = "" }' core/hakmem.3 | sort >"$tmp/manual"
diff "$tmp/header" "$tmp/manual" | sed -n 's/^[<>] .*/core\/hakmem.h (<) and core\/hakmem.3 (>) differ: &/p' >>"$failures"
[ "$(wc -l <"$tmp/manual")" -ge 26 ] || echo "core/hakmem.3: its prototypes were not found" >>"$failures"
for manual in core/hakmem.3 core/hakmem.7 bench/hakbench.1 packaging/stat/hakmem-stat.1; do
    ! command -v mandoc >/dev/null || mandoc -T lint -W warning "$manual"
    ! command -v groff >/dev/null || groff -ww -mdoc -Tutf8 "$manual" 2>&1 >/dev/null
done 2>&1 | sed 's/^/a manual is not clean: /' >>"$failures"

sed 's/^/FAIL: /' "$failures"
echo "Checks: 10, Failures: $(wc -l <"$failures")"
[ ! -s "$failures" ]
