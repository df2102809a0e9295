# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's requests to a scanner, whatever it is;
used by the devices conversation, made from the kiosk's settings.

`EsclScanner` (network and driverless USB) and `SaneScanner` (everything else on Linux) are the
two kinds.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from session.core.errors import PageUnreadable
from session.protocol.conversation.messages import (
    Area,
    ScanKind,
    ScannerState,
    ScanRequested,
    ScanSource,
)

PREVIEW_DPI = 75
UNKNOWN_PERCENT = -1
MAX_PAGE_PX = 40_000_000
"""More than A4 at 600 dpi (35 million), far less than a decompression bomb."""


class ScanSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One scan. `area` in 1/300 inch; a preview takes the whole bed at 75 dpi whatever `dpi` and
    `area` say.

    `duplex`: both sides of each sheet in the feeder, front and back in turn.
    """

    kind: ScanKind = ScanKind.PAGE
    source: ScanSource = ScanSource.GLASS
    dpi: int = 300
    colour: bool = True
    area: Area = Area()
    duplex: bool = False

    @classmethod
    def from_request(cls, request: ScanRequested) -> tuple[ScanSettings, ...]:
        """The scans that a request of the desk stands for, one after the other:
        several when several areas are named.
        """
        several = (
            request.areas and request.kind is ScanKind.PAGE and request.source is ScanSource.GLASS
        )
        return tuple(
            cls(
                kind=request.kind,
                source=request.source,
                dpi=request.dpi,
                colour=request.colour,
                area=area,
                duplex=request.duplex and request.source is ScanSource.FEEDER,
            )
            for area in (request.areas if several else [request.area])
        )


class ScannerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the scanner. `code`: of `session.core.errors`,
    empty when well.

    `feeder`: it has one (loaded or not); `duplex`: that sees both sides.
    """

    state: ScannerState
    name: str
    code: str = ""
    feeder: bool = False
    duplex: bool = False


class ScanProgress(msgspec.Struct, frozen=True):
    """The scanner works on a page: `percent` 0..100, or -1 when it does not say."""

    percent: int


class ScannedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One side, as the scanner made it.
    `width_px` times 300 / `dpi` is the width that was seen, in 1/300 inch.
    """

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    dpi: int


class Scanner(Protocol):
    """A scanner. One scan at a time: a second one is refused with `ScannerBusy`."""

    async def state(self) -> ScannerStatus:
        """Return how it is now. Never raises a session error:
        a scanner that is gone is a fault with its code.
        """
        ...

    def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """Scans: progress and pages as they come. One page from the glass, all pages of the feeder.

        Leaving the iteration early (closing it) stops the scanner.

        Raises:
            ScannerGone, ScannerBusy, ScannerWarmingUp, ScannerJammed, ScannerEmpty,
            ScannerCoverOpen, ScannerDenied, ScannerFailed, DeviceNotTrusted, ScanCancelled,
            PageUnreadable, PageTooLarge.
        """
        ...

    async def cancel(self) -> None:
        """Stops the scan under way, which then raises `ScanCancelled`;
        nothing when there is none.
        """
        ...

    async def close(self) -> None:
        """Cancels and lets the scanner go."""
        ...


DPI_RANGE = (50, 1200)


def true_dpi(width_px: int, area: Area, told_dpi: int) -> int:
    """The resolution that a page really has:
    some scanners scan at another one than they were asked for, or say.

    Raises:
        PageUnreadable: no scanner has such a resolution. Detail: `why`, `dpi`.
    """
    measured_dpi = width_px * 300 / max(1, area.width)
    if abs(measured_dpi - told_dpi) <= 0.06 * told_dpi + 300 * 16 / max(1, area.width):
        return told_dpi
    if not DPI_RANGE[0] <= measured_dpi <= DPI_RANGE[1]:
        raise PageUnreadable(why="resolution", dpi=round(measured_dpi))
    return round(measured_dpi)


class AddressUnknown(ValueError):
    """The settings name a device in a way we do not know; the text is the address."""
