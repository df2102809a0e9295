# SPDX-License-Identifier: GPL-3.0-only
"""Prints the notices of all that others wrote and the packages carry: `notices.py SITE-PACKAGES`.
Used by `build.py` and by the release.

Each Python package as its metadata says it; what wheels carry along that is no Python package, from
`carried.toml`; then the texts of the licences.
"""

from __future__ import annotations

import importlib.metadata
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from components import carried, licence_of, unnamed  # type: ignore[import-not-found]

LICENCE_WORDS = ("LICEN", "COPYING", "NOTICE", "AUTHORS")


def texts_of(package: importlib.metadata.Distribution) -> Iterator[str]:
    """The texts of its licences, as it brought them."""
    for file in sorted(package.files or [], key=str):
        path = Path(str(file.locate()))
        is_licence = any(word in path.name.upper() for word in LICENCE_WORDS)
        if ".dist-info" in str(file) and is_licence and path.is_file():
            yield f"---- {file} ----\n{path.read_text('utf-8', 'replace').strip()}\n"


def carried_along(site: Path) -> Iterator[str]:
    """A paragraph for each thing that is no Python package."""
    for one in carried(site):
        version = f" {one.version}" if one.version else ""
        text = f"{one.name}{version}: {one.licence}. Sources: {one.sources}. {one.note}"
        yield textwrap.fill(text.strip(), 110, subsequent_indent="  ")


def main() -> None:
    """The command."""
    site = Path(sys.argv[1]).resolve()
    if unknown := unnamed(site):
        sys.exit(f"installers/carried.toml names nothing for: {', '.join(unknown)}")
    packages = importlib.metadata.distributions(path=[str(site)])
    others = sorted(
        (one for one in packages if one.name != "expert-app"), key=lambda one: one.name.lower()
    )
    print("Poste Expert carries the work of others. Our own is under the GNU GPL, version 3.\n")
    print("==== Python packages ====\n")
    for package in others:
        print(f"{package.name} {package.version}: {licence_of(package)}")
    print("\n==== What they carry along ====\n")
    print("\n\n".join(carried_along(site)))
    if (site / "resources").exists():
        print("\nresources/vendor: rrweb, fzstd, @noble/ciphers: MIT.")
        print("@nats-io/nats-core: Apache-2.0.\n")
    print("==== Texts ====\n")
    for package in others:
        for text in texts_of(package):
            print(f"{package.name} {package.version}\n{text}")


if __name__ == "__main__":
    main()
