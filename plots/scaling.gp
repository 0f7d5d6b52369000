# scaling.gp - a panel for each family of workloads: throughput by number of threads, a line for each allocator, named at its end.
# data: block 2i: lines "threads value lo hi family shade" with a blank line between allocators; block 2i + 1: x y family shade "label"
set multiplot layout panel_rows,panel_columns
set grid ytics linecolor rgb faint linewidth 0.6 dashtype 1
set rmargin 14
set ylabel 'million ops/s'
set logscale x 2
do for [i = 1:panels] {
    title_text = word(titles, i)
    eval heading
    set xlabel 'threads'
    set xrange [*:1.02 * word(ends, i)] noextend
    set yrange [0:word(tops, i) * 1.08]
    set ytics step(word(tops, i))
    plot data index 2*i-2 using 1:2:(colour($5,$6)) with lines linewidth 2 linecolor rgb variable, \
        '' index 2*i-2 using 1:3:(0):($4-$3) with vectors arrowstyle 1, \
        '' index 2*i-2 using 1:2:(colour($5,$6)) with points pointtype 7 pointsize 0.6 linecolor rgb variable, \
        '' index 2*i-1 using 1:2:('●'):(colour($3,$4)) with labels left offset 0.8,0 textcolor rgb variable, \
        '' index 2*i-1 using 1:2:5 with labels left offset 2.4,0 textcolor rgb ink
}
unset multiplot
