# syscalls.gp - a panel for each workload: system calls of every allocator, stacked by kind, with their sum.
# data: block i: row end0 end1 ... end6 "label" "text"; kind k reaches from end(k-1) to end(k), end0 is 0
set multiplot layout panel_rows,panel_columns title ' '
kinds = '0x0072b2 0x56b4e9 0x009e73 0xe69f00 0xd55e00 0x8c8c8c'
do for [k = 1:6] { eval legend(k, call_names, '5 5 5 5 5 5', kinds) } # call_names: from bench/low/metric.c
set ytics scale 0
set lmargin 17
set rmargin 2
set xlabel 'system calls in one run'
do for [i = 1:panels] {
    title_text = word(titles, i)
    eval heading
    set xrange [0:word(tops, i) * 1.25]
    set xtics step(2 * word(tops, i))
    set yrange [rows + 0.6:0.4]
    plot for [k = 1:6] data index i-1 using (column(k+2)):1:(column(k+1)):(column(k+2)):($1-0.34):($1+0.34) \
            with boxxyerror linecolor rgb int(word(kinds, k)), \
        '' index i-1 using 8:1:ytic(9) with points pointtype -1, \
        '' index i-1 using 8:1:10 with labels left offset 0.6,0 textcolor rgb ink
    do for [k = 1:6] { unset label 10 + k }
}
unset multiplot
