# SPDX-License-Identifier: GPL-3.0-only
"""Addresses in the kiosk's settings become the right kind of scanner and printer, or are
refused.
"""

from __future__ import annotations

import pytest

from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.drivers.escl import EsclScanner
from session.kiosk.drivers.ipp import IppPrinter
from session.kiosk.drivers.scanner import AddressUnknown, ScanSettings
from session.kiosk.drivers.worker_scanner import SaneScanner
from session.protocol.conversation.messages import Area, ScanKind, ScanRequested, ScanSource


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("escl://127.0.0.1:8080/eSCL", EsclScanner),
        ("http://192.0.2.7/eSCL", EsclScanner),
        ("sane:genesys:libusb:001:004", SaneScanner),
    ],
)
async def test_an_address_names_the_kind_of_scanner(address: str, kind: type) -> None:
    scanner = make_scanner(address)
    assert isinstance(scanner, kind)
    await scanner.close()


async def test_an_ipp_address_names_a_printer() -> None:
    printer = make_printer("ipp://127.0.0.1/ipp/print")
    assert isinstance(printer, IppPrinter)
    await printer.close()


@pytest.mark.parametrize("address", ["", "ftp://127.0.0.1/", "/dev/usb/lp0", "twain:1"])
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(AddressUnknown):
        make_scanner(address)
    with pytest.raises(AddressUnknown):
        make_printer(address)


@pytest.mark.parametrize("rest", ["//kiosk:port/path", "///path", "//[::1/path"])
def test_a_broken_address_is_refused(rest: str) -> None:
    with pytest.raises(AddressUnknown):
        make_scanner(f"escl:{rest}")
    with pytest.raises(AddressUnknown):
        make_printer(f"ipp:{rest}")


def test_settings_are_taken_from_the_desks_wish() -> None:
    area = Area(left=1, top=2, width=3, height=4)
    request = ScanRequested(
        scan_id="a1",
        kind=ScanKind.PREVIEW,
        source=ScanSource.FEEDER,
        dpi=150,
        colour=False,
        area=area,
    )
    assert ScanSettings.from_request(request) == (
        ScanSettings(
            kind=ScanKind.PREVIEW, source=ScanSource.FEEDER, dpi=150, colour=False, area=area
        ),
    )
