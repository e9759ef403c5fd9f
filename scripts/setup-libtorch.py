#!/usr/bin/env python3
"""Puts libtorch into .libtorch from wheels of the Python package index, checksummed.

    setup-libtorch.py          the CPU libraries and the headers (scripts/libtorch.txt)
    setup-libtorch.py --cuda   the GPU libraries beside them (scripts/libtorch-cuda.txt)

Does and prints nothing when that is already there. What was extracted is kept in PROTOECG_CACHE
(default ~/.cache/protoecg), so that the next clean checkout on this machine needs no network.
Only the standard library of Python 3.9 and pip are used; nothing is installed into Python.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

REPOSITORY = Path(__file__).resolve().parent.parent
# Resolved, since worktrees of one repository may share the folder by a symbolic link.
LIBTORCH = (REPOSITORY / ".libtorch").resolve()
SUMS = "SHA256SUMS"

CPU_LIBRARIES = [
    "libtorch.so", "libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcudart.so.13", "libcupti.so.13",
]
CUDA_LIBRARIES = [
    "libtorch_cuda.so", "libtorch_cuda_linalg.so", "libc10_cuda.so", "libcaffe2_nvrtc.so", "libtorch_nvshmem.so",
]
# pip takes a wheel of any of these for this glibc; the newest first.
PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)]
PLATFORMS += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]


class Failure(Exception):
    """Says what went wrong and what to do."""


def place_of(name, cuda):
    """Where a file of a wheel belongs in .libtorch, or None when it is not needed."""
    path = PurePosixPath(name)
    if match := re.fullmatch(r"([^/]+)\.dist-info/(?:licenses/)?((?:LICEN[CS]E|NOTICE)[^/]*)", name, re.IGNORECASE):
        return f"licences/{match[1]}/{match[2]}"
    if name.startswith("torch/include/") and not cuda:
        return str(PurePosixPath("include", *path.parts[2:]))
    if path.parts[0] == "torch":
        wanted = path.name in (CUDA_LIBRARIES if cuda else CPU_LIBRARIES) and path.parent == PurePosixPath("torch/lib")
    elif cuda:
        # One flat folder: libtorch_cuda.so looks beside itself ($ORIGIN), and so do the libraries of NVIDIA.
        wanted = re.fullmatch(r"nvidia/[^/]+/lib/[^/]+\.so(\.\d+)*", name)
    else:
        wanted = path.name in CPU_LIBRARIES
    return f"lib/{path.name}" if wanted else None


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def download(requirements, folder):
    """The wheels that the requirements name; pip refuses any other than those with these checksums."""
    command = [
        sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir", "--no-deps",
        "--require-hashes", "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp",
        "--abi", "cp311",
    ]
    for platform in PLATFORMS:
        command += ["--platform", platform]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
        raise Failure(f"{sys.executable} has no pip. Install it (Debian, Ubuntu: apt-get install python3-pip).")
    if subprocess.run(command, env={**os.environ, "PIP_REQUIRE_VIRTUALENV": "false"}).returncode != 0:
        wanted = [line.split()[0] for line in requirements.read_text().splitlines() if line and line[0] != "#"]
        raise Failure(
            "pip could not get libtorch; the lines above say why.\n"
            "- No network, or a proxy or mirror: pip's own settings apply (HTTPS_PROXY, PIP_INDEX_URL, pip config).\n"
            "- No network at all: put the wheels for Python 3.11 on manylinux x86_64 into a folder and run\n"
            f"  PIP_NO_INDEX=1 PIP_FIND_LINKS=THAT_FOLDER make setup   ({', '.join(wanted)})\n"
            "- THESE PACKAGES DO NOT MATCH THE HASHES: the file arrived damaged or is not the published one;\n"
            "  try again, then try without a mirror. Do not change the checksums."
        )


def extract(wheels, tree, cuda):
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                place = None if member.is_dir() else place_of(member.filename, cuda)
                if place is None:
                    continue
                (tree / place).parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, open(tree / place, "wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
    missing = [name for name in (CUDA_LIBRARIES if cuda else CPU_LIBRARIES) if not (tree / "lib" / name).is_file()]
    if missing:
        raise Failure(f"the wheels lack {', '.join(missing)}: scripts/setup-libtorch.py does not fit their versions.")
    if not cuda:
        # torch-sys compares this with the version that it was written for.
        (tree / "build-version").write_text("2.11.0\n")
    files = sorted(path for path in tree.rglob("*") if path.is_file())
    (tree / SUMS).write_text("".join(f"{sha256(path)}  {path.relative_to(tree)}\n" for path in files))


def is_whole(tree):
    try:
        lines = (tree / SUMS).read_text().splitlines()
        return bool(lines) and all(sha256(tree / line[66:]) == line[:64] for line in lines)
    except OSError:
        return False


def cached_tree(cache, requirements, cuda):
    """The extracted and checked files, from the cache or else from the index."""
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    tree = cache / f"{requirements.stem}-{key}"
    if is_whole(tree):
        return tree
    if tree.exists():
        print(f"{tree} is damaged; it is fetched again.")
        shutil.rmtree(tree)
    partial = cache / f"{requirements.stem}-{key}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    try:
        (partial / "wheels").mkdir(parents=True)
        print(f"Getting {'the GPU libraries, about 2.5 GB' if cuda else 'libtorch 2.11.0, 535 MB'} (once) ...", flush=True)
        download(requirements, partial / "wheels")
        print("Unpacking ...", flush=True)
        extract(partial / "wheels", partial / "tree", cuda)
        (partial / "tree").rename(tree)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return tree


def put(tree, target):
    """Hard links where the file systems allow, since libtorch has half a gigabyte; else copies."""
    for line in (tree / SUMS).read_text().splitlines():
        source, place = tree / line[66:], target / line[66:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        try:
            os.link(source, place)
        except OSError:
            shutil.copyfile(source, place)


def stamp_of(cuda):
    return "stamp-cuda" if cuda else "stamp"


def is_set_up(requirements, cuda):
    stamp = LIBTORCH / stamp_of(cuda)
    wanted = CUDA_LIBRARIES if cuda else [*CPU_LIBRARIES, "../include/torch"]
    return (
        stamp.is_file()
        and stamp.read_bytes() == requirements.read_bytes()
        and all((LIBTORCH / "lib" / name).exists() for name in wanted)
    )


def open_cache():
    """The cache and whether it outlives this run; a home that cannot be written is no reason to fail."""
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "protoecg"
    cache = Path(os.environ.get("PROTOECG_CACHE") or default)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if os.access(cache, os.W_OK):
            return cache, True
    except OSError:
        pass
    print(f"{cache} cannot be written: libtorch is kept in {LIBTORCH} only (PROTOECG_CACHE names another cache).")
    cache = LIBTORCH.with_name(".libtorch.cache")
    cache.mkdir(exist_ok=True)
    return cache, False


def set_up(cuda):
    requirements = REPOSITORY / "scripts" / ("libtorch-cuda.txt" if cuda else "libtorch.txt")
    if is_set_up(requirements, cuda):
        return
    if (os.uname().sysname, os.uname().machine) != ("Linux", "x86_64"):
        raise Failure("protoecg is for Linux on x86-64 only so far.")
    if not os.access(LIBTORCH.parent, os.W_OK):
        raise Failure(f"{LIBTORCH.parent} cannot be written by this user; libtorch goes into {LIBTORCH}.")
    cache, stays = open_cache()
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two builds at once fetch only once
        tree = cached_tree(cache, requirements, cuda)
        # Built beside and renamed, the stamp last: a kill or a full disk never leaves half a libtorch that looks whole.
        target = LIBTORCH if cuda else LIBTORCH.with_name(".libtorch.partial")
        if not cuda:
            shutil.rmtree(target, ignore_errors=True)
        put(tree, target)
        os.sync()
        (target / stamp_of(cuda)).write_bytes(requirements.read_bytes())
        if not cuda:
            if (LIBTORCH / stamp_of(True)).exists():
                print("The GPU libraries belonged to the libtorch before; `make setup-cuda` adds them again.")
            shutil.rmtree(LIBTORCH, ignore_errors=True)
            target.rename(LIBTORCH)
    if not stays:
        shutil.rmtree(cache)
    print(f"libtorch is in {LIBTORCH}." if not cuda else f"The GPU libraries are in {LIBTORCH / 'lib'}.")


def main():
    cuda = sys.argv[1:] == ["--cuda"]
    if sys.argv[1:] and not cuda:
        raise Failure(f"unknown argument {' '.join(sys.argv[1:])}; only --cuda is known.")
    try:
        set_up(cuda)
    except OSError as error:
        needed = "8 GB" if cuda else "2 GB"
        raise Failure(f"{error}. Free space of {needed} is needed here and in the cache (PROTOECG_CACHE).") from error


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"setup of libtorch failed: {failure}")
    except KeyboardInterrupt:
        sys.exit("setup of libtorch interrupted; run it again.")
