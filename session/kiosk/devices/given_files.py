# SPDX-License-Identifier: GPL-3.0-only
"""A file that the caller brought, e.g. on a USB stick, taken as if it had been scanned.
Used by the kiosk's scans.

Only what the caller picks by hand on the screen is read;
the desk never learns what else is there, nor a file's name. Nothing is opened here beyond its first
bytes and, for a picture, its size: the desk draws it in a worker process.
"""

from __future__ import annotations

import asyncio
import io
import os
import stat
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from session.core.device_errors import FileNotGiven, FileRefused, ScanCancelled
from session.core.signals import Signal
from session.kiosk.drivers.scanner import (
    UNKNOWN_PERCENT,
    ScannedPage,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
)
from session.protocol.conversation.messages import ScannerState

CHOOSE_S = 180.0
"""To find the stick, plug it in and choose."""
TICK_S = 1.0
"""A stick that is plugged in now is seen so soon."""
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_FILES = 60
_MAX_SEEN, _MAX_DEPTH = 5000, 4
_SUFFIXES = frozenset({".pdf", ".jpg", ".jpeg", ".png"})
_KINDS = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_A4_INCHES = 11.69
_MAX_PX = 40_000_000


class OfferedFile(NamedTuple):
    """A file that the caller may give; `file_id` is known at this kiosk only."""

    file_id: str
    name: str
    size_bytes: int


class GivenFiles:
    """Asks the caller for a file. To scans it is one more scanner, whose pages are what the caller
    gives.

    Args:
        folders: where this system shows removable disks, e.g. ("/media", "/run/media").

    Attributes:
        asked: the caller shall choose among these files; told again when they change (none:
            plug something in).
        ended: nothing is to be chosen any more.
    """

    def __init__(
        self, folders: Sequence[Path], choose_s: float = CHOOSE_S, *, tick_s: float = TICK_S
    ) -> None:
        self.asked: Signal[tuple[OfferedFile, ...]] = Signal()
        self.ended: Signal[None] = Signal()
        self._folders = tuple(folders)
        self._choose_s = choose_s
        self._tick_s = tick_s
        self._paths: dict[str, Path] = {}
        self._answer: asyncio.Future[Path | None] | None = None
        self._is_cancelled = False

    async def state(self) -> ScannerStatus:
        """Always ready."""
        return ScannerStatus(state=ScannerState.READY, name="")

    def answer(self, file_id: str) -> None:
        """Take what the caller chose; empty: none."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._paths.get(file_id))

    async def cancel(self) -> None:
        """The agent, or the caller by STOP, gives up waiting for a file."""
        self._is_cancelled = True
        self.answer("")

    async def close(self) -> None:
        """See `cancel`."""
        await self.cancel()

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """One file. Raises `FileNotGiven`, `FileRefused`, `ScanCancelled`."""
        self._answer = asyncio.get_running_loop().create_future()
        self._is_cancelled = False
        try:
            async with asyncio.timeout(self._choose_s):
                async for step in self._waiting(self._answer):
                    yield step
            path = self._answer.result()
        except TimeoutError as error:
            raise FileNotGiven(why="silence") from error
        finally:
            self._answer = None
            self._paths.clear()
            self.ended.emit(None)
        if self._is_cancelled:
            raise ScanCancelled
        if path is None:
            raise FileNotGiven(why="no")
        yield await asyncio.to_thread(read_file, path)

    async def _waiting(self, answer: asyncio.Future[Path | None]) -> AsyncGenerator[ScanProgress]:
        """Until there is an answer; what is plugged in meanwhile is shown."""
        last_files: tuple[OfferedFile, ...] | None = None
        while not answer.done():
            paths = await asyncio.to_thread(find_files, self._folders)
            if answer.done():
                return
            files = tuple(
                OfferedFile(str(place), path.name, size) for place, (path, size) in enumerate(paths)
            )
            if files != last_files:
                last_files = files
                self._paths = {
                    offered.file_id: path
                    for offered, (path, _size) in zip(files, paths, strict=True)
                }
                self.asked.emit(files)
            yield ScanProgress(UNKNOWN_PERCENT)
            await asyncio.wait([answer], timeout=self._tick_s)


def find_files(folders: Sequence[Path]) -> list[tuple[Path, int]]:
    """Documents and pictures on removable disks with their sizes, newest first.
    Links are not followed.
    """
    files: list[tuple[float, Path, int]] = []
    visited = 0
    waiting = [(folder, 0) for folder in folders]
    while waiting and visited < _MAX_SEEN:
        folder, depth = waiting.pop(0)
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    visited += 1
                    if entry.name.startswith(".") or entry.is_symlink() or visited > _MAX_SEEN:
                        continue
                    if entry.is_dir(follow_symlinks=False) and depth < _MAX_DEPTH:
                        waiting.append((Path(entry.path), depth + 1))
                    elif (
                        entry.is_file(follow_symlinks=False)
                        and Path(entry.name).suffix.lower() in _SUFFIXES
                    ):
                        facts = entry.stat(follow_symlinks=False)
                        files.append((facts.st_mtime, Path(entry.path), facts.st_size))
        except OSError:
            continue  # a disk that is being pulled out, or a folder that is not ours
    files.sort(key=lambda item: (-item[0], str(item[1])))
    return [(path, size) for _when, path, size in files[:MAX_FILES]]


def read_file(path: Path) -> ScannedPage:
    """The file's bytes, as they are.

    Raises:
        FileRefused: too large, empty, no PDF, JPEG or PNG, or it cannot be read. Detail: `why`.
    """
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileRefused(why="kind")
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileRefused(why="read") from error
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(why="size", limit_mb=MAX_FILE_BYTES >> 20)
    media_type = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), "")
    if not media_type:
        raise FileRefused(why="kind")
    width, height, dpi = (
        (1, 1, 200) if media_type == "application/pdf" else _size_of(data, media_type)
    )
    return ScannedPage(data=data, media_type=media_type, width_px=width, height_px=height, dpi=dpi)


def _size_of(data: bytes, media_type: str) -> tuple[int, int, int]:
    """Width, height and the resolution at which the picture fills a sheet:
    the resolution that a telephone writes into a picture says nothing about paper.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise FileRefused(why="read") from error
    if width * height > _MAX_PX or not (width and height):
        raise FileRefused(why="size", limit_px=_MAX_PX)
    return width, height, max(50, min(600, round(max(width, height) / _A4_INCHES)))
