# SPDX-License-Identifier: GPL-3.0-only
"""One line enrols over TLS with a private authority, and only at the network it was printed for:
real server, real hub, a stranger in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.hub.certificates import authority_fingerprint
from expert_app.hub.own_server import OwnServer
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import HubSettings, KioskSettings, load
from expert_app.runtime.credentials import load_seed
from expert_app.runtime.enrolment import FILE_ROLES, enrol_with_line
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from session.bus.client import BusClient
from session.bus.hub_connection import HubConnection
from session.core.clock import SystemClock
from session.core.errors import (
    AuthorityDiffers,
    BusCertificateRefused,
    BusUnreachable,
    EnrolmentElsewhere,
    EnrolmentRefused,
)
from session.core.tasks import Tasks
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.protocol.hub.invitation import InvitationLine, fingerprint_of, read_invitation
from session.protocol.wire.roles import Role
from tests.support.hub_world import catalogue_text, free_port
from tests.support.tls_files import TlsFiles, tls_files

KIOSK = Identity("valdore", Role.KIOSK, "kiosk1")
ALICE = Identity("valdore", Role.AGENT, "alice")


class SafeDoor:
    """A hub's server under TLS with its door for newcomers, and invitations to it."""

    def __init__(self, folder: Path, files: TlsFiles) -> None:
        self.paths, self.files, self.tasks = paths_for("hub", folder / "hub"), files, Tasks()
        self.port, self.web_port = free_port(), free_port()
        self.book = open_book(self.paths)
        self.settings = HubSettings(
            listen_port=self.port,
            tls_certificate=str(files.certificate),
            tls_key=str(files.key),
            websocket_port=self.web_port,
        )
        self.server = OwnServer(
            self.settings, self.paths, catalogue=Catalogue.parse(catalogue_text()), tasks=self.tasks
        )

    def line(self, who: Identity, address: str = "", mark: str | None = None) -> InvitationLine:
        code = self.book.invite(who, datetime.now(UTC), timedelta(minutes=15))
        given = authority_fingerprint(self.files.certificate) if mark is None else mark
        return InvitationLine((address or f"tls://localhost:{self.port}",), code, given)


@contextlib.asynccontextmanager
async def safe_door(folder: Path) -> AsyncIterator[SafeDoor]:
    door = SafeDoor(folder, tls_files(folder / "ca"))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(door.tasks.close)
        bus = await door.server.open(stack)
        connection = HubConnection(bus.urls, bus.seed, tasks=door.tasks, tls=bus.tls)
        stack.push_async_callback(connection.close)
        await connection.connect(10.0)
        await door.server.serve_enrolment(connection, SystemClock(), stack)
        yield door


@pytest.mark.parametrize("way", ["tls", "wss"])
async def test_one_line_is_all_that_a_new_kiosk_needs(tmp_path: Path, way: str) -> None:
    async with safe_door(tmp_path) as door:
        port = door.port if way == "tls" else door.web_port
        line = door.line(KIOSK, f"{way}://localhost:{port}")
        folder, key_file = tmp_path / "kiosk", tmp_path / "kiosk.key"
        enrolled = await enrol_with_line(
            read_invitation(line.text), door.tasks, key_file=key_file, paths=folder
        )
        assert (enrolled.answer.role, enrolled.answer.user) == (Role.KIOSK, "kiosk1")
        settings = load(KioskSettings, paths_for("kiosk", folder).config)
        assert settings.bus == list(line.addresses)
        assert Path(settings.ca_file).read_bytes() == door.files.ca.read_bytes()
        client = BusClient(
            settings.bus,
            Role.KIOSK,
            user=settings.user,
            seed=load_seed("", key_file),
            tasks=door.tasks,
            clock=SystemClock(),
            tls=tls_for(settings),
        )
        await client.connect()
        await client.close()


async def test_another_authority_is_refused_before_the_code_is_said(tmp_path: Path) -> None:
    async with safe_door(tmp_path) as door:
        key_file = tmp_path / "kiosk.key"
        for mark in (fingerprint_of(b"another one"), authority_fingerprint(door.files.ca)[::-1]):
            line = door.line(KIOSK, mark=mark)
            with pytest.raises(AuthorityDiffers):
                await enrol_with_line(line, door.tasks, key_file=key_file, paths=tmp_path / "kiosk")
        assert door.book.keys() == {}
        assert [one.identity for one in door.book.invitations(datetime.now(UTC))] == [KIOSK]
        assert not (tmp_path / "kiosk").exists()


async def test_who_shows_the_authority_but_not_its_signature_learns_no_code(tmp_path: Path) -> None:
    """A stranger can copy the authority's certificate; it is public."""
    async with safe_door(tmp_path) as door:
        other = tls_files(tmp_path / "other")
        chain = tmp_path / "chain.pem"
        text = other.certificate.read_text("ascii").partition("-----END CERTIFICATE-----")
        chain.write_text(text[0] + text[1] + "\n" + door.files.ca.read_text("ascii"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, other.key)
        heard: list[bytes] = []

        async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576}\r\n')
            with contextlib.suppress(OSError):
                heard.append(await reader.read(4096))
            writer.close()

        stranger = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
        async with stranger:
            port = stranger.sockets[0].getsockname()[1]
            line = door.line(KIOSK, f"tls://localhost:{port}")
            with pytest.raises((BusCertificateRefused, BusUnreachable)):
                await enrol_with_line(line, door.tasks, key_file=tmp_path / "k", paths=tmp_path)
        assert not any(line.code.encode() in text for text in heard)
        assert not (tmp_path / "kiosk").exists()


async def test_the_right_authority_under_another_name_is_refused(tmp_path: Path) -> None:
    files = tls_files(tmp_path / "ca", ("hub.elsewhere.example",))
    door = SafeDoor(tmp_path, files)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(door.tasks.close)
        await door.server.open(stack)
        with pytest.raises(BusCertificateRefused):
            await enrol_with_line(
                door.line(KIOSK), door.tasks, key_file=tmp_path / "k", paths=tmp_path / "kiosk"
            )


async def test_a_code_for_another_kind_of_computer_stays_good(tmp_path: Path) -> None:
    async with safe_door(tmp_path) as door:
        line, key_file = door.line(ALICE), tmp_path / "alice.key"
        with pytest.raises(EnrolmentElsewhere) as elsewhere:
            await enrol_with_line(line, door.tasks, key_file=key_file, paths=tmp_path / "desk")
        assert elsewhere.value.detail == {"role": "agent"}
        assert not key_file.exists()
        assert door.book.keys() == {}
        kiosk = door.line(KIOSK)
        with pytest.raises(EnrolmentElsewhere):
            await enrol_with_line(
                kiosk, door.tasks, key_file=key_file, only=frozenset({Role.DISPLAY})
            )
        enrolled = await enrol_with_line(
            kiosk, door.tasks, key_file=key_file, paths=tmp_path / "kiosk", only=FILE_ROLES
        )
        assert enrolled.answer.user == "kiosk1"


async def test_a_line_without_a_hub_behind_it_is_told_so(tmp_path: Path) -> None:
    tasks = Tasks()
    line = InvitationLine((f"tls://localhost:{free_port()}",), "7JFY7YNS", fingerprint_of(b"x"))
    with pytest.raises(BusUnreachable):
        await enrol_with_line(line, tasks, key_file=tmp_path / "k", paths=tmp_path)
    with pytest.raises(EnrolmentRefused):
        read_invitation("7JFY-7YNS")
    await tasks.close()
