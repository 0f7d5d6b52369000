#!/bin/sh
# SPDX-License-Identifier: MIT
# phases/resolve: every canonical name, every seam's answer, and every error, on a table made for the purpose.
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
checks=0
status=0

# The name (first word) that toggles resolve to.
name() {
    want=$1
    shift
    got=$(phases/resolve --table "$dir/table" "$@")
    checks=$((checks + 1))
    [ "${got%% *}" = "$want" ] && return
    echo "resolve $*: want the name $want, got: $got"
    status=1
}

# The answer to one seam.
answer() {
    want=$1
    shift
    got=$(phases/resolve --table "$dir/table" "$@")
    checks=$((checks + 1))
    case " $got " in *" $want "*) return ;; esac
    echo "resolve $*: want $want, got: $got"
    status=1
}

# One line, exactly, and status 1.
error() {
    want="error: $1"
    shift
    got=$(phases/resolve --table "$dir/table" "$@") && echo "resolve $*: succeeded with: $got" && status=1
    checks=$((checks + 1))
    [ "$got" = "$want" ] && return
    echo "resolve $*: want: $want"
    echo "resolve $*: got:  $got"
    status=1
}

mkdir "$dir/nine" "$dir/eleven" "$dir/twelve" "$dir/values" "$dir/rival" "$dir/try"
touch "$dir/nine/lazy.h" "$dir/nine/lazy_list.h" "$dir/eleven/front.h" "$dir/twelve/pool.h" "$dir/twelve/large.h"
touch "$dir/values/owner-map.h" "$dir/values/owner-ask.h" "$dir/rival/front.h" "$dir/try/front.h"
for folder in nine eleven twelve rival try; do echo counter >"$dir/$folder/proof"; done
cat >"$dir/table" <<'END'
# a comment, and an empty line

9   LAZY   nine    -  -  on
11  FRONT  eleven  -  -  on
12  POOL   twelve  -  -  on
-   OWNER=map,plain,ask  values  -  -  on
END

name p12
name p12 PHASE=
name p12 PHASE=12
name p12 PHASE=012 LAZY=1 OWNER=map
name p11 PHASE=11
name p9 PHASE=10
name p9 PHASE=9
name p0 PHASE=8
name p0 PHASE=0
name p0 LAZY=0 FRONT=0 POOL=0
name p12-front FRONT=0
name p12-front FRONT=0 PHASE=12
name p12-lazy-front FRONT=0 LAZY=0
name p11 POOL=0
name p11-lazy PHASE=0 FRONT=1
name p12-lazy-front POOL=1 PHASE=0
name p9 PHASE=0 LAZY=1
name p12.owner-plain OWNER=plain
name p0.owner-ask PHASE=0 OWNER=ask
name p12-front.owner-ask OWNER=ask FRONT=0

answer lazy=phases/nine/lazy
answer front=phases/eleven/front
answer pool=phases/twelve/pool
answer large=phases/twelve/large
answer guard=core/seam/plain/guard
answer owner=phases/values/owner-map
answer owner=core/seam/plain/owner OWNER=plain
answer owner=phases/values/owner-ask OWNER=ask
answer front=core/seam/plain/front FRONT=0
answer large=core/seam/plain/large PHASE=11

toggles='PHASE LAZY FRONT POOL OWNER'
phase='want any number from 0 up to 12, the newest phase that is on'
error "no toggle FRNT; toggles: $toggles" FRNT=0
error "no toggle front; toggles: $toggles" front=0
error "no toggle FRONT 0; toggles: $toggles" 'FRONT 0'
error "PHASE=x: $phase" PHASE=x
error "PHASE=-1: $phase" PHASE=-1
error "PHASE=1e3: $phase" PHASE=1e3
error "PHASE=13: $phase" PHASE=13
error "PHASE=9999999999999999999999: $phase" PHASE=9999999999999999999999
error 'PHASE=12@v1: this tree knows its own variants only; phases/build-revision builds those of revisions' PHASE=12@v1
error 'FRONT=2: valid values: 0 1' FRONT=2
error 'FRONT=: valid values: 0 1' FRONT=
error 'FRONT=0 1: valid values: 0 1' 'FRONT=0 1'
error 'OWNER=maybe: valid values: map plain ask' OWNER=maybe
error 'OWNER=: valid values: map plain ask' OWNER=
error 'FRONT is given twice' FRONT=0 FRONT=1

