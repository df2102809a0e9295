#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# `make image`: the hub as an OCI image, dist/poste-expert-hub-VERSION.oci.tar, from `make packages`' .deb and Debian 13.
# As root on Debian 13; brings mmdebstrap and buildah. With `--root-only` it stops when root.tar is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=build/image
deb=$(ls -t dist/poste-expert_*_amd64.deb dist/*/poste-expert_*_amd64.deb 2>/dev/null | head -n 1 || true)
[ -n "$deb" ] || { echo "dist has no poste-expert_*_amd64.deb: run \`make packages\`" >&2; exit 1; }
version=$(dpkg-deb --field "$deb" Version)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
command -v mmdebstrap >/dev/null && command -v buildah >/dev/null ||
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap buildah netavark crun; }
mkdir -p "$work"

# what Debian brings for people
left_out=()
for pattern in '/usr/share/man/*' '/usr/share/locale/*' '/usr/share/doc/*/changelog*' '/usr/share/info/*'; do
  left_out+=("--dpkgopt=path-exclude=$pattern")
done

depends=$(dpkg-deb --field "$deb" Depends | sed 's/([^)]*)//g; s/ //g')
mmdebstrap --quiet --variant=essential --include="$depends,tzdata" "${left_out[@]}" \
  --customize-hook="upload '$deb' /programs.deb" \
  --customize-hook='chroot "$1" dpkg --install /programs.deb && rm "$1/programs.deb"' \
  --customize-hook='echo "poste-expert:x:10001:10001:Poste Expert hub:/var/lib/poste-expert:/usr/sbin/nologin" >> "$1/etc/passwd"' \
  --customize-hook='echo "poste-expert:x:10001:" >> "$1/etc/group"' \
  --customize-hook='install -d -o 10001 -g 10001 -m 700 "$1/etc/poste-expert" "$1/var/lib/poste-expert" "$1/var/backups/poste-expert"' \
  --customize-hook='install -m 755 installers/image/poste-expert-health "$1/usr/bin/"' \
  --customize-hook='rm -rf "$1/var/lib/apt" "$1/var/cache" "$1/var/log"; mkdir -p "$1/var/cache" "$1/var/log"' \
  trixie "$work/root.tar"
[ "${1:-}" != --root-only ] || exit 0

image=poste-expert-hub:$(tr '+~' '--' <<< "$version")
buildah --storage-driver=vfs build --quiet --isolation=chroot --format=oci --timestamp "$SOURCE_DATE_EPOCH" \
  --label org.opencontainers.image.title="Poste Expert hub" --label org.opencontainers.image.version="$version" \
  --label org.opencontainers.image.licenses=GPL-3.0-only \
  --tag "$image" --file installers/image/Containerfile "$work" >/dev/null
out=dist/poste-expert-hub-$version.oci.tar
rm -f "$out"
buildah --storage-driver=vfs push --quiet "$image" "oci-archive:$out:$image"
echo "$out: $(du -m "$out" | cut -f1) MB, $image"
