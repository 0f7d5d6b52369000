# SPDX-License-Identifier: MIT
# generate.awk - the inputs of the programs, from a generator of numbers whose seed is fixed: -v what=c|xml|lines|redis|commits
# -v count=N.

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

BEGIN {
    state = 1234567
    while (length(filler) < 700)
        filler = filler word() "_"
    if (what == "xml")
        print "<?xml version=\"1.0\"?>\n<items>"
    for (k = 0; k < count; k++)
        if (what == "c")
            c_function(k)
        else if (what == "xml")
            xml_item(k)
        else if (what == "lines")
            print word(), random(100000), word(), substr(filler, 1 + random(200), random(60))
        else if (what == "redis")
            redis_command(k)
        else
            commit(k)
    if (what == "xml")
        print "</items>"
    if (what == "commits")
        print "done"
}
