# profile.gp - what a program asks of malloc: sizes, lives, runs, live bytes over the calls.
# data: blocks 0 to 3: log2 of the bin's lower end, percent of all; block 4: percent of the calls, live MiB
set multiplot layout 2,2
set grid ytics linecolor rgb faint linewidth 0.6 dashtype 1
set style fill solid 0.8 noborder
set boxwidth 0.4
set yrange [0:*]
set ylabel 'percent'
do for [i = 1:3] {
    title_text = word('sizes,-bytes lives,-calls freed-in-a-row', i)
    eval heading
    set xlabel 'power of two'
    plot data index (i - 1) using 1:2 with boxes linecolor rgb colour(0, 0.0)
}
title_text = 'live'
eval heading
set xlabel 'percent of the calls'
set ylabel 'MiB'
plot data index 4 using 1:2 with lines linewidth 2 linecolor rgb colour(0, 0.0)
unset multiplot
