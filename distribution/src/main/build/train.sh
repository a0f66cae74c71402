#!/bin/sh
# train.sh PROGRAM WORK: starts and ends the program once and keeps what Java learned of its classes in lib/posthouse.aot
# (JEP 514), so that later starts are quicker. Without that file everything works too.
set -eu
program=$1 work=$2
rm -rf "$work" "$program/lib/posthouse.aot"
mkdir -p "$work/conf"
cat >"$work/conf/posthouse.conf" <<'END'
hostname = training.example
domains  = training.example
enable   = protocol-*
[listener mx]
address  = 127.0.0.1
protocol = smtp
port     = 0
END
export POSTHOUSE_JAVA_OPTS="-XX:AOTCacheOutput=$work/posthouse.aot"
"$program/bin/posthouse" --home "$work" run >"$work/out" 2>&1 &
waited=0
until grep -q '^posthouse: ready' "$work/out"; do
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || { kill "$!" || true; exit 1; }
    sleep 0.1
done
kill "$!"
wait "$!" || true
chmod 644 "$work/posthouse.aot"
mv "$work/posthouse.aot" "$program/lib/posthouse.aot"
