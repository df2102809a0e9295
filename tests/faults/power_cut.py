# SPDX-License-Identifier: GPL-3.0-only
"""A power cut of a single node under load: what was not synced is gone. Part of `make test-faults`.

The store lies on ext4 over a loop image. At the cut the server is killed and the image is copied as
the block device had it: what only the page cache held is not in the copy, and the server goes on
from the copy. `python -m tests.faults.power_cut [--seconds N]`. The same cut with the server's own
default, which syncs now and then, is the control: when that loses nothing either, nothing was cut.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import history
from tests.faults.checker import Verdict, judge
from tests.faults.cluster import Size, cluster
from tests.faults.run_cluster import drained

IMAGE_MB = 300
RUN_S = 12.0


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    if await process.wait() != 0:
        raise OSError(f"{command[0]} failed")


class Disk:
    """A file that is a disk, mounted at `place`."""

    def __init__(self, image: Path, place: Path) -> None:
        self._image, self._place = image, place

    async def make(self) -> None:
        with self._image.open("wb") as file:
            file.truncate(IMAGE_MB << 20)
        await _run("mkfs.ext4", "-q", "-F", str(self._image))
        self._place.mkdir()
        await self.mount()

    async def mount(self) -> None:
        await _run("mount", "-o", "loop,noatime", str(self._image), str(self._place))

    async def unmount(self) -> None:
        await _run("umount", "-l", str(self._place))

    async def cut(self) -> None:
        """The disk as it is after the power has gone; mounted again."""
        after = self._image.with_suffix(".cut")
        await _run("cp", "--sparse=always", str(self._image), str(after))
        await self.unmount()
        after.replace(self._image)
        await self.mount()


async def run(folder: Path, run_s: float, *, synced: bool) -> Verdict:
    """Load for `run_s`, the cut, the load again until all is served; the verdict."""
    size = Size(kiosks=16, agents=6, loads=1, nodes=1, hubs=1)
    disk = Disk(folder / "disk.img", folder / "node0")
    await disk.make()
    try:
        async with cluster(folder, size, synced=synced) as world:
            await world.start_load()
            await asyncio.sleep(run_s)
            await asyncio.gather(world.nodes["node0"].end(), world.hubs[0].end())
            await disk.cut()
            await world.nodes["node0"].start()
            await world.hubs[0].start(wait_for=b"ready")
            try:
                stored, waiting = await drained(world)
            except TimeoutError:
                print("power cut: the tickets' stream is gone, not only its last changes")
                stored, waiting = {}, {}
            return judge(history.read(folder), stored, waiting)
    finally:
        await disk.unmount()


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=RUN_S)
    options = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        print(
            "power cut: not possible here (root on Linux, mkfs.ext4 and a loop device are needed)"
        )
        return 0
    control = _cut(options.seconds, synced=False)
    print(f"power cut, control without sync: acked {control.acked} lost {control.lost}", flush=True)
    verdict = _cut(options.seconds, synced=True)
    if not control.lost:
        print("power cut: the control lost nothing, so this proves nothing")
    print(f"power cut: {verdict.line}")
    return 0 if verdict.is_good and control.lost else 1


def _cut(run_s: float, *, synced: bool) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="power") as folder:
        return asyncio.run(run(Path(folder), run_s, synced=synced))


if __name__ == "__main__":
    sys.exit(main())
