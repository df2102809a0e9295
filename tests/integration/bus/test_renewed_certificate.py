# SPDX-License-Identifier: GPL-3.0-only
"""A server gets a new certificate, or one of a new authority, while desks are connected."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from session.bus.server.certificate_watch import CertificateState, CertificateWatch, certificates_in
from session.bus.transport.authority import fingerprints_in
from session.bus.transport.tls import client_tls
from session.core.clock import SystemClock
from session.core.errors import BusCertificateRefused
from tests.integration.bus.safe_bus import SafeBus, is_answered, safe_bus
from tests.support.tls_files import TlsFiles, tls_files
from tests.support.waiting import until


def put_in_place(new: TlsFiles, old: TlsFiles) -> None:
    """The key first: the certificate's file is what is watched."""
    new.key.replace(old.key)
    new.certificate.replace(old.certificate)


def shown_number(bus: SafeBus, port: int) -> int:
    """The serial number of the certificate that a newcomer sees."""
    text = ssl.get_server_certificate(("localhost", port))
    (bus.files.ca.parent / "shown.pem").write_text(text, encoding="ascii")
    return certificates_in(bus.files.ca.parent / "shown.pem")[0].serial_number


def watch_of(bus: SafeBus) -> CertificateWatch:
    return CertificateWatch(
        bus.files.certificate, take=bus.server.take_certificate, clock=SystemClock()
    )


async def test_who_is_connected_stays_and_newcomers_see_the_new_certificate(tmp_path: Path) -> None:
    async with safe_bus(tmp_path) as bus:
        tls = client_tls(bus.files.ca)
        ends = [
            bus.connection(f"tls://localhost:{bus.port}", tls),
            bus.connection(f"wss://localhost:{bus.web_port}", tls),
        ]
        watch, said = watch_of(bus), list[bool]()
        for end in ends:
            await end.open()
            end.connected.connect(said.append)
        await watch.poll()
        days = watch.days_left
        assert days is not None
        assert 820 < days < 826

        put_in_place(tls_files(bus.files.ca.parent, again="renewed"), bus.files)
        number = certificates_in(bus.files.certificate)[0].serial_number
        before = await asyncio.to_thread(shown_number, bus, bus.port)
        assert before != number
        await watch.poll()
        for port in (bus.port, bus.web_port):
            assert await asyncio.to_thread(shown_number, bus, port) == number
        for end in ends:
            await is_answered(end)
            assert end.is_connected
        assert said == []
        # whoever must come back finds a server that it believes
        assert bus.server._process is not None
        bus.server._process.kill()
        await until(lambda: said[-2:] == [True, True] and all(one.is_connected for one in ends))
        await bus.server.reload([])


async def test_two_authorities_are_believed_while_one_takes_the_others_place(
    tmp_path: Path,
) -> None:
    async with safe_bus(tmp_path) as bus:
        new = tls_files(tmp_path / "new")
        both = tmp_path / "both.pem"
        both.write_bytes(bus.files.ca.read_bytes() + new.ca.read_bytes())
        address, watch = f"tls://localhost:{bus.port}", watch_of(bus)
        await watch.poll()
        early = bus.connection(address, client_tls(both))
        await early.open()

        put_in_place(new, bus.files)
        said = list[CertificateState]()
        watch.checked.connect(said.append)
        await watch.poll()
        assert [state.authority for state in said] == fingerprints_in(new.ca.read_bytes())
        await is_answered(early)
        late = bus.connection(address, client_tls(both))
        await late.open()
        only_new = bus.connection(address, client_tls(new.ca))
        await only_new.open()
        with pytest.raises(BusCertificateRefused):
            await bus.connection(address, client_tls(bus.files.ca)).open()


async def test_a_damaged_file_is_not_taken_and_the_good_one_is_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with safe_bus(tmp_path) as bus:
        watch = watch_of(bus)
        await watch.poll()
        good = bus.files.certificate.read_bytes()
        bus.files.certificate.write_bytes(b"-----BEGIN NOTHING-----")
        await watch.poll()
        assert "a certificate is not taken: certificate_unusable" in caplog.text
        bus.files.certificate.write_bytes(good)
        await watch.poll()
        connection = bus.connection(f"tls://localhost:{bus.port}", client_tls(bus.files.ca))
        await connection.open()
