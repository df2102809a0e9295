# SPDX-License-Identifier: GPL-3.0-only
"""The real desk's program, driven at its window; a driver of the conformance program, also by
itself:

    expert-app conformance --desk --driver "python -m tests.conformance.desk_program"
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    Accept,
    AnyDeskInstruction,
    AskGrant,
    Begin,
    CallIn,
    CancelScan,
    CloseTicket,
    EndCall,
    Finish,
    Hide,
    HoldCaller,
    Instruction,
    LoadAgain,
    OpenPage,
    PrintPage,
    Restart,
    ScanPage,
    ShowDocument,
    WriteWords,
)
from expert_app.demo.run import SCRIPT_MEDIA
from expert_app.runtime.child_programs import Child
from expert_app.runtime.config import DeskSettings, save
from expert_app.runtime.credentials import SEED_VARIABLE
from session.bus.enrolment import enrol
from session.bus.transport.nkeys import new_seed
from session.bus.transport.tls import client_tls
from session.protocol.wire.roles import Role
from tests.conformance.driven_program import ON_SCREEN_S, POLL_S, DrivenProgram, obey
from tests.support.shown_documents import invented_pdf

READY_S = 60.0
GONE_S = 6.0


class DeskProgram(DrivenProgram):
    """The program, once it has begun."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._seed = b""
        self._begun = 0
        self._paused = False

    async def _do(self, instruction: Instruction) -> None:
        match instruction:
            case Begin():
                await self._begin(instruction)
            case Accept():
                await self._accept()
            case EndCall():
                await self._click("call_hang_up")
                await self._click("call_hang_up")
            case CloseTicket():
                if await self._comes("outcome_done", GONE_S):
                    await self._click("outcome_done")
                    await self._click("wrap_up_finish")
            case Restart():
                await self._restart()
            case Finish():
                await self.close()
            case _:
                await self._in_call(instruction)

    async def _in_call(self, instruction: Instruction) -> None:
        match instruction:
            case HoldCaller(on=on):
                await self._click("talk_hold")
                if on:
                    await self._click("talk_hold_reasons")
            case WriteWords(text=text):
                if "written_entry" not in await self.program.ask("visible"):
                    await self._click("call_write")
                await self._type("written_entry", text)
                await self._click("written_send")
            case Hide():
                await self._click("call_privacy")
            case CallIn(name=name):
                await self._click("talk_pass_on")
                await self._type("pass_on_targets", name)
                await self._click("pass_on_three")
            case AskGrant(grant=grant):
                await self._click(f"grant_{grant.value}")
            case OpenPage(address=address):
                await self._page_mode()
                await self._type("cobrowse_address", address)
                await self._click("cobrowse_open")
            case LoadAgain():
                await self._page_mode()
                await self._click("page_reload")
            case _:
                await self._papers(instruction)

    async def _papers(self, instruction: Instruction) -> None:
        match instruction:
            case ScanPage():
                await self._turn_to("scan_page")
                await self._click("scan_page")
            case CancelScan():
                await self._turn_to("scan_cancel")
                await self._click("scan_cancel")
            case PrintPage():
                await self._turn_to("print_file")
                await self._click("print_file")
                await self._type("print_file_dialog", str(self._document(1)))
            case ShowDocument(on=True):
                await self._page_mode()
                await self._click("cobrowse_show_file")
                await self._type("show_file_dialog", str(self._document(2)))
            case ShowDocument():
                await self._click("shown_stop")
            case _:
                raise CannotDo(f"nobody knows how to {type(instruction).__name__}")

    def _document(self, pages: int) -> Path:
        path = self._folder / f"document-{pages}.pdf"
        if not path.exists():
            path.write_bytes(invented_pdf(pages))
        return path

    # ---- the program

    async def _begin(self, instruction: Begin) -> None:
        """Starts with nothing of before."""
        await self._stop()
        self._begun += 1
        self._seed = new_seed()
        tls = client_tls(Path(instruction.ca_file)) if instruction.ca_file else None
        me = await enrol(
            instruction.servers,
            instruction.code,
            self._seed,
            tasks=self._tasks,
            tls=tls,
            roles=[Role.AGENT],
        )
        place = self._folder / f"desk{self._begun}"
        place.mkdir(parents=True)
        settings = DeskSettings(
            organisation=me.organisation,
            user=me.user,
            bus=instruction.servers,
            ca_file=instruction.ca_file,
            language="en",
            chunk_kbps=20_000,
            media=SCRIPT_MEDIA,
            shift_check=False,
        )
        save(settings, place / "desk.toml")
        await self._start()

    async def _start(self) -> None:
        place = self._folder / f"desk{self._begun}"
        words = ["-m", "expert_app", "desk", "--folder", str(place)]
        words += ["--settings", str(place / "desk.toml"), "--driven"]
        child = self._child = Child(
            "desk",
            words,
            tasks=self._tasks,
            log_file=place / "desk.log",
        )
        await child.start({SEED_VARIABLE: self._seed.decode()})
        await asyncio.wait_for(asyncio.shield(child.ready), READY_S)

    async def _restart(self) -> None:
        self.program.kill()
        await self.program.ended.wait()
        await self._start()

    async def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.stop()

    async def close(self) -> None:
        """Ends the program."""
        await self._stop()
        await self._tasks.close()

    # ---- the agent's hands

    async def _accept(self) -> None:
        end = time.monotonic() + ON_SCREEN_S
        while True:
            shown = await self.program.ask("visible")
            offers = [
                name for name in shown if name.startswith("accept_") or name == "offer_accept"
            ]
            if offers:
                await self._click(offers[0])
                break
            if time.monotonic() > end:
                raise CannotDo("nobody waits on the screen")
            await asyncio.sleep(POLL_S)
        if not await self._comes("call_hang_up", ON_SCREEN_S):
            raise CannotDo("no conversation began")

    async def _page_mode(self) -> None:
        if "cobrowse_library" not in await self.program.ask("visible"):
            await self._click("centre_mode_page")

    async def _turn_to(self, button: str) -> None:
        end = time.monotonic() + ON_SCREEN_S
        while button not in await self.program.ask("visible"):
            if time.monotonic() > end:
                raise CannotDo(f"{button} is not on screen")
            await self.program.ask("click", name="key:Ctrl+4")
            await asyncio.sleep(POLL_S)


if __name__ == "__main__":
    asyncio.run(obey(DeskProgram, AnyDeskInstruction))
