# SPDX-License-Identifier: GPL-3.0-only
"""The instructions to whoever is at the end under test: the caller at a kiosk, the agent at a desk.
Given to drivers by `driver`; described in docs/conformance.md.
"""

from __future__ import annotations

import msgspec

from session.protocol.conversation.messages import Grant

_YES_OR_NO = {True: "yes", False: "no"}
_BEGIN_OR_END = {True: "begin", False: "end"}


class Instruction(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=str.lower):
    """Base of all: `do` says which it is. What a driver does not know it answers with
    `cannot`; fields that it does not know it ignores. The first sentence of its docstring is
    what a person is asked to do, unless `str()` says it in other words.
    """

    def __str__(self) -> str:
        sentence = (self.__doc__ or "").split(".\n")[0].rstrip(".")
        return (sentence[0].lower() + sentence[1:]).format_map(msgspec.to_builtins(self))


# ---- to both ends


class EnrolInstruction(Instruction, frozen=True, kw_only=True):
    """Enrol by a code.

    Attributes:
        servers: addresses of the bus (nats:// or tls://).
        websocket: another address of the same bus (ws:// or wss://), for browsers; "" for none.
        code: one-time code of the end.
        ca_file: certificate of the authority, "" without TLS.
    """

    servers: list[str]
    code: str
    websocket: str = ""
    ca_file: str = ""


class Begin(EnrolInstruction, frozen=True, kw_only=True):
    """Enrol by this code and show the services, or the queue. Comes once, first."""

    def __str__(self) -> str:
        where = f"bus {', '.join(self.servers)}"
        if self.ca_file:
            where += f", authority {self.ca_file}"
        return f"enrol the kiosk: {where}, code {self.code}"


class Finish(Instruction, frozen=True, kw_only=True):
    """All is tried; the kiosk may be stopped.
    The driver ends.
    """


# ---- to the caller at a kiosk


class EnrolElsewhere(EnrolInstruction, frozen=True, kw_only=True, tag="enrol_elsewhere"):
    """Enrol at this other address of the bus, believing this authority only, as at a first start;
    the kiosk of before goes on afterwards. Done when the attempt is over, however it ended: `done`
    says nothing of it.
    """

    def __str__(self) -> str:
        where = f"bus {', '.join(self.servers)}, authority {self.ca_file}, code {self.code}"
        return f"try to enrol another kiosk: {where}; it may fail"


class Press(Instruction, frozen=True, kw_only=True):
    """The caller presses the button of a service and types a number where one is wanted.
    Done when the hub has answered.
    """

    service: str
    number: str = ""

    def __str__(self) -> str:
        words = f"press the button of the service {self.service!r}"
        if self.number:
            words += f" and type {self.number}"
        return words


class Leave(Instruction, frozen=True, kw_only=True):
    """Leave the queue."""


class HangUp(Instruction, frozen=True, kw_only=True, tag="hang_up"):
    """End the conversation as a caller would."""


class AnswerGrant(Instruction, frozen=True, kw_only=True, tag="answer"):
    """The caller answers the question for this grant, and for those that are asked together with
    it. Wait until it is asked, at most ten seconds;
    `cannot` when it was not.
    """

    grant: Grant
    yes: bool

    def __str__(self) -> str:
        return f"when {self.grant.value!r} is asked, answer {_YES_OR_NO[self.yes]}"


class Withdraw(Instruction, frozen=True, kw_only=True):
    """Take {grant!r} back."""

    grant: Grant


class StopAll(Instruction, frozen=True, kw_only=True, tag="stop_all"):
    """Press STOP: take everything back."""


class Write(Instruction, frozen=True, kw_only=True):
    """Write to the agent: {text}"""

    text: str


class Pause(Instruction, frozen=True, kw_only=True):
    """The caller begins a privacy pause, or ends it."""

    on: bool

    def __str__(self) -> str:
        return f"{_BEGIN_OR_END[self.on]} the caller's privacy pause"


class PutPages(Instruction, frozen=True, kw_only=True, tag="put_pages"):
    """An order to have so many pages in the scanner from now on;
    `jam`: the next one is stuck.
    """

    count: int = 1
    jam: bool = False

    def __str__(self) -> str:
        words = f"put {self.count} page(s) into the scanner"
        if self.jam:
            words += ", so that one is stuck"
        return words


class AnswerPrint(Instruction, frozen=True, kw_only=True, tag="answer_print"):
    """The caller says yes or no to the document that is shown before it is printed. Wait until it
    is shown, at most ten seconds; `cannot` when it was not.
    """

    yes: bool

    def __str__(self) -> str:
        return f"when a document is shown before printing, answer {_YES_OR_NO[self.yes]}"


class CloseShown(Instruction, frozen=True, kw_only=True, tag="close_shown"):
    """Close the document that is shown."""


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

# ---- to the agent at a desk


class Accept(Instruction, frozen=True, kw_only=True):
    """Take the caller who waits.
    As soon as the queue shows one.
    """


class EndCall(Instruction, frozen=True, kw_only=True, tag="end_call"):
    """End the conversation."""


class CloseTicket(Instruction, frozen=True, kw_only=True, tag="close_ticket"):
    """Finish the wrap-up.
    Nothing of the conversation is open any more.
    """


class HoldCaller(Instruction, frozen=True, kw_only=True, tag="hold"):
    """The agent lets the caller wait, or goes on."""

    on: bool

    def __str__(self) -> str:
        if self.on:
            return "let the caller wait"
        return "go on with the caller who waits"


class WriteWords(Instruction, frozen=True, kw_only=True, tag="write"):
    """Write to the caller: {text}"""

    text: str


class Hide(Instruction, frozen=True, kw_only=True, tag="pause"):
    """The agent begins a privacy pause, or ends it."""

    on: bool

    def __str__(self) -> str:
        return f"{_BEGIN_OR_END[self.on]} a privacy pause"


class CallIn(Instruction, frozen=True, kw_only=True, tag="call_in"):
    """The agent calls this colleague into the conversation. `name`: as screens show it."""

    colleague: str
    name: str = ""

    def __str__(self) -> str:
        return f"call the colleague {self.name or self.colleague} in"


class AskGrant(Instruction, frozen=True, kw_only=True, tag="ask"):
    """Ask the caller for {grant!r}."""

    grant: Grant


class OpenPage(Instruction, frozen=True, kw_only=True, tag="open_page"):
    """Open {address} in the kiosk's browser."""

    address: str


class LoadAgain(Instruction, frozen=True, kw_only=True, tag="load_again"):
    """Load the shared page again."""


class ScanPage(Instruction, frozen=True, kw_only=True, tag="scan"):
    """Scan one page from the glass."""


class CancelScan(Instruction, frozen=True, kw_only=True, tag="cancel_scan"):
    """Stop the scan."""


class PrintPage(Instruction, frozen=True, kw_only=True, tag="print_page"):
    """Print a document of one page at the kiosk.
    Any document, once.
    """


class ShowDocument(Instruction, frozen=True, kw_only=True, tag="show_document"):
    """The agent shows some document of two pages to the caller, or ends that."""

    on: bool

    def __str__(self) -> str:
        if self.on:
            return "show the caller a document of two pages"
        return "end what is shown"


class Restart(Instruction, frozen=True, kw_only=True):
    """Kill the desk, start it again, and go on with the conversation.
    It has the same key.
    """


AnyDeskInstruction = (
    Begin
    | Accept
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
    | Finish
)
