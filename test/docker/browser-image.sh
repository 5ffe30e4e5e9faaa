#!/usr/bin/env bash
# Makes the base image of Actors that use a browser, on top of the one that is called as the other base images are: with
# this machine's Chromium, what it links to, and a font, where Apify's image has a browser of its own.
#
#   test/docker/browser-image.sh SOCKET BASE TAG
set -euo pipefail
socket=$1 base=$2 tag=$3
scripts=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
. "$scripts/programs.sh"

mkdir -p "$root/usr/lib" "$root/usr/share" "$root/etc"
cp -a /usr/lib/chromium "$root/usr/lib/chromium"
# The headless shell where it is installed: it takes a third of the processor time of the whole browser.
browser=/usr/lib/chromium/chromium-headless-shell
if [ -x "$browser" ]; then rm -f "$root/usr/lib/chromium/chromium"; else browser=/usr/lib/chromium/chromium; fi
cp -a /etc/fonts "$root/etc/fonts"
cp -aL /usr/share/fonts "$root/usr/share/fonts"
add_libraries "$browser"
# NSS opens these by their names.
for library in libsoftokn3.so libfreeblpriv3.so libnssckbi.so libsoftokn3.chk libfreeblpriv3.chk; do
  for found in /usr/lib/*-linux-gnu/"$library" /usr/lib/*-linux-gnu/nss/"$library"; do
    [ ! -e "$found" ] || install -D "$(realpath "$found")" "$root$found"
  done
done

cat > "$root/Dockerfile" << DOCKERFILE
FROM $base
COPY . /
ENV APIFY_DEFAULT_BROWSER_PATH=$browser
DOCKERFILE
docker -H "$socket" build --quiet --tag "$tag" "$root" > /dev/null
