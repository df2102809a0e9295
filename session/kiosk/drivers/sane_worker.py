# SPDX-License-Identifier: GPL-3.0-only
"""The process that touches SANE, so that the kiosk does not:
started, watched and killed by `worker_scanner.SaneScanner`.

One JSON command per line on standard input; on standard output frames: a 4-byte length, JSON, and
`n` bytes that belong to it. The end of standard input ends it. After an error or a cancellation it
ends by itself: a backend that stumbled once is not to be trusted.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import re
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, NoReturn

from PIL import Image

from session.kiosk.drivers.sane_library import (
    FRAME_GREY,
    FRAME_RGB,
    UNIT_MM,
    SaneDevice,
    SaneError,
    SaneFrame,
    SaneLibrary,
    SaneStatus,
)

MM_PER_UNIT = 25.4 / 300  # areas come in 1/300 inch
PROGRESS_STEP = 5  # percent
JPEG_QUALITY = 90
READ_BYTES = 64 * 1024
MAX_RAW_BYTES = 256 * 1024 * 1024  # A4 at 600 dpi in colour is 104 million
# for a read that does not return after a cancellation, and for a device that does not close
PATIENCE_S = 2.0
FEEDER = re.compile(r"adf|feeder", re.IGNORECASE)
DUPLEX = re.compile(r"duplex|back", re.IGNORECASE)


class Frames:
    """The way out. Frames are whole, whichever thread sends them."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, event: str, payload: bytes = b"", **values: object) -> None:
        """Sends one event."""
        head = json.dumps({"event": event, "n": len(payload), **values}).encode()
        with self._lock:
            self._out.write(struct.pack(">I", len(head)) + head + payload)
            self._out.flush()


def has_feeder(device: SaneDevice) -> bool:
    """One of its sources is a feeder."""
    return any(FEEDER.search(choice) for choice in _texts(device, "source"))


def set_up(device: SaneDevice, command: dict[str, Any]) -> float:
    """Applies a command's settings; returns the resolution in dpi. Raises `SaneError`."""
    _set_source(
        device, from_feeder=command["source"] == "feeder", duplex=bool(command.get("duplex"))
    )
    modes = ("color", "24bit color") if command["colour"] else ("gray", "grey", "true gray")
    if mode := next(
        (choice for choice in _texts(device, "mode") if choice.lower().startswith(modes)), ""
    ):
        device.set("mode", mode)
    with contextlib.suppress(SaneError):  # no such option, or not now: then it is 8 already
        device.set("depth", 8)
    dpi = float(command["dpi"])
    if (resolution := device.options().get("resolution")) is not None and resolution.usable:
        dpi = resolution.nearest(dpi)
        device.set("resolution", dpi)
    _set_area(device, command["area"])
    for option, value in command["options"].items():
        device.set(option, value)
    return dpi


def _texts(device: SaneDevice, name: str) -> list[str]:
    option = device.options().get(name)
    if option:
        return [choice for choice in option.choices if isinstance(choice, str)]
    return []


def has_duplex(device: SaneDevice) -> bool:
    """Its feeder sees both sides: a source of its own (most backends) or a mode of the feeder
    (kodak, fujitsu).
    """
    return any(
        DUPLEX.search(choice) for name in ("source", "adf-mode") for choice in _texts(device, name)
    )


def _set_source(device: SaneDevice, *, from_feeder: bool, duplex: bool) -> None:
    choices = [
        choice for choice in _texts(device, "source") if bool(FEEDER.search(choice)) == from_feeder
    ]
    if from_feeder and not choices:
        raise SaneError("no feeder")
    both = [choice for choice in choices if DUPLEX.search(choice)]
    simplex = [choice for choice in choices if choice not in both]
    for choice in ((both if duplex and both else simplex) or choices)[:1]:
        device.set("source", choice)
    mode = next(
        (choice for choice in _texts(device, "adf-mode") if bool(DUPLEX.search(choice)) == duplex),
        "",
    )
    if from_feeder and mode:
        device.set("adf-mode", mode)
    if duplex and not both and not mode:
        raise SaneError("no duplex")


def _set_area(device: SaneDevice, area: dict[str, int] | None) -> None:
    """Millimetres for the corners; None for the whole bed.
    Backends that count in pixels keep their default.
    """
    if area is None:
        far = (1e6, 1e6)
    else:
        far = (area["left"] + area["width"], area["top"] + area["height"])
    if area is None:
        near = (0, 0)
    else:
        near = (area["left"], area["top"])
    for name, place in zip(("br-x", "br-y", "tl-x", "tl-y"), (*far, *near), strict=True):
        option = device.options().get(name)
        if option is not None and option.usable and option.unit == UNIT_MM:
            device.set(name, option.nearest(place * MM_PER_UNIT))


