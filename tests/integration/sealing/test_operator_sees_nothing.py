# SPDX-License-Identifier: GPL-3.0-only
"""A whole session with shared page, scan, filing and log:
what of it does whoever runs the hub have? Real processes.

The same session is played for an organisation without a vault too:
there everything must be found, or the search would prove nothing.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import zstandard
from prometheus_client.parser import text_string_to_metric_families as families
from reportlab.pdfgen.canvas import Canvas

from expert_app.helpdesk.reading import export_log
from expert_app.runtime.config import DeskSettings, KioskSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.sealing import DeskSealing, KioskSealing, seals_for
from expert_app.stores.identities import open_book
from session.bus.client import BusClient
from session.bus.sealing.certificates import SECRET_BYTES
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.core.errors import SessionError, VaultAway
from session.core.tasks import Tasks
from session.desk.devices.scanner_and_printer import DeskDevices, PageDisk, ReceivedPage
from session.desk.hub.client import DeskClient
from session.hub.access.identities import Identity
from session.kiosk.call.consent import KioskGrants
from session.kiosk.devices.page_store import PageStore
from session.kiosk.devices.prints import PrintRules
from session.kiosk.devices.scanner_and_printer import DeviceEquipment, KioskDevices
from session.kiosk.hub.client import KioskClient
from session.log.events import MirrorChunk, SharingChanged, Writer
from session.log.mirror import MirrorCollector
from session.log.page_structure import PageStructure
from session.log.reader import read_log
from session.log.writer import LogWriter
from session.protocol.conversation.messages import (
    AddressRequested,
    Grant,
    GrantRequested,
    PageOffered,
    PageShown,
    ScanKind,
)
from session.protocol.hub.routing import NoteRequest
from session.protocol.wire.roles import Role
from tests.support.device_ends import DrawerPrinter, DrawerScanner, invented_page
from tests.support.operator_and_vault import ORGANISATION, Parties, files_with, finds, parties
from tests.support.program_parts import one_page
from tests.support.waiting import until

NAME = "Maelle Garrigue-Tesson"
TITLE = "Declaration-de-ressources-Quillan"
NOTE = "rappeler-apres-le-divorce-Oriol"
DOSSIER, NUMBER = "VD-2026-00417", "1042317"
PAGE_EVENTS = json.dumps(
    [
        {
            "type": 4,
            "data": {"href": f"https://www.valdore.example/{TITLE}", "width": 9, "height": 9},
            "timestamp": 1,
        }
    ]
).encode()
SCANNED = invented_page(417, 200_000)


def document() -> bytes:
    """A PDF whose text stands in it as it is."""
    out = io.BytesIO()
    make: Any = Canvas
    canvas = make(out, pageCompression=0, invariant=1)
    canvas.drawString(100, 700, NAME)
    words = random.Random(3)
    for line in range(1000):
        canvas.drawString(100, 600 - line / 2, words.randbytes(50).hex())
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def markers() -> list[bytes]:
    """What must not be seen: words of page, dossier, note; the number;
    bytes of the scanned page and the document.
    """
    pieces = [SCANNED[at : at + 40] for at in range(100, len(SCANNED) - 40, 20_000)]
    return [
        NAME.encode(),
        TITLE.encode(),
        NOTE.encode(),
        DOSSIER.encode(),
        NUMBER.encode(),
        *pieces,
        document()[60_000:60_040],
    ]


class Ends:
    """Kiosk and desk as the programs compose them, without their windows."""

    def __init__(self, both: Parties, folder: Path) -> None:
        self.both, self.folder = both, folder
        self.clock, self.tasks = SystemClock(), Tasks()
        self.refused: list[SessionError] = []
        self.pages: list[ReceivedPage] = []
        self.mirrored: list[bytes] = []
        signers = {ORGANISATION: both.keys.signer} if both.sealed else {}
        desk = DeskSettings(
            organisation=ORGANISATION, user="alice", bus=[both.bus], signers=signers
        )
        kiosk = KioskSettings(organisation="reseau", user="borne1", bus=[both.bus], signers=signers)
        self.desk_paths, self.kiosk_paths = paths_for("desk", folder), paths_for("kiosk", folder)
        self.desk_bus = self._bus(Role.AGENT, "alice", seals_for(desk, self.desk_paths, self.clock))
        self.kiosk_bus = self._bus(
            Role.KIOSK, "borne1", seals_for(kiosk, self.kiosk_paths, self.clock)
        )
        seed = both.seeds["alice"]
        self.desk_seal = DeskSealing(
            self.desk_bus,
            desk,
            paths=self.desk_paths,
            seed=seed,
            clock=self.clock,
            tasks=self.tasks,
        )
        self.kiosk_seal = KioskSealing(
            self.kiosk_bus, self.kiosk_paths, clock=self.clock, tasks=self.tasks
        )
        self.desk = DeskClient(self.desk_bus, self.clock, tasks=self.tasks)
        self.kiosk = KioskClient(self.kiosk_bus, self.clock, tasks=self.tasks)

    def _bus(self, role: Role, user: str, seals: object) -> BusClient:
        seed = self.both.seeds[user]
        return BusClient(
            [self.both.bus],
            role,
            user=user,
            seed=seed,
            tasks=self.tasks,
            clock=self.clock,
            seals=seals,  # type: ignore[arg-type]
        )

    async def open(self) -> None:
        for bus in (self.desk_bus, self.kiosk_bus):
            await bus.connect()
        await self.desk.start()
        await self.kiosk.start()
        await until(lambda: self.desk.is_ready)
        answer = await self.kiosk.call(f"{ORGANISATION}/logement", NUMBER, "r1")
        assert answer.ticket.caller_number_given
        self.facts = facts = await self.desk.accept(answer.ticket.id)
        read = await self.desk.caller_number(facts.id) if self.both.sealed else facts.caller_number
        assert (read, bool(facts.caller_number)) == (NUMBER, not self.both.sealed)
        await until(lambda: self.kiosk._session == facts.id)
        self.at_desk, self.at_kiosk = (
            self.desk.bus.channel(facts.id),
            self.kiosk.bus.channel(facts.id),
        )
        self.desk_seal.protect(facts, self.at_desk, self.refused.append)
        self.kiosk_seal.protect(facts, self.at_kiosk, self.refused.append, resumed=False)
        self.desk_log = LogWriter(
            facts.id,
            Writer.DESK,
            folder=self.folder / "dl",
            clock=self.clock,
            send=self._send(self.desk),
            tasks=self.tasks,
        )
        self.kiosk_log = LogWriter(
            facts.id,
            Writer.KIOSK,
            folder=self.folder / "kl",
            clock=self.clock,
            send=self._send(self.kiosk),
            tasks=self.tasks,
        )

    def _send(self, link: DeskClient | KioskClient):  # type: ignore[no-untyped-def]
        session = self.facts.id
        return lambda first, records: link.append_log(session, first, records)

    async def share_a_page(self) -> None:
        """What the recorder says goes to the desk, which keeps it in the log."""
        collector = MirrorCollector(self.desk_log.write, self.clock, structure=PageStructure())

        def on_mirror(payload: bytes, headers: object) -> None:
            self.mirrored.append(payload)
            collector.add_frame(payload, is_snapshot=True, events=1)

        self.at_desk.on_raw("mirror", on_mirror)
        self.at_desk.on_message("cobrowse", lambda message: None)
        self.at_kiosk.on_message("cobrowse", lambda message: None)
        await self.at_desk.send(
            "cobrowse", AddressRequested(address=f"https://www.valdore.example/{TITLE}")
        )
        shown = PageShown(
            epoch=1,
            address=f"https://www.valdore.example/{TITLE}",
            title=TITLE,
            width_px=1,
            height_px=1,
        )
        await self.at_kiosk.send("cobrowse", shown)
        await self.at_kiosk.send_raw(
            "mirror", zstandard.ZstdCompressor().compress(PAGE_EVENTS), {"Epoch": "1"}
        )
        await until(lambda: bool(self.mirrored))
        collector.flush()

    async def scan(self) -> None:
        scanner, printer = DrawerScanner(), DrawerPrinter()
        scanner.pages = [SCANNED]
        store = PageStore(self.folder / "shelf", bytes(32))
        grants = KioskGrants(self.at_kiosk, self.clock, tasks=self.tasks)
        rules = PrintRules("s1", self.folder.name, one_page)
        kiosk = KioskDevices(
            self.at_kiosk,
            DeviceEquipment(scanner=scanner, printer=printer, chunk_kbps=None),
            page_store=store,
            grants=grants,
            clock=self.clock,
            tasks=self.tasks,
            rules=rules,
            tick_s=0.05,
        )

        async def keep(offer: PageOffered, data: bytes, _unasked: bool) -> None:
            (self.folder / offer.page_id).write_bytes(data)

        desk = DeskDevices(
            self.at_desk,
            self.clock,
            tasks=self.tasks,
            disk=PageDisk(keep=keep),
            may_scan=lambda: False,
            chunk_kbps=None,
            tick_s=0.05,
        )
        desk.page_received.connect(self.pages.append)
        for grant in (Grant.SCAN, Grant.KEEP):
            await self.at_desk.send("grant", GrantRequested(grant=grant))
            await until(lambda: bool(grants.question))
            grants.answer((grant,), (grant,))
            await until(lambda: not grants.question)
        await desk.scan(ScanKind.PAGE)
        await until(lambda: bool(self.pages))
        await desk.close()
        await kiosk.close()

    async def file(self) -> str:
        """Files the document and a note; returns its id."""
        dossier = await self.desk.dossier(self.facts.id)
        assert (dossier.number, dossier.caller_name) == (DOSSIER, NAME)
        filed = await self.desk.upload(
            self.facts.id, DOSSIER, piece_id="bail", name=TITLE, pages=1, data=document()
        )
        note = NoteRequest(session_id=self.facts.id, note_id="n1", text=NOTE)
        await self.desk_bus.ask(note)
        return filed.document.id

    async def close(self) -> None:
        for bus in (self.desk_bus, self.kiosk_bus):
            await bus.close()
        await self.tasks.close()


def new_secret_text() -> bytes:
    return base64.b64encode(os.urandom(SECRET_BYTES))


async def _replay_for_helpdesk(both: Parties, ends: Ends, folder: Path) -> None:
    """The helpdesk reads the session's log: all of what both ends wrote is in it."""
    helpdesk = DeskSettings(organisation=ORGANISATION, user="aide", role="helpdesk", bus=[both.bus])
    seals = seals_for(helpdesk, paths_for("helpdesk", folder / "ends"), ends.clock)
    replayed = folder / "replayed.jsonl"
    count = await export_log(
        helpdesk,
        both.seeds["aide"],
        ends.facts.id,
        replayed,
        reason="planted",
        tasks=ends.tasks,
        seals=seals,
    )
    events = [record.event for record in read_log(replayed).records]
    chunks = [event for event in events if isinstance(event, MirrorChunk)]
    assert (count, len(chunks)) == (2, 1)
    kept = json.loads(zstandard.decompress(chunks[0].data))
    assert kept[0]["data"]["href"] == "https://www.valdore.example/"
    assert len(kept) == len(json.loads(PAGE_EVENTS))


