#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# Brings what a bare Debian 13 or Ubuntu 24.04 lacks: uv, Qt's system libraries, the Python packages, rrweb, catalogues.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.local/bin:$PATH"

packages=(libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
  libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libnss3 libasound2t64 libxcomposite1 libxdamage1 libxrandr2 libxtst6
  libxkbfile1 libdbus-1-3 libfontconfig1 libpulse0 fonts-dejavu-core)

if command -v dpkg-query >/dev/null; then
  missing=()
  for name in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
  done
  if ((${#missing[@]})); then
    if [ "$(id -u)" = 0 ]; then
      echo "Installing Qt's system libraries: ${missing[*]}"
      apt-get update -qq
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    else
      echo "Some system libraries are missing. Run this line once, then again what you ran:" >&2
      echo "  sudo apt-get install -y ${missing[*]}" >&2
      exit 1
    fi
  fi
fi

if ! command -v uv >/dev/null; then
  echo "Installing uv in build/uv"
  for python in python3.13 python3.12 python3 /usr/bin/python3; do
    command -v "$python" >/dev/null || continue
    if "$python" -m venv build/uv 2>/dev/null && build/uv/bin/pip install -q uv; then break; fi
    rm -rf build/uv
    if "$python" -m pip install -q --user --break-system-packages uv 2>/dev/null; then break; fi
  done
  if [ -x build/uv/bin/uv ]; then
    mkdir -p "$HOME/.local/bin"
    ln -sf "$PWD/build/uv/bin/uv" "$HOME/.local/bin/uv"
  fi
  command -v uv >/dev/null || {
    echo "uv could not be installed. Run: sudo apt-get install -y python3-venv, then again what you ran." >&2
    exit 1
  }
fi

stamp=build/setup.stamp
mkdir -p build
if [ ! -f resources/vendor/VENDOR.json ]; then
  uv sync --locked --quiet --compile-bytecode --reinstall-package expert-app
elif [ ! -f "$stamp" ] || [ uv.lock -nt "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ ! -x .venv/bin/python ]; then
  uv sync --locked --quiet --compile-bytecode
fi
newest=$(find resources/locale -name '*.po' -newer "$stamp" 2>/dev/null | head -n 1 || true)
if [ -n "$newest" ] || ! ls resources/locale/*/LC_MESSAGES/*.mo >/dev/null 2>&1; then
  uv run --no-sync --quiet python installers/catalogues.py --compile
fi
touch "$stamp"
