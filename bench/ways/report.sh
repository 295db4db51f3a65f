# What both ways end with, in one exec. Prints the time (ns) before, between and after the three.
# A step that finds no data fails, and the next one goes on: its total is wrong, and counts so.
cd /app || exit
date +%s%N
coverage combine --keep --quiet --data-file=/data/out/.coverage /data/coverage >&2
date +%s%N
coverage json --quiet --data-file=/data/out/.coverage -o /data/out/coverage.json >&2
date +%s%N
coverage html --quiet --data-file=/data/out/.coverage -d /data/out/html >&2
date +%s%N
