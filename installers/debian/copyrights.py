# SPDX-License-Identifier: GPL-3.0-only
"""Prints the paragraphs of debian/copyright (format 1.0) on what others wrote: one for each Python
package and for each thing that a wheel carries along. `copyrights.py SITE-PACKAGES PLACE`, where
PLACE is that folder on a machine. Used by `build.py`.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.extend(str(folder) for folder in Path(__file__).resolve().parents[:2])
from components import carried, licence_of  # type: ignore[import-not-found]
from notices import texts_of  # type: ignore[import-not-found, unused-ignore]

NOTICE = re.compile(r"^\W*((?:copyright|\(c\)|©).*\d{4}.*)$", re.IGNORECASE | re.MULTILINE)
MOST_NOTICES = 6
TEXTS = "The text is in third-party.txt.gz beside this file, or where the sources are."
COMMON = {
    "Apache-2.0": "Apache-2.0",
    "GPL-2.0-only": "GPL-2",
    "GPL-2.0-or-later": "GPL-2",
    "GPL-3.0-only": "GPL-3",
    "GPL-3.0-or-later": "GPL-3",
    "LGPL-2.0-or-later": "LGPL-2",
    "LGPL-2.1-or-later": "LGPL-2.1",
    "LGPL-3.0-only": "LGPL-3",
    "LGPL-3.0-or-later": "LGPL-3",
    "MPL-2.0": "MPL-2.0",
}
"""Licences whose text Debian has in /usr/share/common-licenses."""


def holders(package: importlib.metadata.Distribution) -> list[str]:
    """Who holds the rights, as the texts of the licences say it."""
    lines = [line for text in texts_of(package) for line in NOTICE.findall(text)]
    notices = list(dict.fromkeys(re.sub(r"\s+", " ", line).strip(" ,") for line in lines))
    return notices[:MOST_NOTICES] or [f"The authors of {package.name}"]


def places(packages: Iterable[importlib.metadata.Distribution]) -> dict[str, list[str]]:
    """Patterns of each package's files; a folder of several is told apart by the next name."""
    parts = {
        package.name: {file.parts for file in package.files or () if file.parts[0] != ".."}
        for package in packages
    }
    owners = Counter(top for files in parts.values() for top in {file[0] for file in files})
    return {
        name: sorted({_pattern(file, owners) for file in files}) for name, files in parts.items()
    }


def _pattern(file: tuple[str, ...], owners: Counter[str]) -> str:
    depth = 1 if owners[file[0]] == 1 else 2
    return "/".join(file[:depth]) + ("/*" if len(file) > depth else "")


def paragraph(files: Iterable[str], notices: Iterable[str], licence: str, comment: str) -> str:
    """One paragraph."""
    words = re.sub(r" (AND|OR|WITH) ", lambda word: word[0].lower(), licence)
    lines = ["Files:", *(f" {file.replace(' ', '?')}" for file in files)]
    lines += ["Copyright:", *(f" {notice}" for notice in notices), f"License: {words}"]
    if comment:
        lines.append(textwrap.fill(f"Comment: {comment}", 100, subsequent_indent=" "))
    return "\n".join(lines)


def paragraphs(site: Path, place: str) -> Iterator[str]:
    """All paragraphs, and where the text of each licence is."""
    packages = [
        package
        for package in importlib.metadata.distributions(path=[str(site)])
        if package.name != "expert-app"
    ]
    patterns, licences = places(packages), set[str]()
    for package in sorted(packages, key=lambda package: package.name.lower()):
        files = [f"{place}/{pattern}" for pattern in patterns[package.name]]
        licences.add(licence_of(package))
        yield paragraph(files, holders(package), licence_of(package), "")
    for row in carried(site):
        files = [f"{place}/{file.relative_to(site)}" for file in row.found]
        licences.add(row.licence)
        comment = f"{row.name}. {row.sources}. {' '.join(row.note.split())}"
        yield paragraph(files, [f"The authors of {row.name}"], row.licence, comment)
    names = {name for licence in licences for name in re.split(r" (?:AND|OR) ", licence)}
    for name in sorted(name.strip("()").replace(" WITH ", " with ") for name in names):
        common = COMMON.get(name.partition(" ")[0])
        text = f"/usr/share/common-licenses/{common} has the text." if common else TEXTS
        yield f"License: {name}\n {text}"


if __name__ == "__main__":
    print("\n\n".join(paragraphs(Path(sys.argv[1]).resolve(), sys.argv[2])))
