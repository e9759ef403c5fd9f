#!/usr/bin/env bash
# Packs the release build (made by `make package` just before) with all that it needs at run time into
# dist/protoecg-VERSION-linux-x86_64.tar.gz:
#
#   bin/protoecg     finds lib/ by its rpath and models/ beside bin/
#   lib/             libtorch for the CPU
#   models/          the bundles that come with the program
#   licences/        of everything in here
set -euo pipefail
cd "$(dirname "$0")/.."

program=target/release/protoecg
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n1)
name=protoecg-$version-linux-x86_64
mkdir -p dist
root=dist/$name
rm -rf "$root"
mkdir -p "$root"/{bin,lib,models,licences}

install -m 755 "$program" "$root/bin/protoecg"

# libtorch.so itself is not needed: it holds nothing, and would ask for the GPU libraries.
for library in libtorch_cpu.so libc10.so libgomp.so.1 libcudart.so.13 libcupti.so.13; do
    install -m 644 ".libtorch/lib/$library" "$root/lib/$library"
done
# A library that is neither here nor part of every Linux would be missed only on the user's machine.
system='ld-linux-x86-64.so.2|lib(c|m|dl|rt|pthread|util|gcc_s|stdc\+\+)\.so\.[0-9]+'
for file in "$root/bin/protoecg" "$root"/lib/*; do
    libraries=$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    while read -r needed; do
        if [[ -n $needed &&  ! -e $root/lib/$needed && ! $needed =~ ^($system)$ ]]; then
            echo "package failed: $file needs $needed, which is not in the package (scripts/package.sh)." >&2
            exit 1
        fi
    done <<<"$libraries"
done

# By name: a bundle that somebody has trained here on patients' ECGs must not slip in.
for bundle in demo-rhythm ptbxl-excerpt-rhythm; do
    if [[ ! -f models/$bundle/manifest.ron ]]; then
        echo "package failed: models/$bundle is not a bundle (no manifest.ron); it comes with the repository." >&2
        exit 1
    fi
    cp -r "models/$bundle" "$root/models/"
done

cp LICENSE README.md "$root/"
cp assets/licences/* assets/fonts/LICENSE-Inter.txt "$root/licences/"
for part in torch nvidia_cuda_runtime nvidia_cuda_cupti; do
    cp -r .libtorch/licences/"$part"-* "$root/licences/"
done
scripts/licences.py "$root/licences/crates"
mkdir "$root/licences/rust"
if ! cp "$(rustc --print sysroot)"/share/doc/rust/COPYRIGHT-library.html "$root/licences/rust/" 2>/dev/null; then
    echo "https://github.com/rust-lang/rust/blob/$(rustc --version | cut -d' ' -f2)/COPYRIGHT" \
        >"$root/licences/rust/COPYRIGHT.txt"
fi

tar --create --gzip --file "$root.tar.gz" --owner=0 --group=0 --numeric-owner --sort=name -C dist "$name"
rm -rf "$root"
echo "$root.tar.gz ($(du -h "$root.tar.gz" | cut -f1))"
