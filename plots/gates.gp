# gates.gp - how far inside its bound each gate is, as a ratio with its 95 % interval; right of the line is held.
# data: block 0: row ratio lo hi gate "text"; gate: 0 held, 1 failed, 2 undecided, 3 not measured
set logscale x
set xrange [0.09:11]
set yrange [rows + 0.6:0.4]
set tmargin 3
set lmargin at screen 0.62
set xtics ('≤0.1' 0.1, '0.2' 0.2, '0.5' 0.5, '1' 1, '2' 2, '5' 5, '≥10' 10)
set ytics scale 0 font 'monospace,10'
set xlabel 'ratio to the bound; right of the line: inside the bound'
set arrow 1 from 1,graph 0 to 1,graph 1 nohead linecolor rgb ink linewidth 1.5
# gate_names, gate_colours, gate_points: from bench/judge/outcome.c; form and colour both say which
do for [k = 1:words(gate_names)] { eval legend(k, gate_names, gate_points, gate_colours) }
plot data index 0 using 2:1:ytic(6) with points pointtype -1, \
    '' index 0 using 3:1:($4-$3):(0) with vectors arrowstyle 1, \
    for [g = 0:words(gate_names)-1] '' index 0 using ($5 == g ? $2 : NaN):1 with points pointtype int(word(gate_points, g + 1)) pointsize 1.2 \
        linewidth 2 linecolor rgb int(word(gate_colours, g + 1))