# What an option of resolve prints.
prints() {
    want=$1
    shift
    checks=$((checks + 1))
    got=$(phases/resolve --table "$dir/table" "$@")
    [ "$got" = "$want" ] && return
    echo "resolve $*: want: $want"
    echo "resolve $*: got:  $got"
    status=1
}
prints "$toggles" --names
prints 'phases/nine phases/twelve phases/values' --folders FRONT=0
prints 'LAZY=0 FRONT=1 POOL=0 OWNER=map' --states PHASE=11 LAZY=0
got=$(phases/resolve --table "$dir/table" --make FRONT=0)
checks=$((checks + 1))
case $got in 'name:p12-front seam:'*' seam:lazy=phases/nine/lazy '*' folder:phases/values') ;; *) echo "--make: $got"; status=1 ;; esac

# last ROW: the table's last numbered row is this one.
last() {
    sed -i "/^13/d" "$dir/table"
    echo "$1" >>"$dir/table"
}
last '13  RIVAL  rival  -  -  on'
error 'two owners of seam front: FRONT and RIVAL; turn one off' PHASE=13
name p13-front FRONT=0
name p12 PHASE=12
last '13  RIVAL  rival  POOL,OWNER=map  -  on'
error 'RIVAL=1 needs POOL=1; or give RIVAL=0' FRONT=0 POOL=0
error 'RIVAL=1 needs OWNER=map; or give RIVAL=0' FRONT=0 OWNER=ask
name p13-front FRONT=0
name p12.owner-ask RIVAL=0 OWNER=ask

# One phase replaces another: both may answer the same seam.
last '13  RIVAL  rival  -  FRONT  on'
name p13
name p13 FRONT=0
name p13-lazy LAZY=0
name p12 PHASE=12
name p12 RIVAL=0
name p13-lazy-pool PHASE=0 RIVAL=1
answer front=phases/rival/front
answer front=phases/eleven/front RIVAL=0
prints 'phases/nine phases/twelve phases/values phases/rival' --folders
prints 'LAZY=1 FRONT=0 POOL=1 OWNER=map RIVAL=1' --states
error 'FRONT=1: RIVAL=1 replaces it; turn one off' FRONT=1
error 'FRONT=1: RIVAL=1 replaces it; turn one off' PHASE=0 FRONT=1 RIVAL=1
echo '14  NEXT  try  FRONT  -  on' >>"$dir/table"
error 'NEXT=1 needs FRONT=1, which RIVAL=1 replaces; or give NEXT=0'
sed -i '/^14/d' "$dir/table"

# A phase on trial, and one that is off, are on only by their own toggles.
for state in trial off; do
    last "13  RIVAL  rival  -  FRONT  $state"
    name p12
    name p12+rival RIVAL=1
    name p0+rival PHASE=0 RIVAL=1
    name p12-lazy+rival.owner-ask RIVAL=1 LAZY=0 OWNER=ask
    answer front=phases/eleven/front
    answer front=phases/rival/front RIVAL=1
    prints 'LAZY=1 FRONT=1 POOL=1 OWNER=map RIVAL=0' --states
    error "PHASE=13: phase 13 is $state: turn it on by RIVAL=1; $phase" PHASE=13
done

# A phase that is gone is named with the revision that builds it; its folder is not looked for.
last '13  RIVAL  nowhere  -  -  gone@v1'
name p12
gone='phase 13 is gone; its last revision builds it: PHASE=13@v1'
error "RIVAL: $gone" RIVAL=1
error "RIVAL: $gone" RIVAL=0
error "PHASE=13: $gone" PHASE=13
prints 'LAZY=1 FRONT=1 POOL=1 OWNER=map' --states
echo '14  NEXT  try  RIVAL  -  on' >>"$dir/table"
error 'phases/table: NEXT needs RIVAL, which is gone'
sed -i '/^14/d' "$dir/table"

