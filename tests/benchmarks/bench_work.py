# SPDX-License-Identifier: GPL-3.0-only
"""`make bench-work`: what the whole job costs an agent's hands and a caller's patience: keys,
clicks, pointer travel and questions, counted at the real programs.

The job: accept a caller, bring a form, fill it in together, scan a paper, file it, print the
receipt, hang up, close with an outcome and a note, pause. It is done twice: by keys, where
everything that has a key is done by it, and by the mouse alone, as an agent does who knows no key.
What is typed into the form is not counted: the words are the caller's. The travel is what lies
between the middles of what was clicked. A sheet that the caller is asked about is a question too.

While the caller is asked for the papers, the page stays as it is: how far it moves, and how many of
its pixels change, at the kiosk and in the desk's mirror, before, during and after the question.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from expert_app.demo.run import SCRIPT_MEDIA, Demo, DemoSetup
from expert_app.demo.script import Script
from expert_app.demo.world import CALLER_NUMBER
from expert_app.runtime.child_programs import Child, ChildFailed
from session.core.tasks import Tasks
from tests.benchmarks.table import Row, publish

MOST_KEYS, MOST_CLICKS, MOST_QUESTIONS = 8, 8, 2
PAGE_S = 60.0
TYPED = "Jeanne Exemple"
BEFORE = "on 28 November 2026"
BEFORES = {
    "by keys": {"keys": 59, "questions": 7},
    "by mouse": {"clicks": 21, "clicks in the form": 2, "questions": 7},
}
"""What the same job cost before the layouts and the questions for several powers."""
FORM = "Demande d’aide au logement"
HOME_PAGE, FORM_PAGE = "index.html", "formulaire.html"


class Hands:
    """Acts at the desk as one person would, and counts."""

    def __init__(self, script: Script, desk: Child) -> None:
        self._script, self._desk = script, desk
        self.keys, self.clicks, self.clicks_in_form = 0, 0, 0

    async def press(self, *keys: str) -> None:
        """One key or combination after the other; each counts as one."""
        for one in keys:
            await self._script.click(self._desk, f"key:{one}")
            self.keys += 1

    async def click(self, name: str) -> None:
        """One click, as soon as the thing is there."""
        await self._script.click(self._desk, name)
        self.clicks += 1

    async def click_in_form(self, selector: str) -> None:
        """One click in the caller's page; how many it takes is the page's doing, not the desk's."""
        await self._script.click(self._desk, f"mirror:{selector}")
        self.clicks_in_form += 1

    async def choose(self, name: str, entry: str) -> None:
        """An entry of an open list: a click on it."""
        await self._script.chosen(name, entry)
        self.clicks += 1

    async def write(self, text: str) -> None:
        """Words for the form; not counted."""
        await self._desk.ask("type", name="mirror_overlay", text=text)

    async def travel_px(self) -> float:
        """How far the pointer has gone since the program began."""
        return float(await self._desk.ask("read", name="pointer:travel"))


class Look(NamedTuple):
    """The shared page as one end shows it: its place in the window, and its picture."""

    place: list[int]
    picture: npt.NDArray[np.uint8]

    def moved_px(self, after: Look) -> int:
        """How far the page moved or grew since, and how many of its pixels are others."""
        far = max(
            (abs(one - two) for one, two in zip(self.place, after.place, strict=False)), default=0
        )
        if self.picture.shape != after.picture.shape:
            return far + self.picture.size
        return far + int((self.picture != after.picture).any(axis=2).sum())


