#!/bin/sh
# Runs the fuzz targets one after the other: fuzz.sh SECONDS [TARGET...]
#
# Needs cargo-fuzz (cargo install cargo-fuzz). The corpus in fuzz/corpus starts
# from the self-made files in tests/fixtures and, where they are, the sample
# files in ../shared/formats, and stays between runs; what fails is kept in
# fuzz/artifacts.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-600}
[ $# -gt 0 ] && shift
if ! command -v cargo-fuzz >/dev/null; then
    echo "cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2
    exit 1
fi
# One stable toolchain serves; nothing here is unsafe, so no sanitizer is needed.
export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR="$PWD/fuzz/target"
mkdir -p "$CARGO_TARGET_DIR"
# The readers make a key for pseudonyms: not the user's own.
XDG_DATA_HOME=$(mktemp -d)
export XDG_DATA_HOME
trap 'rm -rf "$XDG_DATA_HOME" /dev/shm/protoecg-fuzz-*' EXIT

fixtures=tests/fixtures/formats
samples=../shared/formats
seed() { # target file...
    mkdir -p "fuzz/corpus/$1"
    target=$1
    shift
    for file in "$@"; do
        # Small files only: libFuzzer is fastest with them.
        if [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 65536 ]; then
            cp "$file" "fuzz/corpus/$target/$(basename "$file")"
        fi
    done
}
seed edf "$fixtures"/*.edf "$fixtures"/*.bdf
seed npy "$fixtures"/*.npy
seed sidecar "$fixtures"/*.ron
carts=tests/truth/carts
seed dicom "$carts"/*.dcm
seed scp_ecg tests/truth/scp/*.scp "$samples"/scp/*
seed hl7_aecg "$samples"/hl7-aecg/*
seed muse_xml "$carts"/muse.xml
seed philips_xml "$carts"/philips-*.xml
mkdir -p fuzz/corpus/csv fuzz/corpus/wfdb
printf 'I,V6\n1,2\n3.5,-4e1\n,NaN\n' >fuzz/corpus/csv/comma
printf 'time;V6;I\r\n0;1;2\r\n0.1;3;4\r\n' >fuzz/corpus/csv/semicolon
# The target wfdb takes the files x.hea x.dat y.hea y.dat with a line -- between them.
mark() { printf '\n--\n'; }
{
    printf 'x/3 2 100 50\ny 20\n~ 10\ny 20\n'
    mark
    mark
    sed 's/var_1/y/' "$fixtures/var_1.hea"
    mark
    cat "$fixtures/var_1.dat"
} >fuzz/corpus/wfdb/segments
{
    sed 's/skewed/x/' "$fixtures/skewed.hea"
    mark
    cat "$fixtures/skewed.dat"
} >fuzz/corpus/wfdb/skewed
for code in 8 16 24 32 61 80 160 212 310 311; do
    {
        printf 'x 2 100 20\nx.dat %sx2 200/mV\nx.dat %s:1 100(5)/uV 12 0 7\n' "$code" "$code"
        mark
        head -c 240 "$fixtures/plus.edf"
    } >"fuzz/corpus/wfdb/format$code"
done
for i in 0 1 2; do
    flac=$samples/wfdb/flacformats.d$i
    if [ -f "$flac" ]; then
        {
            printf 'x 1 200 499\nx.dat 5%02d 200/mV\n' "$((8 + 8 * i))"
            mark
            cat "$flac"
        } >"fuzz/corpus/wfdb/flac$i"
    fi
done
seed open "$fixtures"/* "$carts"/* tests/truth/scp/*.scp "$samples"/*/*

failed=
for target in $(sed -n 's/^name = "\(.*\)"/\1/p' fuzz/Cargo.toml | tail -n +2); do
    case " $* " in "  " | *" $target "*) ;; *) continue ;; esac
    mkdir -p "fuzz/corpus/$target"
    echo "== $target, $seconds s"
    log=fuzz/target/$target.log
    cargo fuzz run --sanitizer none "$target" -- \
        -max_total_time="$seconds" -timeout=2 -malloc_limit_mb=256 -rss_limit_mb=512 \
        -max_len=65536 -print_final_stats=1 >"$log" 2>&1 || failed="$failed $target"
    # The last line of coverage, the numbers, and what was found if anything was.
    grep 'cov:' "$log" | tail -n 1 || true
    grep -E '^stat::|panicked|ERROR|SUMMARY|Test unit written' "$log" || true
done
if [ -n "$failed" ]; then
    echo "found something:$failed; see fuzz/artifacts and fuzz/target/TARGET.log" >&2
    exit 1
fi
