# history.gp - a metric over commits: a point for each with its 95 % interval, its level with a band of what a point varies by,
# change points as vertical lines, rivals as dashed lines that are named at their ends.
# data: block i of `ours` series: lines "column value lo hi level low high shade", a blank line between levels; then change
# points: x number kind "text" (kind: -1 worse, 1 better); rivals: 0 y family "name"; ticks: column "commit"
set grid noxtics ytics linecolor rgb faint linewidth 0.6 dashtype 1
set xrange [0.4:columns + 0.6]
set yrange [low:high]
set rmargin 20
set bmargin 5.4
set tmargin 4.6
lift = 1.4
eval heading
set ylabel unit_text
set xtics scale 0 rotate by -40 left font ',11'
kind_colour(kind) = kind < 0 ? 0xd55e00 : kind > 0 ? 0x009e73 : 0x8c8c8c
points = ''
colours = ''
do for [i = 1:words(shades)] { points = points . '7 '; colours = colours . sprintf('%d ', colour(0, word(shades, i) + 0.0)) }
do for [i = 1:words(names)] { eval legend(i, names, points, colours) }
plot for [i = 0:ours - 1] data index i using 1:6:7 with filledcurves fillstyle transparent solid 0.16 noborder \
        linecolor rgb colour(0, 0.3), \
    for [i = 0:ours - 1] '' index i using 1:5:(colour(0, $8)) with lines linewidth 1.6 linecolor rgb variable, \
    for [i = 0:ours - 1] '' index i using 1:3:(0):($4 - $3):(colour(0, $8)) with vectors heads size screen 0.004,90 linewidth 1.2 linecolor rgb variable, \
    for [i = 0:ours - 1] '' index i using 1:2:(colour(0, $8)) with points pointtype 7 pointsize 0.7 linecolor rgb variable, \
    '' index ours using 1:(low):(0):(high - low):(kind_colour($3)) with vectors nohead linewidth 1.4 dashtype 2 linecolor rgb variable, \
    '' index ours using 1:(high - (high - low) * (0.035 + 0.06 * ($2 - 2 * int($2 / 2)))):4 with labels left offset 0.5,0 textcolor rgb ink, \
    '' index ours + 1 using (0.4):2:(columns + 0.2):(0):(colour($3, 0)) with vectors nohead dashtype 3 linewidth 1.6 linecolor rgb variable, \
    '' index ours + 1 using (columns + 0.6):2:4 with labels left offset 0.8,0 textcolor rgb ink, \
    '' index ours + 2 using 1:(NaN):xtic(2)
