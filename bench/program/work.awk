# SPDX-License-Identifier: MIT
# What gawk.sh runs. Arrays are walked in sorted order.
{
    count[$1 " " $2 % 100]++
    lines[$2 % 5000] = lines[$2 % 5000] substr($0, 1, 20 + NR % 50) ";"
    if (match($4, /([a-m]+)_([n-z]*)/, part))
        parts[part[1]][part[2]] = NR
    gsub(/[aeiou]/, "<&>")
    total += length($0)
}

END {
    PROCINFO["sorted_in"] = "@ind_str_asc"
    for (key in parts)
        for (rest in parts[key])
            text = text key rest
    for (key in lines)
        pieces += split(lines[key], piece, /[;_ ]+/)
    for (key in count)
        if (n++ % 1000 == 0)
            print key, count[key]
    print NR, total, length(text), pieces, n
}
