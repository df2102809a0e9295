# SPDX-License-Identifier: GPL-3.0-only
"""The process that touches SANE, so that the kiosk does not: started, watched and killed by `sane_scanner`.

Stands alone: only the standard library, `sane` and Pillow, so any Python that has those may run it (Debian's own,
for instance). One JSON command per line on standard input; on standard output frames of a 4-byte length, JSON, and
`n` bytes that belong to it. The end of standard input ends it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import struct
import sys
import threading
from typing import Any, BinaryIO

MM_PER_UNIT = 25.4 / 300  # areas come in 1/300 inch
PROGRESS_STEP = 5  # percent
JPEG_QUALITY = 90
TIDY_S = 2.0  # closing a device after a fault hangs now and then
FEEDER = re.compile(r"adf|feeder", re.IGNORECASE)
UNIT_MM = 3  # SANE standard, section 4.2.9.4: SANE_UNIT_MM
DUPLEX = re.compile(r"duplex|back", re.IGNORECASE)


class Frames:
    """The way out. Frames are whole, whichever thread sends them."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, event: str, payload: bytes = b"", **values: Any) -> None:
        """Sends one event."""
        head = json.dumps({"event": event, "n": len(payload), **values}).encode()
        with self._lock:
            self._out.write(struct.pack(">I", len(head)) + head + payload)
            self._out.flush()


class Device:
    """One open SANE device."""

    def __init__(self, sane: Any, name: str) -> None:
        self.handle = sane.open(name)

    def has_feeder(self) -> bool:
        """One of its sources is a feeder."""
        return any(FEEDER.search(choice) for choice in self._choices("source"))

    def _choices(self, option: str) -> list[str]:
        constraint = self.handle.opt[option].constraint if option in self.handle.opt else None
        return [choice for choice in constraint if isinstance(choice, str)] if isinstance(constraint, list) else []

    def set_up(self, command: dict[str, Any]) -> bool:
        """Applies the command's settings; returns whether the feeder is used. Raises `LookupError` without feeder."""
        from_feeder = bool(command["source"] == "feeder")
        if source := self._source(from_feeder):
            self.handle.source = source
        if mode := self._mode(bool(command["colour"])):
            self.handle.mode = mode
        if "depth" in self.handle.opt:
            with contextlib.suppress(Exception):  # inactive or fixed: then it is 8 already
                self.handle.depth = 8
        if "resolution" in self.handle.opt:
            self.handle.resolution = self._nearest("resolution", float(command["dpi"]))
        self._set_area(command.get("area"))
        for option, value in command.get("options", {}).items():
            setattr(self.handle, option, value)
        return from_feeder

    def _source(self, from_feeder: bool) -> str:
        choices = [choice for choice in self._choices("source") if bool(FEEDER.search(choice)) == from_feeder]
        if from_feeder and not choices:
            raise LookupError("no feeder")
        simplex = [choice for choice in choices if not DUPLEX.search(choice)]
        return (simplex or choices or [""])[0]

    def _mode(self, colour: bool) -> str:
        wanted = ("color", "24bit color") if colour else ("gray", "grey", "true gray")
        return next((choice for choice in self._choices("mode") if choice.lower().startswith(wanted)), "")

    def _nearest(self, option: str, wanted: float) -> float:
        """The possible value nearest to the wanted one: a list, a (low, high, step) or anything."""
        constraint = self.handle.opt[option].constraint
        if isinstance(constraint, list) and constraint:
            return float(min(constraint, key=lambda value: abs(value - wanted)))
        if isinstance(constraint, tuple):
            return float(min(max(wanted, constraint[0]), constraint[1]))
        return wanted

    def _set_area(self, area: dict[str, int] | None) -> None:
        """Millimetres for the corners; None for the whole bed. Backends that count in pixels keep their default."""
        if any(name not in self.handle.opt for name in ("tl_x", "tl_y", "br_x", "br_y")):
            return
        if self.handle.opt["br_x"].unit != UNIT_MM:
            return
        far = (1e6, 1e6) if area is None else (area["left"] + area["width"], area["top"] + area["height"])
        near = (0, 0) if area is None else (area["left"], area["top"])
        for name, value in zip(("tl_x", "tl_y", "br_x", "br_y"), (*near, *far), strict=True):
            setattr(self.handle, name, self._nearest(name, value * MM_PER_UNIT))


class Cancelled(Exception):
    """The scan was cancelled."""


