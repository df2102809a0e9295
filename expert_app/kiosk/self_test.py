# SPDX-License-Identifier: GPL-3.0-only
"""An idle kiosk tries itself at night: camera, microphone, scanner, printer, disk, certificate,
line; the hub adds the clock. Built by the kiosk's wiring.

Of camera and microphone one number each is measured in the call's page; nothing is recorded. A
caller who comes ends the test at once.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import ssl
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from session.core.clock import Clock
from session.core.errors import SessionError
from session.core.program_version import program_version
from session.kiosk.drivers.printer import Printer
from session.kiosk.drivers.scanner import Scanner
from session.media.call_page import CallPage
from session.protocol.conversation.messages import ScannerState
from session.protocol.endpoints.line_test import LEAST_KBPS
from session.protocol.helpdesk.self_test import (
    CheckedPart,
    SelfCheck,
    SelfTestReported,
    SelfTestTaken,
)
from session.protocol.hub.line_rates import LineRates

log = logging.getLogger(__name__)

LOOK_S = 30.0
WINDOW = timedelta(hours=3)
"""From its time on; a kiosk that is busy or off then is tried the next night."""

SPREAD = timedelta(minutes=30)
"""Kiosks of a network do not all report in the same minute."""

ANSWER_S = 15.0
CLEARS_UP_S = 5.0
"""What is given up for a caller has so long to end its program, or to let a device go."""

LEAST_LIGHT, LEAST_TONE_DB = 8.0, 6.0
LEAST_FREE_MB = 1024
LEAST_DAYS = 21
ABSENT, NOT_TRIED, NOT_OPENED, NOT_FOUND = "absent", "not_tried", "not_opened", "not_found"


class _Found(msgspec.Struct):
    state: str
    value: float | None = None


class _Media(msgspec.Struct):
    camera: _Found
    microphone: _Found


@dataclass(frozen=True, kw_only=True)
class TriedThings:
    """The things of the kiosk that are tried.

    Attributes:
        page: of the call, where camera and microphone are opened.
        camera, microphone: as in the settings ("auto", "none", "simulated" or a name).
        folder: on the disk that is looked at.
        addresses, tls: of the bus; None without TLS.
        line: what the line carries, measured now where nobody knows; None for not to be measured.
    """

    page: CallPage
    camera: str
    microphone: str
    scanner: Scanner | None
    printer: Printer | None
    folder: Path
    addresses: tuple[str, ...]
    tls: ssl.SSLContext | None
    line: Callable[[], Awaitable[LineRates | None]]


class SelfTest:
    """Args:
    report: tells the hub.
    idle: nobody is here, no ticket waits, the bus is there.
    at: local time ("03:30"), "" for never.
    name: the kiosk's, which says how long after that it begins.
    """

    def __init__(
        self,
        things: TriedThings,
        report: Callable[[SelfTestReported], Awaitable[SelfTestTaken]],
        *,
        idle: Callable[[], bool],
        at: str,
        name: str,
        clock: Clock,
    ) -> None:
        self._things = things
        self._report = report
        self._idle = idle
        self._clock = clock
        self._at = time.fromisoformat(at) if at else None
        self._later = timedelta(seconds=zlib.crc32(name.encode()) % round(SPREAD.total_seconds()))
        self._done: date | None = None

    async def keep(self) -> None:
        """Runs for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self.is_due():
                try:
                    await self.run()
                except SessionError as error:
                    log.info("the self-test is made again: %s", error.code)

    def is_due(self) -> bool:
        """Return True if it is the time, nobody is here, and it was not made tonight."""
        if self._at is None or not self._idle():
            return False
        now = self._clock.utc_now().astimezone()
        begins = datetime.combine(now.date(), self._at, now.tzinfo) + self._later
        return begins <= now < begins + WINDOW and self._done != now.date()

    async def run(self) -> list[SelfCheck]:
        """Tries all and tells the hub; what was found, [] when a caller came in between.
        Raises `SessionError`: the hub was not reached.
        """
        trying = asyncio.ensure_future(self._try_all())
        try:
            while not trying.done():
                await asyncio.wait([trying], timeout=0.2)
                if not self._idle():
                    log.info("somebody came: the self-test is given up")
                    return []
            checks = trying.result()
        finally:
            trying.cancel()
            await asyncio.wait([trying], timeout=CLEARS_UP_S)
        report = SelfTestReported(
            at_utc=self._clock.utc_now(), checks=tuple(checks), version=program_version()
        )
        receipt = await self._report(report)
        self._done = self._clock.utc_now().astimezone().date()
        all_checks = [*checks, receipt.clock]
        faults = [f"{check.part}: {check.code}" for check in all_checks if check.is_fault]
        log.info("self-test: %s", ", ".join(faults) or "all is well")
        return all_checks

    async def _try_all(self) -> list[SelfCheck]:
        things = self._things
        checks = list(await self._try_media())
        checks.append(await _try_device(CheckedPart.SCANNER, things.scanner))
        checks.append(await _try_device(CheckedPart.PRINTER, things.printer))
        checks.append(_try_disk(things.folder))
        checks.append(await _try_certificate(things.addresses, things.tls, self._clock))
        checks.append(await _try_line(things.line))
        return checks

    async def _try_media(self) -> tuple[SelfCheck, SelfCheck]:
        things = self._things
        names = ["" if name == "auto" else name for name in (things.camera, things.microphone)]
        camera, microphone = (msgspec.json.encode(name).decode() for name in names)
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await things.page.run(f"selfCheck.run({camera}, {microphone})")
            media = msgspec.convert(answer, _Media)
        except (SessionError, TimeoutError, msgspec.ValidationError) as error:
            log.warning("camera and microphone were not tried: %s", type(error).__name__)
            media = _Media(camera=_Found(NOT_TRIED), microphone=_Found(NOT_TRIED))
        return (
            _judge_media(CheckedPart.CAMERA, media.camera, LEAST_LIGHT, "dark"),
            _judge_media(CheckedPart.MICROPHONE, media.microphone, LEAST_TONE_DB, "silent"),
        )


