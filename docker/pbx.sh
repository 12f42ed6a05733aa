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
  secret=$(cat "$shared/$2")
  sed "s/CHANGE-ME/$secret/" "$ours/$1" > "$etc/$1"
}
place ari.conf ari_password
place manager.conf ami_secret
place pjsip.conf phone_password
cp "$ours/http.conf" "$ours/extensions.conf" "$etc/"
cp "$shared/extensions_doorman.conf" "$etc/"
chown root:asterisk "$etc"/*.conf
chmod 640 "$etc"/*.conf
# Where its control socket goes; on a whole Debian systemd makes it.
install -d -o asterisk -g asterisk /run/asterisk

# -f: stays in the foreground; -U: gives up root's rights once it has read who it is.
exec asterisk -f -U asterisk -G asterisk
