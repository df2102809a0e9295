# SPDX-License-Identifier: GPL-3.0-only
"""The place of the handbook on this machine: the packages bring it as HTML, a clone of the
repository has it as it was written. Used by windows that open it and by commands that name a page.
"""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DEBIAN = Path("/usr/share/doc/poste-expert/handbook")
"""Where the Debian package has it."""
PACKAGED = (Path(sys.prefix) / "handbook", DEBIAN)
"""On Windows beside the program."""


def handbook_page(name: str) -> Path | None:
    """Return the file of a page ("agent"), None where this machine has no handbook."""
    pages = [folder / f"{name}.html" for folder in (*PACKAGED, REPOSITORY / "build/handbook")]
    pages.append(REPOSITORY / f"docs/{name}.md")
    return next((page for page in pages if page.is_file()), None)