# What must always work.
last '13  RIVAL  rival  POOL  FRONT  trial'
sed -i '/^12/s/-  -/FRONT  -/' "$dir/table"
sed -i '/^13/s/POOL/LAZY/' "$dir/table"
prints 'PHASE=0
PHASE=9
PHASE=11
PHASE=12
PHASE=0 LAZY=1
PHASE=0 FRONT=1
PHASE=0 POOL=1 FRONT=1
PHASE= LAZY=0
PHASE= FRONT=0 POOL=0
PHASE= POOL=0
PHASE= RIVAL=1 LAZY=1 FRONT=0 POOL=0
PHASE=0 OWNER=map
PHASE=0 OWNER=plain
PHASE=0 OWNER=ask
PHASE= OWNER=map
PHASE= OWNER=plain
PHASE= OWNER=ask' --combinations
phases/resolve --table "$dir/table" --combinations | while read -r toggles; do
    # shellcheck disable=SC2086 # toggles are words
    phases/resolve --table "$dir/table" $toggles | grep '^error' && touch "$dir/refused"
done
[ ! -e "$dir/refused" ] || status=1

# A seam that one phase asks lies in its folder, and is there while that phase is on.
mkdir -p "$dir/eleven/seam/plain"
touch "$dir/eleven/seam/breadth.h" "$dir/eleven/seam/plain/breadth.h"
answer breadth=phases/eleven/seam/plain/breadth
got=$(phases/resolve --table "$dir/table" PHASE=9)
case $got in *breadth*) echo "a seam of a phase that is off: $got"; status=1 ;; esac
mv "$dir/try/front.h" "$dir/try/breadth.h"
last '13  RIVAL  try  -  -  trial'
answer breadth=phases/try/breadth RIVAL=1
touch "$dir/eleven/seam/pool.h"
error 'seam pool stands in core/seam and in phases/eleven/seam'
rm "$dir/eleven/seam/pool.h"

# One bad row, or folder, at a time.
row() {
    cp "$dir/table" "$dir/good"
    last "$2"
    error "$1"
    cp "$dir/good" "$dir/table"
}
line='phases/table line 7'
sed -i '/^13/d' "$dir/table"
row "$line: toggle FRONT stands twice" '13 FRONT rival - - on'
row "$line: number 12 is not above 12, the row before" '12 RIVAL rival - - on'
row "$line: number 10 is not above 12, the row before" '10 RIVAL rival - - on'
row "$line: no folder phases/nowhere" '13 RIVAL nowhere - - on'
row "$line: bad number 1x" '1x RIVAL rival - - on'
row "$line: a row has either a number or a list of values: 13 RIVAL=a,b rival - - on" '13 RIVAL=a,b rival - - on'
row "$line: a row has either a number or a list of values: - RIVAL rival - - on" '- RIVAL rival - - on'
row "$line: want \`number toggle folder needs replaces status\`, have: 13 RIVAL rival -" '13 RIVAL rival -'
row "$line: status new: want on, trial, off or gone@revision" '13 RIVAL rival - - new'
row "$line: status gone@: want on, trial, off or gone@revision" '13 RIVAL rival - - gone@'
row "$line: a toggle with values has the status on: - RIVAL=a,b values - - trial" '- RIVAL=a,b values - - trial'
row 'phases/table: RIVAL needs NOBODY, which is no toggle' '13 RIVAL rival NOBODY - on'
row 'phases/table: RIVAL replaces NOBODY, which is no phase above it' '13 RIVAL rival - NOBODY on'
row 'phases/table: RIVAL replaces RIVAL, which is no phase above it' '13 RIVAL rival - RIVAL on'
row 'phases/table: RIVAL replaces OWNER, which is no phase above it' '13 RIVAL rival - OWNER on'
: >"$dir/rival/proof"
row 'phases/rival has no proof: want a file of that name with counters of its own work, or `none: why`' '13 RIVAL rival - - on'
rm "$dir/rival/proof"
row 'phases/rival has no proof: want a file of that name with counters of its own work, or `none: why`' '13 RIVAL rival - - on'
mv "$dir/rival/front.h" "$dir/rival/fornt.h"
echo counter >"$dir/rival/proof"
cp "$dir/table" "$dir/good"
last '13 RIVAL rival - - trial'
got=$(phases/resolve --table "$dir/table")
case $got in 'error: phases/rival answers no seam: want a header named after one of: '*' front '*' breadth') ;; *) echo "no seam: $got"; status=1 ;; esac
cp "$dir/good" "$dir/table"

# The project's own table resolves.
case $(phases/resolve) in p[0-9]*' guard=core/seam/plain/guard'*) ;; *) echo "the project's table: $(phases/resolve)"; status=1 ;; esac
echo "Checks: $((checks + 4))"
exit $status
