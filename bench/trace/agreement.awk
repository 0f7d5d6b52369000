# SPDX-License-Identifier: MIT
# agreement.awk - lines "PROGRAM ALLOCATOR WHAT INSTRUCTIONS" into a table: how allocators rank. See agreement.
BEGIN { split("program recorded drawn", whats) }
{
    seen[$1, $2, $3] = $4
    if ($3 == "program" && !($1 in place)) { place[$1] = ++programs; program[programs] = $1 }
    if ($3 == "program" && !($2 in known)) { known[$2] = ++allocators; allocator[allocators] = $2 }
}
function sign(x) { return x < 0 ? -1 : x > 0 }
# Kendall's tau b of two lists; 0 where one of them is all ties.
function tau(x, y, n,    i, k, s, p, q, a, b) {
    for (i = 1; i <= n; i++)
        for (k = i + 1; k <= n; k++) {
            a = sign(x[i] - x[k]); b = sign(y[i] - y[k])
            s += a * b; p += a * a; q += b * b
        }
    return p * q > 0 ? s / sqrt(p * q) : 0
}
# In [0, 1): the minimal standard generator of Park and Miller (1988), the same in every awk.
function draw() { state = state * 16807 % 2147483647; return (state - 1) / 2147483646 }
# The mean of a list, and the ends of its 95 % interval by 10,000 resamples.
function interval(x, n,    i, k, sum, means) {
    state = seed % 2147483646 + 1
    for (i = 1; i <= n; i++) sum += x[i]
    for (k = 1; k <= 10000; k++) {
        means[k] = 0
        for (i = 1; i <= n; i++) means[k] += x[1 + int(draw() * n)] / n
    }
    sort(means, 10000)
    return sprintf("%.2f [%.2f, %.2f]", sum / n, means[250], means[9751])
}
function sort(x, n,    gap, i, k, v) {
    for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= n; i++) {
            v = x[i]
            for (k = i; k > gap && x[k - gap] > v; k -= gap) x[k] = x[k - gap]
            x[k] = v
        }
}
# Instructions a call more than under the C library, of each allocator; 0: one is missing.
function values(p, what, x,    i, base) {
    for (i = 1; i <= allocators; i++) {
        if (!((p, allocator[i], what) in seen)) return 0
        x[i] = seen[p, allocator[i], what] - (what == "program" ? seen["true", allocator[i], "start"] : 0)
        if (allocator[i] == "glibc") base = x[i]
    }
    for (i = 1; i <= allocators; i++) x[i] = (x[i] - base) / seen[p, "all", "calls"]
    return 1
}
# What two lists differ by, in the mean over the allocators but glibc.
function apart(x, y,    i, sum) {
    for (i = 1; i <= allocators; i++) sum += x[i] > y[i] ? x[i] - y[i] : y[i] - x[i]
    return sum / (allocators - 1)
}
function ranks(x,    i, order, best, line, n, used) {
    for (n = 1; n <= allocators; n++) {
        best = 0
        for (i = 1; i <= allocators; i++) if (!(i in used) && (!best || x[i] < x[best])) best = i
        used[best] = 1
        line = line (n > 1 ? ", " : "") sprintf("%s %+.1f", allocator[best], x[best])
    }
    return line
}
# How the program ranks as the drawn traces of the others do, in the mean.
function others(name,    k, x, y, n, sum) {
    values(name, "program", x)
    for (k = 1; k <= programs; k++)
        if (program[k] != name && values(program[k], "drawn", y)) { sum += tau(x, y, allocators); n++ }
    return n ? sum / n : 0
}
END {
    print "| program | calls | a and b | b and c | a and c | a and c of others | b from a | c from b |"
    print "|---|--:|--:|--:|--:|--:|--:|--:|"
    for (p = 1; p <= programs; p++) {
        name = program[p]
        if (!values(name, "program", a) || !values(name, "recorded", b) || !values(name, "drawn", c)) {
            print "| " name " | not all was counted |"
            continue
        }
        rows++
        ab[rows] = tau(a, b, allocators); bc[rows] = tau(b, c, allocators); ac[rows] = tau(a, c, allocators)
        null[rows] = others(name); far[rows] = apart(a, b); drawn[rows] = apart(b, c)
        printf "| %s | %d | %.2f | %.2f | %.2f | %.2f | %.1f | %.1f |\n", name, seen[name, "all", "calls"],
            ab[rows], bc[rows], ac[rows], null[rows], far[rows], drawn[rows]
        detail = detail "\n" name "\n  program   " ranks(a) "\n  recorded  " ranks(b) "\n  drawn     " ranks(c)
    }
    if (rows)
        printf "| mean, 95 %% | | %s | %s | %s | %s | %s | %s |\n", interval(ab, rows), interval(bc, rows), interval(ac, rows),
            interval(null, rows), interval(far, rows), interval(drawn, rows)
    printf "\na: program, b: recorded trace, c: drawn. Kendall%ss tau over %d allocators, %d programs; seed %d.\n",
        "\047", allocators, rows, seed
    printf "Instructions a call more than under glibc:\n%s\n", detail
}
