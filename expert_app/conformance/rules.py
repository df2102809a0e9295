# SPDX-License-Identifier: GPL-3.0-only
"""The rules that a kiosk is tried against (a desk: `desks.rules`): each has a number that stays,
its level and its sentence. Used by the cases and the report; `as_table` is their list in
docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class ProtocolLevel(StrEnum):
    """The levels of what a kiosk can do; each is tried on its own."""

    TALK = "talk"
    PAGE = "page"
    PAPERS = "papers"
    HOSTILE = "hostile"
    SEALED = "sealed"


class Rule(NamedTuple):
    """One sentence that a kiosk keeps to, and the heading of docs/protocol.md it belongs to."""

    level: ProtocolLevel
    sentence: str
    under: str


_TALK = {
    "P-101": (
        "A newcomer shows its one-time code with its own key, and connects as what `EnrolAnswer` "
        "says.",
        "A newcomer",
    ),
    "P-102": ("A kiosk asks `services` before it shows a button.", "From the button to the agent"),
    "P-103": (
        "`call` is a `TicketRequested` for one of the services, with a `request_id` of the kiosk's "
        "own.",
        "From the button to the agent",
    ),
    "P-104": (
        "When no answer comes, the same request is sent again with the same `request_id`: one "
        "press of the button is one ticket.",
        "From the button to the agent",
    ),
    "P-105": ("A connected client gives a sign of life (`hb`) every 5 s.", "The bus"),
    "P-106": ('Every JSON message carries `"type"` and `"v"`: 1.', "The bus"),
    "P-107": (
        "What a kiosk sends is one of the protocol's messages, on its own topic, within its "
        "limits.",
        "The bus",
    ),
    "P-110": (
        "When an agent has accepted, the kiosk offers the call: voice and picture, with its "
        "candidates in the SDP.",
        "Topics of a session",
    ),
    "P-111": ("Voice and picture of the caller reach the desk.", "Media"),
    "P-112": (
        "The kiosk takes the answer, and `MediaSeen` says what it has received of the agent.",
        "Topics of a session",
    ),
    "P-113": (
        "`CallRequested` is answered by another offer with another `call_id`.",
        "Topics of a session",
    ),
    "P-114": ("`WordsShown` tells that the agent's words stand on the screen.", "Written words"),
    "P-115": ("What the caller writes is sent as `WordsSaid`.", "Written words"),
    "P-116": (
        "`PrivacyAsked` is answered by `PrivacyShown`, with whose pause it is, when it begins and "
        "when it ends.",
        "The privacy pause",
    ),
    "P-117": (
        "A pause of the caller's is told by `PrivacyShown` with `caller`; it goes on until the "
        "caller ends it.",
        "The privacy pause",
    ),
    "P-118": (
        "While `talk.held` no media travels: the kiosk ends the connection.",
        "Hold, passing on, third people",
    ),
    "P-119": (
        "When the hold is over the kiosk offers a new call.",
        "Hold, passing on, third people",
    ),
    "P-120": (
        "When the conversation is over the kiosk removes everything of the caller and sends "
        "`KioskWiped` with `left_over` 0.",
        "From the button to the agent",
    ),
    "P-121": (
        "After `KioskWiped` nothing more is said in that session, and no media travels.",
        "From the button to the agent",
    ),
    "P-122": ("The caller ends the conversation by `hang_up`.", "From the button to the agent"),
    "P-123": (
        "A caller who goes before an agent has accepted is told by `leave`.",
        "From the button to the agent",
    ),
    "P-124": (
        "`SessionEnded` with `desk_lost` means that the ticket waits again: the kiosk calls no "
        "second time, and offers a call in the next session.",
        "From the button to the agent",
    ),
    "P-126": (
        "The screen names a third person who is announced, and then `banner_shown` is sent.",
        "Hold, passing on, third people",
    ),
    "P-127": (
        "Nothing is offered on `third` before the third person is `in`; then the kiosk offers.",
        "Hold, passing on, third people",
    ),
    "P-128": (
        "A kiosk whose connection was cut connects again by itself, and goes on in its session.",
        "The bus",
    ),
    "P-129": (
        "A kiosk that was shut out tries again until it is let in, and goes on in its session.",
        "The bus",
    ),
    "P-130": (
        "A kiosk's log is complete: its records count from 0 without a gap, say "
        "`CallRequestedAtKiosk`, and end with `KioskWiped`.",
        "The log",
    ),
    "P-131": ("The log holds neither the caller's number nor what was written.", "The log"),
    "P-132": (
        "During a privacy pause no face is sent: no picture comes, or a black one, or always the "
        "same.",
        "The privacy pause",
    ),
    "P-133": (
        "A kiosk says nothing to a bus whose certificate is not of the authority that it was "
        "given.",
        "The bus",
    ),
}

_PAGE = {
    "P-201": (
        "No power is given at the start: `GrantsRequested` is answered by one `GrantChanged` for "
        "each power.",
        "Grants",
    ),
    "P-202": (
        "An address of the organisation's list is opened and told by `PageShown`.",
        "The shared page",
    ),
    "P-203": (
        "An address outside of the list is answered by `AddressRefused`, and not opened.",
        "Grants",
    ),
    "P-204": ("Nothing of a page is sent before the caller has given `see_page`.", "Grants"),
    "P-205": (
        "The caller is asked, and the answer is `GrantChanged` with the `request_id`, `left_s` "
        "above 0 for yes, and the reason `answered`.",
        "Grants",
    ),
    "P-206": (
        "The mirror begins with `Start` and a full picture; `seq` has no gap; every payload is a "
        "JSON array of rrweb events.",
        "The shared page",
    ),
    "P-207": ("`SnapshotRequested` is answered by a new `Start`.", "The shared page"),
    "P-208": (
        "Numbers of persons, accounts and cards, passwords and sensitive fields never leave the "
        "kiosk.",
        "The shared page",
    ),
    "P-209": ("A kiosk asks nobody twice for one `request_id`.", "Grants"),
    "P-210": ("No is no: `GrantChanged` says `allowed` false, and nothing is done.", "Grants"),
    "P-211": ("Silence of 30 s is no.", "Grants"),
    "P-212": (
        "The caller takes a power back at any time: it ends at once, what needs it too, and the "
        "mirror stops.",
        "Grants",
    ),
    "P-213": (
        "A power that is asked again in its first half is told, not asked again.",
        "Grants",
    ),
    "P-214": (
        "A command in the page without its power is answered with `grant_missing`, and not done.",
        "Acting in the page",
    ),
    "P-215": ("STOP takes back every power.", "Grants"),
    "P-216": (
        "`point`, `control` and `type` need `see_page`, which is asked first, or in the same "
        "question.",
        "Grants",
    ),
    "P-217": ("Each `GrantChanged` and `SharingChanged` stands in the log.", "The log"),
    "P-218": (
        "During a privacy pause nothing of the page is sent; afterwards it begins with `Start`.",
        "The privacy pause",
    ),
    "P-219": (
        "A power ends by itself when its `left_s` is over: `GrantChanged` says so with the reason "
        "`expired`, and what needs it is answered with `grant_missing`.",
        "Grants",
    ),
}

_PAPERS = {
    "P-301": (
        "`DevicesRequested` is answered by `DevicesReported`, with the kiosk's public key.",
        "A page",
    ),
    "P-302": (
        "A scan without the power `scan` is answered with `grant_missing`; no page comes.",
        "A page",
    ),
    "P-303": ("A preview comes as a page does, with the kind `preview`.", "A page"),
    "P-304": (
        "A page is offered, then its chunks come: each at most 48 KiB, all but the last of "
        "`ceil(size_bytes / chunks)` bytes, whose SHA-256 is that of the offer.",
        "A page",
    ),
    "P-305": ("A page is signed by the kiosk's key.", "A page"),
    "P-306": ("Chunks that are named in `ChunksRequested` are sent again.", "A page"),
    "P-307": (
        "A page is kept until `PageKept`: `PagesRequested` offers it again, and after `PageKept` "
        "no more.",
        "A page",
    ),
    "P-308": (
        "After `PageRefused` with `page_damaged`, `page_not_signed` or `page_unasked` the page is "
        "kept; after every other code it is forgotten.",
        "What is not taken",
    ),
    "P-309": ("`ScanCancelRequested` ends the scan, and `ScanEnded` says so.", "A page"),
    "P-310": ("A scanner that fails is told by `ScanEnded` with a code.", "A page"),
    "P-311": (
        "`KioskWiped` counts the pages that were still kept.",
        "From the button to the agent",
    ),
    "P-312": ("`ScanStarted`, `PageTaken` and `ScanEnded` stand in the log.", "The log"),
    "P-313": ("`keep` is asked as every power is, and the caller may take it back.", "Grants"),
    "P-320": ("A print without the power `print` is refused with `grant_missing`.", "A print"),
    "P-321": (
        "A document is shown to the caller, is printed when they say yes, and `PrintChanged` "
        "follows the job with the SHA-256 of what the printer was given.",
        "A print",
    ),
    "P-322": ("A document that the caller does not want is not printed.", "A print"),
    "P-323": (
        "A document that is bound to another session, kiosk or content is refused.",
        "A print",
    ),
    "P-324": ("A print that is offered twice is printed once.", "A print"),
    "P-325": ("A document whose bytes have another SHA-256 is not printed.", "A print"),
    "P-326": ("`PrintChanged` stands in the log.", "The log"),
    "P-330": (
        "`ShowStarted` is answered by `ShownPageRequested`; `ShownPagePainted` says that the page "
        "is on the screen.",
        "A shown document",
    ),
    "P-331": (
        "Chunks of a shown page that do not come are named in `ShownChunksRequested`.",
        "A shown document",
    ),
    "P-332": ("`ShownPagePainted` counts the agent's marks on the page.", "A shown document"),
    "P-333": ("`ShownPageTurned` brings another page to the screen.", "A shown document"),
    "P-334": (
        "A shown page whose bytes have another SHA-256 is not painted.",
        "A shown document",
    ),
    "P-335": (
        "The caller closes what is shown: `ShowEnded` with `by_caller`; a desk that begins it once "
        "more is told the same.",
        "A shown document",
    ),
}

_HOSTILE = {
    "P-401": ("What comes without `From-Hub` is ignored.", "The bus"),
    "P-402": (
        "A message of another version is refused with `protocol_version_unknown`, and not "
        "followed.",
        "The bus",
    ),
    "P-403": ("Unknown fields are ignored.", "The bus"),
    "P-404": (
        "An unknown type is refused with `message_malformed`; the session goes on.",
        "What is not taken",
    ),
    "P-405": (
        "What is not JSON is refused with `message_malformed`; the session goes on.",
        "What is not taken",
    ),
    "P-406": (
        "A message that unpacks to more than 256 KiB is refused; the session goes on.",
        "The bus",
    ),
    "P-407": ("What belongs to another session is not followed.", "Topics of a session"),
    "P-408": ("`MessageRefused` is never answered.", "What is not taken"),
}

_SEALED = {
    "P-501": (
        "`SealRequested` of the session's agent is answered by `SealOffered`.",
        "Sealed organisations",
    ),
    "P-502": ("Every topic but `seal`, `third` and `aside` is sealed.", "Sealed organisations"),
    "P-503": ("An unsealed message on a sealed topic is dropped.", "Sealed organisations"),
    "P-504": (
        "The caller's number goes in `sealed_number`, never in `caller_number`.",
        "Sealed organisations",
    ),
    "P-505": (
        "A sealed message that comes twice, or was changed, is refused with `seal_broken`.",
        "Sealed organisations",
    ),
    "P-506": ("The log of a sealed session goes to the vault, not to the hub.", "The log"),
}

RULES: dict[str, Rule] = {
    number: Rule(level, sentence, under)
    for level, rules in (
        (ProtocolLevel.TALK, _TALK),
        (ProtocolLevel.PAGE, _PAGE),
        (ProtocolLevel.PAPERS, _PAPERS),
        (ProtocolLevel.HOSTILE, _HOSTILE),
        (ProtocolLevel.SEALED, _SEALED),
    )
    for number, (sentence, under) in rules.items()
}
"""By number. A number is never given again; a rule that is gone leaves a gap."""


def as_table(rules: Mapping[str, Rule], end: str) -> str:
    """The rules of an end as the document lists them."""
    rows = [f"| {number} | {rule.level} | {rule.sentence} |" for number, rule in rules.items()]
    return "\n".join([f"| rule | level | a {end} keeps to it |", "|---|---|---|", *rows]) + "\n"
