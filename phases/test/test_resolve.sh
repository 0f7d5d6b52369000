#!/bin/sh
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

mkdir "$dir/nine" "$dir/eleven" "$dir/twelve" "$dir/values" "$dir/rival"
touch "$dir/nine/lazy.h" "$dir/nine/lazy_list.h" "$dir/eleven/front.h" "$dir/twelve/pool.h" "$dir/twelve/mid.h"
touch "$dir/values/owner-map.h" "$dir/values/owner-ask.h" "$dir/rival/front.h"
cat >"$dir/table" <<'END'
# a comment, and an empty line

9   LAZY   nine    -
11  FRONT  eleven  -
12  POOL   twelve  -
-   OWNER=map,plain,ask  values  -
END

name p12
name p12 PHASE=
name p12 PHASE=12
name p12 PHASE=9999999999999999999999
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
answer mid=phases/twelve/mid
answer guard=core/seam/plain/guard
answer owner=phases/values/owner-map
answer owner=core/seam/plain/owner OWNER=plain
answer owner=phases/values/owner-ask OWNER=ask
answer front=core/seam/plain/front FRONT=0
answer mid=core/seam/plain/mid PHASE=11

toggles='PHASE LAZY FRONT POOL OWNER'
error "no toggle FRNT; toggles: $toggles" FRNT=0
error "no toggle front; toggles: $toggles" front=0
error "no toggle FRONT 0; toggles: $toggles" 'FRONT 0'
error 'PHASE=x: want any number from 0 up' PHASE=x
error 'PHASE=-1: want any number from 0 up' PHASE=-1
error 'PHASE=1e3: want any number from 0 up' PHASE=1e3
error 'FRONT=2: valid values: 0 1' FRONT=2
error 'FRONT=: valid values: 0 1' FRONT=
error 'FRONT=0 1: valid values: 0 1' 'FRONT=0 1'
error 'OWNER=maybe: valid values: map plain ask' OWNER=maybe
error 'OWNER=: valid values: map plain ask' OWNER=
error 'FRONT is given twice' FRONT=0 FRONT=1

[ "$(phases/resolve --table "$dir/table" --names)" = "$toggles" ] || { echo "--names is wrong"; status=1; }
[ "$(phases/resolve --table "$dir/table" --folders FRONT=0)" = 'phases/nine phases/twelve phases/values' ] ||
    { echo "--folders is wrong"; status=1; }
[ "$(phases/resolve --table "$dir/table" --states PHASE=11 LAZY=0)" = 'LAZY=0 FRONT=1 POOL=0 OWNER=map' ] ||
    { echo "--states is wrong"; status=1; }
checks=$((checks + 3))

echo '13  RIVAL  rival  -' >>"$dir/table"
error 'two owners of seam front: FRONT and RIVAL; turn one off' PHASE=13
name p13-front FRONT=0
name p12 PHASE=12
sed -i 's/^13.*/13  RIVAL  rival  POOL,OWNER=map/' "$dir/table"
error 'RIVAL=1 needs POOL=1; or give RIVAL=0' FRONT=0 POOL=0
error 'RIVAL=1 needs OWNER=map; or give RIVAL=0' FRONT=0 OWNER=ask
name p13-front FRONT=0
name p12.owner-ask RIVAL=0 OWNER=ask

# One bad row at a time.
row() {
    want=$1
    cp "$dir/table" "$dir/good"
    sed -i '$d' "$dir/table"
    echo "$2" >>"$dir/table"
    error "phases/table line 7: $want"
    cp "$dir/good" "$dir/table"
}
row 'toggle FRONT stands twice' '13 FRONT rival -'
row 'number 12 stands twice' '12 RIVAL rival -'
row 'no folder phases/nowhere' '13 RIVAL nowhere -'
row 'bad number 1x' '1x RIVAL rival -'
row 'a row has either a number or a list of values: 13 RIVAL=a,b rival -' '13 RIVAL=a,b rival -'
row 'a row has either a number or a list of values: - RIVAL rival -' '- RIVAL rival -'
row 'want `number toggle folder needs`, have: 13 RIVAL rival' '13 RIVAL rival'

# The project's own table resolves.
case $(phases/resolve) in p[0-9]*' guard=core/seam/plain/guard'*) ;; *) echo "the project's table: $(phases/resolve)"; status=1 ;; esac
echo "Checks: $((checks + 1))"
exit $status
