# SPDX-License-Identifier: GPL-3.0-only
"""A small disk for each node of the cluster, which can be filled to the last byte. Linux, root.
Used by `cluster`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SIZE_MB = 96
BLOCK = bytes(1 << 16)


def can_mount() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None


class Disks:
    """Each node's folder in `folder` is a file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mounted: list[Path] = []

    def make(self, node: str) -> None:
        place = self._folder / node
        place.mkdir(exist_ok=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)], check=True
        )
        self._mounted.append(place)

    def fill(self, node: str) -> None:
        with (self._folder / node / "filler").open("wb", buffering=0) as file:
            for size in (len(BLOCK), 512, 1):
                self._fill(file.fileno(), BLOCK[:size])

    @staticmethod
    def _fill(descriptor: int, block: bytes) -> None:
        try:
            while True:
                os.write(descriptor, block)
        except OSError:
            return  # no room for one more

    def free(self, node: str) -> None:
        (self._folder / node / "filler").unlink()

    def remove(self) -> None:
        for place in self._mounted:
            subprocess.run(["umount", "-l", str(place)], check=False)
        self._mounted.clear()
