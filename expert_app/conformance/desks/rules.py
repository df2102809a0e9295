# SPDX-License-Identifier: GPL-3.0-only
"""The rules that a desk is tried against, as `expert_app.conformance.rules` has those of a kiosk.
Used by the cases and the report.
"""

from __future__ import annotations

from expert_app.conformance.rules import ProtocolLevel, Rule

_TALK = {
    "D-101": (
        "A newcomer shows its one-time code with its own key, and connects as what `EnrolAnswer` "
        "says.",
        "A newcomer",
    ),
    "D-102": ("A desk asks `queue` before it shows who waits.", "The bus"),
    "D-103": ("`accept` names a ticket of the queue.", "From the button to the agent"),
    "D-105": ("A connected client gives a sign of life (`hb`) every 5 s.", "The bus"),
    "D-106": ('Every JSON message carries `"type"` and `"v"`: 1.', "The bus"),
    "D-107": (
        "What a desk sends is one of the protocol's messages, on its own topic, within its limits.",
        "The bus",
    ),
    "D-110": (
        "`CallOffered` is answered by `CallAnswered` with its `call_id`.",
        "Media",
    ),
    "D-111": ("Voice and picture of the agent reach the kiosk.", "Media"),
    "D-112": (
        "A new `call_id` replaces the call: another offer is answered, and media travel again.",
        "Media",
    ),
    "D-113": ("An offer that cannot be read is answered by `CallFailed` with a code.", "Media"),
    "D-114": ("`WordsShown` tells that the caller's words stand on the screen.", "Written words"),
    "D-115": ("What the agent writes is sent as `WordsSaid`.", "Written words"),
    "D-116": (
        "The agent's privacy pause is `PrivacyAsked`, when it begins and when it ends.",
        "The privacy pause",
    ),
    "D-117": (
        "Of a session that begins a desk asks how powers and devices are: `GrantsRequested`, "
        "`DevicesRequested`.",
        "Topics of a session",
    ),
    "D-118": (
        "The agent's hold is the verb `hold`; while `talk.held` no media travels.",
        "Hold, passing on, third people",
    ),
    "D-119": (
        "When the hold is over the desk answers the kiosk's new offer.",
        "Hold, passing on, third people",
    ),
    "D-120": (
        "The agent ends the conversation by `hang_up`, and the wrap-up by `close`.",
        "From the button to the agent",
    ),
    "D-121": (
        "After `SessionEnded` no media travels, and nothing new is asked of the kiosk.",
        "From the button to the agent",
    ),
    "D-122": (
        "`KioskWiped` is believed when the conversation is over; before, it is refused with "
        "`not_allowed`.",
        "What is not taken",
    ),
    "D-124": (
        "A desk that was started again asks `resume`, and the kiosk for a call: `CallRequested`.",
        "From the button to the agent",
    ),
    "D-126": (
        "The screen names a third person who is announced, and then `banner_shown` is sent.",
        "Hold, passing on, third people",
    ),
    "D-128": (
        "A desk whose connection was cut connects again by itself, and goes on in its session.",
        "Topics of a session",
    ),
    "D-129": (
        "A desk that was shut out tries again until it is let in, and takes callers again.",
        "The bus",
    ),
}

_PAGE = {
    "D-201": (
        "A power is asked by `GrantRequested` with a `request_id` of the desk's own.",
        "Grants",
    ),
    "D-202": (
        "When the kiosk reports a grant (`told`) without the desk's open `request_id`, the desk "
        "repeats the request under the same one.",
        "Grants",
    ),
    "D-203": ("An address is opened by `AddressRequested`.", "Topics of a session"),
    "D-204": ("`Ack` is answered by `MirrorReceived` with its number, at once.", "The shared page"),
    "D-205": (
        "A desk that misses a `seq` of the mirror, or cannot unpack, sends `SnapshotRequested`.",
        "The shared page",
    ),
    "D-206": (
        "A command has a `command_id`, and the `epoch` of the web document that the kiosk shows.",
        "Acting in the page",
    ),
    "D-207": (
        "A power that was taken back is not used: no picture of the page is asked for, no command "
        "sent.",
        "Grants",
    ),
}

