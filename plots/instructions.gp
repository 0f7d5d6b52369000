# instructions.gp - instructions of each allocator for an operation, as a ratio to the rival that needs the fewest on that workload.
# data: block 0: row "workload" "text" of all allocators' figures; block k: row ratio of the k-th of titles
# titles: the allocators, rivals first; ends: the family of each; tops: its shade
set logscale x
set xrange [least * 0.93:16.8]
set yrange [rows + 0.6:0.4]
set tmargin 3
set rmargin at screen 0.74
set xtics ('0.25' 0.25, '0.5' 0.5, '0.7' 0.7, '1' 1, '1.5' 1.5, '2' 2, '3' 3, '4' 4, '8' 8, '≥16' 16)
set ytics scale 0
set grid ytics linecolor rgb faint linewidth 0.6 dashtype 1
set xlabel 'instructions for an operation, as a ratio to the best rival; left of the line: fewer'
set arrow 1 from 1,graph 0 to 1,graph 1 nohead linecolor rgb ink linewidth 1.5
if (words(titles) > 6) { set tmargin 4.4 }
# Versions of one allocator have its colour, and marks of their own.
colours = ''; points = ''
do for [k = 1:words(titles)] {
    colours = colours . sprintf(' %d', colour(word(ends, k), real(word(tops, k))))
    before = 0
    do for [j = 1:k - 1] { before = before + (word(ends, j) eq word(ends, k)) }
    points = points . ' ' . (word(ends, k) eq '0' ? '7' : word('6 4 8 12 10', 1 + before % 5))
}
do for [k = 1:words(titles)] { eval legend(k, titles, points, colours) }
plot data index 0 using (16.8):1:3 with labels left offset 1,0 textcolor rgb ink, \
    '' index 0 using (NaN):1:ytic(2) with points, \
    for [k = 1:words(titles)] '' index k using 2:1 with points pointtype int(word(points, k)) \
        pointsize (word(ends, k) eq '0' ? 1.4 : 1) linewidth 2 linecolor rgb int(word(colours, k))
