# SPDX-License-Identifier: GPL-3.0-only
"""The scanner or printer for an address in the kiosk's settings.
Used by `expert_app.kiosk.device_settings` and `expert-app doctor`.

Never call these with an address from a message: only the settings decide what a kiosk drives.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from session.kiosk.devices.bound_devices import BoundPrinter, BoundScanner
from session.kiosk.devices.discovery import find_address
from session.kiosk.drivers.certificates import trust_only
from session.kiosk.drivers.escl import EsclScanner
from session.kiosk.drivers.ipp import IppPrinter
from session.kiosk.drivers.printer import Printer
from session.kiosk.drivers.scanner import AddressUnknown, Scanner
from session.kiosk.drivers.windows_printer import WindowsPrinter
from session.kiosk.drivers.worker_scanner import SaneScanner, WiaScanner

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def make_scanner(address: str, certificate: str = "") -> Scanner:
    """The scanner at an address.

    Args:
        address: `escl://host:port/eSCL`, `escls://` (TLS), the same as `http://` or `https://`,
            `escl-uuid:<UUID>` (found on the network, wherever it is), `sane:<device>` (Linux), or
            `wia:<device>` (Windows, not tried).
        certificate: PEM file of the one certificate it must show; "" for the system's authorities.

    Raises:
        AddressUnknown: none of these. CertificateWrong.
    """
    if certificate:
        tls = trust_only(Path(certificate))
    else:
        tls = None
    scheme, _colon, rest = address.partition(":")
    if scheme == "sane":
        return SaneScanner(rest)
    if scheme == "wia":
        return WiaScanner(rest)
    if scheme == "escl-uuid":
        return BoundScanner(
            _uuid(address, rest),
            partial(find_address, scanner=True),
            make=partial(EsclScanner, tls=tls),
        )
    if scheme in ("escl", "escls", "http", "https"):
        return EsclScanner(address, tls=tls)
    raise AddressUnknown(address)


def make_printer(address: str, certificate: str = "") -> Printer:
    """The printer at an address.

    Args:
        address: `ipp://host:port/path` or `ipps://` (TLS):
            a printer that takes PDF, or a queue of the local CUPS; `ipp-uuid:<UUID>` (found on the
            network, wherever it is); `windows:<queue>` (not tried).
        certificate: as of `make_scanner`.

    Raises:
        AddressUnknown: not one of these. CertificateWrong.
    """
    if certificate:
        tls = trust_only(Path(certificate))
    else:
        tls = None
    scheme, _colon, rest = address.partition(":")
    if scheme == "windows":
        return WindowsPrinter(rest)
    if scheme == "ipp-uuid":
        return BoundPrinter(
            _uuid(address, rest),
            partial(find_address, scanner=False),
            make=partial(IppPrinter, tls=tls),
        )
    if scheme in ("ipp", "ipps"):
        return IppPrinter(address, tls=tls)
    raise AddressUnknown(address)


def _uuid(address: str, text: str) -> str:
    if not _UUID.fullmatch(text.lower()):
        raise AddressUnknown(address)
    return text.lower()
