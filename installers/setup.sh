#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# Brings what a bare Debian 13 or Ubuntu 24.04 lacks: uv, Qt's system libraries, the Python packages, rrweb, catalogues.
# `setup.sh windows` brings what packs an MSI, `setup.sh packages` what makes Debian packages and their repository,
# `setup.sh test-packages` what installs them into an empty Debian.
# `setup.sh test` brings, as root, what the tests use beside: SANE, TURN, CUPS and its IPP printer, D-Bus, AT-SPI, Xvfb,
# Tesseract, PDFBox, PostgreSQL, Chromium, Firefox, podman. `setup.sh long` brings, beside, what only the long tests use:
# the screen reader Orca, and a window manager before which it reads.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.local/bin:$PATH"

qt=(libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
  libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libnss3 libasound2t64 libxcomposite1 libxdamage1 libxrandr2 libxtst6
  libxkbfile1 libdbus-1-3 libfontconfig1 libpulse0 libglib2.0-0t64 libxfixes3 libwayland-cursor0)
windows=(wixl msitools osslsigncode)
packages=(binutils python3.13 apt-utils gnupg)
machines=(debootstrap systemd-container)
tested=(apt-utils gnupg zsh fish man-db libsane1 coturn libnss3-tools dbus xvfb at-spi2-core gir1.2-atspi-2.0 python3-gi
  gnome-keyring avahi-daemon cups-daemon cups-ipp-utils iproute2 nftables tesseract-ocr tesseract-ocr-fra
  "${windows[@]}" chromium firefox-esr default-jre-headless libpdfbox2-java libjaxb-api-java libactivation-java postgresql
  podman)
long=(orca speech-dispatcher openbox xdotool)

missing() {
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$name"
  done
}

install() {
  echo "Installing: $*"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

brings_uv() {
  # `python3 -m venv` may be a package of its own
  command -v uv >/dev/null || [ -x build/uv/bin/uv ] && return 0
  for python in python3.13 python3.12 /usr/bin/python3 python3; do
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return 0
  done
  return 1
}

if command -v dpkg-query >/dev/null; then
  mapfile -t lacking < <(missing "${qt[@]}")
  brings_uv || lacking+=(python3-venv)
  if [ "${1:-}" = test ] && [ "$(id -u)" = 0 ]; then
    mapfile -t -O "${#lacking[@]}" lacking < <(missing "${tested[@]}")
  fi
  if [ "${1:-}" = long ] && [ "$(id -u)" = 0 ]; then
    mapfile -t -O "${#lacking[@]}" lacking < <(missing "${tested[@]}" "${long[@]}")
  fi
  if [ "${1:-}" = windows ]; then
    mapfile -t -O "${#lacking[@]}" lacking < <(missing "${windows[@]}")
  fi
  if [ "${1:-}" = packages ]; then
    mapfile -t -O "${#lacking[@]}" lacking < <(missing "${packages[@]}")
  fi
  if [ "${1:-}" = test-packages ]; then
    mapfile -t -O "${#lacking[@]}" lacking < <(missing "${packages[@]}" "${machines[@]}")
  fi
  if ((${#lacking[@]})); then
    if [ "$(id -u)" = 0 ]; then
      install "${lacking[@]}"
    else
      echo "Some system libraries are missing. Run this line once, then again what you ran:" >&2
      echo "  sudo apt-get install -y ${lacking[*]}" >&2
      exit 1
    fi
  fi
fi

own_uv() {
  for python in python3.13 python3.12 /usr/bin/python3 python3; do
    command -v "$python" >/dev/null || continue
    rm -rf build/uv
    if "$python" -m venv build/uv >/dev/null 2>&1 && build/uv/bin/pip install -q --require-hashes -r installers/uv.txt; then return 0; fi
  done
  return 1
}

if ! command -v uv >/dev/null && [ ! -x build/uv/bin/uv ]; then
  echo "Installing uv in build/uv"
  mkdir -p build
  if ! own_uv; then
    echo "uv could not be installed: this needs Python with venv and pip, and the Internet." >&2
    exit 1
  fi
fi
command -v uv >/dev/null || export PATH="$PWD/build/uv/bin:$PATH"

stamp=build/setup.stamp
mkdir -p build
if [ ! -f resources/vendor/VENDOR.json ] || [ ! -f resources/vendor/CLIENT.json ]; then
  # uv may have built this project before, elsewhere: only a fresh build brings rrweb and the client's modules here
  uv sync --locked --quiet --compile-bytecode --reinstall-package expert-app
elif [ ! -f "$stamp" ] || [ uv.lock -nt "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ ! -x .venv/bin/python ]; then
  uv sync --locked --quiet --compile-bytecode
fi
if [ "${1:-}" = test ] || [ "${1:-}" = long ]; then
  # six workers that begin together would each compile all of it
  .venv/bin/python -m compileall -q -j 2 -x '(vendor|test_[a-z_0-9]*[.]py)' expert_app views session documents resources tests
  # the pages that the fidelity suite compares beside its own
  .venv/bin/python -m tests.fidelity.design_systems
fi
newer=$(find resources/locale -name '*.po' -newer "$stamp" 2>/dev/null | head -n 1 || true)
if [ -n "$newer" ] || ! ls resources/locale/*/LC_MESSAGES/*.mo >/dev/null 2>&1; then
  .venv/bin/python installers/catalogues.py --compile
fi
touch "$stamp"
