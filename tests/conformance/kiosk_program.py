# SPDX-License-Identifier: GPL-3.0-only
"""The real kiosk's program with simulated devices, driven at its window; a driver of the
conformance program, also by itself:

    expert-app conformance --kiosk --driver "python -m tests.conformance.kiosk_program"
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import httpx

from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    AnswerGrant,
    AnswerPrint,
    AnyInstruction,
    Begin,
    CloseShown,
    EnrolElsewhere,
    Finish,
    HangUp,
    Instruction,
    Leave,
    Pause,
    Press,
    PutPages,
    StopAll,
    Withdraw,
    Write,
)
from expert_app.demo.run import SCRIPT_MEDIA
from expert_app.runtime.child_programs import Child
from expert_app.runtime.config import KioskSettings, save
from expert_app.runtime.enrolment import enrol_here
from session.core.errors import SessionError
from tests.conformance.driven_program import DrivenProgram, obey
from tests.support.drawn_pages import form, jpeg

READY_S = 60.0


class KioskProgram(DrivenProgram):
    """The program, once it has begun."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._children: list[Child] = []
        self._scanner = ""

    async def _do(self, instruction: Instruction) -> None:
        match instruction:
            case Begin():
                await self._begin(instruction)
            case EnrolElsewhere():
                await self._enrol_elsewhere(instruction)
            case Press(service=service, number=number):
                await self._press(service, number)
            case Leave():
                await self._click("leave")
                await self._click("leave_really")
            case Write(text=text):
                await self._type("written_entry", text)
                await self._click("written_send")
            case PutPages(jam=jam):
                await self._order(self._scanner, fault="jam" if jam else "")
            case HangUp():
                raise CannotDo("this kiosk's caller goes, and the agent ends the conversation")
            case Finish():
                await self.close()
            case Withdraw(grant=grant):
                await self._click("powers")
                await self._click(f"withdraw_{grant.value}")
                await self._click("powers_close")
            case _:
                await self._click(_button(instruction))

    async def _begin(self, instruction: Begin) -> None:
        key_file = self._folder / "kiosk.seed"
        me = await enrol_here(
            instruction.servers,
            instruction.code,
            instruction.ca_file,
            self._tasks,
            key_file=key_file,
        )
        pages = self._folder / "pages"
        pages.mkdir(parents=True)
        (pages / "1-form.jpg").write_bytes(jpeg(form()))
        scanner, printer = await asyncio.gather(
            self._device("escl_scanner", "--pages", str(pages), "--page-seconds", "0.4"),
            self._device(
                "ipp_printer", "--spool", str(self._folder / "spool"), "--job-seconds", "0.3"
            ),
        )
        self._scanner = scanner
        settings = KioskSettings(
            organisation=me.organisation,
            user=me.user,
            bus=instruction.servers,
            language="en",
            scanner=scanner,
            printer=printer,
            files_from=[],
            key_file=str(key_file),
            chunk_kbps=20_000,
            mirror_kbps=5_000,
            media=SCRIPT_MEDIA,
            speak="off",
        )
        file = self._folder / "kiosk.toml"
        save(settings, file)
        folder = str(self._folder)
        words = ["expert_app", "kiosk", "--folder", folder, "--settings", str(file), "--driven"]
        self._child = await self._launch("kiosk", words)
        if not await self._comes("service_logement", READY_S):
            raise CannotDo("no service is on the screen")

    async def _enrol_elsewhere(self, instruction: EnrolElsewhere) -> None:
        key_file = self._folder / "elsewhere.seed"
        with contextlib.suppress(SessionError):
            await enrol_here(
                instruction.servers,
                instruction.code,
                instruction.ca_file,
                self._tasks,
                key_file=key_file,
            )

    async def _device(self, name: str, *words: str) -> str:
        if "--spool" in words:
            Path(words[1]).mkdir()
        child = await self._launch(name, [f"expert_app.simulated.{name}", "--port", "0", *words])
        return str((await child.ready)["address"])

    async def _launch(self, name: str, words: list[str]) -> Child:
        log_file = self._folder / f"{name}.log"
        child = Child(name, ["-m", *words], tasks=self._tasks, log_file=log_file)
        self._children.append(child)
        await child.start()
        await asyncio.wait_for(asyncio.shield(child.ready), READY_S)
        return child

    async def _order(self, address: str, **orders: str) -> None:
        host = address.partition("://")[2].partition("/")[0]
        async with httpx.AsyncClient(timeout=30) as client:
            (await client.post(f"http://{host}/sim", json=orders)).raise_for_status()

    async def _press(self, service: str, number: str) -> None:
        shown = await self.program.ask("visible")
        if "goodbye_finish" in shown:  # the caller before has just gone
            await self._click("goodbye_finish")
        await self._click(f"service_{service}")
        for sign in number:
            await self._click(f"key_{sign}")
        await self._click("number_send")

    async def close(self) -> None:
        """Ends the programs, the window first."""
        for child in reversed(self._children):
            await child.stop()
        self._children.clear()
        await self._tasks.close()


def _button(instruction: Instruction) -> str:
    """What the caller touches in a conversation."""
    match instruction:
        case AnswerGrant(yes=yes):
            return "yes" if yes else "no"
        case AnswerPrint(yes=yes):
            return "print_yes" if yes else "print_no"
        case StopAll():
            return "stop"
        case CloseShown():
            return "document_close"
        case Pause():
            return "pause"
    raise CannotDo(f"nobody knows how to {type(instruction).__name__}")


if __name__ == "__main__":
    asyncio.run(obey(KioskProgram, AnyInstruction))
