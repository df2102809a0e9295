# SPDX-License-Identifier: GPL-3.0-only
"""A scanner or printer that is bound by its UUID:
its address may change, another device cannot take its place.

Used where the kiosk's settings say "escl-uuid:..." or "ipp-uuid:...".
Without a certificate (see `session.kiosk.drivers.certificates`) the UUID protects from mistakes,
not from somebody who imitates the device on purpose.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from session.core.device_errors import DeviceNotTrusted, PrinterGone, ScannerGone
from session.core.errors import SessionError
from session.kiosk.drivers.printer import JobProgress, Printer, PrinterStatus
from session.kiosk.drivers.scanner import (
    ScannedPage,
    Scanner,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
)
from session.protocol.conversation.messages import ScannerState

log = logging.getLogger(__name__)

Find = Callable[[str], Awaitable[str]]
"""Address of the device of a UUID; "" when nobody answers to it."""


class Identified(Protocol):
    """A device that says its own UUID."""

    async def uuid(self) -> str:
        """Lower case, "" when it does not say. Raises a session error when it does not answer."""
        ...

    async def close(self) -> None:
        """Lets it go."""
        ...


class IdentifiedScanner(Scanner, Identified, Protocol):
    """A scanner with a UUID."""


class IdentifiedPrinter(Printer, Identified, Protocol):
    """A printer with a UUID."""


class _Bound[Device: Identified]:
    """Finds the device when it is needed, and again after it was gone."""

    def __init__(
        self, uuid: str, find: Find, *, make: Callable[[str], Device], gone: type[SessionError]
    ) -> None:
        self._uuid = uuid.lower()
        self._find = find
        self._make = make
        self._gone = gone
        self.known: Device | None = None
        self._looking = asyncio.Lock()

    async def device(self) -> Device:
        """Raises the error of a device that is gone, or `DeviceNotTrusted`."""
        async with self._looking:
            if self.known is None:
                self.known = await self._found()
            return self.known

    async def _found(self) -> Device:
        try:
            address = await self._find(self._uuid)
        except OSError as error:
            raise self._gone(why=type(error).__name__) from error
        if not address:
            raise self._gone(why="not found")
        device = self._make(address)
        try:
            if await device.uuid() != self._uuid:
                raise DeviceNotTrusted(why="uuid")
        except SessionError:
            await device.close()
            raise
        return device

    async def forget(self) -> None:
        """It was gone: perhaps it has another address now."""
        device, self.known = self.known, None
        if device is not None:
            log.info("a device is looked for again")
            await device.close()


class BoundScanner:
    """A scanner by its UUID; see `Scanner`."""

    def __init__(self, uuid: str, find: Find, *, make: Callable[[str], IdentifiedScanner]) -> None:
        self._bound = _Bound(uuid, find, make=make, gone=ScannerGone)

    async def state(self) -> ScannerStatus:
        """Return how it is now; one that is gone is looked for again at the next question."""
        try:
            status = await (await self._bound.device()).state()
        except SessionError as error:
            return ScannerStatus(state=ScannerState.FAULT, name="", code=error.code)
        if status.code == ScannerGone.code:
            await self._bound.forget()
        return status

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """IdentifiedScanner; see `Scanner.scan`."""
        device = await self._bound.device()
        try:
            async with aclosing(device.scan(settings)) as steps:
                async for step in steps:
                    yield step
        except ScannerGone:
            await self._bound.forget()
            raise

    async def cancel(self) -> None:
        """Stops the scan under way."""
        if self._bound.known is not None:
            await self._bound.known.cancel()

    async def close(self) -> None:
        """Cancels and lets the scanner go."""
        await self.cancel()
        await self._bound.forget()


class BoundPrinter:
    """A printer by its UUID; see `Printer`."""

    def __init__(self, uuid: str, find: Find, *, make: Callable[[str], IdentifiedPrinter]) -> None:
        self._bound = _Bound(uuid, find, make=make, gone=PrinterGone)

    async def state(self) -> PrinterStatus:
        """Return how it is now; one that is gone is looked for again at the next question."""
        try:
            status = await (await self._bound.device()).state()
        except SessionError as error:
            return PrinterStatus(state=ScannerState.FAULT, name="", code=error.code)
        if status.code == PrinterGone.code:
            await self._bound.forget()
        return status

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        """Hands a PDF over; see `Printer.submit`."""
        return await (await self._bound.device()).submit(document, name, copies)

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        """Each change of the job; see `Printer.follow`."""
        async with aclosing((await self._bound.device()).follow(job_id)) as steps:
            async for step in steps:
                yield step

    async def cancel(self, job_id: int) -> None:
        """Cancels."""
        await (await self._bound.device()).cancel(job_id)

    async def close(self) -> None:
        """Closes the connections; jobs go on."""
        await self._bound.forget()
