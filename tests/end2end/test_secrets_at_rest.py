# SPDX-License-Identifier: GPL-3.0-only
"""After a real conversation: nothing of what stood in the shared pages, and nothing of what caller
and agent typed, is in the log, in a backup, in the developers' logs or anywhere else on a disk; and
its secrets were never on the bus.

Only here: somebody listens between a real kiosk and the bus, and all that the programs have written
is searched.
"""

from __future__ import annotations

import asyncio
import re
import sys
import zipfile
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
import zstandard
from aiohttp import web

from expert_app.backup.signing import own_signer
from expert_app.demo import run
from expert_app.demo.run import SITE, Demo
from expert_app.demo.walk import Walk
from expert_app.demo.world import CALLER_NUMBER
from expert_app.helpdesk.bundle import BundleSource, write_bundle
from expert_app.runtime.child_programs import Child
from expert_app.runtime.paths import paths_for
from expert_app.runtime.ports import free_port
from session.bus.transport.nkeys import new_seed
from session.core.tasks import Tasks
from session.log.codec import encode_record
from session.log.events import Record, SharingChanged
from session.log.playback.replay import whole_chunks
from session.log.reader import read_log
from session.protocol.conversation.mirror import unpack
from tests.end2end.planted_page import KINDS, PAGE, found_in, found_in_text, serve
from tests.end2end.stage import EASY_SETUP, Stage
from tests.support.operator_and_vault import files_with

pytestmark = pytest.mark.timeout(300)

PASSWORD, NIR = "Sesame-Zorglub-77", "185057800608491"
"""Typed by the caller into the shared page."""
TYPED = "Aubergine Quentin"
"""Typed by the agent, with the caller's leave: on the bus, on no disk."""


class Tap:
    """A TCP relay before the bus that keeps every byte, as somebody on the line would."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self.heard = bytearray()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:  # the hub has ended
            writer.close()
            return
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.heard += data
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()


def unpacked(heard: bytes) -> bytes:
    """What was heard, and beside it the shared page:
    the payloads of the topic "mirror", unpacked in their order.
    """
    parts: dict[tuple[int, int], dict[int, bytes]] = {}
    starts: set[tuple[int, int]] = set()
    place = 0
    message = re.compile(rb"HPUB (\S*mirror) (\d+) (\d+)\r\n")
    while found := message.search(heard, place):
        head_bytes, whole_bytes = int(found[2]), int(found[3])
        head = heard[found.end() : found.end() + head_bytes]
        payload = heard[found.end() + head_bytes : found.end() + whole_bytes]
        frame = re.search(rb"Frame: ?(\d+) (\d+)(?: (\d+) (\d+))?", head)
        if frame is not None:
            key = (0, int(frame[2]))
            parts.setdefault(key, {})[int(frame[3] or 0)] = payload
            if re.search(rb"Start: ?1", head):
                starts.add(key)
        place = found.end() + whole_bytes
    text, unpacker = b"", zstandard.ZstdDecompressor().decompressobj()
    for key in sorted(parts):
        if key in starts:
            unpacker = zstandard.ZstdDecompressor().decompressobj()
        text += unpacker.decompress(b"".join(parts[key][part] for part in sorted(parts[key])))
    return text


class Verbose(Demo):
    """Its programs tell their developers everything; it also serves the planted page."""

    async def _launch(
        self, name: str, arguments: list[str], environment: dict[str, str] | None = None
    ) -> Child:
        if arguments[:2] == ["-m", "expert_app"]:
            arguments = [*arguments[:3], "--verbose", *arguments[3:]]
        return await super()._launch(name, arguments, environment)


def site_with_planted_page() -> web.Application:
    site = web.Application()
    site.router.add_get(f"/{PAGE}", serve)
    site.router.add_static("/", SITE)
    return site


@pytest_asyncio.fixture(
    loop_scope="function",
    params=[
        pytest.param(False, id="hub"),
        pytest.param(True, id="vault", marks=pytest.mark.long),
    ],
)
async def tapped(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Stage, Tap]]:
    """A demo of its own, whose kiosk reaches the bus through a tap."""
    monkeypatch.setattr(run, "demo_site", site_with_planted_page)
    tasks = Tasks()
    demo = Verbose(
        tmp_path / "demo",
        tasks,
        setup=replace(EASY_SETUP, vault=request.param),
    )
    tap: Tap | None = None
    try:
        await demo.start()
        assert demo.world is not None
        port = int(demo.world.bus.rpartition(":")[2])
        tap = Tap(port)
        await tap.start()
        await demo.kiosk.stop()
        settings = demo.folder / "kiosk.toml"
        text = settings.read_text(encoding="utf-8")
        assert f":{port}" in text
        settings.write_text(text.replace(f":{port}", f":{tap.port}"), encoding="utf-8")
        demo.kiosk = await demo.start_kiosk()
        yield Stage(demo), tap
    finally:
        await demo.stop()
        if tap is not None:
            tap.stop()
        await tasks.close()


async def type_in_the_form(stage: Stage, walk: Walk) -> None:
    """The caller types secrets, the agent a name."""
    await walk.page_shared()
    await walk.pointer_shown()
    for selector, text in (("#motdepasse", PASSWORD), ("#nir", NIR)):
        await stage.kiosk.ask("type", name=f"page:{selector}", text=text)
        value = ""
        async with asyncio.timeout(30):
            while value != text:
                value = str((await walk.page_value(selector))["value"])
                await asyncio.sleep(0.1)
    await walk.allow("tool_control", "control type")
    await walk.click_name()
    await stage.desk.ask("type", name="mirror_overlay", text=TYPED)
    await stage.fact(stage.desk, "command", command="TextRequested", code="")


async def share_the_planted_page(stage: Stage) -> None:
    """The agent opens it; it changes by itself, then asks the caller something."""
    address = f"{stage.demo.site}/{PAGE}?jeton={quote(KINDS['token'])}"
    await stage.desk.ask("type", name="cobrowse_address", text=address)
    await stage.script.click(stage.desk, "cobrowse_open")
    await stage.fact(stage.desk, "mirror_shown", elements=lambda n: n > 500)
    await asyncio.sleep(3)  # its key pad is pressed meanwhile
    await stage.kiosk.ask("type", name="page:#question", text="x")
    await asyncio.sleep(1)


async def logged(demo: Demo, session: str) -> tuple[list[Record], str]:
    """The session's log as the helpdesk reads it, and all of the pages in it."""
    records = read_log(await demo.export_log(session)).records
    return records, "".join(unpack(one.data).decode() for one in whole_chunks(records))


