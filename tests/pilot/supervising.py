# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's and the helpdesk's work: a caller reassigned, a visible join, figures, a log."""

from __future__ import annotations

import asyncio
import csv
import re

from tests.pilot.colleagues import Colleagues
from tests.pilot.conversation import Conversations
from tests.pilot.driven import Driven, Evidence
from tests.pilot.pilot import Pilot, Step, found_in, same


class Supervising:
    """Steps with the caller who waits."""

    def __init__(self, pilot: Pilot, conversations: Conversations, colleagues: Colleagues) -> None:
        self._pilot, self._conversations, self._colleagues = pilot, conversations, colleagues

    def plan(self, in_a_conversation: list[Step]) -> list[Step]:
        """Names and acts, in order; `in_a_conversation`: further ones while two people talk."""
        return [
            ("team_told_and_paused", self.team_told_and_paused),
            ("reassigned", self.reassigned),
            ("supervisor_asked", self.supervisor_asked),
            (
                "memo_only_counted_in_a_conversation",
                self._colleagues.memo_only_counted_in_a_conversation,
            ),
            *in_a_conversation,
            ("lines_and_curves_read", self.lines_and_curves_read),
            ("supervisor_joined_visibly", self.supervisor_joined_visibly),
            ("figures_exported", self.figures_exported),
            ("log_opened_by_helpdesk", self.log_opened_by_helpdesk),
        ]

    @property
    def _board(self) -> Driven:
        return self._pilot.open["chef1"]

    async def _confirm(self, reason: str) -> None:
        await self._board.type("act_reason", reason)
        await self._board.click("act_confirm")

    async def team_told_and_paused(self) -> Evidence:
        """A message to one agent, who is then paused by the supervisor and made available again."""
        board, desk = self._board, self._pilot.open["agent1"]
        await board.click("act_announce")
        await board.type("act_target", "Camille R.")
        await board.type("act_text", "Les bons de transport sont arrivés.")
        await self._confirm("à dire aux usagers")
        told = await desk.seen("announcement")
        for state, available in (("En pause · Formation", False), ("Disponible", True)):
            await board.type("board_agents", "Camille R.")
            await board.click("act_state")
            await board.type("act_target", state)
            await self._confirm("réunion d’équipe")
            await desk.seen("agent_state", available=available)
        return {"message": told["id"]}

    async def supervisor_asked(self) -> Evidence:
        """The agent in the conversation asks for help; the board says so and for what."""
        desk, board = self._pilot.open["agent2"], self._board
        await desk.type("header_state_menu", "Demander au superviseur")
        await board.type("board_agents", "Demande de l’aide")
        return {"the board's line": "Demande de l’aide"}

    async def lines_and_curves_read(self) -> Evidence:
        """While a call runs, the board tells how good its line is, and draws the last hours."""
        board = self._board
        await board.click("board_pages_lines")
        lines = await board.reads("lines_title", "lignes")
        async with asyncio.timeout(40):  # a desk measures every 10 s
            while not _measured(lines):
                await asyncio.sleep(0.5)
                lines = await board.reads("lines_title", "lignes")
        await board.click("board_pages_trends")
        quarter = await board.reads("trends_said", "arriv")
        await board.click("board_pages_live")
        return {"lines": lines, "quarter of an hour": quarter}

    async def reassigned(self) -> Evidence:
        """The supervisor keeps the caller for the other agent, who takes the call."""
        pilot, board = self._pilot, self._board
        ticket = pilot.found["waiting_ticket"]
        await board.seen("ticket_visible", id=ticket)
        await board.click("first_ticket")
        await board.click("act_agent")
        await board.type("act_target", "Dominique S.")
        await self._confirm("connaît la situation")
        await board.seen("act_done", act="GiveToAgent")
        desk, kiosk = pilot.open["agent2"], pilot.open["borne1"]
        opened = await self._conversations.accept(desk, kiosk, ticket)
        same("agent at the kiosk", opened["agent"], "agent2")
        return {"ticket": ticket, "agent": opened["agent"]}

    async def supervisor_joined_visibly(self) -> Evidence:
        """From the agent's row; all three screens name the supervisor before a picture of anybody
        goes there.
        """
        pilot, board = self._pilot, self._board
        desk, kiosk = pilot.open["agent2"], pilot.open["borne1"]
        await board.type("board_agents", "Dominique S.")
        await board.click("act_join_agent")
        await self._confirm("aide demandée")
        for end in (desk, kiosk):
            await end.seen("talk", third="chef1", third_state="in")
        await board.seen("visit", let_in=True)
        named = {
            "kiosk": await kiosk.reads("talk_third_words"),
            "desk": await desk.reads("talk_third"),
        }
        await board.seen("visit_media", caller=lambda n: n > 5, agent=lambda n: n > 5)
        await board.click("guest_leave")
        await board.click("guest_leave")
        for end in (desk, kiosk):
            await end.seen("talk", third="")
        await self._conversations.end(desk, kiosk)
        return named

    async def figures_exported(self) -> Evidence:
        """The figures as a file that a spreadsheet opens: every caller of the pilot is in it."""
        board = self._board
        file = self._pilot.computers["chef1"].home / "activite.csv"
        await board.click("board_pages_statistics")
        await board.click("statistics_csv")
        await board.type("statistics_file", str(file))
        async with asyncio.timeout(20):
            while not file.is_file() or not file.stat().st_size:  # noqa: ASYNC110 - another program's file
                await asyncio.sleep(0.1)
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter=";"))
        total = next(row for row in rows if row["by"] == "total")
        same("callers answered", int(total["answered"]) > 0, True)
        same("of one answer nothing is told", total["solved"], "")
        same("outcomes, one corrected", total["outcomes"], "done=3 pieces_missing=1")
        await board.click("board_pages_live")
        return {"file": file.name, "rows": len(rows), "answered": total["answered"]}

    async def log_opened_by_helpdesk(self) -> Evidence:
        """The first conversation, by the number that is said, in the helpdesk's own window: its
        summary, the file for a vendor, and the line in the supervisor's register.
        """
        window, session = self._pilot.open["aide1"], self._pilot.found["first_session"]
        why = "image figée à la fin"
        await window.click("list_search")  # the window was opened before anybody had called
        await window.seen("found", rows=lambda n: n > 0)
        await window.type("list_reason", why)
        await window.click("key:Ctrl+F")
        await window.type("list_filter", session)
        await window.click("list_search")
        number = (await window.seen("log_opened", session=session))["number"]
        await window.click("conversation_back")
        await window.click("key:Ctrl+F")
        await window.type("list_filter", number.lower())
        await window.click("list_search")
        opened = await window.seen("log_opened", session=session, count=lambda n: n > 1)
        same("the log has the conversation's events", opened["records"] > 20, True)
        same("the summary says how it ended", "a terminé l’entretien" in opened["sentences"], True)
        await window.click("replay_speed_8")
        await window.click("replay_play")
        file = self._pilot.computers["aide1"].home / f"entretien-{number}.zip"
        await window.type("conversation_save_menu", "Sans les pages")
        await window.type("helpdesk_save_dialog", str(file))
        await window.seen("saved", path=str(file))
        elsewhere = await self._pilot.computer("chef1")
        said = await elsewhere.run("verify", str(file))
        same("the file is believed elsewhere", (said.code, said.out[:6]), (0, "INTACT"))
        register = await self._pilot.hub("readings")
        same("the register has the reading", why in register.out, True)
        return {"number": number, "records": opened["records"], "file": file.name}


def _measured(lines: str) -> int:
    """Of how many kiosks the board knows the line, by its own words."""
    return sum(int(count) for count in re.findall(r"\d+", found_in(lines, r"lignes (.*)$")))
