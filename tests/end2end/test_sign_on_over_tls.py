# SPDX-License-Identifier: GPL-3.0-only
"""docs/sso.md in an installation that began empty, over TLS with its own authority: a certified
provider, the system's browser, two computers of one person, prolonged by one click, dismissed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.javascript.browsers import needs
from tests.integration.javascript.npm import NODE
from tests.integration.operations.sign_on_world import RealProvider, real_provider
from tests.pilot.computer import NEEDED, Computer
from tests.pilot.driven import Driven, NotSeen
from tests.pilot.pilot import Pilot
from tests.pilot.setting_up import SettingUp
from tests.pilot.town import ORGANISATION
from tests.support.tls_files import tls_files

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.long,
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        not all(map(shutil.which, NEEDED)) or not NODE.exists(),
        reason="needs dbus, gnome-keyring and node >= 22",
    ),
    needs("chromium"),
]

SETTINGS = """
[[sso]]
id = "caisse"
name = "Caisse du Val-Doré"
issuer = "{issuer}"
client_id = "poste-expert"
claim = "groups"
parameters = {{ prompt = "consent" }}
hours = 0.2                         # less than the first warning before the end
check_minutes = 0.05
ca_file = "{ca}"

[[sso.rules]]
organisation = "{organisation}"
role = "supervisor"
values = ["supervisors"]

[[sso.rules]]
organisation = "{organisation}"
role = "agent"
values = ["agents-rights"]
services = ["logement"]
"""
BROWSER = """#!/bin/sh
setsid chromium --headless=new --no-sandbox --no-first-run --disable-gpu --disable-dev-shm-usage \
 --password-store=basic --ignore-certificate-errors "--user-data-dir=$HOME/browser" "$1" \
 >/dev/null 2>&1 &
echo $! >> "$HOME/browsers"
"""
"""The system's browser, as the environment names it (Debian's sensible-browser reads it too)."""

FIRST, SECOND = "guichet-1", "bureau-2"


class Region:
    """Hub, provider, and the computers of people who have an account there."""

    def __init__(self, pilot: Pilot, provider: RealProvider) -> None:
        self.pilot, self.provider, self.line = pilot, provider, ""

    async def begin(self, ca: Path) -> None:
        """The documented commands, then the settings of docs/sso.md, then the line for desks."""
        await SettingUp(self.pilot, members=()).hub_initialised()
        await self.pilot.open.pop("hub").stop()
        settings = Path(self.pilot.settings)
        more = SETTINGS.format(issuer=self.provider.issuer, ca=ca, organisation=ORGANISATION)
        settings.write_text(settings.read_text("utf-8") + more, "utf-8")
        self.line = (await self.pilot.hub("sso")).out.splitlines()[-1]
        hub = await self.pilot.computer("hub")
        self.pilot.open["hub"] = await hub.open("hub", "--settings", self.pilot.settings)

    async def computer(self, name: str) -> Computer:
        """One with a browser."""
        computer = await self.pilot.computer(name)
        browser = computer.home / "browser.sh"
        browser.write_text(BROWSER, "utf-8")
        browser.chmod(0o700)
        computer.environment["BROWSER"] = str(browser)
        return computer

    async def signed_on(self, name: str) -> Driven:
        """A person opens the desk for the first time, and signs on in the browser."""
        await self.computer(name)
        window = await self.pilot.open_program(name, "desk")
        await window.type("sign_in_code", self.line)
        await window.click("sign_in_organisation")
        await asyncio.wait_for(window.next_ready(), 60)
        self.close_browser(name)
        return window

    def close_browser(self, name: str) -> None:
        """Each time another one, as another evening's."""
        kept = self.pilot.folder / name / "browsers"
        for pid in kept.read_text("utf-8").split() if kept.exists() else ():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(pid), signal.SIGKILL)
        kept.unlink(missing_ok=True)

    async def person(self) -> dict[str, str]:
        """The only one whom `hub people` shows as signed on."""
        people = json.loads((await self.pilot.hub("people", "--json")).out)["people"]
        (row,) = (one for one in people if one["key"] == "signed_on")
        return dict(row)


@pytest.fixture
async def region(tmp_path: Path) -> AsyncIterator[Region]:
    programs = Path(os.environ.get("POSTE_EXPERT_PROGRAMS") or Path(sys.executable).parent)
    pilot = Pilot(tmp_path / "region", programs)
    pilot.folder.mkdir()
    files = tls_files(tmp_path / "provider")
    async with real_provider(files) as provider:
        made = Region(pilot, provider)
        try:
            await made.begin(files.ca)
            yield made
        finally:
            for name in (FIRST, SECOND):
                made.close_browser(name)
            await pilot.close()


async def test_one_person_signs_on_at_two_computers_prolongs_and_is_dismissed(
    region: Region,
) -> None:
    first = await region.signed_on(FIRST)
    await first.seen("queue_visible")
    person = await region.person()
    assert (person["name"], person["role"]) == ("Camille Roc", "agent")

    # the end is near: one click prolongs it, in the window that is open
    assert "minutes" in await first.reads("message_sign_on_end")
    before = await _until(region)
    await first.click("message_action")
    await first.reads("message_sign_on_end", "jusqu")
    region.close_browser(FIRST)
    assert await _until(region) > before
    assert (await first.seen("connection"))["connected"]

    # another computer of the same person: it says where she works, and brings the work by a click
    second = await region.signed_on(SECOND)
    await asyncio.wait_for(second.next_ready(), 60)
    assert await second.reads("elsewhere_where")
    await second.click("elsewhere_take")
    await asyncio.wait_for(second.next_ready(), 60)
    await second.seen("queue_visible")
    await asyncio.wait_for(first.next_ready(), 60)
    assert await first.reads("elsewhere_where")

    # dismissed at the provider: within seconds, and told what to do
    await region.provider.tell("gone", "camille")
    for _again in range(120):
        with contextlib.suppress(NotSeen):
            await second.reads("message_sign_on_end", timeout_s=0.2)
            break
        await asyncio.sleep(0.2)
    assert "message_action" in await second.visible()


async def _until(region: Region) -> str:
    """The end of the sign-on, as the desk's settings have it."""
    file = region.pilot.folder / FIRST / ".config" / "poste-expert" / "desk.toml"
    return next(
        line for line in file.read_text("utf-8").splitlines() if line.startswith("signed_on_until")
    )