class Job:
    """The job at a running demo, with a caller who says yes.

    Attributes:
        moved_px: per end, the most that the page moved while a question came and went.
    """

    def __init__(self, demo: Demo) -> None:
        self._demo, self._script = demo, Script(demo)
        self.hands = Hands(self._script, demo.desk)
        self.questions = 0
        self.moved_px: dict[str, int] = {}

    async def looks(self) -> dict[str, Look]:
        """The shared page at both ends, once its picture stands still."""
        return {
            child.name: await self._still(child) for child in (self._demo.kiosk, self._demo.desk)
        }

    async def _still(self, child: Child) -> Look:
        look = await self._look(child)
        async with asyncio.timeout(PAGE_S):
            while True:
                await asyncio.sleep(0.3)
                before, look = look, await self._look(child)
                if before.moved_px(look) == 0:
                    return look

    async def _look(self, child: Child) -> Look:
        path = self._demo.folder / f"{child.name}-page.png"
        place = await child.ask("page", path=str(path))
        with Image.open(path) as picture:
            return Look(place, np.asarray(picture.convert("RGB")))

    async def question_beside_the_page(self) -> None:
        """The agent asks for one more thing, which the caller refuses; no part of the job."""
        before = await self.looks()
        answered = await self.count(self._demo.desk, "grant_keep")
        await self._script.click(self._demo.desk, "grant_keep")
        await self._script.fact(self._demo.kiosk, "grant_asked", grant="keep", timeout_s=PAGE_S)
        during = await self.looks()
        await self._script.click(self._demo.kiosk, "no")
        await self.seen(self._demo.desk, "grant_keep", answered, allowed=False)
        after = await self.looks()
        self.moved_px = {
            end: max(look.moved_px(during[end]), look.moved_px(after[end]))
            for end, look in before.items()
        }

    async def seen(self, child: Child, name: str, before: int = 0, **wanted: Any) -> Any:
        """Waits until `child` has observed `name` more than `before` times."""
        return await self._script.fact(
            child, name, count=lambda n: n > before, timeout_s=PAGE_S, **wanted
        )

    async def count(self, child: Child, name: str) -> int:
        return int((await child.ask("facts")).get(name, {}).get("count", 0))

    async def yes(self, powers: str) -> None:
        """The caller is asked for these powers, in one question, and touches Yes."""
        await self._script.fact(self._demo.kiosk, "grant_asked", grant=powers, timeout_s=PAGE_S)
        await self._script.click(self._demo.kiosk, "yes")
        self.questions += 1

    async def is_available(self) -> None:
        """Ends the pause after another job; not part of this one."""
        await self._script.click(self._demo.desk, "idle_available")

    async def calls(self) -> None:
        """The caller presses a service's button; not the agent's work."""
        kiosk = self._demo.kiosk
        before = await self.count(kiosk, "ticket")
        await self._script.click(kiosk, "service_logement", timeout_s=PAGE_S)
        for digit in CALLER_NUMBER:
            await self._script.click(kiosk, f"key_{digit}")
        await self._script.click(kiosk, "number_send")
        ticket = await self.seen(kiosk, "ticket", before, state="waiting")
        await self._script.fact(self._demo.desk, "ticket_visible", id=ticket["id"])

    async def page_is_there(self, name: str, before: int) -> None:
        """A page of the demo's site is seen at both ends."""
        await self.seen(self._demo.kiosk, "page_shown", before, address=lambda a: a.endswith(name))
        await self._script.fact(self._demo.desk, "mirror_shown", elements=lambda n: n > 5)

    async def printed(self, before: int) -> None:
        """The receipt comes out: the caller said yes to it with the papers."""
        await self.seen(self._demo.desk, "print", before, state="done")

    async def fill_in(self) -> None:
        """Two clicks and the caller's words: a field, a box."""
        for selector, field in (("#nom", "text"), ("#enfants", "button")):
            await self.hands.click_in_form(selector)
            await self._script.fact(
                self._demo.desk, "command", command="ClickRequested", code="", field=field
            )
            if field == "text":
                await self.hands.write(TYPED)
                await self._script.fact(self._demo.desk, "command", command="TextRequested")

    async def goodbye(self, closed: int) -> None:
        await self.seen(self._demo.desk, "session_closed", closed)
        await self._script.click(self._demo.kiosk, "goodbye_finish")

    async def by_keys(self) -> None:
        """Everything that has a key is done by it."""
        desk, kiosk, hands = self._demo.desk, self._demo.kiosk, self.hands
        await hands.press("F2")
        await self._script.fact(desk, "dossier", number=bool)
        await hands.press("F10")
        shown = await self.count(kiosk, "page_shown")
        await self.yes("see_page point control type")
        await self.page_is_there(HOME_PAGE, shown)
        shown = await self.count(kiosk, "page_shown")
        await hands.press("Return")
        await self.page_is_there(FORM_PAGE, shown)
        await self.fill_in()
        await hands.press("Shift+F7")
        await self.yes("scan print keep")
        await self._script.fact(desk, "page_cleaned", timeout_s=PAGE_S)
        await self._ready()
        filed, prints = await self.count(desk, "document_filed"), await self.count(desk, "print")
        await hands.press("Ctrl+F8")
        await self.seen(desk, "document_filed", filed)
        await self.printed(prints)
        closed = await self.count(desk, "session_closed")
        await hands.press("Ctrl+Shift+H", "Ctrl+Shift+H")
        await self._shown("wrap_up_pause")
        await hands.press("Alt+Return")
        await self.goodbye(closed)

    async def by_mouse(self) -> None:
        """Nothing is done by a key."""
        desk, kiosk, hands = self._demo.desk, self._demo.kiosk, self.hands
        known = await self.count(desk, "dossier")
        await hands.click("idle_accept")
        await self.seen(desk, "dossier", known, number=bool)
        await hands.click("fill_together")
        shown = await self.count(kiosk, "page_shown")
        await self.yes("see_page point control type")
        await self.page_is_there(HOME_PAGE, shown)
        shown = await self.count(kiosk, "page_shown")
        await hands.choose("library_list", FORM)
        await self.page_is_there(FORM_PAGE, shown)
        await self.fill_in()
        await self.question_beside_the_page()
        pages = await self.count(desk, "page_cleaned")
        await hands.click(await self._shown("piece_scan_"))
        await self.yes("scan print keep")
        await self.seen(desk, "page_cleaned", pages)
        await self._ready()
        filed, prints = await self.count(desk, "document_filed"), await self.count(desk, "print")
        await hands.click("file_with_receipt")
        await self.seen(desk, "document_filed", filed)
        await self.printed(prints)
        closed = await self.count(desk, "session_closed")
        await hands.click("call_hang_up")
        await hands.click("call_hang_up")
        await hands.click("wrap_up_pause")
        await self.goodbye(closed)

    async def _ready(self) -> None:
        """The desk says whether the page can be read."""
        async with asyncio.timeout(PAGE_S):
            while True:
                if "Entrée" in await self._read("file_why"):
                    return
                await asyncio.sleep(0.05)

    async def _read(self, name: str) -> str:
        try:
            return str(await self._demo.desk.ask("read", name=name))
        except ChildFailed:
            return ""

    async def _shown(self, prefix: str) -> str:
        """The first button whose name begins so, once it is there."""
        async with asyncio.timeout(PAGE_S):
            while True:
                names = await self._demo.desk.ask("visible")
                for name in names:
                    if name.startswith(prefix):
                        return str(name)
                await asyncio.sleep(0.05)


