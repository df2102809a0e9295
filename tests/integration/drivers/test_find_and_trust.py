# SPDX-License-Identifier: GPL-3.0-only
"""Devices are found by what they announce, bound by their UUID, and trusted by their own
certificate alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from expert_app.commands.kiosk_devices import settings_of
from expert_app.simulated.escl_view import CAPABILITIES, UUID, status_xml
from session.core.device_errors import DeviceNotTrusted, ScannerGone
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.devices.bound_devices import BoundScanner
from session.kiosk.devices.discovery import FoundDevice, device_of, find_devices
from session.kiosk.drivers.certificates import (
    CertificateWrong,
    fingerprint,
    seen_certificate,
    trust_only,
)
from session.kiosk.drivers.escl import EsclScanner
from session.kiosk.drivers.scanner import AddressUnknown
from session.protocol.conversation.messages import ScannerState
from tests.support.simulated_devices import Simulator, plain_pages, running


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    pages = plain_pages(tmp_path_factory.mktemp("glass") / "pages")
    with running("escl_scanner", "--pages", str(pages), "--page-seconds", "0.1") as simulator:
        yield simulator


# ---- certificates


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """(certificate, key) as a device makes them for itself: wrong host, no authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=36500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("192.0.2.7"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


@contextlib.asynccontextmanager
async def safe_scanner(certificate: Path, key: Path) -> AsyncIterator[int]:
    """A scanner that answers by TLS only; its port."""

    async def capabilities(_request: web.Request) -> web.Response:
        return web.Response(text=CAPABILITIES, content_type="text/xml")

    async def status(_request: web.Request) -> web.Response:
        return web.Response(text=status_xml("", working=False), content_type="text/xml")

    app = web.Application()
    app.add_routes(
        [web.get("/eSCL/ScannerCapabilities", capabilities), web.get("/eSCL/ScannerStatus", status)]
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_the_device_with_its_own_certificate_is_trusted_and_another_one_is_not(
    tmp_path: Path,
) -> None:
    certificate, key = self_signed(tmp_path, "scanner")
    other, _key = self_signed(tmp_path, "impostor")
    async with safe_scanner(certificate, key) as port:
        address = f"escls://127.0.0.1:{port}/eSCL"
        for kept, state, code in (
            (str(certificate), ScannerState.READY, ""),
            (str(other), ScannerState.FAULT, "device_not_trusted"),
            ("", ScannerState.FAULT, "device_not_trusted"),
        ):
            scanner = make_scanner(address, kept)
            status = await scanner.state()
            await scanner.close()
            assert (status.state, status.code) == (state, code)


async def test_the_certificate_that_is_seen_is_the_one_to_keep(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path, "scanner")
    async with safe_scanner(certificate, key) as port:
        pem = await asyncio.to_thread(seen_certificate, "127.0.0.1", port)
    assert fingerprint(pem) == fingerprint(certificate.read_text(encoding="ascii"))
    assert len(fingerprint(pem)) == 32 * 3 - 1


def test_a_certificate_file_that_is_none_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("", encoding="ascii")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(CertificateWrong):
            trust_only(tmp_path / name)
        with pytest.raises(CertificateWrong):
            make_printer("ipps://127.0.0.1/ipp/print", str(tmp_path / name))


# ---- bound by UUID


async def test_a_scanner_that_moved_is_found_again(glass: Simulator) -> None:
    addresses = ["escl://127.0.0.1:9/eSCL", glass.address]
    asked: list[str] = []

    async def find(uuid: str) -> str:
        asked.append(uuid)
        return addresses.pop(0)

    scanner = BoundScanner(UUID, find, make=EsclScanner)
    assert (await scanner.state()).code == ScannerGone.code
    assert (await scanner.state()).state is ScannerState.READY
    assert (await scanner.state()).state is ScannerState.READY
    assert asked == [UUID, UUID]  # found once, it is not looked for again
    await scanner.close()


async def test_another_scanner_at_the_same_place_is_refused(glass: Simulator) -> None:
    async def find(_uuid: str) -> str:
        return glass.address

    scanner = BoundScanner("00000000-1111-4222-8333-444444444444", find, make=EsclScanner)
    assert (await scanner.state()).code == DeviceNotTrusted.code
    await scanner.close()


async def test_nobody_of_this_uuid_is_a_scanner_that_is_gone() -> None:
    async def find(_uuid: str) -> str:
        return ""

    scanner = BoundScanner(UUID, find, make=EsclScanner)
    assert (await scanner.state()).code == ScannerGone.code


@pytest.mark.parametrize(
    "address", ["escl-uuid:", "escl-uuid:not-one", "ipp-uuid:51b4e7a1", f"uuid:{UUID}"]
)
def test_what_is_no_uuid_is_refused(address: str) -> None:
    with pytest.raises(AddressUnknown):
        (make_printer if address.startswith("ipp") else make_scanner)(address)


# ---- announcements


async def test_a_scanner_that_announces_itself_is_found(glass: Simulator) -> None:
    port = int(glass.address.split(":")[2].split("/")[0])
    try:
        device = AsyncZeroconf(interfaces=["127.0.0.1"])
    except OSError:
        pytest.skip("no multicast on this machine's loopback")
    info = ServiceInfo(
        "_uscan._tcp.local.",
        "Borne d'essai._uscan._tcp.local.",
        port=port,
        parsed_addresses=["127.0.0.1"],
        properties={"ty": "Scanner d'essai", "rs": "eSCL", "UUID": UUID.upper(), "duplex": "T"},
        server="borne-d-essai.local.",
    )
    await device.async_register_service(info)
    looking = AsyncZeroconf(interfaces=["127.0.0.1"])
    try:
        found = await find_devices(1.5, looking)
    finally:
        await looking.async_close()
        await device.async_unregister_all_services()
        await device.async_close()
    assert FoundDevice("Scanner d'essai", glass.address, UUID, True) in found


async def test_an_interface_without_multicast_prints_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On most machines ::1 has none."""
    await find_devices(0.3)
    assert [one for one in caplog.records if one.name == "zeroconf"] == []


def test_what_is_announced_becomes_a_line_of_settings() -> None:
    told = {"ty": "Imprimante", "rp": "/ipp/print", "UUID": UUID}
    device = device_of(
        "_ipps._tcp.local.",
        "I._ipps._tcp.local.",
        ["fe80::1", "192.0.2.9"],
        port=443,
        properties=told,
    )
    assert device is not None
    assert device.address == "ipps://192.0.2.9:443/ipp/print"
    assert settings_of(device)[0] == f'printer = "ipp-uuid:{UUID}"'
    assert device_of("_uscan._tcp.local.", "S", [], port=80, properties={}) is None
    lonely = device_of(
        "_uscan._tcp.local.", "S._uscan._tcp.local.", ["2001:db8::5"], port=8080, properties={}
    )
    assert lonely == FoundDevice("S", "escl://[2001:db8::5]:8080/eSCL", "")
