#!/usr/bin/env bash
# Pictures of every screen in both themes, of the demonstration (simulated ECGs), under an X server of our own:
# docs/pictures/SCREEN-THEME.png, which the README shows.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${PROTOECG_PROGRAM:-$PWD/target/release/protoecg}
home=$(mktemp -d)
trap 'kill "${server:-}" "${training:-}" 2>/dev/null || true; rm -rf "$home"' EXIT
exec 3< <(exec Xvfb -displayfd 1 -screen 0 1600x1000x24 -nolisten tcp 2>/dev/null & echo "pid $!"; wait)
read -r _ server <&3
read -r display <&3
export DISPLAY=":$display" HOME=$home XDG_DATA_HOME=$home XDG_RUNTIME_DIR=$home
unset WAYLAND_DISPLAY WAYLAND_SOCKET
mkdir -p docs/pictures

picture() {
    "$program" open models/demo-rhythm/example.hea --bundle demo-rhythm --reviews "$home/reviews" --rater R1 \
        --picture "docs/pictures/$1-$2.png" --screen "$1" --theme "$2" --width 1280 --height 800 "${@:3}"
}
# A rater answers some prototypes first, by keyboard, so that the statistics have something to show.
"$program" open models/demo-rhythm/example.hea --bundle demo-rhythm --reviews "$home/reviews" 2>/dev/null &
window=$!
sleep 10
xdotool search --name protoecg windowfocus
keys() { for key in "$@"; do xdotool key "$key"; sleep 0.4; done; }
keys ctrl+2; sleep 2
xdotool type R1; keys Return; sleep 2
for answer in "4 f" "5 g" "4 g" "3 d" "5 f" "2 s" "4 f" "5 g" "4 d" "5 g" "3 f" "4 g"; do
    # shellcheck disable=SC2086
    keys $answer Return
    sleep 0.8
done
keys e Return; sleep 1
kill "$window"; wait "$window" || true

for theme in light dark; do
    for screen in read review; do
        picture "$screen" "$theme"
    done
done
# Numbers are shown when the queue is closed.
"$program" review close "$home"/reviews/*.sqlite --rater R1
for theme in light dark; do
    picture statistics "$theme"
done

# A training of the demonstration on few ECGs, while it goes on: when its prototypes have been projected.
"$program" simulate --records 300 --seed 1 --only rhythm --out "$home/data" >/dev/null 2>&1
"$program" train rhythm-demo --print | sed 's/epochs: 16/epochs: 6/' >"$home/few-epochs.ron"
"$program" train "$home/few-epochs.ron" --data "$home/data" --out "$home/demo-rhythm" --device cpu >/dev/null 2>&1 &
training=$!
until grep -qs '"projected"' "$home"/demo-rhythm*/training_log.jsonl || ! kill -0 "$training" 2>/dev/null; do sleep 0.2; done
for theme in light dark; do
    picture train "$theme" --run "$home/demo-rhythm"
done
