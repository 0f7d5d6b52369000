# SPDX-License-Identifier: MIT
# generate.awk - the inputs of the programs, from a generator of numbers whose seed is fixed: -v count=N
# -v what=c|xml|lines|redis|commits|json|ps|smt|dot.

function random(n)
{
    state = (state * 16807) % 2147483647
    return state % n
}

function word(   i, text)
{
    text = ""
    for (i = 3 + random(8); i > 0; i--)
        text = text substr("etaoinshrdlucmfwypvbgkjqxz", 1 + random(26), 1)
    return text
}

# A function of C: structs, loops, a switch, calls of those before it, so that inlining and every pass have work.
function c_function(k,   i)
{
    printf "struct s%d { int a[%d]; double d; struct s%d *next; };\n", k, 2 + random(9), k
    printf "int f%d(struct s%d *p, int x, unsigned y)\n{\n    int sum = %d;\n", k, k, random(1000)
    printf "    for (struct s%d *q = p; q; q = q->next) {\n", k
    for (i = 3 + random(6); i > 0; i--)
        printf "        sum += q->a[%d] * %d ^ (x >> %d);\n", random(2), random(99), random(31)
    printf "        q->d = q->d * %d.5 + sum;\n    }\n    switch (y %% %d) {\n", random(9), 8
    for (i = 0; i < 8; i++)
        printf "    case %d: sum %s= x %s %d; %s\n", i, substr("+-^|", 1 + random(4), 1), substr("+*&", 1 + random(3), 1),
            random(4096), random(3) ? "break;" : "/* falls through */"
    printf "    }\n"
    if (k > 8)
        for (i = random(4); i > 0; i--)
            printf "    if (sum > %d)\n        sum -= f%d((void *)p, sum, y + %d);\n", random(9999), k - 1 - random(8), random(50)
    printf "    char text[64];\n    for (int i = 0; i < 63; i++)\n        text[i] = (char)(sum >> (i %% %d));\n", 8 + random(20)
    printf "    return sum + text[y %% 63];\n}\n"
}

function xml_item(k,   i)
{
    printf "<item id=\"%d\" group=\"%s\"><name>%s %s</name>", k, word(), word(), word()
    for (i = random(4); i > 0; i--)
        printf "<tag kind=\"%d\">%s</tag>", random(20), word()
    printf "<text>%s %s %s %s %s</text><price>%d.%02d</price></item>\n", word(), word(), word(), word(), word(), random(5000),
        random(100)
}

# Commands as redis reads them line by line. The values have 8 to 512 bytes.
function redis_command(k,   key, kind)
{
    key = random(120000)
    kind = random(10)
    if (kind < 4)
        printf "SET key:%d %s\r\n", key, substr(filler, 1 + random(100), 8 + random(k % 8 ? 120 : 500))
    else if (kind < 7)
        printf "GET key:%d\r\n", key
    else if (kind < 8)
        printf "LPUSH list:%d %s %s\r\n", key % 2000, word(), substr(filler, 1 + random(100), 20 + random(60))
    else if (kind < 9)
        printf "HSET hash:%d %s %s\r\n", key % 9000, word(), substr(filler, 1, 1 + random(100))
    else
        printf "%s\r\n", random(3) ? "DEL key:" key : "RPOP list:" key % 2000
}

function commit(k,   i, text, path)
{
    text = "change " k "\n"
    printf "commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata %d\n%s\n", 1000000000 + 60 * k, length(text), text
    path = "dir" k % 17 "/file" k % 150
    lines[path] = lines[path] word() " " word() " " word() " " k "\n" word() " = " random(1000) ";\n"
    for (i = 0; i < 30 && length(lines[path]) < 9000; i++)
        lines[path] = lines[path] "    " word() "(" word() ", " random(99) ");\n"
    printf "M 100644 inline %s\ndata %d\n%s\n", path, length(lines[path]), lines[path]
}

function json_item(k,   i)
{
    printf "%s{\"id\": %d, \"group\": \"%s\", \"price\": %d.%02d, \"tags\": [", (k ? ",\n" : ""), k, substr(word(), 1, 1), random(5000),
        random(100)
    for (i = random(5); i > 0; i--)
        printf "\"%s\"%s", word(), (i > 1 ? ", " : "")
    printf "], \"text\": \"%s %s %s\", \"nested\": {\"a\": %d, \"b\": [null, true, \"%s\"]}}", word(), word(), word(), random(99), word()
}

# A page: filled and clipped curves, text in several sizes, a pattern of its own procedures.
function ps_page(k,   i)
{
    print "%%Page:", k + 1, k + 1, "\n/item { /n exch def /s n 40 string cvs def s show } bind def"
    for (i = 0; i < 200; i++) {
        printf "gsave %d.%d setgray %d %d moveto %d %d %d %d %d %d curveto closepath %s grestore\n", 0, random(10), random(590),
            random(830), random(590), random(830), random(590), random(830), random(590), random(830),
            (random(3) ? "fill" : "clip newpath 300 400 200 0 360 arc stroke")
        printf "/%s findfont %d scalefont setfont %d %d moveto (%s %s) show %d item\n",
            (random(2) ? "Times-Roman" : "Helvetica"), 6 + random(40), random(500), random(800), word(), word(), random(9999)
    }
    print "[ 1 1 500 { dup 3 mul exch 2 array astore } for ] length pop showpage"
}

# Tasks that share machines and follow each other, and words of 16 bits with products: a problem for a solver.
function smt_task(k,   i)
{
    printf "(declare-const t%d Int)(assert (and (>= t%d 0) (<= t%d %d)))\n", k, k, k, count * 6
    printf "(declare-const b%d (_ BitVec 16))\n", k
    if (k)
        printf "(assert (= (bvand (bvmul b%d #x%04x) #x00ff) (bvadd (bvand b%d #x00ff) #x%04x)))\n", k, 1 + 2 * random(30000), k - 1,
            random(200)
    for (i = k - 1; i >= 0; i--)
        if (random(6) == 0)
            printf "(assert (or (>= t%d (+ t%d %d)) (>= t%d (+ t%d %d))))\n", k, i, 1 + random(9), i, k, 1 + random(9)
}

function dot_node(k,   i)
{
    printf "n%d [label=\"%s %s\", shape=%s];\n", k, word(), word(), (random(2) ? "box" : "ellipse")
    for (i = 1 + random(2); k && i > 0; i--)
        printf "n%d -> n%d [label=\"%s\"];\n", random(k), k, word()
}

BEGIN {
    begin["xml"] = "<?xml version=\"1.0\"?>\n<items>\n"
    end["xml"] = "</items>\n"
    begin["json"] = "{\"items\": [\n"
    end["json"] = "]}\n"
    begin["ps"] = "%!PS-Adobe-3.0\n"
    end["smt"] = "(check-sat)\n"
    begin["dot"] = "digraph g {\n"
    end["dot"] = "}\n"
    end["commits"] = "done\n"
    state = 1234567
    while (length(filler) < 700)
        filler = filler word() "_"
    printf "%s", begin[what]
    for (k = 0; k < count; k++)
        if (what == "c")
            c_function(k)
        else if (what == "xml")
            xml_item(k)
        else if (what == "lines")
            print word(), random(100000), word(), substr(filler, 1 + random(200), random(60))
        else if (what == "redis")
            redis_command(k)
        else if (what == "json")
            json_item(k)
        else if (what == "ps")
            ps_page(k)
        else if (what == "smt")
            smt_task(k)
        else if (what == "dot")
            dot_node(k)
        else
            commit(k)
    printf "%s", end[what]
}
