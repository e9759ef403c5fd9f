#!/usr/bin/env bash
# Installs the system packages that are missing, by apt, naming each. Prints nothing when none is.
#
#   setup-system.sh build   to compile: a C++ compiler
#   setup-system.sh run     and to show the window: X11 and OpenGL libraries, which are loaded at run time
#   setup-system.sh test    and to test it: an X server without a screen, a software Vulkan driver, R
#
# The names are those of Debian 12 and later and of Ubuntu 22.04 and later.
set -euo pipefail

purpose=${1:?build, run or test}

# Also on Wayland: X11 is what the window falls back on.
window=(libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libegl1 libgl1-mesa-dri)
testing=(xvfb xdotool mesa-vulkan-drivers r-base-core)

wanted=()
case $purpose in
    build) ;;
    run) wanted+=("${window[@]}") ;;
    test) wanted+=("${window[@]}" "${testing[@]}") ;;
    *) echo "setup-system.sh: build, run or test, not '$purpose'" >&2; exit 2 ;;
esac

# A compiler counts from wherever it came; the package is wanted only when there is none.
if ! command -v cc >/dev/null || ! command -v c++ >/dev/null; then
    wanted+=(g++)
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    if ((${#wanted[@]} > 0)); then
        echo "Not a Debian or Ubuntu machine: please see to it that what these packages contain is there:" >&2
        echo "  ${wanted[*]}" >&2
    fi
    exit 0
fi

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status} ' "$package" 2>/dev/null || true)
    [[ " $status" == *" installed "* ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    exit 0
fi

by_hand() {
    echo "set-up failed: $1" >&2
    echo "Have these packages installed, then run make again:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
}

as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null || by_hand "system packages are missing, and there is no sudo."
    as_root=(sudo)
    # Without a terminal nobody can type a password: fail instead of waiting.
    [[ -t 0 ]] || as_root=(sudo -n)
fi

echo "Installing system packages: ${missing[*]}"
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "${missing[@]}")
# The lists may be old or not there yet, so they are fetched only if it does not work without.
if ! "${install[@]}" >/dev/null 2>&1; then
    "${as_root[@]}" apt-get update -qq || by_hand "apt-get update failed (above)."
    "${install[@]}" >/dev/null || by_hand "apt-get install failed (above)."
fi
