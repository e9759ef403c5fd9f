#!/usr/bin/env bash
# Tries the archive that `make package` wrote in an empty Debian root without Rust, Python or network, as root:
# version, an explanation of a simulated ECG, and the window on an X server outside.
#
#   test-package.sh [SUITE]     default: the suite of this machine, for instance bookworm
#
# The root is kept in target/package-root-SUITE for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "test-package failed: $1" >&2; exit 1; }

((EUID == 0)) || fail "run it as root: debootstrap and chroot need that."
for tool in debootstrap Xvfb unshare; do
    command -v "$tool" >/dev/null || fail "$tool is missing (apt-get install debootstrap xvfb util-linux)."
done
shopt -s nullglob
archives=(dist/protoecg-*-linux-x86_64.tar.gz)
((${#archives[@]} == 1)) || fail "one archive is wanted in dist/, there are ${#archives[@]} (make package)."

# shellcheck source=/dev/null
suite=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
root=$PWD/target/package-root-$suite
if [[ ! -e $root/made ]]; then
    # The mirror is the one that apt uses here.
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" | head -n1)
    [[ -n $mirror ]] || fail "apt knows no mirror of $suite (/etc/apt/sources.list)."
    rm -rf "$root"
    packages=$(sed -n 's/^window=(\(.*\))$/\1/p' scripts/setup-system.sh | tr ' ' ',')
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >"$root.log" \
        || fail "debootstrap did not finish: see $root.log."
    touch "$root/made"
fi

rm -rf "$root/opt"/*
tar --extract --gzip --file "${archives[0]}" --directory "$root/opt" --strip-components=1
mkdir -p "$root/tmp/.X11-unix" "$root/proc"

display=
window=
end() {
    [[ -z $window ]] || kill "$window" 2>/dev/null || true
    [[ -z $display ]] || kill "$display" 2>/dev/null || true
}
trap end EXIT

# Own network (none) and own mounts, which end with the command: /proc, since the program looks up its own path there,
# and the socket of the X server.
# shellcheck disable=SC2016
inside=(unshare --net --mount -- bash -c '
    mount -t proc proc "$0/proc" && mount --bind /tmp/.X11-unix "$0/tmp/.X11-unix" && root=$0 &&
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DISPLAY=:77 LIBGL_ALWAYS_SOFTWARE=1 chroot "$root" "$@"
' "$root")
mkdir -p /tmp/.X11-unix

echo "== in a root without Rust and Python ($suite)"
"${inside[@]}" true || fail "nothing can be started in $root."
! "${inside[@]}" sh -c 'command -v python3 || command -v cargo || command -v cc' || fail "the root is not as bare as it should be."

echo "== version"
"${inside[@]}" /opt/bin/protoecg --version

echo "== a simulated ECG, predicted and explained by the demo bundle"
"${inside[@]}" /opt/bin/protoecg simulate --records 2 --seed 1 --out /tmp/ecgs >/dev/null
header=$("${inside[@]}" find /tmp/ecgs -name '*_hr.hea' -o -name '*_lr.hea' | sort | head -n1)
[[ -n $header ]] || fail "simulate wrote no record."
"${inside[@]}" /opt/bin/protoecg predict "$header" --json | grep -q '"schema"' || fail "predict --json gave no document."
for kind in json png pdf; do
    "${inside[@]}" /opt/bin/protoecg explain "$header" --out "/tmp/explained.$kind" >/dev/null
    [[ -s $root/tmp/explained.$kind ]] || fail "explain wrote no .$kind."
done

echo "== the window"
Xvfb :77 -screen 0 1600x1000x24 -nolisten tcp -fbdir "$root/tmp" >/dev/null 2>&1 &
display=$!
sleep 2
"${inside[@]}" /opt/bin/protoecg open "$header" &
window=$!
sleep 20
kill -0 "$window" 2>/dev/null || fail "the window ended by itself."
# What is on the screen, without any tool: a frame buffer of one colour means that nothing was drawn.
colours=$(tail -c 6400000 "$root/tmp/Xvfb_screen0" | od -An -v -w4 -tx4 | sort -u | wc -l)
((colours > 50)) || fail "the window drew only $colours colours."
echo "drawn in $colours colours"
echo "== all right"
