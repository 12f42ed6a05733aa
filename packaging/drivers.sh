#!/bin/sh
# Makes the database drivers and the list of holidays, which are optional peers for others, dependencies of the
# package.json in this folder, so that the package and the image bring them in the versions of package-lock.json.
set -eu
for name in date-holidays ioredis mysql2 pg; do
  npm pkg set "dependencies.$name=$(npm pkg get "peerDependencies.$name" | tr -d '"')"
done
npm pkg delete devDependencies peerDependencies peerDependenciesMeta