_PAPERS = {
    "D-301": ("`ScanRequested` comes after the power `scan` was given.", "A page"),
    "D-302": (
        "A page whose bytes have the offer's SHA-256, signed by the kiosk's key, is kept: "
        "`PageKept`.",
        "A page",
    ),
    "D-303": ("Missing chunks are named in `ChunksRequested`.", "A page"),
    "D-304": (
        "Wrong bytes are asked for once more; wrong twice, the page is refused with "
        "`page_damaged`, and never `PageKept`.",
        "A page",
    ),
    "D-305": (
        "A page that the kiosk's key has not signed is refused with `page_not_signed`, and never "
        "`PageKept`.",
        "A page",
    ),
    "D-306": ("A page that is offered again after `PageKept` is answered by `PageKept`.", "A page"),
    "D-307": ("A scan is stopped by `ScanCancelRequested` with its `scan_id`.", "A page"),
    "D-308": (
        "A page that nobody asked for is refused with `page_unasked` while the power `scan` is not "
        "given, and never `PageKept`.",
        "A page",
    ),
    "D-309": (
        "A page of a scan that was asked for is kept, though the power ended meanwhile.",
        "A page",
    ),
    "D-320": ("`PrintOffered` comes after the power `print` was given.", "A print"),
    "D-321": (
        "A print is bound to the session, the kiosk's key, its SHA-256 and its copies.",
        "A print",
    ),
    "D-322": (
        "The chunks of a print come under its `print_id`, each at most 48 KiB, and have its "
        "SHA-256.",
        "A print",
    ),
    "D-323": ("Chunks of a print that are named in `ChunksRequested` are sent again.", "A print"),
    "D-330": (
        "A shown document begins with `ShowStarted`; `ShownPageRequested` is answered by "
        "`ShownPageOffered` and its chunks.",
        "Topics of a session",
    ),
    "D-331": ("The agent ends a shown document by `ShowEnded`.", "Topics of a session"),
}

_HOSTILE = {
    "D-401": ("What comes without `From-Hub` is ignored.", "The bus"),
    "D-402": (
        "A message of another version is refused with `protocol_version_unknown`, and not "
        "followed.",
        "The bus",
    ),
    "D-403": ("Unknown fields are ignored.", "The promise"),
    "D-404": (
        "An unknown type is refused with `message_malformed`; the session goes on.",
        "What is not taken",
    ),
    "D-405": (
        "What is not JSON is refused with `message_malformed`; the session goes on.",
        "What is not taken",
    ),
    "D-406": (
        "A message that unpacks to more than 256 KiB is refused; the session goes on.",
        "The bus",
    ),
    "D-407": ("What belongs to another session is not followed.", "Topics of a session"),
    "D-408": ("`MessageRefused` is never answered.", "What is not taken"),
    "D-409": (
        "What only a desk says is not taken from the kiosk: refused with `not_allowed`.",
        "What is not taken",
    ),
    "D-410": (
        "A mirror payload that cannot be read is refused, and nothing is shown until the next "
        "`Start`.",
        "What is not taken",
    ),
    "D-411": (
        "What comes on `evt.q` without `From-Hub` or without `Nats-Sequence` is ignored.",
        "The bus",
    ),
}

_SEALED = {
    "D-501": (
        "A desk asks the kiosk of a sealed session for a key: `SealRequested`, with its vault's "
        "certificate and its signature.",
        "Sealed organisations",
    ),
    "D-502": ("Every topic but `seal`, `third` and `aside` is sealed.", "Sealed organisations"),
    "D-503": ("An unsealed message on a sealed topic is dropped.", "Sealed organisations"),
    "D-504": (
        "A sealed message that comes twice, or was changed, is refused with `seal_broken`.",
        "Sealed organisations",
    ),
    "D-505": (
        "After `SealNeeded` a desk asks for a key again, with another one of its own.",
        "Sealed organisations",
    ),
    "D-506": ("The log of a sealed session goes to the vault, not to the hub.", "The log"),
}

DESK_RULES: dict[str, Rule] = {
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
