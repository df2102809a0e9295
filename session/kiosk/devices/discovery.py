# SPDX-License-Identifier: GPL-3.0-only
"""Finds the scanners and printers on this network, which announce themselves (DNS-SD).

Used when a kiosk is set up, and to find a device again by its UUID when its address has changed.

Sources: RFC 6763 (DNS-SD); eSCL Technical Specification 2.97, section "mDNS";
PWG 5100.14, section 4.2.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import NamedTuple

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

SCANNERS = {"_uscan._tcp.local.": "escl", "_uscans._tcp.local.": "escls"}
PRINTERS = {"_ipp._tcp.local.": "ipp", "_ipps._tcp.local.": "ipps"}
LISTEN_S = 4.0
_ASK_MS = 2000
_MAX_DEVICES = 200
_PATHS = {
    "escl": ("rs", "eSCL"),
    "escls": ("rs", "eSCL"),
    "ipp": ("rp", "ipp/print"),
    "ipps": ("rp", "ipp/print"),
}


class _NotOfAnInterface(logging.Filter):
    """Keeps out of what people read that an interface without multicast cannot be asked (the
    library tells it with a traceback): the other ones answer.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """False for that."""
        return not (record.exc_info and isinstance(record.exc_info[1], OSError))


class FoundDevice(NamedTuple):
    """A device as it announces itself:
    nothing of it is believed before the device itself said the same.

    Attributes:
        address: as the kiosk's settings would say it.
        uuid: lower case, "" when it names none.
        duplex: a scanner whose feeder sees both sides.
    """

    name: str
    address: str
    uuid: str
    duplex: bool = False

    @property
    def is_scanner(self) -> bool:
        """It scans; else it prints."""
        return self.address.startswith("escl")

    @property
    def is_safe(self) -> bool:
        """By TLS."""
        return self.address.startswith(("escls", "ipps"))


async def find_devices(
    seconds: float = LISTEN_S, network: AsyncZeroconf | None = None
) -> list[FoundDevice]:
    """Return what announces itself within `seconds`, scanners first, by name.
    Raises `OSError`: no network at all.
    """
    library, quiet = logging.getLogger("zeroconf"), _NotOfAnInterface()
    library.addFilter(quiet)
    zone = network or AsyncZeroconf(ip_version=IPVersion.All)
    names: set[tuple[str, str]] = set()

    def on_change(
        zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange
    ) -> None:
        if state_change is not ServiceStateChange.Removed and len(names) < _MAX_DEVICES:
            names.add((service_type, name))

    browser = AsyncServiceBrowser(zone.zeroconf, [*SCANNERS, *PRINTERS], handlers=[on_change])
    try:
        await asyncio.sleep(seconds)
        answers = await asyncio.gather(*(_ask(zone, kind, name) for kind, name in sorted(names)))
    finally:
        await browser.async_cancel()
        if network is None:
            await zone.async_close()
        library.removeFilter(quiet)
    devices = {device.address: device for device in answers if device is not None}
    return sorted(
        devices.values(),
        key=lambda device: (not device.is_scanner, device.name, not device.is_safe),
    )


async def find_address(uuid: str, *, scanner: bool, seconds: float = LISTEN_S) -> str:
    """Address of the device of this UUID now, by TLS where it offers that;
    "" when nobody answers to it.
    """
    same = [
        device
        for device in await find_devices(seconds)
        if device.uuid == uuid and device.is_scanner is scanner
    ]
    return next(
        iter(sorted(same, key=lambda device: not device.is_safe)), FoundDevice("", "", "")
    ).address


async def _ask(zone: AsyncZeroconf, kind: str, name: str) -> FoundDevice | None:
    info = AsyncServiceInfo(kind, name)
    if not await info.async_request(zone.zeroconf, _ASK_MS):
        return None
    return device_of(
        kind,
        name,
        info.parsed_scoped_addresses(),
        port=info.port or 0,
        properties=info.decoded_properties,
    )


def device_of(
    kind: str,
    name: str,
    addresses: list[str],
    *,
    port: int,
    properties: Mapping[str, str | None],
) -> FoundDevice | None:
    """The device of one announcement, or None when it cannot be reached by it."""
    scheme = {**SCANNERS, **PRINTERS}[kind]
    # IPv4 first: easier to read and to type
    plain = sorted(addresses, key=lambda address: ":" in address)
    if not plain or not port:
        return None
    if ":" in plain[0]:
        host = f"[{plain[0]}]"
    else:
        host = plain[0]
    key, default = _PATHS[scheme]
    path = (properties.get(key) or default).strip("/")[:100]
    display_name = (properties.get("ty") or name.partition(".")[0])[:100]
    uuid = (
        (properties.get("UUID") or properties.get("uuid") or "")
        .lower()
        .removeprefix("urn:uuid:")[:40]
    )
    duplex = (properties.get("duplex") or "").upper() == "T"
    return FoundDevice(
        display_name, f"{scheme}://{host}:{port}/{path}", uuid, duplex and scheme.startswith("escl")
    )
