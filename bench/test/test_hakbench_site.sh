#!/bin/bash
# SPDX-License-Identifier: MIT
# test_hakbench_site.sh - the pages of `hakbench site` in a real browser: what they show, no error in its console, no script and no
# network, nothing wider than a narrow screen, contrast in light and dark, every control reached by keyboard.
command -v gnuplot >/dev/null || { echo "needs gnuplot"; exit 77; }
browser=$(command -v chromium || command -v chromium-browser) || { echo "needs chromium"; exit 77; }
hakbench=$PWD/out/bench/hakbench
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cp -r plots "$dir/plots" && mkdir -p "$dir/phases" "$dir/out" "$dir/experiments" && cp phases/revision phases/releases phases/resolve "$dir/phases/" &&
    cp -r experiments/12-shared-pool* experiments/attribution-p21-steady "$dir/experiments/" && cp README.md "$dir/" || exit 1
cd "$dir" || exit 1
checks=0
status=0
fail() { echo "FAIL: $*"; status=1; }
# has WORDS FILE; count WORDS FILE NUMBER
has() { checks=$((checks + 1)); grep -qE -- "$1" "$2" || fail "$2 does not show: $1"; }
none() { checks=$((checks + 1)); ! grep -nE -- "$1" "$2" | cut -c 1-200 | head -n 3 | grep . || fail "$2 has: $1"; }

# --- A history of eight commits: the fifth is slower ---
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a GIT_CONFIG_GLOBAL=/dev/null
git init -q . && for i in $(seq 8); do git commit -q --allow-empty -m "change <$i> & \"more\""; done
mapfile -t commit < <(git rev-list --reverse HEAD)
{ printf '# hakbench samples 1\n# run\t1\n# experiment\t-\n# command\tx\n# started\t2026-01-02T03:04:05Z\n# seed\t1\n# finished\tyes\n'
printf '# context\tmachine\tm1\n'
for c in "${commit[@]}"; do printf '# variant\tp12@%.12s\thakmem\tPHASE=12@%.12s\tp12\ta\t-\t-\t-\n' "$c" "$c"; done
printf '# variant\tglibc\tlibc\t-\t-\tg\t2.36\t-\t-\n# workload\tcounted\trandom_mixed 1 2 3\tcold\t1\n'
printf 'position\tblock\tmode\tvariant\tworkload\tfailed\twhy\tinstructions\trss_series\n'
for i in "${!commit[@]}"; do
    printf '%d\t0\tinstructions\tp12@%.12s\tcounted\tno\t-\t%d\t-\n' "$i" "${commit[i]}" $((i < 4 ? 1000000 : 1070000))
done
printf '8\t0\tinstructions\tglibc\tcounted\tno\t-\t1300000\t-\n'; } >run.tsv
"$hakbench" pull run.tsv --db db >said 2>&1 && "$hakbench" site site --db db >said 2>errors || { cat said errors; exit 1; }
has 'site/index.html: 1 trends, 2 experiments' said
checks=$((checks + 1))
[ ! -s errors ] || fail "site says: $(cat errors)"

