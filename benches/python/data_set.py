"""Building the signal cache of a data set against wfdb-python reading the same records, in one run.

    make bench-python                               # or, with a Python that has wfdb and numpy:
    benches/python/data_set.py PROTOECG [--records N] [--folder DIR]

Simulates N records (21,799, PTB-XL's number) in DIR, which is removed afterwards. Every figure is wall-clock time on this
machine as it is; the rounds alternate, so compare within the run.
"""

import argparse
import csv
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import wfdb

ROUNDS = 3


def timed(work, *arguments):
    begun = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - begun, result


def read(path):
    """The numbers of 16 bits of a record, as the cache keeps them."""
    return wfdb.rdrecord(path, physical=False).d_signal.astype(numpy.int16)


def with_python(paths, target, processes):
    """Reads the records with wfdb-python and writes one array."""
    if processes == 1:
        signals = [read(path) for path in paths]
    else:
        with multiprocessing.Pool(processes) as pool:
            signals = pool.map(read, paths, chunksize=64)
    numpy.save(target, numpy.stack(signals))


def forget(paths):
    """Takes files out of the page cache, and nothing else."""
    os.sync()
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)


def read_through(path):
    with open(path, "rb", buffering=0) as file:
        while file.read(1 << 22):
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("protoecg", type=Path)
    parser.add_argument("--records", type=int, default=21799)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--python-records", type=int, default=2000, help="wfdb-python reads so many, and is scaled")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="protoecg-bench-", dir=options.folder))
    try:
        measure(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(options, folder):
    data, cache = folder / "data", folder / "cache"
    program = str(options.protoecg)
    seconds, _ = timed(lambda: subprocess.run(
        [program, "simulate", "--records", str(options.records), "--seed", "1", "--out", str(data)], check=True))
    print(f"simulate {options.records} records: {seconds:.1f} s")
    with open(data / "ptbxl_database.csv", newline="") as table:
        paths = [str(data / row["filename_lr"]) for row in csv.DictReader(table)]
    some = paths[:options.python_records]
    cores = len(os.sched_getaffinity(0))

    def with_protoecg(*extra):
        command = [program, "cache", str(data), "--cache", str(cache), "--json", *extra]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    rows = {"protoecg": [], "one process": [], "all cores": []}
    for _ in range(ROUNDS):
        shutil.rmtree(cache, ignore_errors=True)
        seconds, report = timed(with_protoecg)
        assert report["read_anew"] == report["records"] == len(paths) and report["left_out"] == 0
        rows["protoecg"].append(seconds / len(paths))
        for name, processes in [("one process", 1), ("all cores", cores)]:
            seconds, _ = timed(with_python, some, folder / "python.npy", processes)
            rows[name].append(seconds / len(some))
    median = {name: statistics.median(values) for name, values in rows.items()}
    ours = median["protoecg"]
    print(f"build the cache: {ours * 1e3:.3f} ms a record, {ours * len(paths):.2f} s for all ({cores} cores)")
    for name in ["one process", "all cores"]:
        print(f"wfdb-python, {name}: {median[name] * 1e3:.2f} ms a record, {median[name] / ours:.0f} times as long "
              f"(rounds: {', '.join(f'{a / b:.0f}' for a, b in zip(rows[name], rows['protoecg']))})")

    report = with_protoecg("--measure")
    print(f"warm: open {report['open_s']:.2f} s, load all {report['load_s']:.2f} s, "
          f"load and filter {report['load_and_filter_s']:.2f} s")

    # The disk's limit: the same bytes in one stream.
    sources = [path + suffix for path in paths for suffix in (".hea", ".dat")]
    amount = sum(os.path.getsize(path) for path in sources)
    big = folder / "stream"
    with open(big, "wb") as out:
        for path in sources:
            out.write(Path(path).read_bytes())
    os.sync()
    forget([big])
    stream, _ = timed(read_through, big)
    shutil.rmtree(cache)
    forget(sources)
    cold, _ = timed(with_protoecg)
    print(f"cold: {amount / 1e6:.0f} MB in one stream {stream:.2f} s ({amount / 1e6 / stream:.0f} MB/s); "
          f"build from {len(sources)} files {cold:.2f} s, {100 * stream / cold:.0f} % of the disk's limit")


if __name__ == "__main__":
    sys.exit(main())