@pytest.mark.parametrize(
    "sealed", [True, False], ids=["with a vault", "without, where everything must be found"]
)
async def test_of_a_whole_session_the_operator_has_nothing_in_clear(
    tmp_path: Path, sealed: bool
) -> None:
    async with parties(tmp_path, new_secret_text(), sealed=sealed) as both:
        both.add_dossier(NAME, NUMBER)
        await both.start_hub()
        if sealed:
            await both.start_vault()
        ends = Ends(both, tmp_path / "ends")
        await ends.open()
        await ends.share_a_page()
        await ends.scan()
        document_id = await ends.file()
        assert await ends.desk.document(ends.facts.id, document_id) == document()
        ends.kiosk_log.write(SharingChanged(sharing=True))
        assert await ends.kiosk_log.close(20)
        assert await ends.desk_log.close(20)
        assert ends.pages[0].data == SCANNED
        await ends.desk.hang_up(ends.facts.id)
        await ends.desk.close(ends.facts.id)
        assert ends.refused == []

        await _replay_for_helpdesk(both, ends, tmp_path)
        await ends.close()

        heard = bytes(both.tap.heard)
        for name in list(both.processes):
            await both.stop(name)
        seen, on_disk = finds(heard, markers()), files_with(both.operator, markers())
        if sealed:
            assert len(heard) > 400_000
            assert (seen, on_disk) == ([], {})
            kept = files_with(both.organisation, markers())
            assert any(name.endswith(".pdf") for name in kept)
            assert any("log.sqlite" in name for name in kept)
            assert any("dossiers" in name and "sqlite" in name for name in kept)
        else:
            assert set(seen) == set(markers())
            assert any("dossiers" in name for name in on_disk)
            assert not any("jetstream" in name for name in on_disk), "the log holds no words"
            assert any(name.endswith(".pdf") for name in on_disk)


