<?php
// SPDX-License-Identifier: MIT
// What php.sh runs.
$state = 42;
function random(int $n): int
{
    global $state;
    $state = $state * 16807 % 2147483647;
    return $state % $n;
}

final class Place
{
    public function __construct(public int $line, public string $text, public array $tags = []) {}
}

$index = [];
$lines = [];
for ($i = 0; $i < (int)$argv[1]; $i++) {
    $words = [];
    for ($k = 3 + random(5); $k > 0; $k--)
        $words[] = chr(97 + random(26)) . 'w' . random(3000);
    $lines[] = implode(' ', $words);
    foreach ($words as $word)
        $index[$word[0]][$word][] = new Place($i, strrev($word), [$word => random(9)]);
}
ksort($index);
$changed = preg_replace_callback('/([a-f])w(\d)(\d*)/', fn($m) => "<$m[1]>$m[3]$m[2]", $lines);
$text = json_encode(array_map(fn($words) => array_map('count', $words), $index));
$back = json_decode($text, true);
usort($changed, fn($a, $b) => strlen($a) <=> strlen($b) ?: strcmp($a, $b));
$joined = implode("\n", $changed);
$parts = preg_split('/[ <>]+/', $joined);
$copy = unserialize(serialize(array_slice($index, 0, 5)));
printf("%d %d %s %d %s\n", strlen($text), count($back), md5($joined), count($parts), md5(print_r(array_keys($copy), true)));
