#!/usr/bin/env python3
"""Gathers the licences of the Rust crates that are compiled into the release program.

    licences.py FOLDER    writes FOLDER/CRATES.md and one folder per crate with the texts that it carries

Asks cargo for the crates (default features, this platform, no tests), offline: run it after the build.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

TEXT = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|COPYRIGHT|UNLICENSE|[OU]FL\.txt|.*-license\.txt)", re.IGNORECASE)
CODE = {".rs", ".c", ".h", ".toml"}
PLATFORM = "x86_64-unknown-linux-gnu"
# The one licence that crates without a text are used under: it is the same text for everybody.
STANDARD, STANDARD_TEXT = "Apache-2.0", "Apache-2.0.txt"


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked", "--offline"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def linked_crates():
    """The packages in the program. `cargo tree` knows which; `cargo metadata` knows where they lie."""
    tree = cargo("tree", "--edges=normal", f"--target={PLATFORM}", "--prefix=none", "--no-dedupe", "--format={p}")
    names = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    packages = json.loads(cargo("metadata", "--format-version=1", f"--filter-platform={PLATFORM}"))["packages"]
    linked = [package for package in packages
              if (package["name"], f"v{package['version']}") in names and package["source"]]
    return sorted(linked, key=lambda package: (package["name"], package["version"]))


def texts_of(package):
    folder = Path(package["manifest_path"]).parent
    # Fonts of egui have theirs beside them: fonts/Hack-Regular.txt.
    found = [path for path in [*folder.glob("*"), *folder.glob("LICENSE*/*"), *folder.glob("licenses/*")]
             if path.is_file() and TEXT.match(path.name) and path.suffix not in CODE]
    return sorted({*found, *folder.glob("fonts/*.txt")})


def main(target):
    rows, without = [], []
    for package in linked_crates():
        name = f"{package['name']}-{package['version']}"
        licence = package["license"] or f"see {package['license_file']}"
        texts = texts_of(package)
        for text in texts:
            (target / name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target / name / text.name)
        if not texts:
            if STANDARD in licence:
                licence += f" (carries no text; used under {STANDARD_TEXT})"
            else:
                without.append(f"{name} ({licence})")
        authors = ", ".join(re.sub(r"\s*<[^>]*>", "", author) for author in package["authors"])
        rows.append(f"| {package['name']} | {package['version']} | {licence} | {authors} |")
    if without:
        sys.exit(f"These crates carry no licence text and are not under {STANDARD}: {', '.join(without)}. "
                 "Find the text, put it into assets/licences and let scripts/licences.py copy it.")
    head = "# Rust crates in protoecg\n\n| crate | version | licence | authors |\n|---|---|---|---|\n"
    (target / "CRATES.md").write_text(head + "\n".join(rows) + "\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    main(folder)
