#!/bin/sh
# SPDX-License-Identifier: MIT
# php with malloc for all its values: arrays, strings, regular expressions, JSON, objects.
needs=php
prepare() { :; }
run() { export USE_ZEND_ALLOC=0; become php -n bench/program/work.php "$(pick 15000 1000)"; }
. bench/program/common.sh
