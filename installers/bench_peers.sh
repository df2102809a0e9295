#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# Brings the programs that `make bench-paper` compares with, where it may; what is missing is left out of the table.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.local/bin:$PWD/build/uv/bin:$PATH"

declare -A packages=([magick]=imagemagick [tesseract]=tesseract-ocr [postgres]=postgresql [gs]=ghostscript)
lacking=()
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || ls /usr/lib/postgresql/*/bin/"$program" >/dev/null 2>&1 ||
    lacking+=("${packages[$program]}")
done
ls /usr/share/tesseract-ocr/*/tessdata/fra.traineddata >/dev/null 2>&1 || lacking+=(tesseract-ocr-fra)
if ((${#lacking[@]})); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing: ${lacking[*]}"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "${lacking[@]}" >/dev/null || echo "Not all of them could be installed."
  else
    echo "To compare with more: sudo apt-get install -y ${lacking[*]}"
  fi
fi
if ! command -v ocrmypdf >/dev/null && [ ! -x build/peers/bin/ocrmypdf ]; then
  echo "Installing ocrmypdf in build/peers"
  uv venv -q build/peers && uv pip install -q --python build/peers/bin/python ocrmypdf ||
    echo "ocrmypdf could not be installed."
fi
exit 0
