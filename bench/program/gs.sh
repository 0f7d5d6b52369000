#!/bin/sh
# SPDX-License-Identifier: MIT
# ghostscript: draws generated pages, with paths, text and clipping, into bitmaps.
needs=gs
prepare() { make_input "$(pick 12 1).ps" generate ps "$(pick 12 1)"; }
run() { become gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=ppmraw -r48 -sstdout=%stderr -sOutputFile=- "$inputs/$(pick 12 1).ps"; }
. bench/program/common.sh