def to_jpeg(raw: bytes, frame: SaneFrame, dpi: float) -> tuple[bytes, int, int]:
    """(JPEG, width, height). Raises `SaneError` when lines are missing."""
    if frame.lines < 0:
        height = len(raw) // frame.bytes_per_line
    else:
        height = frame.lines
    if not height or len(raw) < height * frame.bytes_per_line:
        raise SaneError(f"only {len(raw) // frame.bytes_per_line} of {frame.lines} lines")
    if frame.format == FRAME_RGB:
        mode = "RGB"
    else:
        mode = "L"
    picture = Image.frombuffer(
        mode, (frame.width_px, height), raw, "raw", mode, frame.bytes_per_line, 1
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return out.getvalue(), frame.width_px, height


class SaneWorker:
    """Keeps the device open from one good scan to the next;
    scans in a thread of its own, so that cancel is heard.
    """

    def __init__(self, library: SaneLibrary, frames: Frames) -> None:
        self._library = library
        self._frames = frames
        self._device: SaneDevice | None = None
        self._cancelled = threading.Event()
        self._stopped = threading.Event()
        self._stopped.set()
        self._tidying = threading.Lock()

    def run(self, commands: BinaryIO) -> None:
        """Obeys until the end of `commands`, then lets the device go."""
        for line in commands:
            command = json.loads(line)
            if command["do"] == "cancel":
                self._cancel()
                continue
            self._cancelled.clear()
            self._stopped.clear()
            if command["do"] == "scan":
                act = self._scan
            else:
                act = self._report
            threading.Thread(target=self._guarded, args=(act, command), daemon=True).start()
        self._cancel()
        self._let_go()

    def _cancel(self) -> None:
        """The scanning thread stops between two reads;
        only when it is stuck in one, SANE is told from here.
        """
        self._cancelled.set()
        if not self._stopped.wait(PATIENCE_S) and self._device is not None:
            self._device.cancel()

    def _guarded(
        self, act: Callable[[SaneDevice, dict[str, Any]], None], command: dict[str, Any]
    ) -> None:
        stage = "open"
        try:
            if self._device is None:
                self._device = SaneDevice(self._library, command["device"])
            stage = "scan"
            act(self._device, command)
            self._stopped.set()
        except SaneError as error:
            self._stopped.set()
            self._leave("cancelled" if self._cancelled.is_set() else "error", stage, error.status)
        except Exception as error:
            self._stopped.set()
            self._leave("error", stage, f"{type(error).__name__}: {error}")

    def _leave(self, event: str, stage: str, status: str) -> NoReturn:
        """The last word first: letting the device go may hang."""
        self._frames.send(event, stage=stage, status=status)
        self._let_go()
        os._exit(0)

    def _let_go(self) -> None:
        tidying = threading.Thread(target=self._tidy, daemon=True)
        tidying.start()
        tidying.join(PATIENCE_S)

    def _tidy(self) -> None:
        with self._tidying:
            device, self._device = self._device, None
            if device is not None:
                device.cancel()
                device.close()

    def _report(self, device: SaneDevice, command: dict[str, Any]) -> None:
        self._frames.send("report", feeder=has_feeder(device), duplex=has_duplex(device))

    def _scan(self, device: SaneDevice, command: dict[str, Any]) -> None:
        dpi = set_up(device, command)
        pages = 0
        while True:
            try:
                frame = device.start()
                raw = self._read(device, frame)
            except SaneError as error:
                if pages and error.status == SaneStatus.NO_DOCS.name:
                    break
                raise
            data, width, height = to_jpeg(raw, frame, dpi)
            self._frames.send("page", data, dpi=round(dpi), width=width, height=height)
            pages += 1
            if command["source"] != "feeder":
                break
        device.cancel()
        self._frames.send("done", pages=pages)

    def _read(self, device: SaneDevice, frame: SaneFrame) -> bytes:
        if frame.format not in (FRAME_GREY, FRAME_RGB) or frame.depth != 8:
            raise SaneError(f"frame {frame.format} of {frame.depth} bits")
        total_bytes = frame.lines * frame.bytes_per_line
        buffer = ctypes.create_string_buffer(READ_BYTES)
        raw = bytearray()
        last = -PROGRESS_STEP
        while (count := device.read(buffer)) >= 0:
            if self._cancelled.is_set():
                raise SaneError(SaneStatus.CANCELLED.name)
            raw += memoryview(buffer)[:count]
            if len(raw) > MAX_RAW_BYTES:
                raise SaneError("page too large")
            if total_bytes > 0:
                percent = 100 * len(raw) // total_bytes
            else:
                percent = -1
            if percent >= last + PROGRESS_STEP or percent == 100 != last:
                last = percent
                self._frames.send("progress", percent=percent)
        return bytes(raw)


def main() -> None:
    """Reports ready or why not, then carries out commands;
    ends without the backends' own clean-up, which can hang.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a backend prints must not come between our frames
    frames = Frames(out)
    try:
        library = SaneLibrary(sys.argv[1])
    except OSError:
        frames.send("unusable", status="libsane missing")
        os._exit(1)
    except SaneError as error:
        frames.send("unusable", status=error.status)
        os._exit(1)
    frames.send("ready")
    with contextlib.suppress(KeyboardInterrupt):
        SaneWorker(library, frames).run(sys.stdin.buffer)
    os._exit(0)


if __name__ == "__main__":
    main()