# --- What stands in the pages: no script, nothing that a browser would fetch; names for who does not see ---
for page in site/*.html; do
    none '<script|javascript:|<iframe|<link [^>]*href="[^d]|@import|url\(|src=|(xlink:)?href=.(http:|//|file:)| on[a-z]+="' "$page"
    has '<html lang="en">' "$page"
    has '<main id="main">' "$page"
    none '<svg role="img" [^>]*>|<svg (.*[^-])?aria-label=""' <(grep -o '<svg [^>]*>' "$page" | grep -v 'aria-label=".')
    checks=$((checks + 1))
    twice=$(grep -oE ' id=.[^ ">'"'"']+' "$page" | sed 's/^ id=.//' | sort | uniq -d)
    [ -z "$twice" ] || fail "$page: two elements are called $twice"
done

# What is asked inside of the browser, of the page as it is laid out; the answers are written into it. The last line is an error on
# purpose: a console that is silent would show nothing.
cat >probe.html <<'END'
<script>
const say = [];
const root = document.documentElement;
say.push(`wide ${root.scrollWidth > innerWidth ? `${root.scrollWidth} of ${innerWidth}` : "fits"}`);
const rgb = text => text.match(/[\d.]+/g).map(Number);
const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const page = rgb(getComputedStyle(document.body).backgroundColor);
say.push(`page ${light(page) > 0.5 ? "light" : "dark"}`);
let least = 99, where = "";
for (const e of document.querySelectorAll("h1,h2,h3,h4,p,a,li,dt,dd,small,code,th,td,summary,figcaption,span,svg text")) {
    const style = getComputedStyle(e), ink = rgb(e.closest("svg") ? style.fill : style.color), behind = rgb(style.backgroundColor);
    const [a, b] = [light(ink), light(behind.length > 3 && behind[3] === 0 || e.closest("svg") ? page : behind)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least && e.textContent.trim()) [least, where] = [ratio, `${e.tagName} ${e.textContent.slice(0, 30)}`];
}
say.push(least >= 4.5 ? "contrast enough" : `contrast ${least.toFixed(2)} ${where}`);
const controls = [...document.querySelectorAll("a[href],summary,[tabindex]")].filter(e => !e.closest("details:not([open]) > :not(summary)"));
const lost = controls.filter(e => (e.focus(), document.activeElement !== e));
say.push(controls.length > 5 && !lost.length ? "keyboard reaches all" : `keyboard ${lost.length} lost of ${controls.length}`);
const scrolls = [...document.querySelectorAll(".wide,pre")].filter(e => e.tabIndex < 0);
say.push(scrolls.length ? `scroll ${scrolls.length} not by keyboard` : "scroll by keyboard");
const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5")].map(e => +e.tagName[1]);
say.push(levels.every((v, i) => i === 0 ? v === 1 : v <= levels[i - 1] + 1) ? "headings in order" : `headings ${levels}`);
say.push(`names ${[...document.querySelectorAll("svg")].every(e => e.getAttribute("aria-label")) ? "all" : "missing"}`);
const answer = document.createElement("pre");
answer.textContent = say.map(line => `probe: ${line}\n`).join("");
document.body.append(answer);
console.error("the end of the probe");
</script>
END

# look PAGE WIDTH OPTION...: the page as the browser has it in dom, its console in console.
look() {
    page=$1 width=$2
    shift 2
    timeout 200 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions --disable-background-networking --disable-component-update --disable-sync \
        --disable-features=Translate,OptimizationHints,MediaRouter --user-data-dir="$dir/profile" \
        --window-size="$width,900" --enable-logging=stderr --dump-dom "$@" "file://$dir/site/$page" >dom 2>log </dev/null ||
        fail "the browser ends with $? at $page"
    grep -a 'CONSOLE' log >console
}
probed() { # NAME WIDTH SCHEME: the page with the questions in it; preferredColorScheme is 0 for dark, 1 for light
    cat "site/$1" probe.html >"site/probed.html"
    look probed.html "$2" --blink-settings=preferredColorScheme="$3"
    rm site/probed.html
    checks=$((checks + 1))
    [ "$(wc -l <console)" = 1 ] && grep -q 'the end of the probe' console || fail "console of $1: $(head -n 3 console)"
    for answer in 'wide fits' 'contrast enough' 'keyboard reaches all' 'scroll by keyboard' 'headings in order' 'names all' \
        "page $([ "$3" = 0 ] && echo dark || echo light)"; do
        checks=$((checks + 1))
        grep -q "probe: $answer\$" dom || fail "$1, $2 wide, scheme $3: want $answer: $(grep -a 'probe: ' dom | grep -v '`' | tr '\n' ' ')"
    done
}

# --- Trends, phases, experiments: narrow and dark, then wide and light ---
probed index.html 480 0
has '<h3>counted <small>on machine m1</small></h3>' dom
has 'worse by \+7\.0' dom
has "after <code>${commit[3]:0:12}</code> \(.*\), up to <code>${commit[4]:0:12}</code> \(.*, change &lt;5&gt; &amp; \"more\"\)" dom
has "make bisect GOOD=${commit[3]:0:12} BAD=${commit[4]:0:12} WORK='counted' METRIC=instructions PHASE=12" dom
has '<td>glibc 2.36</td><td class="r">1.3 M</td><td class="r">0.823</td>' dom
has '<svg aria-label="Plot: instructions of counted over commits' dom
has '<td>12 POOL</td>' dom
has '<a href="12-shared-pool.html">12-shared-pool</a>' dom
has '<strong>Verdict: ' dom
probed 12-shared-pool.html 480 1
has '<h1>12-shared-pool</h1>' dom
has '<svg aria-label="throughput"' dom
has '<th scope="col" class="r">95 % interval</th>' dom

# A page with two plots, whose text is not a report's.
has 'From p0 to p21' site/attribution-p21-steady.html
has 'aria-label="ops_s on random_mixed-steady"|aria-label="waterfall' site/attribution-p21-steady.html

# --- Bad input ---
bad() { checks=$((checks + 1)); "$hakbench" "${@:2}" >said 2>errors; [ $? = 2 ] && [ "$(cat said errors | wc -l)" = 1 ] && grep -qF -- "$1" errors ||
    fail "${*:2}: want $1: $(cat said errors)"; }
bad 'want a folder to write to' site --db db
bad 'want one folder' site a b --db db
bad "--machine m9: no run is of it; machines: 'm1'" site a --machine m9 --db db
bad 'none.db: no such file' site a --db none.db
: >taken
bad 'taken/12-shared-pool.html: cannot be written' site taken --db db
echo "Checks: $checks"
exit $status