async def measure() -> list[Row]:
    """The job by keys and the job by mouse, at the same real programs."""
    tasks = Tasks()
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), tasks, setup=DemoSetup(script=True, media=SCRIPT_MEDIA))
        try:
            await demo.start()
            by_keys, by_mouse = Job(demo), Job(demo)
            await by_keys.calls()
            await by_keys.by_keys()
            travelled = await by_keys.hands.travel_px()
            await by_mouse.is_available()
            await by_mouse.calls()
            await by_mouse.by_mouse()
            return [
                *_rows("by keys", by_keys, travelled),
                *_rows("by mouse", by_mouse, await by_mouse.hands.travel_px() - travelled),
            ]
        finally:
            await demo.stop()
            await tasks.close()


def _rows(how: str, job: Job, travel: float) -> list[Row]:
    hands, case = job.hands, f"the whole job, {how}"
    goals = {"keys": MOST_KEYS, "clicks": MOST_CLICKS, "questions": MOST_QUESTIONS}
    before = BEFORES[how]
    counted = {
        "keys": hands.keys,
        "clicks": hands.clicks,
        "clicks in the form": hands.clicks_in_form,
        "questions": job.questions,
    }
    rows = [
        Row(
            f"{case}: {metric}",
            metric,
            ours,
            before.get(metric),
            BEFORE if metric in before else "",
            goals.get(metric),
        )
        for metric, ours in counted.items()
    ]
    moved = [
        Row(f"pixels moved by a question: {end}", "px", pixels, goal=0)
        for end, pixels in job.moved_px.items()
    ]
    return [*rows, Row(f"{case}: pointer travel", "px", round(travel)), *moved]


def main() -> int:
    """Runs it and writes `build/bench/work.json`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return publish("work", asyncio.run(measure()))


if __name__ == "__main__":
    sys.exit(main())
