# SPDX-License-Identifier: GPL-3.0-only
"""A scanner behind a driver, in a process of its own that may crash or hang.
The kinds: `SaneScanner`, `WiaScanner`.

The worker reads one JSON command per line and answers in frames:
a 4-byte length, JSON (`WorkerEvent`), `n` bytes. Status names are those of SANE (standard 1.06,
section 4.2.7; 12 and 13 of later drafts), whatever the driver is.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import struct
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping

import msgspec

from session.core.child_process import NO_WINDOW, own_python
from session.core.device_errors import (
    ScanCancelled,
    ScannerBusy,
    ScannerCoverOpen,
    ScannerDenied,
    ScannerEmpty,
    ScannerFailed,
    ScannerGone,
    ScannerJammed,
    ScannerWarmingUp,
)
from session.core.errors import PageTooLarge, SessionError
from session.kiosk.drivers.jpeg_header import jpeg_size
from session.kiosk.drivers.scanner import (
    PREVIEW_DPI,
    ScannedPage,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
    true_dpi,
)
from session.protocol.conversation.messages import ScanKind, ScannerState
from session.protocol.wire.version import MAX_ITEM_BYTES

log = logging.getLogger(__name__)

SANE_LIBRARY = "libsane.so.1"
_MAX_HEAD_BYTES = 64 * 1024
_START_S = 15.0
_LET_GO_S = 5.0  # the worker gives a backend two seconds to stop, and two to close

_STATUS_ERRORS: dict[str, type[SessionError]] = {
    "NO_DOCS": ScannerEmpty,
    "JAMMED": ScannerJammed,
    "COVER_OPEN": ScannerCoverOpen,
    "DEVICE_BUSY": ScannerBusy,
    "WARMING_UP": ScannerWarmingUp,
    "ACCESS_DENIED": ScannerDenied,
    "HW_LOCKED": ScannerDenied,
    "OFFLINE": ScannerGone,
    "CANCELLED": ScanCancelled,  # at the device's own button
}


class WorkerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the worker; the fields that an `event` does not use stay empty.
    `n` bytes of `payload` follow.
    """

    event: str
    n: int = 0
    percent: int = -1
    stage: str = ""
    status: str = ""
    feeder: bool = False
    duplex: bool = False
    dpi: int = 300
    width: int = 0
    height: int = 0
    pages: int = 0
    payload: bytes = b""


