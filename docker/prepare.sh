#!/bin/sh
# What PBX and Doorman have to agree on, made before either starts: passwords, once, and the dialplan between them,
# each time, as it follows from the flow files. Runs in Doorman's image.
set -eu
umask 077
app=$(cd "$(dirname "$0")/.." && pwd)
cd "${SHARED:-/shared}"

for name in ari_password ami_secret phone_password; do
  [ -s "$name" ] || node -e 'console.log(require("node:crypto").randomBytes(24).toString("hex"))' > "$name"
done

# Written beside and moved, so that a mistake in the flow files leaves the dialplan that was there.
(cd "$app" && node dist/src/cli/doorman.js dialplan) > extensions_doorman.conf.new
mv extensions_doorman.conf.new extensions_doorman.conf
