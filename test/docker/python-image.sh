#!/usr/bin/env bash
# Makes the base image of Python Actors, on top of the one for Node: with this machine's Python, and pip and Apify's SDK
# installed, as Apify's image has them.
#
#   test/docker/python-image.sh SOCKET BASE TAG UV
#
# UV is the program `uv`, which installs packages from its cache.
set -euo pipefail
socket=$1 base=$2 tag=$3 uv=$4
scripts=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
. "$scripts/programs.sh"

read -r program version library < <(python3 -c '
import os, sys, sysconfig
print(os.path.realpath(sys.executable), sysconfig.get_python_version(), sysconfig.get_path("stdlib"))')
# Python finds its library beside itself, wherever both are.
add_program "$program" "/usr/local/bin/python$version"
for name in python3 python; do ln -s "python$version" "$root/usr/local/bin/$name"; done
mkdir -p "$root/usr/local/lib"
tar -C "$(dirname "$library")" --exclude='site-packages' --exclude='dist-packages' --exclude='config-*' --exclude='test' \
  --exclude='idlelib' --exclude='tkinter' --exclude='ensurepip' --exclude='lib2to3' --exclude='EXTERNALLY-MANAGED' \
  -cf - "$(basename "$library")" | tar -C "$root/usr/local/lib" -xf -

packages=/usr/local/lib/actor-packages
"$uv" pip install --quiet --python "$program" --target "$root$packages" pip 'apify>=4.1,<5'
find "$root/usr/local/lib" -name '*.so' | while read -r module; do add_libraries "$module"; done
printf '#!/bin/sh\nexec python3 -m pip "$@"\n' > "$root/usr/local/bin/pip"
chmod +x "$root/usr/local/bin/pip"

# What this machine needs to reach its package index, an image's builds need too.
mkdir -p "$root/etc"
echo '[global]' > "$root/etc/pip.conf"
index=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2> /dev/null || true)}
if [ -n "$index" ]; then echo "index-url = $index" >> "$root/etc/pip.conf"; fi
certificates=/etc/ssl/certs/ca-certificates.crt
if [ -f "$certificates" ]; then echo "cert = $certificates" >> "$root/etc/pip.conf"; fi

cat > "$root/Dockerfile" << DOCKERFILE
FROM $base
COPY . /
ENV PYTHONPATH=$packages
ENV PYTHONUNBUFFERED=1
CMD ["python3", "-m", "src"]
DOCKERFILE
docker -H "$socket" build --quiet --tag "$tag" "$root" > /dev/null