def saved_for_a_vendor(path: Path, session: str, records: list[Record]) -> bytes:
    """Every part of the conversation as it leaves the helpdesk."""
    source = BundleSource(session, records)
    at = datetime.now(UTC)
    write_bundle(path, source, new_seed(), exported_by="h", exported_at=at, with_pages=True)
    with zipfile.ZipFile(path) as file:
        return b"".join(file.read(name) for name in file.namelist())


async def restored_backup(demo: Demo, folder: Path) -> bytes:
    """Every byte of a hub's folder that was restored from a backup."""
    settings = ["--settings", str(demo.folder / "hub.toml")]
    backup = demo.folder / "etat.backup"
    key = own_signer(paths_for("hub", demo.folder))
    listen = f"127.0.0.1:{free_port()}"
    for words in (
        ["backup", str(backup), "--folder", str(demo.folder), *settings],
        ["restore", str(backup), "--key", key, "--folder", str(folder), "--listen", listen],
    ):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "expert_app", "hub", *words, stdout=PIPE, stderr=STDOUT
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
    return all_files(folder)


def all_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def check_log(records: list[Record], pages: str) -> None:
    """The course of the conversation is there, and nothing of what stood in the pages."""
    assert any(isinstance(record.event, SharingChanged) for record in records)
    assert '"tagName":"form"' in pages
    assert pages.count('"tagName":"x-n') >= len(KINDS), "the planted page is in the log"
    assert found_in_text(pages) == []
    lines = b"\n".join(map(encode_record, records))
    assert found_in_text(re.sub(rb'"data":"[^"]*"', b"", lines).decode()) == []
    told = set(re.findall(r'"source":(\d+)', pages))
    assert told <= {"0", "3", "4", "8", "13", "15"}, "no pointer, no touch, no input"
    assert '"attributes":[{"id"' not in pages.partition('"tagName":"x-n')[2], "no key was marked"


async def test_what_stood_in_pages_and_was_typed_is_on_no_disk(
    tapped: tuple[Stage, Tap], tmp_path: Path
) -> None:
    stage, tap = tapped
    demo, walk = stage.demo, Walk(stage.demo, None)
    session = await stage.call()
    await type_in_the_form(stage, walk)
    await share_the_planted_page(stage)
    await asyncio.sleep(2)
    await stage.end()
    records, pages = await logged(demo, session)
    for_vendor = saved_for_a_vendor(tmp_path / "vendor.zip", session, records)
    await asyncio.gather(demo.hub.stop(), demo.desk.stop(), demo.kiosk.stop())
    if demo.vault is not None:
        await demo.vault.stop()

    check_log(records, pages)
    heard = bytes(tap.heard)
    on_the_bus = heard + (b"" if demo.vault is not None else unpacked(heard))
    on_disk = all_files(demo.folder) + await restored_backup(demo, tmp_path / "restored")
    for secret in (PASSWORD, NIR, NIR[:13]):
        assert secret.encode() not in on_the_bus, secret
    if demo.vault is None:
        assert b"formulaire" in on_the_bus, "the tap heard the shared page"
        assert TYPED.encode() in on_the_bus, "what the agent types does cross"
        holding = files_with(demo.hub_folder, [CALLER_NUMBER.encode()])
        assert all(name.startswith("dossiers/") for name in holding), holding
    assert [one for one in (PASSWORD, NIR, NIR[:13], TYPED) if one.encode() in on_disk] == []
    assert found_in(on_disk) == []
    assert found_in(for_vendor) == []
    assert [one for one in (PASSWORD, NIR, TYPED) if one.encode() in for_vendor] == []
