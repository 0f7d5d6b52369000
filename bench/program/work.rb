# SPDX-License-Identifier: MIT
# What ruby.sh runs.
@state = 42
def random(n)
  @state = @state * 16807 % 2147483647
  @state % n
end

Place = Struct.new(:line, :text, :weight)
index = {}
lines = []
ARGV[0].to_i.times do |i|
  words = Array.new(3 + random(5)) { (97 + random(26)).chr + "w#{random(3000)} and a text that is longer than an object".slice(0, 5 + random(45)) }
  lines << words.join(" ")
  words.each { |w| ((index[w[0]] ||= {})[w[0, 5]] ||= []) << Place.new(i, w.reverse, random(9)) }
end
changed = lines.map { |l| l.gsub(/([a-f])w(\d)(\d*)/) { "<#{$1}>#{$3}#{$2}" } }
text = index.keys.sort.map { |k| "#{k}: " + index[k].sort.map { |w, p| "#{w}=#{p.size}" }.join(",") }.join("\n")
sorted = changed.sort_by { |l| [l.size, l] }
parts = sorted.join("\n").split(/[ <>]+/)
counts = parts.group_by(&:size).transform_values(&:count)
symbols = parts.first(500).map(&:to_sym).uniq.size
puts [text.size, text.sum, parts.size, counts.sort.first(5).inspect, symbols].join(" ")
