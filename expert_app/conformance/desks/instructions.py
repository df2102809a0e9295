# SPDX-License-Identifier: GPL-3.0-only
"""The instructions to the agent at the desk under test; `Begin` and `Finish` are those of
`expert_app.conformance.driver`. Described in docs/conformance.md.
"""

from __future__ import annotations

from expert_app.conformance.driver import Instruction, words_of_instruction
from session.protocol.conversation.messages import Grant


class Accept(Instruction, frozen=True, kw_only=True):
    """The agent takes the caller who waits, as soon as the queue shows one."""


class EndCall(Instruction, frozen=True, kw_only=True, tag="end_call"):
    """The agent ends the conversation."""


class CloseTicket(Instruction, frozen=True, kw_only=True, tag="close_ticket"):
    """The agent finishes the wrap-up: nothing of the conversation is open any more."""


class HoldCaller(Instruction, frozen=True, kw_only=True, tag="hold"):
    """The agent lets the caller wait, or goes on."""

    on: bool


class WriteWords(Instruction, frozen=True, kw_only=True, tag="write"):
    """The agent writes these words to the caller."""

    text: str


class Hide(Instruction, frozen=True, kw_only=True, tag="pause"):
    """The agent begins a privacy pause, or ends it."""

    on: bool


class CallIn(Instruction, frozen=True, kw_only=True, tag="call_in"):
    """The agent calls this colleague into the conversation. `name`: as screens show it."""

    colleague: str
    name: str = ""


class AskGrant(Instruction, frozen=True, kw_only=True, tag="ask"):
    """The agent asks the caller for a power."""

    grant: Grant


class OpenPage(Instruction, frozen=True, kw_only=True, tag="open_page"):
    """The agent opens this address in the kiosk's browser."""

    address: str


class LoadAgain(Instruction, frozen=True, kw_only=True, tag="load_again"):
    """The agent has the shared page loaded again."""


class ScanPage(Instruction, frozen=True, kw_only=True, tag="scan"):
    """The agent scans one page from the glass."""


class CancelScan(Instruction, frozen=True, kw_only=True, tag="cancel_scan"):
    """The agent stops the scan that runs."""


class PrintPage(Instruction, frozen=True, kw_only=True, tag="print_page"):
    """The agent prints some document of one page, once, at the kiosk."""


class ShowDocument(Instruction, frozen=True, kw_only=True, tag="show_document"):
    """The agent shows some document of two pages to the caller, or ends that."""

    on: bool


class Restart(Instruction, frozen=True, kw_only=True):
    """The desk's program is killed and started again, with the same key; the agent goes on with
    the conversation.
    """


AnyDeskInstruction = (
    Accept
    | EndCall
    | CloseTicket
    | HoldCaller
    | WriteWords
    | Hide
    | CallIn
    | AskGrant
    | OpenPage
    | LoadAgain
    | ScanPage
    | CancelScan
    | PrintPage
    | ShowDocument
    | Restart
)


def words_of_desk_instruction(instruction: Instruction) -> str:
    """Return what a person at the desk is asked to do."""
    match instruction:
        case HoldCaller(on=on):
            if on:
                return "let the caller wait"
            return "go on with the caller who waits"
        case WriteWords(text=text):
            return f"write to the caller: {text}"
        case Hide(on=on):
            return f"{'begin' if on else 'end'} a privacy pause"
        case CallIn(colleague=colleague, name=name):
            return f"call the colleague {name or colleague} in"
        case AskGrant(grant=grant):
            return f"ask the caller for {grant.value!r}"
        case OpenPage(address=address):
            return f"open {address} in the kiosk's browser"
        case ShowDocument(on=on):
            if on:
                return "show the caller a document of two pages"
            return "end what is shown"
    return _PLAIN.get(type(instruction)) or words_of_instruction(instruction)


_PLAIN: dict[type[Instruction], str] = {
    Accept: "take the caller who waits",
    EndCall: "end the conversation",
    CloseTicket: "finish the wrap-up",
    LoadAgain: "load the shared page again",
    ScanPage: "scan one page from the glass",
    CancelScan: "stop the scan",
    PrintPage: "print a document of one page at the kiosk",
    Restart: "kill the desk, start it again, and go on with the conversation",
}
