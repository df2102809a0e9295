# SPDX-License-Identifier: GPL-3.0-only
"""The network changes its authority as docs/operator.md says: given, counted, switched, while two
people talk. Nobody is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl

from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same
from tests.pilot.town import MEMBERS, Member

COUNTED_S = 120.0
"""Programs say what they believe every half minute, and the hub writes it as often."""

BACK_S = 60.0
WORDS = "Pouvez-vous lire ce message"

SHOWS = {"facilitator": "site", "operator": "network", "display": "shown"}
"""What a program without a fact of its connection notes whenever the hub has answered it."""


class Authority:
    """Steps of the operator, and what everybody else notices of them: nothing."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot
        self._next = pilot.hub_folder / "ca-2"

    def before_callers(self) -> list[Step]:
        """The name and act of what is done first; the count takes its time."""
        return [("next_authority_given", self.next_authority_given)]

    def in_a_conversation(self) -> list[Step]:
        """Names and acts, in order, while agent2 talks to a caller at borne1."""
        return [
            ("authority_counted_and_changed", self.authority_counted_and_changed),
            ("all_back_on_the_next_authority", self.all_back_on_the_next_authority),
        ]

    async def next_authority_given(self) -> Evidence:
        """The certificate is not changed while somebody would be cut off; the command says what to
        do first, and that is done.
        """
        hub, ca = self._pilot.hub, str(self._next)
        await hub("make-ca", ca)
        refused = (await hub("renew-certificate", "--ca", ca, code=2)).out
        for words in (f"0 sur {len(MEMBERS)} l’ont", f"trust-authority --ca {ca}"):
            if words not in refused:
                raise NotSeen(f"{words!r} is not in {refused}")
        given = await hub("trust-authority", "--ca", ca)
        return {"first": refused.splitlines(), "then": given.out.splitlines()}

    async def authority_counted_and_changed(self) -> Evidence:
        """All have it; then the certificate is of the next authority, and the two who talk go on
        seeing and hearing each other.
        """
        pilot, operator = self._pilot, self._pilot.open["exploitant1"]
        counted = await self._counted()
        told = await operator.reads("authority_count", "renew-certificate peut suivre")
        for member in MEMBERS:
            kept = pilot.authority_of(member.id, member.program).read_text(encoding="ascii")
            for folder in (self._next, pilot.hub_folder / "ca"):
                ours = (folder / "ca.pem").read_text(encoding="ascii").strip()
                same(f"{member.id} believes {folder.name}", ours in kept, True)
        said = (await pilot.hub("renew-certificate", "--ca", str(self._next))).out
        if "connaissent la nouvelle autorité" not in said:
            raise NotSeen(f"nobody is said to be left: {said}")
        await self._shown()
        await self._talk_goes_on()
        await self._no_longer_said(operator)
        return {"counted": counted, "operator": told, "then": said.splitlines()}

    async def _counted(self) -> str:
        computer = await self._pilot.computer("hub")
        words = ("hub", "authorities", "--settings", self._pilot.settings)
        async with asyncio.timeout(COUNTED_S):
            while (said := await computer.run(*words)).code:  # noqa: ASYNC110 - another program
                await asyncio.sleep(1)
        same("all have it", f"{len(MEMBERS)} sur {len(MEMBERS)} l’ont" in said.out, True)
        told = await computer.run(*words, "--json")
        same("as a program reads it", json.loads(told.out)["missing"], [])
        return said.out.strip()

    async def _shown(self) -> None:
        """Waits until whoever believes the next authority alone believes the hub."""
        believing = ssl.create_default_context(cafile=str(self._next / "ca.pem"))
        async with asyncio.timeout(BACK_S):
            while True:
                with contextlib.suppress(ssl.SSLError):
                    _reader, writer = await asyncio.open_connection(
                        "127.0.0.1", self._pilot.port, ssl=believing
                    )
                    writer.transport.abort()
                    return
                await asyncio.sleep(0.5)

    async def _no_longer_said(self, operator: Driven) -> None:
        """Waits until the operator is not told any more to do what was done."""
        async with asyncio.timeout(BACK_S):
            with contextlib.suppress(NotSeen):  # it is hidden
                while await operator.ask("read", name="authority_count"):  # noqa: ASYNC110
                    await asyncio.sleep(0.5)

    async def _talk_goes_on(self) -> None:
        """Both ends get further pictures of each other, and neither has ended."""
        for name in ("agent2", "borne1"):
            end = self._pilot.open[name]
            frames = (await end.seen("media"))["frames"]
            await end.seen("media", frames=lambda n, before=frames: n > before)

    async def all_back_on_the_next_authority(self) -> Evidence:
        """The hub is started again: every program comes back by itself, and what was said between
        the two who talk is still their conversation.
        """
        pilot = self._pilot
        desk, kiosk = pilot.open["agent2"], pilot.open["borne1"]
        ended = [await desk.count("session_closed"), await kiosk.count("session_ended")]
        await pilot.open["hub"].stop()
        away = {member.id: await self._away(member) for member in MEMBERS}
        await pilot.start_hub()
        await asyncio.gather(*(self._back(member, away[member.id]) for member in MEMBERS))
        await self._talk_goes_on()
        await desk.click("key:Ctrl+5")
        await desk.type("written_phrases", WORDS)
        read = await kiosk.reads("written_words", WORDS)
        await desk.click("key:Escape")
        left = [await desk.count("session_closed"), await kiosk.count("session_ended")]
        same("conversations that have ended", left, ended)
        return {"back": [member.id for member in MEMBERS], "the caller reads": read}

    def _window(self, member: Member) -> Driven:
        return self._pilot.open[member.id]

    async def _away(self, member: Member) -> int:
        """Waits until the program knows that the hub is away; how often it was answered."""
        if member.role not in SHOWS:
            await self._window(member).seen("connection", connected=False, timeout_s=BACK_S)
            return 0
        return await self._window(member).count(SHOWS[member.role])

    async def _back(self, member: Member, before: int) -> None:
        window = self._window(member)
        if member.role not in SHOWS:
            await window.seen("connection", connected=True, timeout_s=BACK_S)
            return
        fact = SHOWS[member.role]
        await window.seen(fact, count=lambda n: n > before, timeout_s=BACK_S)
