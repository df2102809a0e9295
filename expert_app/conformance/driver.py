# SPDX-License-Identifier: GPL-3.0-only
"""The instructions to the caller at the kiosk under test, and how that kiosk is told: by a
person who reads the terminal, or by a program that reads lines. Used by `run`; described in
docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import msgspec

from session.core.child_process import NO_WINDOW
from session.protocol.conversation.messages import Grant

ANSWER_S = 60.0
"""Longest time a driver has for one instruction; a person has more."""

PERSON_S = 600.0


class Instruction(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=str.lower):
    """Base of all: `do` says which it is. What a driver does not know it answers with
    `cannot`; fields that it does not know it ignores.
    """


class Begin(Instruction, frozen=True, kw_only=True):
    """Enrol by this code and show the services. Comes once, first.

    Attributes:
        servers: addresses of the bus (nats:// or tls://).
        websocket: another address of the same bus (ws:// or wss://), for browsers; "" for none.
        code: one-time code of the kiosk.
        ca_file: certificate of the authority, "" without TLS.
    """

    servers: list[str]
    code: str
    websocket: str = ""
    ca_file: str = ""


class EnrolElsewhere(Instruction, frozen=True, kw_only=True, tag="enrol_elsewhere"):
    """Enrol at this other address of the bus, believing this authority only, as at a first start;
    the kiosk of before goes on afterwards. Done when the attempt is over, however it ended: `done`
    says nothing of it.

    Attributes:
        servers, websocket, code, ca_file: as in `begin`.
    """

    servers: list[str]
    code: str
    websocket: str = ""
    ca_file: str = ""


class Press(Instruction, frozen=True, kw_only=True):
    """The caller presses the button of a service and types a number where one is wanted.
    Done when the hub has answered.
    """

    service: str
    number: str = ""


class Leave(Instruction, frozen=True, kw_only=True):
    """The caller leaves the queue."""


class HangUp(Instruction, frozen=True, kw_only=True, tag="hang_up"):
    """The caller ends the conversation."""


class AnswerGrant(Instruction, frozen=True, kw_only=True, tag="answer"):
    """The caller answers the question for this power, and for those that are asked together with
    it. Wait until it is asked, at most ten seconds;
    `cannot` when it was not.
    """

    grant: Grant
    yes: bool


class Withdraw(Instruction, frozen=True, kw_only=True):
    """The caller takes this power back."""

    grant: Grant


class StopAll(Instruction, frozen=True, kw_only=True, tag="stop_all"):
    """The caller presses STOP: all powers are taken back."""


class Write(Instruction, frozen=True, kw_only=True):
    """The caller writes these words to the agent."""

    text: str


class Pause(Instruction, frozen=True, kw_only=True):
    """The caller begins a privacy pause, or ends it."""

    on: bool


class PutPages(Instruction, frozen=True, kw_only=True, tag="put_pages"):
    """An order to have so many pages in the scanner from now on;
    `jam`: the next one is stuck.
    """

    count: int = 1
    jam: bool = False


class AnswerPrint(Instruction, frozen=True, kw_only=True, tag="answer_print"):
    """The caller says yes or no to the document that is shown before it is printed. Wait until it
    is shown, at most ten seconds; `cannot` when it was not.
    """

    yes: bool


class CloseShown(Instruction, frozen=True, kw_only=True, tag="close_shown"):
    """The caller closes the document that the agent shows."""


class Finish(Instruction, frozen=True, kw_only=True):
    """All is tried: end the program."""


AnyInstruction = (
    Begin
    | EnrolElsewhere
    | Press
    | Leave
    | HangUp
    | AnswerGrant
    | Withdraw
    | StopAll
    | Write
    | Pause
    | PutPages
    | AnswerPrint
    | CloseShown
    | Finish
)


class CannotDo(Exception):
    """The kiosk has no such thing, or its driver does not know how; the driver's words."""


class Driver(Protocol):
    """Makes the kiosk under test do what its caller would."""

    async def instruct(self, instruction: Instruction) -> None:
        """Returns when it is done. Raises `CannotDo`."""
        ...


class ProgramDriver:
    """A program that reads one instruction a line (JSON) and answers one line: `done`, or `cannot`
    and why. What it says on its standard error goes to ours.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise CannotDo("the driver has no pipes")
        try:
            stdin.write(msgspec.json.encode(instruction) + b"\n")
            await stdin.drain()
            async with asyncio.timeout(ANSWER_S):
                line = (await stdout.readline()).decode(errors="replace").strip()
        except TimeoutError:
            raise CannotDo(f"the driver said nothing for {ANSWER_S:.0f} s") from None
        except OSError:
            line = ""
        words, _, why = line.partition(" ")
        if not line:
            raise CannotDo("the driver has ended")
        if words != "done":
            raise CannotDo(why if words == "cannot" else f"the driver said {line[:200]!r}")


@contextlib.asynccontextmanager
async def driver_program(command: str) -> AsyncIterator[ProgramDriver]:
    """The program of this shell command line, until the block ends."""
    process = await asyncio.create_subprocess_shell(
        command, stdin=PIPE, stdout=PIPE, creationflags=NO_WINDOW
    )
    try:
        yield ProgramDriver(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(10.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class PersonDriver:
    """A person at the end under test who reads what to do in the terminal: Enter when it is done,
    anything else for "cannot". `words`: of an instruction.
    """

    def __init__(
        self, ask: Callable[[str], str] = input, words: Callable[[Instruction], str] | None = None
    ) -> None:
        self._ask = ask
        self._words = words or words_of_instruction

    async def instruct(self, instruction: Instruction) -> None:
        """See `Driver`."""
        words = f"\n  >> {self._words(instruction)}\n     (Enter: done; or why it cannot be) "
        try:
            async with asyncio.timeout(PERSON_S):
                sent = (await asyncio.to_thread(self._ask, words)).strip()
        except EOFError:
            print(file=sys.stderr)
            raise CannotDo("there is nobody at the terminal") from None
        except TimeoutError:
            raise CannotDo(f"nobody answered for {PERSON_S:.0f} s") from None
        if sent:
            raise CannotDo(sent)


def words_of_instruction(instruction: Instruction) -> str:
    """Return what a person at the kiosk is asked to do."""
    match instruction:
        case Begin(servers=servers, code=code, ca_file=ca_file):
            if ca_file:
                authority = f", authority {ca_file}"
            else:
                authority = ""
            return f"enrol the kiosk: bus {', '.join(servers)}{authority}, code {code}"
        case EnrolElsewhere(servers=servers, code=code, ca_file=ca_file):
            where = f"bus {', '.join(servers)}, authority {ca_file}, code {code}"
            return f"try to enrol another kiosk: {where}; it may fail"
        case Press(service=service, number=number):
            if number:
                typed = f" and type {number}"
            else:
                typed = ""
            return f"press the button of the service {service!r}{typed}"
        case AnswerGrant(grant=grant, yes=yes):
            return f"when {grant.value!r} is asked, answer {'yes' if yes else 'no'}"
        case Withdraw(grant=grant):
            return f"take {grant.value!r} back"
        case Write(text=text):
            return f"write to the agent: {text}"
        case Pause(on=on):
            return f"{'begin' if on else 'end'} the caller's privacy pause"
        case PutPages(count=count, jam=jam):
            return f"put {count} page(s) into the scanner{', so that one is stuck' if jam else ''}"
        case AnswerPrint(yes=yes):
            return f"when a document is shown before printing, answer {'yes' if yes else 'no'}"
    return _PLAIN[type(instruction)]


_PLAIN: dict[type[Instruction], str] = {
    Leave: "leave the queue",
    HangUp: "end the conversation as a caller would",
    StopAll: "press STOP: take everything back",
    CloseShown: "close the document that is shown",
    Finish: "all is tried; the kiosk may be stopped",
}
