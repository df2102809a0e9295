# SPDX-License-Identifier: GPL-3.0-only
"""The desk's first start as people have it: the real program with its real defaults, on computers
with a keyring that is open, locked, empty, refused, missing, or without a session's bus at all.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pilot.computer import Computer
from tests.pilot.driven import Driven
from tests.support.matrix import thinned

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="keyrings of Linux"),
]

LINE = "127.0.0.1:1#7JFY-7YNS"
"""Of an invitation to a network that is not there: what is tried first is the keyring."""

BARE_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>
"""
"""A session's bus that starts nothing by itself: no keyring, and nobody who asks for passwords."""

SILENT_PROMPTER = """
from jeepney import HeaderFields, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

connection = open_dbus_connection()
connection.send_and_get_reply(message_bus.RequestName("org.gnome.keyring.SystemPrompter"))
print("ready", flush=True)
while True:
    message = connection.receive()
    if message.header.fields.get(HeaderFields.member) == "BeginPrompting":
        connection.send(new_method_return(message))
"""
"""A desktop's password dialog that nobody answers, as a program of its own."""


@dataclass(frozen=True)
class Keyring:
    """A computer's keyring.

    Attributes:
        is_there: gnome-keyring runs.
        has_bus: there is a session's bus.
        password: was set before; "" for a keyring that nobody has made yet.
        is_open: unlocked at the login.
        asks: somebody asks the person for the password, who does not answer; else the question
            counts as cancelled.
    """

    is_there: bool = True
    has_bus: bool = True
    password: str = "an invented password"
    is_open: bool = False
    asks: bool = False


KEYRINGS = {
    "open": Keyring(is_open=True),
    "locked, asks": Keyring(asks=True),
    "locked, cancelled": Keyring(),
    "empty, asks": Keyring(password="", asks=True),
    "empty, cancelled": Keyring(password=""),
    "none": Keyring(is_there=False),
    "no bus": Keyring(is_there=False, has_bus=False),
}


class Newcomer(Computer):
    """A person's computer with a keyring of some kind."""

    async def log_in(self, keyring: Keyring) -> None:
        """Opens the desktop session."""
        if not keyring.has_bus:
            return
        config = self.home / "bus.conf"
        config.write_text(BARE_BUS, encoding="utf-8")
        words = ("--nofork", "--print-address=1", f"--config-file={config}")
        bus = await self._serve("dbus-daemon", *words)
        assert bus.stdout is not None
        address = (await asyncio.wait_for(bus.stdout.readline(), 60)).decode().strip()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        if keyring.asks:
            prompter = await self._serve(sys.executable, "-c", SILENT_PROMPTER)
            assert prompter.stdout is not None
            assert await asyncio.wait_for(prompter.stdout.readline(), 60) == b"ready\n"
        if keyring.is_there and keyring.password:
            before = await self._daemon(keyring.password)
            if keyring.is_open:
                return
            before.terminate()
            await before.wait()
        if keyring.is_there:
            await self._daemon("")

    async def _daemon(self, password: str) -> asyncio.subprocess.Process:
        words = ("--foreground", "--components=secrets", *(("--unlock",) if password else ()))
        daemon = await self._serve("gnome-keyring-daemon", *words)
        assert daemon.stdin is not None
        daemon.stdin.write(password.encode())
        await daemon.stdin.drain()
        daemon.stdin.close()
        assert daemon.stdout is not None
        await asyncio.wait_for(daemon.stdout.readline(), 60)  # it says where it can be reached
        return daemon


@asynccontextmanager
async def _desk(name: str, folder: Path, settings: str = "") -> AsyncIterator[Driven]:
    """The desk's program on such a computer, its first window there."""
    computer = Newcomer("newcomer", folder, Path(sys.executable).parent)
    if settings:
        file = computer.home / ".config" / "poste-expert" / "desk.toml"
        file.parent.mkdir(parents=True)
        file.write_text(settings, encoding="utf-8")
    try:
        await computer.log_in(KEYRINGS[name])
        yield await computer.open("desk")
    finally:
        await computer.close()


@pytest.mark.parametrize("name", thinned(KEYRINGS, {"locked, asks", "empty, cancelled", "no bus"}))
async def test_a_new_desk_says_what_is_true_and_offers_the_passphrase(
    name: str, tmp_path: Path
) -> None:
    keyring = KEYRINGS[name]
    async with _desk(name, tmp_path) as desk:
        await desk.reads("sign_in_code", "")
        await desk.reads("sign_in_unknown", "pas encore connu")
        if not keyring.is_there:
            await desk.reads("sign_in_no_keyring", "pas de trousseau")
            assert "passphrase_first_show" in await desk.visible()
            return
        assert "passphrase_first_show" not in await desk.visible()
        await desk.type("sign_in_code", LINE)
        await desk.click("sign_in_enter")
        if keyring.is_open:
            await desk.reads("sign_in_words", "réseau ne répond pas")
            assert "passphrase_first_show" not in await desk.visible()
            return
        if keyring.asks:
            await desk.reads("sign_in_words", "demande son mot de passe")
            await desk.reads("sign_in_no_keyring", "sans le trousseau")
        else:
            await desk.reads("sign_in_no_keyring", "fichier")
        for line in ("passphrase_first", "passphrase_again"):
            await desk.type(line, "quatre mots faciles")
        await desk.click("sign_in_enter")
        await desk.reads("sign_in_words", "réseau ne répond pas")


@pytest.mark.parametrize(
    "name", thinned(["locked, asks", "locked, cancelled", "none"], {"locked, asks", "none"})
)
async def test_a_known_desk_has_a_window_while_its_keyring_asks(name: str, tmp_path: Path) -> None:
    settings = 'organisation = "caf"\nuser = "camille"\nrole = "agent"\n'
    async with _desk(name, tmp_path, settings) as desk:
        if KEYRINGS[name].asks:
            await desk.reads("keyring_words", "mot de passe")
        else:
            await desk.reads("sign_in_words", "connu comme celui de camille")