class WorkerScanner:
    """One device of a driver.

    Args:
        worker: the module that is run with Python, and its arguments.
        name: what people may read of it.
        device: the driver's name of it.
        quiet_s: seconds without a word from the worker after which it is killed and started anew.
        cancel_s: the same while a cancellation waits.
        options: further options of this device by name, set in this order before each scan.
        environment: added to the worker's.
    """

    def __init__(
        self,
        worker: tuple[str, ...],
        name: str,
        *,
        device: str,
        quiet_s: float = 30.0,
        cancel_s: float = 5.0,
        options: Mapping[str, str | int | float | bool] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._worker = worker
        self._name = name[:200]
        self._device = device
        self.quiet_s = quiet_s
        self._cancel_s = cancel_s
        self.options = dict(options or {})
        self._environment = dict(environment or {})
        self._process: Process | None = None
        self._retired: Process | None = None
        self._scanning = self._cancelled = False
        self._feeder = self._duplex = False
        self._limit: asyncio.Timeout | None = None
        self._turn = asyncio.Lock()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id while there is one."""
        if self._process:
            return self._process.pid
        return None

    async def state(self) -> ScannerStatus:
        """Return how it is now: opens the device, which is all that drivers offer for it."""
        code, state = "", ScannerState.READY
        if self._scanning:
            return self._received(ScannerState.BUSY, "")
        try:
            async with self._turn:
                await self._send(do="report", device=self._device)
                event = await self._event()
                self._feeder = event.feeder
                self._duplex = event.duplex
        except ScannerBusy:
            state = ScannerState.BUSY
        except SessionError as error:
            state, code = ScannerState.FAULT, error.code
        return self._received(state, code)

    def _received(self, state: ScannerState, code: str) -> ScannerStatus:
        return ScannerStatus(
            state=state, name=self._name, code=code, feeder=self._feeder, duplex=self._duplex
        )

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """Scans; see `Scanner.scan`."""
        if self._scanning:
            raise ScannerBusy(status="scanning")
        self._scanning = True
        self._cancelled = False
        ended = False
        try:
            async with self._turn:
                await self._send(
                    do="scan", device=self._device, options=self.options, **_command(settings)
                )
                while (event := await self._event()).event != "done":
                    if event.event == "progress":
                        yield ScanProgress(event.percent)
                    elif event.event == "page":
                        yield _page(event, settings)
            ended = True
        except SessionError as error:
            ended = True
            if self._cancelled:
                raise ScanCancelled from error
            raise
        finally:
            self._scanning = False
            if not ended:
                await self._retire()  # left in the middle

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
        await self._retire()
        await self._see_off()

    # ---- the worker

    async def _send(self, **command: object) -> None:
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
        """Starts a worker; only after the one before has let the device go."""
        await self._retire()
        await self._see_off()
        self._process = await asyncio.create_subprocess_exec(
            *own_python(),
            "-m",
            *self._worker,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=os.environ | self._environment,
            creationflags=NO_WINDOW,
        )
        event = await self._next_event(_START_S)
        if event.event != "ready":
            await self._retire()
            raise ScannerFailed(status=event.status[:200])

    async def _event(self) -> WorkerEvent:
        """The next event; an error that it tells is raised."""
        event = await self._next_event(self._cancel_s if self._cancelled else self.quiet_s)
        if event.event in ("error", "cancelled"):
            await self._retire()  # it ends by itself after these
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
        except (
            asyncio.IncompleteReadError,
            struct.error,
            msgspec.MsgspecError,
            ConnectionError,
        ) as error:
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

    async def _retire(self) -> None:
        """Tells the worker to let the device go and to end, and does not wait for it."""
        process, self._process = self._process, None
        if process is None:
            return
        await self._see_off()
        self._retired = process
        if process.stdin is not None:
            process.stdin.close()

    async def _see_off(self) -> None:
        """Waits for the retired worker, but not for ever."""
        process, self._retired = self._retired, None
        if process is None:
            return
        try:
            async with asyncio.timeout(_LET_GO_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _kill(self) -> None:
        """Ends a worker that no longer answers."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        await self._retire()


def _command(settings: ScanSettings) -> dict[str, object]:
    preview = settings.kind is ScanKind.PREVIEW
    return {
        "source": settings.source.value,
        "colour": settings.colour,
        "duplex": settings.duplex,
        "dpi": PREVIEW_DPI if preview else settings.dpi,
        "area": None if preview else msgspec.to_builtins(settings.area),
    }


def _page(event: WorkerEvent, settings: ScanSettings) -> ScannedPage:
    width_px, height_px = jpeg_size(event.payload)
    preview = settings.kind is ScanKind.PREVIEW  # of the whole glass, whose size is not told
    if preview:
        dpi = event.dpi
    else:
        dpi = true_dpi(width_px, settings.area, event.dpi)
    return ScannedPage(
        data=event.payload, media_type="image/jpeg", width_px=width_px, height_px=height_px, dpi=dpi
    )


def _error(event: WorkerEvent) -> SessionError:
    if kind := _STATUS_ERRORS.get(event.status):
        return kind(status=event.status)
    failed = ScannerGone if event.stage == "open" else ScannerFailed
    return failed(status=event.status[:200])


class SaneScanner(WorkerScanner):
    """A scanner that only SANE knows: for kiosks on Linux, where the device speaks no eSCL.

    Args:
        device: SANE's name of it, e.g. "genesys:libusb:001:004".
        library: file name of SANE's library.
        environment: added to the worker's, e.g. `SANE_CONFIG_DIR`.
        quiet_s, cancel_s, options: as `WorkerScanner`.
    """

    def __init__(
        self,
        device: str,
        *,
        quiet_s: float = 30.0,
        cancel_s: float = 5.0,
        options: Mapping[str, str | int | float | bool] | None = None,
        environment: Mapping[str, str] | None = None,
        library: str = SANE_LIBRARY,
    ) -> None:
        worker = ("session.kiosk.drivers.sane_worker", library)
        super().__init__(
            worker,
            f"SANE {device}",
            device=device,
            quiet_s=quiet_s,
            cancel_s=cancel_s,
            options=options,
            environment=environment,
        )


class WiaScanner(WorkerScanner):
    """A scanner that only Windows Image Acquisition knows: for kiosks on Windows.

    NOT TRIED on a real Windows; see `wia_worker`.

    Args:
        device: its name or WIA id; "" for the first one.
    """

    def __init__(self, device: str, *, quiet_s: float = 90.0, cancel_s: float = 1.0) -> None:
        # A page without a word may take long, and a cancellation is never answered:
        # the worker is killed.
        worker = ("session.kiosk.drivers.wia_worker",)
        super().__init__(
            worker, f"WIA {device}".strip(), device=device, quiet_s=quiet_s, cancel_s=cancel_s
        )