async def test_while_the_vault_is_away_the_conversation_goes_on_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    async with parties(tmp_path, new_secret_text(), sealed=True) as both:
        both.add_dossier(NAME, NUMBER)
        await both.start_hub()
        await both.start_vault()
        ends = Ends(both, tmp_path / "ends")
        await ends.open()
        await ends.share_a_page()  # the desk has its certificate from now on
        await both.stop("vault")
        await ends.scan()
        ends.kiosk_log.write(SharingChanged(sharing=False))
        with pytest.raises(VaultAway):
            await ends.file()
        assert not await ends.kiosk_log.flush(2)
        await both.start_vault()
        document_id = await ends.file()
        data = await ends.desk.document(ends.facts.id, document_id)
        assert hashlib.sha256(data).digest() == hashlib.sha256(document()).digest()
        assert await ends.kiosk_log.close(20)
        assert await ends.desk_log.close(20)
        await _watched(both)
        await _restored(both, tmp_path / "vault.backup")
        assert await ends.desk.document(ends.facts.id, document_id) == document()
        await ends.desk.hang_up(ends.facts.id)
        helpdesk = DeskSettings(
            organisation=ORGANISATION, user="aide", role="helpdesk", bus=[both.bus]
        )
        seals = seals_for(helpdesk, paths_for("helpdesk", tmp_path / "ends"), ends.clock)
        kept = tmp_path / "kept.jsonl"
        count = await export_log(
            helpdesk,
            both.seeds["aide"],
            ends.facts.id,
            kept,
            reason="planted",
            tasks=ends.tasks,
            seals=seals,
        )
        assert count == 2
        await ends.close()


