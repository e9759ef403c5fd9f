#!/bin/sh
# Side-by-side figures against the Python that people use today: bench-python.sh PROTOECG [ARGUMENTS of data_set.py]
set -eu
cd "$(dirname "$0")/.."

program=$1
shift
venv=target/bench-python
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import wfdb' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet wfdb==4.3.1
fi
exec "$venv/bin/python" benches/python/data_set.py "$program" "$@"
