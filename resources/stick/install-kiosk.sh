#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# Makes this Debian machine the kiosk that the folder is for. The hub's command `bundle` writes the folder:
#   words.sh     what is said here, in the operator's language
#   bundle.sh    site, addresses, first and last moment (seconds since 1970), where packages come from
#   kiosks/*     one line of an invitation each: NUMBER.ORGANISATION.KIOSK.txt; used ones end in .used
# Exit code 2: nothing was changed; 3: it is the kiosk, but its screen does not start. POSTE_EXPERT_ROOT: another root of the file system, to try a stick.
set -eu
root=${POSTE_EXPERT_ROOT:-}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/words.sh"
. "$here/bundle.sh"
keyring=$root/usr/share/keyrings/poste-expert-archive-keyring.asc
sources=$root/etc/apt/sources.list.d/poste-expert.sources

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}
step() { printf '\n== %s\n' "$1"; }
said() { printf "$1\n" "$2"; }

[ "$(id -u)" = 0 ] || stop "$W_ROOT"
. "$root/etc/os-release"
[ "$ID-${VERSION_ID:-}-$(dpkg --print-architecture)" = debian-13-amd64 ] || stop "$W_DEBIAN"
now=$(date +%s)
here_and_now=$(date '+%d/%m/%Y %H:%M')
[ "$now" -gt "$((MADE_S - 86400))" ] || stop "$(said "$W_CLOCK" "$here_and_now")"
[ "$now" -lt "$UNTIL_S" ] || stop "$(said "$W_LATE" "$here_and_now")"

set -- "$here"/kiosks/*.txt
if [ ! -e "$1" ]; then
  for used in "$here"/kiosks/*.used; do [ ! -e "$used" ] || said "$W_USED" "$(cat "$used")" >&2; done
  stop "$W_NEW_STICK"
fi
if [ $# -gt 1 ]; then
  # a kiosk keeps its number when others have been made
  for file; do
    name=$(basename "$file" .txt)
    printf '  %s  %s\n' "$(expr "${name%%.*}" + 0)" "${name#*.}"
  done
  printf '%s ' "$W_WHICH"
  read -r chosen
  case $chosen in '' | *[!0-9]* | ?????*) stop "$W_NO_SUCH" ;; esac
  set -- "$here"/kiosks/"$(printf '%04d' "$(expr "$chosen" + 0 || true)")".*.txt
  [ -e "$1" ] || stop "$W_NO_SUCH"
fi
invitation=$1

step "$W_NETWORK"
reached=
set -f # an address is never a pattern of files
for address in $ADDRESSES; do
  # bash gets host and port as words of their own, never as a part of what it runs
  if timeout 10 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "${address%:*}" "${address##*:}" 2>/dev/null; then reached=$address; fi
done
[ "$reached" ] || stop "$(said "$W_NO_HUB" "$ADDRESSES")"
printf '%s\n' "$reached"

step "$W_PACKAGES"
cp "$here/poste-expert-archive-keyring.asc" "$keyring"
if [ ! "$REPOSITORY" ]; then
  # apt reads it as an account of its own, which a stick may keep out
  copy=$root/var/lib/poste-expert-stick
  rm -rf "$copy"
  cp -r "$here/apt" "$copy"
  chmod -R a+rX "$copy"
  REPOSITORY=file:$copy
fi
{
  printf 'URIs: %s\n' "$REPOSITORY"
  grep -v '^URIs:' "$here/poste-expert.sources"
} >"$sources"
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes poste-expert-kiosk poste-expert-archive-keyring

step "$W_ENROL"
enrolled=0
poste-expert-kiosk-enrol "$(head -n 1 "$invitation")" || enrolled=$?
[ $enrolled = 0 ] || [ $enrolled = 3 ] || exit $enrolled
# a stick that cannot be written to keeps a line that is worth nothing any more
if printf '%s\n' "$here_and_now" >"${invitation%.txt}.used" 2>/dev/null; then rm -f "$invitation"; fi

step "$W_DEVICES"
settings=$root/var/lib/poste-expert-kiosk/.config/poste-expert/kiosk.toml
devices=$("$root/opt/poste-expert/bin/expert-app" kiosk-devices || true)
printf '%s\n' "$devices"
lines=
for kind in scanner printer; do
  found=$(printf '%s\n' "$devices" | grep "^$kind = " || true)
  # several: somebody must say which
  [ "$(printf '%s' "$found" | grep -c .)" = 1 ] && ! grep -q "^$kind = " "$settings" && lines="$lines$found
"
done
if [ "$lines" ]; then
  cp -p "$settings" "$settings.new" # its owner and rights
  printf '%s%s\n' "$lines" "$(cat "$settings")" >"$settings.new"
  mv "$settings.new" "$settings"
  [ "$root" ] || [ ! -d /run/systemd/system ] || systemctl restart poste-expert-kiosk || enrolled=3
fi

if [ $enrolled = 3 ]; then
  printf '%s\n' "$W_NO_SCREEN" >&2
  exit 3
fi
step "$W_DONE"
said "$W_CALL" "$SITE"
