#!/bin/sh
# Side-by-side figures against the Python that people use today:
# bench-python.sh PROTOECG [ARGUMENTS of data_set.py]
# ONLY=data_set or ONLY=networks runs one of the two; networks needs PyTorch (3 GB, fetched once, 4.7 GB unpacked).
set -eu
cd "$(dirname "$0")/.."

program=$1
shift
case ${ONLY:-both} in both | data_set | networks) ;; *)
    echo "ONLY=$ONLY: expected data_set or networks" >&2
    exit 2
    ;;
esac
venv=target/bench-python
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
need() {
    "$venv/bin/python" -c "import ${1%%=*}" 2>/dev/null || "$venv/bin/pip" install --quiet --no-cache-dir "$1"
}

if [ "${ONLY:-data_set}" = data_set ]; then
    need wfdb==4.3.1
    "$venv/bin/python" benches/python/data_set.py "$program" "$@"
fi
if [ "${ONLY:-networks}" = networks ]; then
    # The version of libtorch.
    need torch==2.11.0
    "$venv/bin/python" benches/python/networks.py
fi
