#!/bin/sh
# SPDX-License-Identifier: MIT
# ImageMagick: generates a picture from a seed, scales, blurs, turns and counts its colours; one thread.
needs=convert
prepare() { :; }
run() {
    for tool in convert-im6.q16 magick convert; do
        command -v "$tool" >/dev/null && break
    done
    export MAGICK_THREAD_LIMIT=1
    become "$tool" -size "$(pick 500x400 60x50)" -seed 42 plasma:red-blue -resize 120% -gaussian-blur 0x2 \
        -rotate 17 -colors 60 -strip -depth 8 ppm:-
}
. bench/program/common.sh
