# SPDX-License-Identifier: GPL-3.0-only
"""The State's design system with its example pages, from the npm registry, checked by hash.

`installers/setup.sh test` brings it (`python -m tests.fidelity.design_systems`); a test that finds
it missing brings it too. It is not part of this repository: 60 MB under its own licence.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "design_systems"

NAME, VERSION = "@gouvfr/dsfr", "1.15.3"
INTEGRITY = (
    "sha512-R9AALZc1LfZjtytWZMOaUIOHWTkllBZ/sZlsL8TpKZVgF3qUKXt"
    "/uNYh+L1D1Fh4p92ZqWxbtNcebsigBZe5pQ=="
)
PARTS = ("package/example/", "package/dist/")


def dsfr() -> Path:
    """The folder with `example` and `dist`, brought if it is not there."""
    place = FOLDER / f"dsfr-{VERSION}"
    if place.is_dir():
        return place
    spec = spec_from_file_location("hatch_build", ROOT / "installers" / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = module_from_spec(spec)
    spec.loader.exec_module(build)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as tmp:
        archive = build.packed(NAME, VERSION, INTEGRITY, Path(tmp))
        with tarfile.open(archive) as tar:
            members = [one for one in tar.getmembers() if one.name.startswith(PARTS)]
            tar.extractall(tmp, members=members, filter="data")
        unpacked = Path(tmp) / "package"
        try:
            unpacked.rename(place)
        except OSError:  # another worker was faster
            shutil.rmtree(unpacked)
    return place


if __name__ == "__main__":
    dsfr()
