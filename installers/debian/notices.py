# SPDX-License-Identifier: GPL-3.0-only
"""Prints the notices of all that others wrote and the package carries. Used by `build.py`, run by
the tree's own Python.

Each Python package as its metadata says it; what wheels carry along that is no Python package, from
`carried.txt`; then the texts of the licences.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LICENCE_WORDS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")
CARRIED = Path(__file__).with_name("carried.txt")


def ffmpeg_licence(library: str) -> str:
    """What a library of FFmpeg says of itself."""
    found = next(Path(sys.argv[1]).glob(library))
    said = re.search(rb"libavutil license: ([^\0]+)", found.read_bytes())
    return said[1].decode() if said else "see its sources"


def licence_of(package: importlib.metadata.Distribution) -> str:
    """The licence in one line."""
    fields = package.metadata
    given = fields.get("License-Expression") or fields.get("License") or ""
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in fields.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    return (given.strip().splitlines() or [", ".join(classifiers) or "see its texts"])[0]


def texts_of(package: importlib.metadata.Distribution) -> Iterator[str]:
    """The texts of its licences, as it brought them."""
    for file in sorted(package.files or [], key=str):
        path = Path(str(file.locate()))
        is_licence = any(word in path.name.upper() for word in LICENCE_WORDS)
        if ".dist-info" in str(file) and is_licence and path.is_file():
            yield f"---- {file} ----\n{path.read_text('utf-8', 'replace').strip()}\n"


def main() -> None:
    """The command: `notices.py SITE-PACKAGES`."""
    packages = sorted(importlib.metadata.distributions(), key=lambda one: one.name.lower())
    others = [one for one in packages if one.name != "expert-app"]
    print("Poste Expert carries the work of others. Our own is under the GNU GPL, version 3.\n")
    print("==== Python packages ====\n")
    for package in others:
        print(f"{package.name} {package.version}: {licence_of(package)}")
    print("\n==== What they carry along ====\n")
    print(
        CARRIED.read_text().format(
            qt_ffmpeg=ffmpeg_licence("PyQt6/Qt6/lib/libavutil.so.*"),
            ffmpeg=ffmpeg_licence("av.libs/libavutil-*"),
        )
    )
    print("==== Texts ====\n")
    for package in others:
        for text in texts_of(package):
            print(f"{package.name} {package.version}\n{text}")


if __name__ == "__main__":
    main()
