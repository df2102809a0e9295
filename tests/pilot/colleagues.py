# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does beside callers: memos to a colleague and to the supervisors, a pause with an
end, the outcome that was wrong, the end of the shift.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from tests.pilot.driven import POLL_S, Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same

NUMBER = "2 69 05 49 588 157 80"
ASKED = f"Tu connais le dossier {NUMBER} ?"
ANSWERED = "Oui, je passe te voir."
LATER = "La réunion est à 15 h."
TO_SUPERVISORS = "Puis-je finir à 16 h ?"
FROM_SUPERVISOR = "Oui, merci."
MEMO_FOLDER = "KV_mm"
"""The hub's own store of memos."""

READ_S = 10.0
"""From opening a memo until it counts as read, at most."""

PAUSE_S = 150.0
"""Until a pause is over that ends after the next full minute."""


class Colleagues:
    """Two agents and a supervisor among themselves."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def before_callers(self) -> list[Step]:
        """Names and acts, in order, before the first caller."""
        return [
            ("memo_read_and_answered", self.memo_read_and_answered),
            ("pause_read_by_colleagues", self.pause_read_by_colleagues),
        ]

    def between_callers(self) -> list[Step]:
        """Those once the first caller has gone, of `before_callers` too."""
        return [
            ("outcome_corrected", self.outcome_corrected),
            ("pause_over_and_resumed", self.pause_over_and_resumed),
        ]

    @property
    def _first(self) -> Driven:
        return self._pilot.open["agent1"]

    @property
    def _second(self) -> Driven:
        return self._pilot.open["agent2"]

    @property
    def _board(self) -> Driven:
        return self._pilot.open["chef1"]

    async def _write(self, window: Driven, person: str, text: str) -> None:
        """Chooses a person in the list, writes and presses Enter."""
        await window.type("memo_people", person)
        await window.type("memo_entry", text)
        await window.click("key:Return")

    async def _has_read(self, window: Driven) -> None:
        """Waits until the bubble counts nothing more. Raises `TimeoutError`."""
        async with asyncio.timeout(READ_S):
            said = await window.reads("show_memos")
            while "non lus" in said:
                await asyncio.sleep(POLL_S)
                said = await window.reads("show_memos")

    async def memo_read_and_answered(self) -> Evidence:
        """An agent writes to the other, who answers from the message; a person's number is masked
        on the way, and nothing but the hub's store of memos has a word of it.
        """
        await self._write(self._first, "Dominique S.", ASKED)
        await self._first.click("memo_close")
        read = await self._second.reads("message_memo agent1", "Tu connais le dossier")
        same("the number reached the colleague", NUMBER[-10:] in read, False)
        await self._second.click("message_action")
        await self._second.type("memo_entry", ANSWERED)
        await self._second.click("key:Return")
        await self._has_read(self._second)
        answer = await self._first.reads("message_memo agent2", ANSWERED)
        kept = await asyncio.to_thread(_files_with, self._pilot.folder / "hub", ANSWERED)
        if not kept or any(MEMO_FOLDER not in name for name in kept):
            raise NotSeen(f"{ANSWERED!r} is kept in {kept}")
        return {"the colleague reads": read, "the answer": answer, "kept in": kept}

    async def memo_only_counted_in_a_conversation(self) -> Evidence:
        """A colleague's memo shows nothing beside a caller but a number; the drawer opens over the
        dossier, a supervisor is asked there and answers, and the caller's screen stays as it is.
        """
        desk, kiosk = self._second, self._pilot.open["borne1"]
        shown, written = await kiosk.visible(), await kiosk.count("written")
        await self._write(self._first, "Dominique S.", LATER)
        await self._first.click("memo_close")
        counted = await desk.reads("show_memos", "non lus : 1")
        same("a message with a button", "message_action" in await desk.visible(), False)
        await desk.click("key:Ctrl+7")  # the drawer opens where somebody has written
        await desk.reads("memo_title", "Camille R.")
        await self._has_read(desk)
        await desk.click("memo_close")
        await self._write(desk, "Superviseurs", TO_SUPERVISORS)
        await desk.click("key:Escape")
        read = await self._board.reads("message_memo agent2", TO_SUPERVISORS)
        await self._board.click("board_pages_memos")
        await self._board.type("memo_people", "Dominique")
        await self._board.type("memo_entry", FROM_SUPERVISOR)
        await self._board.click("key:Return")
        await desk.reads("show_memos", "non lus : 1")
        await desk.click("key:Ctrl+7")
        await self._has_read(desk)
        await desk.click("key:Escape")
        await self._board.click("board_pages_live")
        same("what the caller can touch", await kiosk.visible(), shown)
        same("what the caller reads", await kiosk.count("written"), written)
        return {"the agent's head of the window": counted, "the board reads": read}

    async def pause_read_by_colleagues(self) -> Evidence:
        """An agent pauses and says until when; colleague and supervisor read it."""
        desk = self._second
        await desk.type("header_state_menu", "Pause")
        end = datetime.now().astimezone() + timedelta(seconds=125)
        until = f"{end:%H:%M}"
        await desk.type("pause_time", f"{end:%H%M}")
        await desk.click("pause_at")
        await desk.reads("header_state", f"jusqu’à {until}")
        await self._first.type("memo_people", f"jusqu’à {until}")
        read = await self._first.reads("memo_people", f"jusqu’à {until}")
        await self._first.click("memo_close")
        await self._board.type("board_agents", f"jusqu’à {until}")
        await self._board.seen("board", paused=1)
        return {"the colleague reads": read, "until": until}

    async def pause_over_and_resumed(self) -> Evidence:
        """At the end of the pause the desk says so; the agent stays paused until it resumes."""
        desk, board = self._second, self._board
        said = await desk.reads("idle_title", "Votre pause est finie", timeout_s=PAUSE_S)
        button = await desk.reads("idle_available", "Reprendre")
        await board.seen("board", paused=1)
        await desk.click("idle_available")
        await board.seen("board", paused=0)
        return {"the desk says": said, "and offers": button}

    async def outcome_corrected(self) -> Evidence:
        """Another outcome some moments after the wrap-up; `figures_exported` reads it elsewhere."""
        desk = self._first
        before = await desk.reads("work_talk", "Demande réglée")
        await desk.type("talk_outcomes", "Pièces manquantes")
        return {"before": before, "after": await desk.reads("work_talk", "Pièces manquantes")}

    async def shift_ended(self) -> Evidence:
        """The end of the shift: no caller rings, the day is told to the agent alone, the desk is
        closed.
        """
        desk, board = self._first, self._board
        await desk.type("header_state_menu", "Fin de mon service")
        told = await desk.reads("summary_lines", "2 entretiens")
        for words in ("Avec les usagers", "Pièces manquantes : 1", "1 document classé"):
            if words not in told:
                raise NotSeen(f"no {words!r} in {told!r}")
        await board.type("board_agents", "Fin de mon service")
        await desk.click("summary_close")
        same("exit code of the desk", await desk.ended(30), 0)
        await board.seen("board", paused=0)
        return {"the agent reads": told}


def _files_with(folder: Path, text: str) -> list[str]:
    """Files below the folder in which the words stand as they are."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and text.encode() in path.read_bytes()
    ]
