# SPDX-License-Identifier: GPL-3.0-only
"""A running demo for end-to-end tests: scenes that every story needs, waiting for new observations.
Used by `conftest`.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from documents.store.dossier_store import DossierStore
from expert_app.demo.run import SCRIPT_MEDIA, Demo, DemoSetup
from expert_app.demo.script import Script, latest_facts
from expert_app.demo.walk_proofs import ProofMissing, files_left
from expert_app.demo.world import CALLER_NUMBER, DOSSIER, ORGANISATION
from expert_app.runtime.child_programs import Child, ChildFailed
from resources.texts import _
from session.core.dossier_model import Dossier
from views.words.errors import sentence

Fact = dict[str, Any]
POLL_S = 0.05
PAGE_S = 0.5
SILENT_S = 11.0
"""Two signs of life and a bit: an end that is killed is missed sooner than by default."""
CHUNK_KBPS = 5000
"""A page takes about two seconds: long enough to be interrupted."""

EASY_SETUP = DemoSetup(
    script=True, language="en", media=SCRIPT_MEDIA, chunk_kbps=CHUNK_KBPS, silent_s=SILENT_S
)


class Stage:
    """Desk, kiosk and hub as real programs, and what drives them."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.script = Script(demo)
        self._before: dict[int, dict[str, int]] = {}

    @property
    def desk(self) -> Child:
        """The desk that runs now."""
        return self.demo.desk

    @property
    def kiosk(self) -> Child:
        """The kiosk that runs now."""
        return self.demo.kiosk

    # ---- looking ----

    async def mark(self) -> None:
        """What is observed up to now is old. A program that was started since has nothing old."""
        for child in (self.desk, self.kiosk):
            if child.returncode is None:
                facts = await child.ask("facts")
                self._before[child.pid] = {name: values["count"] for name, values in facts.items()}

    async def observed(
        self, child: Child, name: str, timeout_s: float = 30.0, **wanted: Any
    ) -> Fact:
        """Waits until `child` observes `name` with the wanted values after the last `mark`."""
        before = self._before.get(child.pid, {}).get(name, 0)
        try:
            return await self.script.fact(
                child, name, timeout_s=timeout_s, count=lambda n: n > before, **wanted
            )
        except ProofMissing as error:
            other = self.desk if child is self.kiosk else self.kiosk
            seen = latest_facts(await other.ask("facts"))
            raise ProofMissing(f"{error}; {other.name} observed last: {seen}") from error

    async def has_observed(self, child: Child, name: str) -> bool:
        """Whether `child` has observed `name` after the last `mark`."""
        count = (await child.ask("facts")).get(name, {}).get("count", 0)
        return bool(count > self._before.get(child.pid, {}).get(name, 0))

    async def fact(self, child: Child, name: str, timeout_s: float = 30.0, **expected: Any) -> Fact:
        """Waits until `name` is observed with the wanted values, old or new."""
        return await self.script.fact(child, name, timeout_s=timeout_s, **expected)

    async def gone(self, child: Child, name: str, timeout_s: float = 30.0) -> None:
        """Waits until the observation `name` is no longer true."""
        async with asyncio.timeout(timeout_s):
            while True:
                if name not in await child.ask("facts"):
                    return
                await asyncio.sleep(POLL_S)

    async def shows_error(
        self, child: Child, widget: str, code: str, timeout_s: float = 30.0
    ) -> None:
        """Waits until the widget shows the sentence of an error's code."""
        wanted, said = sentence(code).sentence, ""
        async with asyncio.timeout(timeout_s):
            while wanted not in said:
                try:
                    said = await child.ask("read", name=widget)
                except ChildFailed:
                    await asyncio.sleep(POLL_S)

    async def reads(self, child: Child, widget: str, words: str, timeout_s: float = 30.0) -> None:
        """Waits until the widget is there and says the words."""
        said = ""
        async with asyncio.timeout(timeout_s):
            while words not in said:
                try:
                    said = await child.ask("read", name=widget)
                except ChildFailed:  # not on the screen yet
                    await asyncio.sleep(POLL_S)

    def dossier(self) -> Dossier:
        """The caller's dossier, read from its own disk."""
        store = DossierStore(self.demo.store_folder / "dossiers")
        try:
            return store.open_dossier(ORGANISATION, DOSSIER)
        finally:
            store.close()

    def left_at_kiosk(self) -> list[str]:
        """Files of callers on the kiosk's disk, seen from outside."""
        return files_left(self.demo.kiosk_runtime)

    # ---- scenes ----

    async def call(self) -> str:
        """A caller calls, the agent accepts, both see each other; the session's id."""
        await self.waiting()
        return await self.accept()

    async def waiting(self) -> str:
        """A caller presses the button and waits; the ticket's id."""
        await self.mark()
        await self.fact(self.kiosk, "services_shown")
        await self.script.click(self.kiosk, "service_logement")
        for digit in CALLER_NUMBER:
            await self.script.click(self.kiosk, f"key_{digit}")
        await self.script.click(self.kiosk, "number_send")
        ticket = await self.observed(self.kiosk, "ticket", state="waiting")
        return str(ticket["id"])

    async def accept(self) -> str:
        """The agent takes the ticket that waits; the session's id."""
        ticket = await self.fact(self.kiosk, "ticket", state="waiting")
        await self.script.click(self.desk, f"accept_{ticket['id']}")
        session = await self.observed(self.desk, "session")
        await self.seen_and_heard()
        await self.fact(self.desk, "piece_demande", state=lambda state: bool(state))
        return str(session["id"])

    async def seen_and_heard(self) -> None:
        """Both ends have a picture of the other, after the last `mark`."""
        for child in (self.desk, self.kiosk):
            await self.observed(child, "first_video", frames=lambda n: n > 0)

    async def pictures_move(self) -> None:
        """More pictures of the caller arrive at the desk."""
        frames = (await self.fact(self.desk, "media"))["frames"]
        await self.fact(self.desk, "media", frames=lambda n: n > frames)

    async def allow_scan(self) -> None:
        """The agent turns to the scanner, the caller allows it."""
        await self._turn_to_devices("scan_page")
        await self.script.allow("grant_scan", "scan")

    async def turn_to_printer(self) -> None:
        """The agent turns to the printer."""
        await self._turn_to_devices("print_file")

    async def print_receipt(self) -> None:
        """The agent prints the receipt, the caller sees it and wants it."""
        await self.script.click(self.desk, "print_receipt")
        await self.observed(self.desk, "print", state="shown")
        await self.script.click(self.kiosk, "print_yes")

    async def file(self) -> None:
        """The caller lets the pages be kept, unless they did already; the agent files them."""
        await self._turn_to_devices("pages_switch_pages")
        if _("Asks the caller first") in await self.desk.ask("read", name="file_why"):
            await self.script.allow("file_document", "keep")
        else:
            await self.script.click(self.desk, "file_document")

    async def _turn_to_devices(self, *buttons: str) -> None:
        # a desk that has just started has neither dossier nor pages yet
        async with asyncio.timeout(30.0):
            while not set(buttons) & set(await self.desk.ask("visible")):
                await self.script.click(self.desk, "key:Ctrl+4")
                await asyncio.sleep(POLL_S)

    async def choose(self, box: str, entry: str) -> None:
        """The agent chooses an entry of a box at the desk."""
        await self.desk.ask("type", name=box, text=entry)

    async def scan(self) -> Fact:
        """A page, kept by the desk."""
        await self.mark()
        await self.script.click(self.desk, "scan_page")
        return await self.observed(self.desk, "page_kept")

    async def end(self) -> None:
        """The agent hangs up, the kiosk is wiped, the agent finishes;
        both ends are ready for the next.
        """
        await self.hang_up()
        await self.observed(self.kiosk, "kiosk_wiped", left_over=0, profile_removed=True)
        await self.script.click(self.kiosk, "goodbye_finish")
        await self.finish()
        assert self.left_at_kiosk() == []

    async def hang_up(self) -> None:
        """The agent ends the conversation; it is asked once whether it is meant."""
        await self.script.click(self.desk, "call_hang_up")
        await self.script.click(self.desk, "call_hang_up")

    async def finish(self) -> None:
        """The agent ends the wrap-up."""
        await self.script.click(self.desk, "outcome_done")
        await self.script.click(self.desk, "wrap_up_finish")
        await self.observed(self.desk, "session_closed")

    # ---- accidents ----

    async def kill_desk(self) -> None:
        """As a power cut."""
        self.desk.kill()
        await self.desk.ended.wait()

    async def kill_kiosk(self) -> None:
        """As a power cut."""
        self.kiosk.kill()
        await self.kiosk.ended.wait()

    async def kill_hub(self) -> None:
        """As a power cut; its server goes with it."""
        self.demo.hub.kill()
        await self.demo.hub.ended.wait()

    async def start_desk(self) -> None:
        """The desk again."""
        self.demo.desk = await self.demo.start_desk()

    async def start_kiosk(self) -> None:
        """The kiosk again."""
        self.demo.kiosk = await self.demo.start_kiosk()

    async def start_hub(self) -> None:
        """The hub again, with its server."""
        self.demo.hub = await self.demo.start_hub()

    async def scanner(self, **orders: Any) -> None:
        """Changes the simulated scanner, e.g. `fault="jam"`."""
        await self._order(self.demo.scanner_address, **orders)

    async def printer(self, **orders: Any) -> None:
        """Changes the simulated printer, e.g. `fault="media-empty"`."""
        await self._order(self.demo.printer_address, **orders)

    async def _order(self, address: str, **orders: Any) -> None:
        host = address.partition("://")[2].partition("/")[0]
        async with httpx.AsyncClient(timeout=30) as client:
            (await client.post(f"http://{host}/sim", json=orders)).raise_for_status()

    # ---- between two stories ----

    async def tidy(self) -> None:
        """Whatever a story left: devices without fault, three programs that run, nobody in
        session.
        """
        await self.scanner(fault="", page_seconds=PAGE_S)
        await self.printer(fault="")
        if self.demo.hub.returncode is not None:
            await self.start_hub()
        if await self._is_idle():
            return
        for child in (self.desk, self.kiosk):
            await child.stop()
        await asyncio.gather(self.start_desk(), self.start_kiosk())
        await self.fact(self.desk, "resumed")
        if "outcome_done" in await self.desk.ask("visible"):
            await self.finish()

    async def _is_idle(self) -> bool:
        """No caller waits, nobody talks, nothing is left to finish."""
        if self.desk.returncode is not None or self.kiosk.returncode is not None:
            return False
        facts = await self.desk.ask("facts")
        at_desk, at_kiosk = await self.desk.ask("visible"), await self.kiosk.ask("visible")
        nobody_waits = facts.get("queue", {}).get("open") == 0
        return nobody_waits and "service_logement" in at_kiosk and "outcome_done" not in at_desk
