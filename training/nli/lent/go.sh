#!/bin/bash
# go.sh SECONDS OUT [TOGETHER]: try the settings of runs.txt on half a, train both halves with the
# best one, bring the best weights of each half to OUT. TOGETHER runs share the GPU (1): six at once
# slowed each other so much that none ended. Each run ends by itself in its share of the time.
set -eu
seconds=$1 together=${3:-1}
mkdir -p "$2"; out=$(cd "$2" && pwd)
cd "$(dirname "$0")"
export TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1
python=${PYTHON:-python3} began=$(date +%s) runs=runs-$(date +%s)
mkdir -p "$runs"
"$python" unpack.py
left() { echo $((seconds - 40 - ($(date +%s) - began))); }  # 40: averaging and rating at the end
phase() { # LIST SECONDS
    waves=$((($(grep -c . "$1") + together - 1) / together)) share=
    share=$(($2 / waves))
    echo "$1: $waves times $share s"
    # shellcheck disable=SC2016
    grep . "$1" | xargs -P "$together" -I{} sh -c \
        'set -- {}; name=$1 log='"$runs"'/$1.log; shift
        timeout '$((share + 20))' "$0" run.py "$name" '"$runs"' --seconds '"$share"' "$@" > $log 2>&1 ||
        { echo "$name did not end:"; tail -n 3 $log; }' "$python" || true
}
phase runs.txt $(($(left) * 2 / 5))
"$python" choose.py "$runs" > "$runs/second.txt"
phase "$runs/second.txt" "$(left)"
"$python" collect.py "$runs" "$out"
ls -l "$out"
