# SPDX-License-Identifier: GPL-3.0-only
"""After a real conversation: what caller and agent typed is on no disk of the hub, its secrets
never on the bus, and the caller's number in the dossier alone.

Only here: somebody listens between a real kiosk and the bus.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import zstandard

from expert_app.demo.run import Demo, DemoSetup
from expert_app.demo.walk import Walk
from expert_app.demo.world import CALLER_NUMBER
from session.core.tasks import Tasks
from tests.end2end.stage import CHUNK_KBPS, SILENT_S, Stage

pytestmark = pytest.mark.timeout(240)

PASSWORD, NIR = "Sesame-Zorglub-77", "185057800608491"
"""Typed by the caller into the shared page."""
TYPED = "Aubergine Quentin"
"""Typed by the agent, with the caller's leave: on the bus, on no disk."""

_DATA = re.compile(rb'"data":"([A-Za-z0-9+/=]{40,})"')


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


def at_rest(folder: Path) -> bytes:
    """Every byte of every file, and beside it what is packed in the log's records."""
    whole = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    logged = b""
    for found in _DATA.finditer(whole):
        try:
            logged += (
                zstandard.ZstdDecompressor().decompressobj().decompress(base64.b64decode(found[1]))
            )
        except zstandard.ZstdError:
            continue  # a part of a larger frame, or a record cut by the end of a file's block
    assert b"Aide au logement" in logged or b"formulaire" in logged, "the shared page is in the log"
    return whole + logged


@pytest_asyncio.fixture(loop_scope="function")
async def tapped(tmp_path: Path) -> AsyncIterator[tuple[Stage, Tap]]:
    """A demo of its own, whose kiosk reaches the bus through a tap."""
    tasks = Tasks()
    demo = Demo(
        tmp_path / "demo",
        tasks,
        setup=DemoSetup(script=True, language="en", chunk_kbps=CHUNK_KBPS, silent_s=SILENT_S),
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


async def test_what_was_typed_and_the_callers_number_are_on_no_disk_and_secrets_never_on_the_bus(
    tapped: tuple[Stage, Tap],
) -> None:
    stage, tap = tapped
    walk = Walk(stage.demo, None)
    await stage.call()
    await walk.page_shared()
    await walk.pointer_shown()
    for selector, text in (("#motdepasse", PASSWORD), ("#nir", NIR)):
        await stage.kiosk.ask("type", name=f"page:{selector}", text=text)
        value = ""
        async with asyncio.timeout(30):
            while value != text:
                value = str((await walk.page_value(selector))["value"])
                await asyncio.sleep(0.1)
    await walk.allow("tool_ask_control", "control")
    await walk.allow("tool_ask_type", "type")
    await walk.click(stage.desk, "tool_control")
    await walk.click_name()
    await stage.desk.ask("type", name="mirror_overlay", text=TYPED)
    await stage.fact(stage.desk, "command", command="TextRequested", code="")
    await asyncio.sleep(2)
    await stage.end()
    await stage.demo.hub.stop()  # its server writes what it has in memory

    on_the_bus = bytes(tap.heard) + unpacked(bytes(tap.heard))
    assert b"formulaire" in on_the_bus, "the tap heard the shared page"
    assert TYPED.encode() in on_the_bus, "what the agent types does cross"
    on_disk = at_rest(stage.demo.hub_folder)
    for secret in (PASSWORD, NIR, NIR[:13]):
        assert secret.encode() not in on_the_bus, secret
        assert secret.encode() not in on_disk, secret
    assert TYPED.encode() not in on_disk
    # the caller's number lies in the dossier's own index, and nowhere else
    holding = [
        path.relative_to(stage.demo.hub_folder).as_posix()
        for path in sorted(stage.demo.hub_folder.rglob("*"))
        if path.is_file() and CALLER_NUMBER.encode() in path.read_bytes()
    ]
    assert holding, "the number is found where it may lie"
    assert all(name.startswith("dossiers/") for name in holding), holding
