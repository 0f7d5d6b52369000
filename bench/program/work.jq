# SPDX-License-Identifier: MIT
# What jq.sh runs.
[.items[] | . + {key: (.group + "-" + (.id % 10 | tostring)), words: (.text | split(" "))}]
| group_by(.key)
| map({key: .[0].key, count: length, price: (map(.price) | add), tags: ([.[].tags[]] | unique), first: (.[0].words | sort)})
| sort_by(-.count, .key)
| .[0:200][]
