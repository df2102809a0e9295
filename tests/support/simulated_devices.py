# SPDX-License-Identifier: GPL-3.0-only
"""Starts the simulated devices as the programs they are, for the tests of the clients."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import PIL
from PIL import Image
from PyQt6.QtCore import QLockFile

from expert_app.simulated.pages import draw_pages

ROOT = Path(__file__).parents[2]
COLOURS = {"1-red.jpg": (200, 40, 40), "2-green.jpg": (40, 160, 60), "3-blue.jpg": (40, 60, 190)}


class Simulator:
    """A running program; `address` is what the kiosk's settings would say."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        self.process = process
        self.address: str = ready["address"]
        self._control_url: str = ready["control"]
        self._control = httpx.Client(trust_env=False, timeout=10)

    def orders(self, **orders: object) -> dict[str, Any]:
        answer = self._control.post(self._control_url, json=orders).raise_for_status()
        return dict(answer.json())

    def state(self) -> dict[str, Any]:
        return dict(self._control.get(self._control_url).raise_for_status().json())

    def close(self) -> None:
        self._control.close()


@contextlib.contextmanager
def running(program: str, *arguments: str) -> Iterator[Simulator]:
    command = [sys.executable, "-m", f"expert_app.simulated.{program}", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the simulator did not start"
        simulator = Simulator(process, json.loads(line))
        try:
            yield simulator
        finally:
            simulator.close()
            process.kill()


def plain_pages(folder: Path) -> Path:
    """Three A4 pages of one colour each, with noise, so that they are not tiny:
    a test sees which one came.
    """
    folder.mkdir()
    noise = Image.effect_noise((2480, 3508), 24)
    for name, colour in COLOURS.items():
        flat = Image.new("RGB", noise.size, colour)
        Image.blend(flat, Image.merge("RGB", (noise, noise, noise)), 0.2).save(
            folder / name, quality=80
        )
    return folder


def invented_pages(folder: Path | None = None) -> Path:
    """What the simulated scanner draws by itself, in `folder` when one is given: drawn once for
    each state of the drawing, since that takes many seconds of a processor.
    """
    drawing = hashlib.sha256(f"{np.__version__} {PIL.__version__}".encode())
    for path in sorted((ROOT / "expert_app" / "simulated").glob("*.py")):
        drawing.update(path.read_bytes())
    kept = ROOT / "build" / f"invented-pages-{drawing.hexdigest()[:12]}"
    kept.parent.mkdir(exist_ok=True)
    lock = QLockFile(f"{kept}.lock")
    assert lock.lock()
    try:
        draw_pages(kept)  # those that are missing
    finally:
        lock.unlock()
    if folder is not None:
        shutil.copytree(kept, folder)
    return folder or kept


def free_port_address(scheme: str, path: str) -> str:
    """An address of this machine where nobody listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"{scheme}://127.0.0.1:{probe.getsockname()[1]}{path}"
