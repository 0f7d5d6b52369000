# style.gp - what all plots share. The caller sets svg (1 or 0), output, width, height (pixels), plot_name, data and
# families: the colours of hakmem, of every rival (bench/data/rival.c), of others.
ink = svg ? '#707071' : '#404040' # hakbench turns the first into the ink of the page that the SVG stands in
if (svg) { set terminal svg size width,height dynamic noenhanced font 'sans-serif,13' linewidth 1 name plot_name
} else { set terminal pngcairo size 2*width,2*height noenhanced font 'sans-serif,13' fontscale 2 linewidth 2 pointscale 2 background '#ffffff' }
set output output
set encoding utf8
# hakmem's earlier variants are lighter.
mix(channel, shade) = int(channel + (255 - channel) * shade)
light(rgb, shade) = mix(rgb / 65536, shade) * 65536 + mix(rgb / 256 % 256, shade) * 256 + mix(rgb % 256, shade)
colour(family, shade) = light(int(word(families, int(family) + 1)), shade)
set border 1 linecolor rgb ink
set tics nomirror textcolor rgb ink
faint = '#a0808080'
set grid xtics linecolor rgb faint linewidth 0.6 dashtype 1
set format '%g'
set tmargin 2.6; set bmargin 3.4
set xlabel textcolor rgb ink offset 0,0.3
set ylabel textcolor rgb ink
set key off
set style fill solid 0.85 noborder
# Intervals are arrows with flat heads: an error bar would mark its middle, too.
set style arrow 1 heads size screen 0.004,90 linecolor rgb ink linewidth 1.2
# The title of a panel, above its left edge; an axis of three to six steps; an entry of a legend across the top of the figure.
lift = 0.9
heading = "set label 1 title_text at graph 0,1 left offset -4,lift textcolor rgb ink font ',15'"
step(top) = (unit = 10.0 ** floor(log10(top / 4.0)), many = top / unit, many > 30 ? 10 * unit : many > 12 ? 5 * unit : many > 6 ? 2 * unit : unit)
# More than six entries stand in two rows.
across(names) = words(names) > 6 ? (words(names) + 1) / 2 : words(names)
legend(k, names, points, colours) = sprintf("set label %d '%s' at screen %g,%g left offset 1.1,-0.25 textcolor rgb ink point pointtype %s ", \
    10 + k, word(names, k), 0.02 + 0.97 * ((k - 1) % across(names)) / across(names), 1 - (16.0 + 20 * ((k - 1) / across(names))) / height, \
    word(points, k)) . \
    sprintf('pointsize 1.2 linewidth 2 linecolor rgb %s', word(colours, k))