_STATES = {"absent": ABSENT, "simulated": ABSENT, NOT_TRIED: NOT_TRIED, NOT_FOUND: NOT_FOUND}


def _judge_media(part: CheckedPart, measurement: _Found, least: float, weak: str) -> SelfCheck:
    if measurement.state != "measured" or measurement.value is None:
        return SelfCheck(part=part, code=_STATES.get(measurement.state, NOT_OPENED))
    return SelfCheck(
        part=part, code=weak if measurement.value < least else "", value=round(measurement.value, 1)
    )


async def _try_device(part: CheckedPart, device: Scanner | Printer | None) -> SelfCheck:
    if device is None:
        return SelfCheck(part=part, code=ABSENT)
    try:
        async with asyncio.timeout(ANSWER_S):
            status = await device.state()
    except TimeoutError:
        return SelfCheck(part=part, code=f"{part}_gone")
    code = status.code
    if not code and status.state is ScannerState.FAULT:
        code = f"{part}_gone"
    return SelfCheck(part=part, code=code[:60])


def _try_disk(folder: Path) -> SelfCheck:
    try:
        free_mb = shutil.disk_usage(folder).free >> 20
    except OSError:
        return SelfCheck(part=CheckedPart.DISK, code="kiosk_disk_unusable")
    return SelfCheck(
        part=CheckedPart.DISK, code="disk_low" if free_mb < LEAST_FREE_MB else "", value=free_mb
    )


async def _try_certificate(
    addresses: tuple[str, ...], tls: ssl.SSLContext | None, clock: Clock
) -> SelfCheck:
    """Return how long the hub's certificate is still good, at the first address that answers."""
    part = CheckedPart.CERTIFICATE
    secure = [url for url in map(urlsplit, addresses) if url.scheme in ("tls", "wss")]
    if tls is None or not secure:
        return SelfCheck(part=part, code=ABSENT)
    for address in secure:
        try:
            async with asyncio.timeout(ANSWER_S):
                port = address.port or (443 if address.scheme == "wss" else 4222)
                _reader, writer = await asyncio.open_connection(
                    address.hostname, port, ssl=tls, server_hostname=address.hostname
                )
                peer_certificate = writer.get_extra_info("peercert") or {}
                writer.close()
            ends = parsedate_to_datetime(str(peer_certificate["notAfter"])).replace(tzinfo=UTC)
        except (OSError, TimeoutError, KeyError, ValueError):
            continue
        days = (ends - clock.utc_now()).days
        return SelfCheck(
            part=part, code="certificate_ends" if days < LEAST_DAYS else "", value=days
        )
    return SelfCheck(part=part, code=NOT_TRIED)


async def _try_line(line: Callable[[], Awaitable[LineRates | None]]) -> SelfCheck:
    try:
        async with asyncio.timeout(ANSWER_S):
            rates = await line()
    except TimeoutError:
        rates = None
    if rates is None:
        return SelfCheck(part=CheckedPart.LINE, code=NOT_TRIED)
    least = min(rates.up_kbps, rates.down_kbps)
    return SelfCheck(
        part=CheckedPart.LINE, code="line_narrow" if least < LEAST_KBPS else "", value=least
    )