class Worker:
    """Keeps the device open from one good scan to the next; scans in a thread of its own, so that cancel is heard.

    One command at a time; after an error or a cancellation the process ends, and a new one is started.
    """

    def __init__(self, sane: Any, frames: Frames) -> None:
        self._sane, self._frames = sane, frames
        self._device: tuple[str, Device] | None = None
        self._cancelled, self._cancel_done = threading.Event(), threading.Event()

    def run(self, commands: BinaryIO) -> None:
        """Obeys until the end of `commands`."""
        for line in commands:
            command = json.loads(line)
            if command["do"] == "cancel":
                self._cancel()
            else:
                act = self._scan if command["do"] == "scan" else self._report
                self._cancelled.clear()
                self._cancel_done.clear()
                threading.Thread(target=self._guarded, args=(act, command), daemon=True).start()

    def _cancel(self) -> None:
        self._cancelled.set()
        if self._device is not None:
            self._device[1].handle.cancel()
        self._cancel_done.set()

    def _guarded(self, act: Any, command: dict[str, Any]) -> None:
        stage = "open"
        try:
            device = self._open(command["device"])
            stage = "scan"
            act(device, command)
        except Cancelled:
            self._leave("cancelled")
        except Exception as error:  # python-sane raises its own class, and RuntimeError, and others
            self._leave("error", stage=stage, status=str(error))

    def _leave(self, event: str, **values: str) -> None:
        """Ends the process with its last word: a backend that stumbled once is not to be trusted, and may hang."""
        tidying = threading.Thread(target=self._tidy, daemon=True)
        tidying.start()
        tidying.join(TIDY_S)
        self._frames.send(event, **values)
        os._exit(0)

    def _tidy(self) -> None:
        if self._cancelled.is_set():
            self._cancel_done.wait()  # never two calls into the backend at once
        if self._device is not None:
            with contextlib.suppress(Exception):  # it failed already; its own words are on their way
                self._device[1].handle.cancel()
                self._device[1].handle.close()

    def _open(self, name: str) -> Device:
        if self._device is None or self._device[0] != name:
            self._device = (name, Device(self._sane, name))
        return self._device[1]

    def _report(self, device: Device, command: dict[str, Any]) -> None:
        self._frames.send("report", feeder=device.has_feeder())

    def _scan(self, device: Device, command: dict[str, Any]) -> None:
        from_feeder = device.set_up(command)
        pages = 0
        while True:
            try:
                self._page(device, from_feeder)
            except Exception as error:
                if not pages or self._cancelled.is_set() or "out of documents" not in str(error):
                    raise (Cancelled() if self._cancelled.is_set() else error) from error
                device.handle.cancel()  # the feeder is empty: that ends the batch
                break
            pages += 1
            if not from_feeder:
                break
        self._frames.send("done", pages=pages)

    def _page(self, device: Device, from_feeder: bool) -> None:
        last = -PROGRESS_STEP

        def on_lines(line: int, lines: int) -> None:
            # WORKAROUND: python-sane #103, an exception here is a segmentation fault: nothing that can raise.
            nonlocal last
            percent = 100 * line // lines if lines > 0 else -1
            if percent >= last + PROGRESS_STEP:
                last = percent
                with contextlib.suppress(Exception):
                    self._frames.send("progress", percent=percent)

        device.handle.start()
        lines = device.handle.get_parameters()[2][1]
        picture = device.handle.snap(no_cancel=from_feeder, progress=on_lines)
        if self._cancelled.is_set():
            raise Cancelled  # python-sane gives what it had, as if that were the page
        if lines > 0 and picture.height < lines - 2:
            raise OSError(f"only {picture.height} of {lines} lines")
        dpi = round(getattr(device.handle, "resolution", 0)) or 300
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
        self._frames.send("page", jpeg.getvalue(), dpi=dpi, width=picture.width, height=picture.height)


def main() -> None:
    """Says ready or why not, then obeys; leaves without the backends' tidying up, which can hang."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a backend prints must not come between our frames
    frames = Frames(out)
    try:
        import sane
        from PIL import Image

        sane.init()
        Image.preinit()
    except Exception as error:
        missing = f"{error.name} missing" if isinstance(error, ImportError) else str(error)
        frames.send("unusable", status=missing)
        os._exit(1)
    frames.send("ready")
    with contextlib.suppress(KeyboardInterrupt):
        Worker(sane, frames).run(sys.stdin.buffer)
    os._exit(0)


if __name__ == "__main__":
    main()
