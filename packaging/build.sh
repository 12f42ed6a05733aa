#!/bin/sh
# Builds dist/doorman_<version>_amd64.deb from a clone that is built. "npm run package" builds it first and runs this;
# an argument gives another version than that of package.json. The same commit gives the same bytes.
set -eu
umask 022
cd "$(dirname "$0")/.."

[ "$(dpkg --print-architecture)" = amd64 ] || { echo "The package is built on amd64 only." >&2; exit 1; }
version=${1:-$(node -p 'require("./package.json").version')}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
app=$root/usr/lib/doorman
doc=$root/usr/share/doc/doorman

# The program, its production dependencies, and a Node.js of its own.
mkdir -p "$app/bin"
cp package.json package-lock.json "$app"
(cd "$app" && npm pkg set version="$version" && sh "$OLDPWD/packaging/drivers.sh" && npm install --omit=dev --ignore-scripts --no-audit --no-fund)
node_package=$(node --input-type=module -e \
  'import { fetchedNode } from "./test/node.mjs"; console.log(fetchedNode(console.error))')
mkdir -p "$doc"
(cd "$app" && npm sbom --sbom-format cyclonedx --omit dev) |
  node packaging/sbom.mjs "$node_package" "$app/node_modules" > "$doc/doorman.cdx.json"
rm "$app/package-lock.json"
mkdir "$app/dist"
cp -r dist/src "$app/dist/src"
find "$app" -name '*.map' -delete
cp "$node_package/LICENSE" "$app/bin/LICENSE"
strip -o "$app/bin/node" "$node_package/bin/node"
# Of npm's packages: what configures their authors' tools goes, and nothing but esbuild is executed.
find "$app/node_modules" -mindepth 1 -name '.*' -prune -exec rm -r {} +
find "$app" -type f -exec chmod 644 {} +
chmod 755 "$app/bin/node" "$app/node_modules/@esbuild/linux-x64/bin/esbuild"

install -D -m 755 packaging/doorman -t "$root/usr/bin"
install -D -m 644 packaging/doorman.service -t "$root/usr/lib/systemd/system"
install -D -m 644 packaging/copyright NOTICE README.md SECURITY.md -t "$doc"
cp -r asterisk-conf "$doc/examples"
install -D -m 644 packaging/lintian-overrides "$root/usr/share/lintian/overrides/doorman"

# What the commands' --help says, as a manual page and for Tab.
mkdir -p "$root/usr/share/man/man1" "$root/usr/share/bash-completion/completions"
node dist/packaging/manual.js "$version" "$date" | gzip -n9 > "$root/usr/share/man/man1/doorman.1.gz"
node dist/packaging/completion.js > "$root/usr/share/bash-completion/completions/doorman"
gzip -n9 < CHANGELOG.md > "$doc/NEWS.gz"
gzip -n9 > "$doc/changelog.gz" <<EOF
doorman ($version) unstable; urgency=medium

  * Built from commit $(git rev-parse --short=12 HEAD). NEWS.gz says what changed.

 -- $(sed -n 's/^Maintainer: //p' packaging/control)  $date
EOF

mkdir "$root/DEBIAN"
install -m 755 packaging/postinst packaging/prerm packaging/postrm "$root/DEBIAN"
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) > "$root/DEBIAN/md5sums"
# As dpkg-gencontrol counts: what du says depends on the file system.
size=$(find "$root/usr" -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }')
sed "s/@VERSION@/$version/; s/@SIZE@/$size/" packaging/control > "$root/DEBIAN/control"

find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --build --root-owner-group "$root" "dist/doorman_${version}_amd64.deb"
