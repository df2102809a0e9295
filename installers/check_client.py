# SPDX-License-Identifier: GPL-3.0-only
"""Checks the types of the client's JavaScript (`resources/pages/client`, JSDoc) with TypeScript's
`tsc --checkJs`, pinned by hash in `installers/client`. Part of `make lint`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from hatch_build import npm

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build/client"


def bring() -> None:
    """TypeScript and the types of what the client uses, in `build/client`."""
    lock = (ROOT / "installers/client/package-lock.json").read_text("utf-8")
    stamp = FOLDER / "brought.json"
    if stamp.exists() and stamp.read_text("utf-8") == lock:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "installers/client" / name, FOLDER)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm(), "ci", *options], check=True, cwd=FOLDER, stdout=subprocess.PIPE)
    stamp.write_text(lock, "utf-8")


def main() -> int:
    try:
        npm()
    except RuntimeError:
        print("the client's types are not checked: npm is missing", file=sys.stderr)
        return 0
    bring()
    # the program itself: the script that would call it wants Node.js in the path
    found = sorted(FOLDER.glob("node_modules/@typescript/typescript-*/lib/tsc*"))
    programs = [one for one in found if one.name in ("tsc", "tsc.exe")]
    return subprocess.run([programs[0], "-p", ROOT / "resources/pages/client"]).returncode


if __name__ == "__main__":
    sys.exit(main())
