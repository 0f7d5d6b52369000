# waterfall.gp - from a first variant to a last one: what each step contributes, with its 95 % interval.
# data: block 0: column from to lo hi kind "label" "text"; kind: 0 an end, 1 better, 2 worse; block 1: x y dx 0 between the bars
set grid noxtics ytics linecolor rgb faint linewidth 0.6 dashtype 1
set xrange [0.4:columns + 0.6]
set xtics scale 0 rotate by -20 left
set bmargin 5
eval heading
set ylabel unit_text
set yrange [low:top]
bar_colours = '0x8c8c8c 0x009e73 0xd55e00'
plot data index 0 using 1:(($2+$3)/2):($1-0.36):($1+0.36):2:3:(int(word(bar_colours, int($6) + 1))):xtic(7) \
        with boxxyerror linecolor rgb variable, \
    '' index 1 using 1:2:3:4 with vectors nohead dashtype 3 linecolor rgb ink, \
    '' index 0 using 1:4:(0):($5-$4) with vectors arrowstyle 1, \
    '' index 0 using 1:($5 > $2 && $5 > $3 ? $5 : $2 > $3 ? $2 : $3):8 with labels offset 0,0.8 textcolor rgb ink
