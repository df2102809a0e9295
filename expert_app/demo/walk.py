# SPDX-License-Identifier: GPL-3.0-only
"""The scripted walk: the whole job done by a script at the real windows, each step proved by what
the other end saw.

Used by `expert-app demo --script walk` and the end-to-end tests.
A step acts at one end (a click), then waits for a fact observed at the other; its evidence goes
into the report.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expert_app.demo.run import Demo
from expert_app.demo.script import BUSY, POLL_S, Script, programs_per_processor
from expert_app.demo.walk_paper import PaperSteps
from expert_app.demo.walk_proofs import Evidence, ProofMissing, files_left, log_proof, same
from expert_app.demo.world import CALLER_NUMBER
from expert_app.runtime.child_programs import Child, ChildFailed

TYPED = "Été-Œuvré d’Ça €"
"""An invented name with what French needs, and a sign of another key."""
SHOT_TRIES = 200
CLICK_TRIES = 2
REPLAY_S = 120.0
"""Of a conversation of a quarter of an hour, eight times as fast."""


@dataclass
class WalkStep:
    """One line of the report."""

    name: str
    ok: bool
    seconds: float
    evidence: Evidence = field(default_factory=dict)


class Walk(Script):
    """Drives a running `Demo` through the whole job.

    Args:
        shots: folder for one picture of each end per step, or None.
    """

    def __init__(self, demo: Demo, shots: Path | None) -> None:
        super().__init__(demo)
        self._shots = shots
        self._paper = PaperSteps(self, demo)
        self.steps: list[WalkStep] = []

    @property
    def ok(self) -> bool:
        """True when every step was really observed."""
        return len(self.steps) == len(self._plan()) and all(step.ok for step in self.steps)

    def report(self) -> dict[str, Any]:
        """The report as it is written."""
        steps = [
            {"name": s.name, "ok": s.ok, "seconds": round(s.seconds, 3), "evidence": s.evidence}
            for s in self.steps
        ]
        return {"ok": self.ok, "steps": steps}

    def _plan(self) -> list[tuple[str, Callable[[], Awaitable[Evidence]]]]:
        return [
            ("call_requested", self.call_requested),
            ("ticket_visible", self.ticket_visible),
            ("accepted", self.accepted),
            ("first_video_at_desk", self.first_video_at_desk),
            ("first_video_at_kiosk", self.first_video_at_kiosk),
            ("audio_both_ways", self.audio_both_ways),
            ("page_shared", self.page_shared),
            ("pointer_shown", self.pointer_shown),
            ("command_refused", self.command_refused),
            ("form_filled", self.form_filled),
            *self._paper.plan(),
            ("hung_up", self.hung_up),
            ("kiosk_wiped", self.kiosk_wiped),
            ("log_complete", self.log_complete),
            ("replayed", self.replayed),
        ]

    async def run(self) -> bool:
        """All steps in order; stops at the first that was not observed."""
        for number, (name, act) in enumerate(self._plan(), 1):
            start = time.monotonic()
            step = WalkStep(name, ok=False, seconds=0.0)
            try:
                step.evidence = await act()
                step.ok = True
            except (ChildFailed, ProofMissing, TimeoutError, OSError) as error:
                step.evidence = {"error": f"{type(error).__name__}: {error}"}
            step.seconds = time.monotonic() - start
            self.steps.append(step)
            await self._picture(number, name)
            print(f"{'ok ' if step.ok else 'NOT'} {name:<22} {step.seconds:6.2f} s", flush=True)
            if not step.ok:
                print(f"    {step.evidence['error']}", flush=True)
                if (waiting := programs_per_processor()) > BUSY:
                    print(
                        f"    This machine is busy: {waiting:.0f} programs wait for each processor."
                        " Try again when it is calmer.",
                        flush=True,
                    )
                return False
        return True

    async def _picture(self, number: int, name: str) -> None:
        if self._shots is None:
            return
        demo = self._demo
        ends = {"desk": demo.desk, "kiosk": demo.kiosk, "board": demo.board, "replay": demo.replay}
        for end, child in ends.items():
            if child is not None and child.returncode is None:
                await self._picture_of(
                    end, child, str((self._shots / f"{number:02}-{name}-{end}.png").resolve())
                )

    async def _picture_of(self, end: str, child: Child, path: str) -> None:
        """An end that has just heard of a call does not know yet that the other's face is drawn."""
        for tries_left in reversed(range(SHOT_TRIES)):
            try:
                await child.ask("shot", path=path)
            except ChildFailed as error:
                if not tries_left:
                    print(f"    no picture of the {end}: {error.why}", flush=True)
                await asyncio.sleep(POLL_S)
            else:
                return

    # ---- the steps ----

    async def call_requested(self) -> Evidence:
        """The caller touches a service and types a number; the hub answers with a ticket."""
        await self.fact(self._demo.kiosk, "services_shown")
        await self.click(self._demo.kiosk, "service_logement")
        for digit in CALLER_NUMBER:
            await self.click(self._demo.kiosk, f"key_{digit}")
        await self.click(self._demo.kiosk, "number_send")
        return await self.fact(self._demo.kiosk, "ticket", state="waiting")

    async def ticket_visible(self) -> Evidence:
        """The desk shows this very ticket in its queue."""
        ticket = await self.fact(self._demo.kiosk, "ticket")
        return await self.fact(self._demo.desk, "ticket_visible", id=ticket["id"])

    async def accepted(self) -> Evidence:
        """The agent accepts; the kiosk hears which agent came."""
        ticket = await self.fact(self._demo.kiosk, "ticket")
        await self.click(self._demo.desk, f"accept_{ticket['id']}")
        return await self.fact(self._demo.kiosk, "session_opened", ticket=ticket["id"])

    async def first_video_at_desk(self) -> Evidence:
        """A decoded picture of the caller, at the desk, and what carried it."""
        first_video = await self.fact(self._demo.desk, "first_video", frames=lambda n: n > 0)
        engine = await self.fact(self._demo.desk, "media_engine")
        return {**first_video, "engine": engine["kind"], "chosen_by": engine["why"]}

    async def first_video_at_kiosk(self) -> Evidence:
        """A decoded picture of the agent, at the kiosk."""
        return await self.fact(self._demo.kiosk, "first_video", frames=lambda n: n > 0)

    async def audio_both_ways(self) -> Evidence:
        """Sound received and not silent, at both ends."""
        expected: dict[str, Any] = {
            "audio_packets": lambda n: n > 50,
            "audio_level": lambda level: level > 0.001,
        }
        desk = await self.fact(self._demo.desk, "media", **expected)
        kiosk = await self.fact(self._demo.kiosk, "media", **expected)
        keys = ("audio_packets", "audio_level")
        return {"desk": {k: desk[k] for k in keys}, "kiosk": {k: kiosk[k] for k in keys}}

    async def page_shared(self) -> Evidence:
        """The caller allows it, the agent opens the form, and the mirror at the desk holds the
        form's own text.
        """
        await self.allow("grant_see_page", "see_page")
        await self._demo.desk.ask(
            "type", name="cobrowse_address", text=f"{self._demo.site}/formulaire.html"
        )
        await self.click(self._demo.desk, "cobrowse_open")
        page = await self.fact(
            self._demo.kiosk, "page_shown", address=lambda a: a.endswith("formulaire.html")
        )
        mirror = await self.fact(
            self._demo.desk, "mirror_shown", title=page["title"], elements=lambda n: n > 30
        )
        return {
            "kiosk_title": page["title"],
            "mirror_title": mirror["title"],
            "mirror_elements": mirror["elements"],
        }

    async def pointer_shown(self) -> Evidence:
        """The agent points at the mirrored page; the kiosk has painted the pointer."""
        await self.allow("grant_point", "point")
        await self.click(self._demo.desk, "cobrowse_laser")
        await self._demo.desk.ask("click", name="mirror_middle")
        painted = await self.fact(self._demo.kiosk, "pointer_painted")
        desk_fact = await self.fact(self._demo.desk, "pointer_shown")
        same("pointer", (painted["x_px"], painted["y_px"]), (desk_fact["x_px"], desk_fact["y_px"]))
        return painted

    async def page_value(self, selector: str) -> Evidence:
        """Return what the kiosk's own page holds in a field, read in that page."""
        await self.click(self._demo.kiosk, f"look:{selector}")
        return await self.fact(self._demo.kiosk, "page_value", selector=selector)

    async def command_refused(self) -> Evidence:
        """A click that is sent without the caller's leave is refused by the kiosk."""
        await self._demo.desk.ask("click", name="forced:#nom")
        desk_fact = await self.fact(
            self._demo.desk, "command", command="ClickRequested", code="grant_missing"
        )
        refused = await self.fact(self._demo.kiosk, "acted_click_requested", code="grant_missing")
        focus = await self.page_value(":focus")
        same("field with the keyboard", focus["found"], False)
        return {"desk_heard": desk_fact["code"], "kiosk_refused": refused["code"]}

    async def form_filled(self) -> Evidence:
        """The agent takes the tool, the caller says yes, the agent types, ticks and chooses;
        the values are read in the kiosk's page.
        """
        await self.allow("tool_control", "control type")
        await self.click_name()
        await self._demo.desk.ask("type", name="mirror_overlay", text=TYPED)
        await self.fact(self._demo.desk, "command", command="TextRequested", code="")
        await self.click(self._demo.desk, "mirror:#enfants")
        await self.fact(
            self._demo.desk, "command", command="ClickRequested", code="", field="button"
        )
        await self.click(self._demo.desk, "mirror:#activite")
        await self.chosen("page_choices", "Retraité(e)")
        await self.fact(self._demo.desk, "command", command="ChoiceRequested", code="")
        name, box, choice = [
            await self.page_value(selector) for selector in ("#nom", "#enfants", "#activite")
        ]
        same("text in the kiosk's page", name["value"], TYPED)
        same("box in the kiosk's page", box["checked"], True)
        same("choice in the kiosk's page", choice["value"], "retraite")
        return {"typed": name["value"], "ticked": box["checked"], "chosen": choice["value"]}

    async def click_name(self) -> None:
        """The keyboard goes to the name's field. As a person: once more where the page moved under
        the mouse, because the caller's strip that says who acts has made it lower.
        """
        for tries_left in reversed(range(CLICK_TRIES)):
            await self.click(self._demo.desk, "mirror:#nom")
            try:
                await self.fact(
                    self._demo.desk, "command", command="ClickRequested", code="", field="text"
                )
            except ProofMissing:
                if not tries_left:
                    raise
            else:
                return

    async def hung_up(self) -> Evidence:
        """The agent hangs up (twice: it asks once whether it is meant); the kiosk hears the end."""
        await self.click(self._demo.desk, "call_hang_up")
        await self.click(self._demo.desk, "call_hang_up")
        ended = await self.fact(self._demo.kiosk, "session_ended")
        return {"by": ended["by"], "reason": ended["reason"], "session": ended["session"]}

    async def kiosk_wiped(self) -> Evidence:
        """The kiosk says that nothing is left, the desk has heard it, and its folders are looked at
        from outside.
        """
        wiped = await self.fact(self._demo.kiosk, "kiosk_wiped", left_over=0, profile_removed=True)
        desk_fact = await self.fact(self._demo.desk, "kiosk_wiped", left_over=0)
        leftover_files = await asyncio.to_thread(files_left, self._demo.kiosk_runtime)
        same("files left at the kiosk", leftover_files, [])
        return {
            **wiped,
            "desk_heard": desk_fact["left_over"] == 0,
            "files_found_outside": len(leftover_files),
        }

    async def log_complete(self) -> Evidence:
        """The agent finishes; the log as the hub keeps it has every step, no gap, and no personal
        value.
        """
        await self.click(self._demo.desk, "outcome_done")
        await self.click(self._demo.desk, "wrap_up_finish")
        await self.fact(self._demo.desk, "session_closed")
        session = (await self.fact(self._demo.kiosk, "session_ended"))["session"]
        path = await self._demo.export_log(session)
        return await asyncio.to_thread(log_proof, path)

    async def replayed(self) -> Evidence:
        """The replay window plays the exported log to its end, page included."""
        child = await self._demo.start_replay()
        await self.click(child, "replay_speed_8")
        await self.click(child, "replay_play")
        replay_fact = await self.fact(child, "replayed", timeout_s=REPLAY_S, at_end=True)
        return {**replay_fact, "log": str(self._demo.log_file)}


def write_report(report: dict[str, Any], path: Path) -> None:
    """Writes the JSON report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
