# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's story in an installation that began empty, over TLS with its own authority: a bad
call, found by its number and explained; the address of a moment, opened in the window that is
there; the file for a vendor, believed elsewhere; the register; and a desk that is helped when its
person agrees.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from session.core.spoken_letters import short_number
from tests.end2end.relayed_line import RelayedLine
from tests.pilot.computer import NEEDED
from tests.pilot.conversation import Conversations
from tests.pilot.driven import Evidence, NotSeen
from tests.pilot.pilot import Pilot
from tests.pilot.setting_up import SettingUp
from tests.pilot.town import MEMBERS

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.long,
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)), reason="a desktop session needs dbus and gnome-keyring"
    ),
]

WHY = "le scanner de la borne 1 bourre"
AGENT, KIOSK, HELPDESK, OPERATOR = "agent1", "borne1", "aide1", "exploitant1"
FAILED = ("papier est coincé", "La ligne de la borne a été coupée", "L’usager a refusé")
AGAIN_S = 0.5


class Town:
    """An agent, a kiosk on a line that can be cut, a helpdesk, the network's operator."""

    def __init__(self, pilot: Pilot, line: RelayedLine) -> None:
        self.pilot, self.line, self.scanner = pilot, line, ""
        self.calls = Conversations(pilot)

    async def begin(self) -> None:
        """From an empty machine to connected programs."""
        members = [one for one in MEMBERS if one.id in (AGENT, KIOSK, HELPDESK, OPERATOR)]
        setting_up = SettingUp(self.pilot, members=members)
        await setting_up.hub_initialised()
        await setting_up.roles_enrolled()
        file = self.pilot.folder / KIOSK / ".config" / "poste-expert" / "kiosk.toml"
        text = file.read_text(encoding="utf-8")
        self.scanner = next(
            line.split('"')[1] for line in text.splitlines() if line.startswith("scanner =")
        )
        far, near = f"127.0.0.1:{self.pilot.port}", f"127.0.0.1:{self.line.port}"
        assert far in text
        file.write_text(text.replace(far, near), encoding="utf-8")
        await setting_up.all_roles_connected_tls()

    async def jam(self, fault: str) -> None:
        """Paper jams in the scanner, or is taken out (``)."""
        host = self.scanner.partition("://")[2].partition("/")[0]
        async with httpx.AsyncClient(timeout=30) as client:
            (await client.post(f"http://{host}/sim", json={"fault": fault})).raise_for_status()

    async def bad_call(self) -> tuple[str, str]:
        """Paper jams, the kiosk's line is cut, the caller refuses to print; the session and the
        ticket's number.
        """
        desk, kiosk, calls = self.pilot.open[AGENT], self.pilot.open[KIOSK], self.calls
        opened = await calls.accept(desk, kiosk, await calls.call(kiosk))
        while "scan_page" not in await desk.visible():  # the desk has just turned to the caller
            await desk.click("key:Ctrl+4")
            await asyncio.sleep(AGAIN_S)
        await calls.allow(desk, kiosk, "grant_scan", "scan")
        await self.jam("jam")
        await desk.click("scan_page")
        await desk.seen("trouble_scan", code="scanner_jammed")
        await self.jam("")
        self.line.cut()
        await kiosk.seen("trouble", code="bus_unreachable")
        self.line.mend()
        async with asyncio.timeout(60):
            while "trouble" in await kiosk.ask("facts"):  # noqa: ASYNC110 - another program
                await asyncio.sleep(AGAIN_S)
        await desk.click("grant_print")
        await kiosk.seen("grant_asked", grant="print")
        await kiosk.click("no")
        await desk.seen("grant_print", allowed=False)
        await calls.end(desk, kiosk)
        return str(opened["session"]), str(self.pilot.found["number"])

    async def found(self, who: str, number: str) -> Evidence:
        """The number that was said is typed; what the window opened."""
        window = self.pilot.open[who]
        await window.type("list_reason", WHY)
        for _again in range(30):  # it is in the list a moment later
            with suppress(NotSeen):  # it opened meanwhile
                await window.click("key:Ctrl+F", timeout_s=1)
                await window.type("list_filter", number.lower(), timeout_s=1)
                await window.click("list_search", timeout_s=1)
            await asyncio.sleep(2 * AGAIN_S)
            if await window.count("log_opened"):
                break
        return await window.seen("log_opened", number=number)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    programs = Path(os.environ.get("POSTE_EXPERT_PROGRAMS") or Path(sys.executable).parent)
    pilot = Pilot(tmp_path / "town", programs)
    pilot.folder.mkdir()
    try:
        async with RelayedLine.to(pilot.port) as line:
            made = Town(pilot, line)
            await made.begin()
            yield made
    finally:
        await pilot.close()


async def test_a_bad_call_is_explained_saved_and_written_down_and_a_desk_is_helped(
    town: Town,
) -> None:
    session, ticket = await town.bad_call()
    number = short_number(session)
    opened = await town.found(HELPDESK, number)
    assert opened["session"] == session
    assert opened["failed"] == 3, opened["sentences"]
    for words in FAILED:
        assert words in opened["sentences"]
    window, computer = town.pilot.open[HELPDESK], town.pilot.computers[HELPDESK]

    await window.click("replay_next_trouble")
    await window.click("conversation_address")
    address = (await window.seen("address"))["text"]
    there = await window.reads("replay_time")
    await window.click("key:Home")
    await window.click("conversation_back")
    await window.type("list_filter", f"jour:aujourd'hui borne:{KIOSK} numero:{ticket}")
    await window.click("list_search")
    await window.seen("found", rows=1)  # one of that number on that day at that kiosk
    said = await computer.run("open", address)
    assert said.code == 0, said.out + said.err
    await window.seen("address_wanted", number=number)
    await window.reads("replay_time", there[:4])

    file = computer.home / "pour-l-editeur.zip"
    await window.type("conversation_save_menu", "Sans les pages")
    await window.type("helpdesk_save_dialog", str(file))
    await window.seen("saved", path=str(file))
    elsewhere = await (await town.pilot.computer("ailleurs")).run("verify", str(file))
    assert (elsewhere.code, elsewhere.out[:6]) == (0, "INTACT")
    assert WHY in (await town.pilot.hub("readings")).out

    await _help_the_desk(town)
    await town.pilot.open[OPERATOR].click("helpdesk_pages_list")
    seen = await town.found(OPERATOR, number)
    assert (seen["failed"], seen["records"]) == (3, opened["records"])
    assert "Marc L." in (await town.pilot.hub("readings")).out


async def _help_the_desk(town: Town) -> None:
    """The agent is asked, refuses, is asked again and agrees."""
    window, desk = town.pilot.open[HELPDESK], town.pilot.open[AGENT]
    await window.click("conversation_back")
    await window.click("helpdesk_pages_kiosks")
    await window.click("help_where_desk")
    await window.type("kiosk_id", AGENT)
    await window.type("kiosk_reason", WHY)
    for answer, state in (("remote_help_no", "failed"), ("remote_help_yes", "done")):
        await window.click("kiosk_state")
        assert "Assistance" in await desk.reads("remote_help_words")
        await desk.click(answer)
        await window.seen("remote_help", act="state", state=state)
