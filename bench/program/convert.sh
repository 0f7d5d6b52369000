#!/bin/sh
# SPDX-License-Identifier: MIT
# ImageMagick: generates a picture from a seed, scales, blurs, turns and counts its colours; one thread. Other programs may have
# its names, so the first that there is is asked who it is, before anything is measured.
for tool in convert-im6.q16 magick convert; do
    command -v "$tool" >/dev/null && break
done
needs=$tool
case $1 in
check) case $("$tool" -version 2>/dev/null) in *ImageMagick*) ;; *) needs=imagemagick ;; esac ;;
esac
prepare() { :; }
run() {
    export MAGICK_THREAD_LIMIT=1
    become "$tool" -size "$(pick 500x400 60x50)" -seed 42 plasma:red-blue -resize 120% -gaussian-blur 0x2 \
        -rotate 17 -colors 60 -strip -depth 8 ppm:-
}
. bench/program/common.sh
