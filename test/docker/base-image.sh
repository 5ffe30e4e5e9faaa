#!/usr/bin/env bash
# Makes the root file system of the base image that Actors' Dockerfiles name, where no registry can be reached: this
# workspace's own Node, npm, a shell with the usual tools, and whatever these link to, all from this machine. As Apify's
# images have them, the SDK and Crawlee are installed in it: it is the one layer that the test Actors share.
#
#   test/docker/base-image.sh FILE.tar
set -euo pipefail
target=$(realpath -m "$1")
workspace=$(cd "$(dirname "$0")/../.." && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
. "$workspace/test/docker/programs.sh"

tools=(sh bash cat chmod chown cp cut date dd df dirname basename du echo env expr false find grep head hostname id ln ls
  mkdir mktemp mv nproc ps pwd readlink realpath rm rmdir sed seq sleep sort stat tail tar tee test touch tr true uname
  uniq wc which whoami xargs yes)

mkdir -p "$root"/{etc,tmp,proc,sys,dev,root,usr/bin,usr/local/bin,usr/local/etc,home/myuser,usr/src/app}
ln -s usr/bin "$root/bin"
# Users other than root reach it, too.
chmod 755 "$root"
chmod 1777 "$root/tmp"
for tool in "${tools[@]}"; do
  # A small Debian need not have each of them, `ps` for one.
  if program=$(type -P "$tool"); then add_program "$program" "/usr/bin/$tool"; fi
done
add_program "$workspace/node_modules/node/bin/node" /usr/local/bin/node
# Compiled packages link to more of the C library than Node does. Real images have all of it.
find "$workspace/node_modules" -name '*-gnu.node' | while read -r module; do add_libraries "$module"; done

npm=$(dirname "$(dirname "$(realpath "$(type -P npm)")")")
mkdir -p "$root/usr/local/lib/node_modules"
cp -a "$npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"

# What this machine needs to reach its npm registry, an image's builds need too.
mkdir -p "$root/etc/ssl/certs"
certificates=/etc/ssl/certs/ca-certificates.crt
if [ -f "$certificates" ]; then cp "$certificates" "$root$certificates"; else touch "$root$certificates"; fi
echo "registry=$(npm config get registry)" > "$root/usr/local/etc/npmrc"

node="$workspace/node_modules/.bin/node"
"$node" --disable-warning=ExperimentalWarning "$workspace/test/docker/base-packages.ts" "$root/usr/src/app"

# Compiled ahead: a boot of an Actor takes a sixth less processor time.
cat > "$root/tmp/imports.mjs" << 'MODULE'
import { createRequire } from 'node:module';
const require = createRequire('/usr/src/app/main.js');
for (const name of ['apify', 'crawlee']) require(name);
MODULE
chroot "$root" /bin/sh -c 'cd /usr/src/app && export PATH=/usr/local/bin:/usr/bin NODE_COMPILE_CACHE=/usr/local/share/compile-cache &&
  node /tmp/imports.mjs && npm ls > /tmp/packages'
rm -rf "$root"/tmp/*

# The user that Apify's images have.
printf 'root:x:0:0:root:/root:/bin/sh\nmyuser:x:1000:1000::/home/myuser:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nmyuser:x:1000:\n' > "$root/etc/group"
chown 1000:1000 "$root/home/myuser" "$root/usr/src/app"

mkdir -p "$(dirname "$target")"
tar -C "$root" -cf "$target" .
