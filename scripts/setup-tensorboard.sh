#!/usr/bin/env bash
# Puts TensorBoard's reader into .tensorboard, for the test that reads our event files with it (23 MB to fetch, once).
# Does and prints nothing when it is there. The folder itself stays in PROTOECG_CACHE, so that the next clean checkout
# on this machine needs no network. Nothing is installed into Python; scripts/tensorboard.txt pins versions and SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(python3 -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
key=$(sha256sum scripts/tensorboard.txt | cut -c1-12)-$python
[[ $(cat .tensorboard/key 2>/dev/null) == "$key" ]] && exit 0

cache=${PROTOECG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/protoecg}
mkdir -p "$cache" 2>/dev/null && [[ -w $cache ]] || cache=$PWD/.tensorboard.cache
tree=$cache/tensorboard-$key
if [[ $(cat "$tree/key" 2>/dev/null) != "$key" ]]; then
    echo "Getting TensorBoard's reader for the tests, 23 MB (once) ..."
    partial=$tree.partial.$$
    trap 'rm -rf "$partial"' EXIT
    mkdir -p "$partial"
    if ! PIP_REQUIRE_VIRTUALENV=false PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes --only-binary=:all: --target "$partial" --requirement scripts/tensorboard.txt; then
        echo "set-up failed: pip could not get TensorBoard; the lines above say why." >&2
        echo "pip's own settings apply (HTTPS_PROXY, PIP_INDEX_URL, PIP_FIND_LINKS). Python 3.10 to 3.13 is needed." >&2
        exit 1
    fi
    # Last, so that half a folder never looks whole; of two set-ups at once the second finds it there.
    echo "$key" >"$partial/key"
    rm -rf "$tree"
    mv -T "$partial" "$tree" 2>/dev/null || [[ -f $tree/key ]]
fi
rm -rf .tensorboard
ln -s "$tree" .tensorboard