async def _watched(both: Parties) -> None:
    """Monitoring of the vault says that it works, and nothing about anybody."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{both.watch_port}") as client:
        health, figures = await client.get("/healthz"), await client.get("/metrics")
    assert (
        health.status_code,
        {one["code"] for one in health.json()["reasons"]} - {"disk_low"},
    ) == (200, set())
    found = {
        sample.name: sample.value for family in families(figures.text) for sample in family.samples
    }
    assert (found["poste_expert_vault_up"], found["poste_expert_vault_log_sessions"]) == (1, 1)
    assert 360 < found["poste_expert_vault_seal_key_days"] <= 365
    assert 'poste_expert_vault_requests_total{verb="upload_commit"} 1.0' in figures.text
    text = (health.text + figures.text).encode()
    assert not [secret for secret in (*markers(), b"alice", b"borne1") if secret in text]


async def _restored(both: Parties, file: Path) -> None:
    """The vault's folder is lost and comes back from a backup that was taken while it worked."""
    place, key = paths_for("vault", both.organisation), public_key(new_seed())
    open_book(place).admit(Identity(ORGANISATION, Role.AGENT, "zoe"), key, datetime.now(UTC))
    assert "1 dossier, 1 document, logs of 1 conversation," in await both.vault_command(
        "backup", str(file)
    )
    await both.stop("vault")
    for name in ("dossiers", "log", "identities", "uploads"):
        shutil.rmtree(place.data / name)
    said = await both.vault_command("restore", str(file))
    assert "1 dossier, 1 document, logs of 1 conversation," in said
    assert "hub admit --key -" in said  # who was sent away after the backup
    assert open_book(place).keys() == {(ORGANISATION, Role.AGENT, "zoe"): (key,)}
    await both.start_vault()
