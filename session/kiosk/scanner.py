# SPDX-License-Identifier: GPL-3.0-only
"""What the kiosk asks of a scanner, whatever it is; used by the devices conversation, made from the kiosk's settings.

`EsclScanner` (network and driverless USB) and `SaneScanner` (everything else on Linux) are the two kinds.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from session.protocol.session_messages import Area, ScanKind, ScannerState, ScanRequested, ScanSource

PREVIEW_DPI = 75
UNKNOWN_PERCENT = -1
MAX_PAGE_PX = 40_000_000
"""More than A4 at 600 dpi (35 million), far less than a decompression bomb."""


class ScanSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One scan. `area` in 1/300 inch; a preview takes the whole bed at 75 dpi whatever `dpi` and `area` say."""

    kind: ScanKind = ScanKind.PAGE
    source: ScanSource = ScanSource.GLASS
    dpi: int = 300
    colour: bool = True
    area: Area = Area()

    @classmethod
    def from_request(cls, request: ScanRequested) -> ScanSettings:
        """The settings that a desk's wish stands for."""
        return cls(kind=request.kind, source=request.source, dpi=request.dpi, colour=request.colour, area=request.area)


class ScannerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How the scanner is. `code`: of `session.errors`, empty when well; `feeder`: it has one (loaded or not)."""

    state: ScannerState
    name: str
    code: str = ""
    feeder: bool = False


class ScanProgress(msgspec.Struct, frozen=True):
    """The scanner works on a page: `percent` 0..100, or -1 when it does not say."""

    percent: int


class ScannedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One side, as the scanner made it. `width_px` times 300 / `dpi` is the width that was seen, in 1/300 inch."""

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    dpi: int


class Scanner(Protocol):
    """A scanner. One scan at a time: a second one is refused with `ScannerBusy`."""

    async def state(self) -> ScannerStatus:
        """How it is now. Never raises a session error: a scanner that is gone is a fault with its code."""
        ...

    def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """Scans: progress and pages as they come. One page from the glass, all pages of the feeder.

        Leaving the iteration early (closing it) stops the scanner.

        Raises:
            ScannerGone, ScannerBusy, ScannerJammed, ScannerEmpty, ScannerCoverOpen, ScannerFailed, ScanCancelled,
            PageUnreadable, PageTooLarge.
        """
        ...

    async def cancel(self) -> None:
        """Stops the scan under way, which then raises `ScanCancelled`; nothing when there is none."""
        ...

    async def close(self) -> None:
        """Cancels and lets the scanner go."""
        ...


class AddressUnknown(ValueError):
    """The settings name a device in a way we do not know; the text is the address."""
