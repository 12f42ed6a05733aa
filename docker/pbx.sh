#!/bin/sh
# Puts asterisk-conf in its place, with the passwords that prepare.sh made where it says CHANGE-ME, and starts
# Asterisk. Files that are not ours stay as Debian has them.
set -eu
# A password is for Asterisk's eyes only.
umask 027
shared="${SHARED:-/shared}"
ours=/usr/local/share/asterisk-conf
etc=/etc/asterisk

place() { # file, name of the secret
  sed "s/CHANGE-ME/$(cat "$shared/$2")/" "$ours/$1" > "$etc/$1"
}
place ari.conf ari_password
place manager.conf ami_secret
place pjsip.conf phone_password
cp "$ours/http.conf" "$ours/extensions.conf" "$etc/"
cp "$shared/extensions_doorman.conf" "$etc/"
chown root:asterisk "$etc"/*.conf

# -f: stays in the foreground; -U: gives up root's rights once it has read who it is.
exec asterisk -f -U asterisk -G asterisk
