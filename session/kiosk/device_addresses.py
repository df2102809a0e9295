# SPDX-License-Identifier: GPL-3.0-only
"""From an address in the kiosk's settings to its scanner or printer. Used by compose and doctor.

Never call these with an address from a message: what a kiosk drives is decided by its own settings alone.
"""

from __future__ import annotations

from session.kiosk.escl import EsclScanner
from session.kiosk.ipp import IppPrinter
from session.kiosk.printer import Printer
from session.kiosk.sane_scanner import SaneScanner
from session.kiosk.scanner import AddressUnknown, Scanner


def make_scanner(address: str) -> Scanner:
    """The scanner at an address.

    Args:
        address: `escl://host:port/eSCL`, `escls://` (TLS), the same as `http://` or `https://`, or `sane:<device>`.

    Raises:
        AddressUnknown: none of these.
    """
    scheme = address.partition(":")[0]
    if scheme == "sane":
        return SaneScanner(address.removeprefix("sane:"))
    if scheme in ("escl", "escls", "http", "https"):
        return EsclScanner(address)
    raise AddressUnknown(address)


def make_printer(address: str) -> Printer:
    """The printer at an address.

    Args:
        address: `ipp://host:port/path` or `ipps://` (TLS): a printer that takes PDF, or a queue of the local CUPS.

    Raises:
        AddressUnknown: not one of these.
    """
    if address.partition(":")[0] in ("ipp", "ipps"):
        return IppPrinter(address)
    raise AddressUnknown(address)
