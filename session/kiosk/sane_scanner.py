# SPDX-License-Identifier: GPL-3.0-only
"""A scanner that only SANE knows, in a process of its own that may crash or hang. For kiosks on Linux.

Source: SANE standard 1.06, section 4.3.11 (`sane_read`), whose states python-sane gives as sentences.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import msgspec

from session.errors import (
    PageTooLarge,
    ScanCancelled,
    ScannerBusy,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    ScannerJammed,
    SessionError,
)
from session.kiosk.jpeg import jpeg_size
from session.kiosk.scanner import PREVIEW_DPI, ScannedPage, ScannerStatus, ScanProgress, ScanSettings
from session.protocol.session_messages import ScanKind, ScannerState
from session.protocol.version import MAX_ITEM_BYTES

log = logging.getLogger(__name__)

_WORKER = Path(__file__).with_name("sane_worker.py")
_SYSTEM_PYTHON = "/usr/bin/python3"  # where Debian's package python3-sane puts the module
_MAX_HEAD_BYTES = 64 * 1024
_START_S = 15.0

# What `sane_strstatus` says, in lower case and cut to what all versions share.
_STATUS_ERRORS: tuple[tuple[str, type[SessionError]], ...] = (
    ("out of documents", ScannerEmpty),
    ("jammed", ScannerJammed),
    ("cover is open", ScannerCoverOpen),
    ("busy", ScannerBusy),
    ("operation was cancel", ScanCancelled),  # at the device's own button
)


class WorkerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker says; the fields that an `event` does not use stay empty. `n` bytes of `payload` follow."""

    event: str
    n: int = 0
    percent: int = -1
    stage: str = ""
    status: str = ""
    feeder: bool = False
    dpi: int = 300
    width: int = 0
    height: int = 0
    pages: int = 0
    payload: bytes = b""


