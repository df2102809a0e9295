# SPDX-License-Identifier: GPL-3.0-only
"""Installs the programs as docs/install.md says: a wheel, in an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def install(folder: Path) -> Path:
    """Builds the wheel, installs it with the versions of `uv.lock`, and the handbook beside it as
    an installer does; the folder of its programs.

    The environment is kept below `folder`; a second time only the wheel is installed anew.
    """
    uv = shutil.which("uv") or str(ROOT / "build" / "uv" / "bin" / "uv")
    environment, wheels = folder / "environment", folder / "wheels"
    locked = folder / "locked.txt"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(wheels, ignore_errors=True)
    _run([uv, "build", "--quiet", "--wheel", "--out-dir", str(wheels)])
    export = ["export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"]
    export += ["--extra", "gui"]
    _run([uv, *export, "--output-file", str(locked)])
    if not environment.is_dir():
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)])
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    into = ["pip", "install", "--quiet", "--python", str(python)]
    _run([uv, *into, "--requirement", str(locked)])
    wheel = next(wheels.glob("*.whl"))
    _run([uv, *into, "--no-deps", "--reinstall", str(wheel)])
    builder = ROOT / "installers/handbook/build.py"
    work = ("--work", str(folder / "handbook-work"))
    _run([sys.executable, str(builder), str(environment / "handbook"), *work])
    return python.parent


def _run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)
