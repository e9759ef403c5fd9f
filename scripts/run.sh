#!/usr/bin/env bash
# Starts the release build (made by `make run` just before). Without arguments that is the window.
set -euo pipefail
cd "$(dirname "$0")/.."

program=target/release/protoecg
if [[ $# -eq 0 || ${1:-} == open ]] && [[ -z ${DISPLAY:-}${WAYLAND_DISPLAY:-}${WAYLAND_SOCKET:-} ]]; then
    cat >&2 <<END
protoecg is built ($program), but there is no screen to open its window on (DISPLAY and WAYLAND_DISPLAY are empty).
- On a machine with a screen, run this in a terminal of the desktop.
- Over ssh: ssh -X, then again.
- With no screen at all: Xvfb :9 -screen 0 1600x1000x24 & DISPLAY=:9 make run   (apt-get install xvfb)
- The command line needs no screen: $program --help
END
    exit 1
fi
exec "$program" "$@"
