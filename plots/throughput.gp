# throughput.gp - a panel for each workload: median and 95 % interval of every allocator; a published figure is a dashed line with
# a row of its own, on its own workload only.
# data: block 2i: row value lo hi family shade "label" "text"; block 2i + 1: row value "label" "text" of published figures
set multiplot layout panel_rows,panel_columns
set ytics scale 0
set lmargin 17
set rmargin 2
do for [i = 1:panels] {
    title_text = word(titles, i)
    eval heading
    set xrange [0:word(tops, i) * 1.3]
    set xlabel word(units, i)
    set xtics step(2 * word(tops, i))
    set yrange [rows + 0.6:0.4]
    plot data index 2*i-2 using 2:1:(0):2:($1-0.34):($1+0.34):(colour($5,$6)):ytic(7) with boxxyerror linecolor rgb variable, \
        '' index 2*i-2 using 3:1:($4-$3):(0) with vectors arrowstyle 1, \
        '' index 2*i-2 using 4:1:8 with labels left offset 0.6,0 textcolor rgb ink, \
        '' index 2*i-1 using 2:(0.4):(0):(rows + 0.2) with vectors nohead dashtype 2 linecolor rgb ink, \
        '' index 2*i-1 using 2:1:ytic(3) with points pointtype 13 linecolor rgb ink, \
        '' index 2*i-1 using 2:1:4 with labels left offset 0.9,0 textcolor rgb ink
}
unset multiplot