class SaneScanner:
    """One SANE device.

    Args:
        device: SANE's name of it, e.g. "genesys:libusb:001:004".
        python: the interpreter for the worker; by default ours, then the system's, the first that has `sane`.
        quiet_s: seconds without a word from the worker after which it is killed and started anew.
        cancel_s: the same while a cancellation waits.
        options: SANE options of this device, set before each scan, by their Python names.
        environment: added to the worker's, e.g. `SANE_CONFIG_DIR`.
    """

    def __init__(
        self,
        device: str,
        *,
        python: str = "",
        quiet_s: float = 30.0,
        cancel_s: float = 5.0,
        options: Mapping[str, str | int | float | bool] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._device = device
        self._pythons = [python] if python else list(dict.fromkeys((sys.executable, _SYSTEM_PYTHON)))
        self.quiet_s, self._cancel_s = quiet_s, cancel_s
        self.options = dict(options or {})
        self._environment = dict(environment or {})
        self._process: Process | None = None
        self._scanning = self._cancelled = False
        self._feeder = False
        self._limit: asyncio.Timeout | None = None
        self._turn = asyncio.Lock()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id while there is one."""
        return self._process.pid if self._process else None

    async def state(self) -> ScannerStatus:
        """How it is now: opens the device, which is all that SANE offers for it."""
        name, code, state = f"SANE {self._device}"[:200], "", ScannerState.READY
        if self._scanning:
            return ScannerStatus(state=ScannerState.BUSY, name=name, feeder=self._feeder)
        try:
            async with self._turn:
                await self._tell(do="report", device=self._device)
                self._feeder = (await self._event()).feeder
        except ScannerBusy:
            state = ScannerState.BUSY
        except SessionError as error:
            state, code = ScannerState.FAULT, error.code
        return ScannerStatus(state=state, name=name, code=code, feeder=self._feeder)

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """Scans; see `Scanner.scan`."""
        if self._scanning:
            raise ScannerBusy(status="scanning")
        self._scanning, self._cancelled = True, False
        ended = False
        try:
            async with self._turn:
                await self._tell(do="scan", device=self._device, options=self.options, **_command(settings))
                while (event := await self._event()).event != "done":
                    if event.event == "progress":
                        yield ScanProgress(event.percent)
                    elif event.event == "page":
                        yield _page(event)
            ended = True
        except SessionError as error:
            ended = True
            if self._cancelled:
                raise ScanCancelled from error
            raise
        finally:
            self._scanning = False
            if not ended:
                await self._kill()  # left in the middle: the quickest way to stop the scanner

    async def cancel(self) -> None:
        """Stops the scan under way; a worker that does not obey within `cancel_s` is killed."""
        if not self._scanning or self._cancelled:
            return
        self._cancelled = True
        if self._process is not None:
            await self._write({"do": "cancel"})
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time() + self._cancel_s)

    async def close(self) -> None:
        """Ends the worker."""
        await self.cancel()
        await self._kill()

    # ---- the worker -----------------------------------------------------------------------------------------------

    async def _tell(self, **command: object) -> None:
        if self._process is None or self._process.returncode is not None:
            await self._start()
        await self._write(command)

    async def _write(self, command: Mapping[str, object]) -> None:
        process = self._process
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(json.dumps(command).encode() + b"\n")
            await process.stdin.drain()
        except ConnectionError:
            log.warning("the scanner's worker died")  # reading its next event says so to the caller

    async def _start(self) -> None:
        """Starts the worker with the first Python that has what it needs."""
        refusals: list[str] = []
        for python in self._pythons:
            await self._kill()
            try:
                self._process = await asyncio.create_subprocess_exec(
                    python,
                    "-I",
                    str(_WORKER),
                    stdin=PIPE,
                    stdout=PIPE,
                    stderr=DEVNULL,
                    env=os.environ | self._environment,
                )
            except OSError as error:
                refusals.append(type(error).__name__)
                continue
            event = await self._next_event(_START_S)
            if event.event == "ready":
                return
            refusals.append(event.status)
        await self._kill()
        missing = any("sane missing" in refusal for refusal in refusals)
        raise ScannerFailed(status="python-sane missing" if missing else "; ".join(refusals)[:200])

    async def _event(self) -> WorkerEvent:
        """The next event; an error that it tells is raised."""
        event = await self._next_event(self._cancel_s if self._cancelled else self.quiet_s)
        if event.event in ("error", "cancelled"):
            await self._kill()  # it ends by itself after these
        if event.event == "error":
            raise _error(event)
        if event.event == "cancelled":
            raise ScanCancelled
        return event

    async def _next_event(self, limit_s: float) -> WorkerEvent:
        try:
            async with asyncio.timeout(limit_s) as self._limit:
                return await self._read_frame()
        except TimeoutError as error:
            await self._kill()
            raise ScannerFailed(status=f"silent for {limit_s:.0f} s") from error
        except (asyncio.IncompleteReadError, struct.error, msgspec.MsgspecError, ConnectionError) as error:
            await self._kill()
            raise ScannerFailed(status="driver crashed") from error
        finally:
            self._limit = None

    async def _read_frame(self) -> WorkerEvent:
        if self._process is None or self._process.stdout is None:
            raise ConnectionResetError
        out = self._process.stdout
        (size,) = struct.unpack(">I", await out.readexactly(4))
        if size > _MAX_HEAD_BYTES:
            raise ConnectionResetError
        event = msgspec.json.decode(await out.readexactly(size), type=WorkerEvent)
        if not 0 <= event.n <= MAX_ITEM_BYTES:
            await self._kill()
            raise PageTooLarge(size_bytes=event.n)
        return msgspec.structs.replace(event, payload=await out.readexactly(event.n))

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _command(settings: ScanSettings) -> dict[str, object]:
    preview = settings.kind is ScanKind.PREVIEW
    return {
        "source": settings.source.value,
        "colour": settings.colour,
        "dpi": PREVIEW_DPI if preview else settings.dpi,
        "area": None if preview else msgspec.to_builtins(settings.area),
    }


def _page(event: WorkerEvent) -> ScannedPage:
    width_px, height_px = jpeg_size(event.payload)
    return ScannedPage(
        data=event.payload, media_type="image/jpeg", width_px=width_px, height_px=height_px, dpi=event.dpi
    )


def _error(event: WorkerEvent) -> SessionError:
    status = event.status.lower()
    for words, kind in _STATUS_ERRORS:
        if words in status:
            return kind(status=event.status[:200])
    if event.stage == "open":
        return ScannerGone(status=event.status[:200])
    return ScannerFailed(status=event.status[:200])
