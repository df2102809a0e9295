# SPDX-License-Identifier: GPL-3.0-only
"""What the agent at the desk under test shall do; `Begin` and `Finish` are those of
`expert_app.conformance.driver`. Described in docs/conformance.md.
"""

from __future__ import annotations

from expert_app.conformance.driver import Wish, words_of_wish
from session.protocol.conversation.messages import Grant


class Accept(Wish, frozen=True, kw_only=True):
    """The agent takes the caller who waits, as soon as the queue shows one."""


class EndCall(Wish, frozen=True, kw_only=True, tag="end_call"):
    """The agent ends the conversation."""


class CloseTicket(Wish, frozen=True, kw_only=True, tag="close_ticket"):
    """The agent finishes the wrap-up: nothing of the conversation is open any more."""


class HoldCaller(Wish, frozen=True, kw_only=True, tag="hold"):
    """The agent lets the caller wait, or goes on."""

    on: bool


class Say(Wish, frozen=True, kw_only=True, tag="write"):
    """The agent writes these words to the caller."""

    text: str


class Hide(Wish, frozen=True, kw_only=True, tag="pause"):
    """The agent begins a privacy pause, or ends it."""

    on: bool


class CallIn(Wish, frozen=True, kw_only=True, tag="call_in"):
    """The agent calls this colleague into the conversation. `name`: as screens show it."""

    colleague: str
    name: str = ""


class AskGrant(Wish, frozen=True, kw_only=True, tag="ask"):
    """The agent asks the caller for a power."""

    grant: Grant


class OpenPage(Wish, frozen=True, kw_only=True, tag="open_page"):
    """The agent opens this address in the kiosk's browser."""

    address: str


class LoadAgain(Wish, frozen=True, kw_only=True, tag="load_again"):
    """The agent has the shared page loaded again."""


class ScanPage(Wish, frozen=True, kw_only=True, tag="scan"):
    """The agent scans one page from the glass."""


class CancelScan(Wish, frozen=True, kw_only=True, tag="cancel_scan"):
    """The agent stops the scan that runs."""


class PrintPage(Wish, frozen=True, kw_only=True, tag="print_page"):
    """The agent prints some document of one page, once, at the kiosk."""


class ShowDocument(Wish, frozen=True, kw_only=True, tag="show_document"):
    """The agent shows some document of two pages to the caller, or ends that."""

    on: bool


class Restart(Wish, frozen=True, kw_only=True):
    """The desk's program is killed and started again, with the same key; the agent goes on with
    the conversation.
    """


AnyDeskWish = (
    Accept
    | EndCall
    | CloseTicket
    | HoldCaller
    | Say
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


def words_of_desk_wish(wish: Wish) -> str:
    """What a person at the desk is asked to do."""
    match wish:
        case HoldCaller(on=on):
            return "let the caller wait" if on else "go on with the caller who waits"
        case Say(text=text):
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
            return "show the caller a document of two pages" if on else "end what is shown"
    return _PLAIN.get(type(wish)) or words_of_wish(wish)


_PLAIN: dict[type[Wish], str] = {
    Accept: "take the caller who waits",
    EndCall: "end the conversation",
    CloseTicket: "finish the wrap-up",
    LoadAgain: "load the shared page again",
    ScanPage: "scan one page from the glass",
    CancelScan: "stop the scan",
    PrintPage: "print a document of one page at the kiosk",
    Restart: "kill the desk, start it again, and go on with the conversation",
}
