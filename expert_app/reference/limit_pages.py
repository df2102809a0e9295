# SPDX-License-Identifier: GPL-3.0-only
"""The page of limits, times, media types, grants, numbers of callers and the log.
Used by `expert_app.reference`.
"""

from __future__ import annotations

import re
from pathlib import Path

from expert_app.hub.flood_ban import BAN_S
from expert_app.reference.files import Documents
from expert_app.reference.markdown import code, codes, page, table
from session.bus.client import BEAT_S, SECOND_S
from session.bus.sealing.box import WINDOW
from session.desk.devices.quick_copies import MAX_QUICK_COPY_BYTES
from session.hub.access.flood_watch import BEATS_BURST, BEATS_PER_S, DROPS_BURST, DROPS_PER_S
from session.hub.access.newcomers import CUT_OFF_AFTER, TRIES_BURST, TRIES_PER_S
from session.hub.access.request_server import (
    BULK,
    BULK_BURST,
    BULK_PER_S,
    BURST,
    PER_S,
    REFUSED_BURST,
    REFUSED_PER_S,
)
from session.hub.network.relay import BURST_BYTES, BYTES_PER_S, HEADER_BYTES
from session.hub.parts import PATIENCE
from session.hub.queue.turn_credentials import VALID_S
from session.hub.storage.store_space import LOG_OPEN_DAYS
from session.kiosk.call.consent import (
    LASTS_S,
    MANDATE,
    NEEDS_PAGE,
    SILENCE_S,
)
from session.kiosk.cobrowse.mirror_sender import DEFAULT_KBPS
from session.kiosk.cobrowse.shared_page import MAX_RESOURCE_BYTES
from session.kiosk.devices.given_files import MAX_FILE_BYTES
from session.kiosk.devices.prints import MAX_SHEETS
from session.kiosk.devices.scanner_and_printer import DEFAULT_CHUNK_KBPS, KEPT_THOUGH_REFUSED
from session.kiosk.devices.scans import BEAT_S as SCAN_BEAT_S
from session.kiosk.devices.scans import MAX_PAGES
from session.log.events import FORMAT
from session.protocol.codec import PACK_FROM_BYTES
from session.protocol.conversation.mirror import MAX_EVENTS_BYTES, MAX_PACKED_BYTES, PART_BYTES
from session.protocol.endpoints.channel import MessageRate
from session.protocol.endpoints.chunks import MAX_ASKS, MAX_NAMED, STALL_S
from session.protocol.endpoints.refusals import IN_S, MOST
from session.protocol.hub.number_check import FORMS, NumberState, check_number
from session.protocol.message_rates import (
    KEPT,
    MIRROR_BYTES,
    MIRROR_PICTURES,
    ORDINARY,
    QUIET_S,
    RAW_RATES,
    TOPIC_RATES,
    rate_of,
)
from session.protocol.topics import SESSION_MESSAGES
from session.protocol.wire.version import (
    MAX_CHUNK_BYTES,
    MAX_CONTROL_BYTES,
    MAX_ITEM_BYTES,
    SEAL_BYTES,
)

KIOSK_LOG = Path(__file__).resolve().parents[2] / "session" / "kiosk" / "event_log.py"


def _kib(size_bytes: int) -> str:
    if size_bytes < 1 << 20:
        return f"{size_bytes // 1024} KiB"
    return f"{size_bytes >> 20} MiB"


def _sizes() -> str:
    rows = [
        ("a message to or from the hub, or between two ends (unpacked)", _kib(MAX_CONTROL_BYTES)),
        ("packed by our own ends from", f"{PACK_FROM_BYTES} bytes of JSON on"),
        ("a chunk", _kib(MAX_CHUNK_BYTES)),
        ("what sealing may add", _kib(SEAL_BYTES)),
        ("the headers of a session's message", _kib(HEADER_BYTES)),
        ("a page or a print", _kib(MAX_ITEM_BYTES)),
        ("a file that a caller gives", _kib(MAX_FILE_BYTES)),
        ("a quick copy of a page", f"{MAX_QUICK_COPY_BYTES} bytes"),
        ("a picture or font of the shared page", _kib(MAX_RESOURCE_BYTES)),
        (
            "a mirror payload: a part; packed; its JSON",
            f"{_kib(PART_BYTES)}; {_kib(MAX_PACKED_BYTES)}; {_kib(MAX_EVENTS_BYTES)}",
        ),
        ("pages of one scan; sheets of one print", f"{MAX_PAGES}; {MAX_SHEETS}"),
    ]
    return table(("what", "at most"), rows)


def _rates() -> str:
    rows = [
        ("requests of one client", f"{PER_S:g} a second, {BURST:g} at once", "`rate_limited`"),
        (f"{codes(sorted(BULK))}", f"{BULK_PER_S:g} a second, {BULK_BURST:g} at once",
         "`rate_limited`"),
        ("refusals in words", f"{REFUSED_PER_S:g} a second, {REFUSED_BURST:g} at once",
         "no answer"),
        ("session traffic of one end", f"{BYTES_PER_S >> 20} MiB a second, "
         f"{BURST_BYTES >> 20} MiB at once", "`MessageRefused` with `rate_limited`"),
        ("messages of a session", "by type, see below",
         "`MessageRefused` with `rate_limited`, once for each burst"),
        ("signs of life", f"one every {BEAT_S:g} s; {BEATS_PER_S:g} a second, "
         f"{BEATS_BURST:g} at once", "not counted as life"),
        ("messages that are dropped", f"{DROPS_PER_S:g} a second, {DROPS_BURST:g} at once",
         f"shut out for {BAN_S:g} s"),
        ("codes that a newcomer tries", f"{TRIES_PER_S:g} a second, {TRIES_BURST} at once",
         f"`rate_limited`; after {CUT_OFF_AFTER} too many cut off"),
        ("refusals of one end to the other", f"{MOST} in {IN_S:g} s", "counted only"),
    ]  # fmt: skip
    return table(("what", "limit", "beyond it"), rows)


def _rate(rate: MessageRate) -> tuple[str, str]:
    return f"{rate.per_s:g}", f"{rate.burst}"


def _message_rates() -> str:
    """Return the rates of each message and raw topic at the end that takes it, and of each
    topic at the hub.
    """
    by_rate: dict[MessageRate, list[str]] = {}
    for message in SESSION_MESSAGES:
        by_rate.setdefault(rate_of(message), []).append(message.__name__)
    del by_rate[ORDINARY]
    rows = [(codes(sorted(names)), *_rate(rate)) for rate, names in sorted(by_rate.items())]
    rows += [("every other message", *_rate(ORDINARY))]
    rows += [(f"bytes on {code(topic)}", *_rate(rate)) for topic, rate in RAW_RATES.items()]
    rows += [
        ("full pictures of the shared page", *_rate(MIRROR_PICTURES)),
        ("bytes of the shared page, unpacked", *_rate(MIRROR_BYTES)),
    ]
    ends = table(("an end takes", "a second", "at once"), rows)
    hub = table(
        ("the hub passes of one end, on", "a second", "at once"),
        [(code(topic), *_rate(rate)) for topic, rate in TOPIC_RATES.items()],
    )
    kept_table = table(
        ("kept at once", "at most"),
        [(code(message.__name__), f"{count}") for message, count in KEPT.items()],
    )
    return "\n\n".join([ends, hub, kept_table])


def _waits() -> str:
    rows = [
        ("no answer of the hub: the same request to `all...`", f"{SECOND_S:g} s"),
        ("an end without signs of life: the other is told (`PeerPresence`)",
         f"{PATIENCE.silent_s:g} s"),
        ("a desk without: the caller waits again (`desk_lost`)", f"{PATIENCE.desk_s:g} s"),
        ("a kiosk without: the caller has gone (`kiosk_lost`)", f"{PATIENCE.kiosk_s:g} s"),
        ("no chunk of an item: the missing ones are named again", f"{STALL_S:g} s, {MAX_ASKS} "
         f"times, {MAX_NAMED} chunks at once"),
        ("`ScanProgressed` while a scan goes on, at least every", f"{SCAN_BEAT_S:g} s"),
        ("a question to the caller without an answer: no", f"{SILENCE_S:g} s"),
        ("numbers of sealed messages that may come late", f"{WINDOW}"),
        ("chunks and mirror before the line is measured", f"{DEFAULT_CHUNK_KBPS} kb/s and "
         f"{DEFAULT_KBPS} kb/s"),
    ]  # fmt: skip
    return table(("what", "how long, how much"), rows)


_WORDS = {
    "allocataire": "seven digits",
    "france_travail": "seven digits and a letter, or eleven digits",
    "nir": "thirteen characters (2A and 2B for Corsica) and a key of two digits: 97 minus the "
    "number modulo 97, 2A read as 19 and 2B as 18",
    "phone": "ten digits, the first 0, the second not 0 and not 8; no caller number",
    "ticket": "a letter and three digits; no caller number",
}
_EXAMPLES = {
    "allocataire": ("1234567",),
    "france_travail": ("1234567A", "12345678901"),
    "nir": ("295109912611193",),
    "phone": ("0600000000",),
    "ticket": ("L042",),
}


def _numbers() -> str:
    """The kinds of numbers; a wrong example here is a wrong page, so each is checked.

    Raises:
        ValueError: an example is no number of its kind, or a kind has no words.
    """
    rows = []
    for kind, form in FORMS.items():
        for example in _EXAMPLES[kind]:
            if check_number(kind, example) is not NumberState.COMPLETE:
                raise ValueError(f"{example} is no {kind}")
        lengths = " or ".join(map(str, form.lengths))
        rows.append((code(kind), lengths, _WORDS[kind], codes(_EXAMPLES[kind])))
    return table(("`number_kind`", "letters", "what", "invented examples"), rows)


def _grants() -> str:
    rows = [
        (
            code(grant.value),
            f"{lasts_s:g}",
            "`see_page`, asked first; ends with it" if grant in NEEDS_PAGE else "",
        )
        for grant, lasts_s in LASTS_S.items()
    ]
    return table(("grant", "`left_s` when given", "needs"), rows)


def _kiosk_events() -> list[str]:
    source = KIOSK_LOG.read_text("utf-8")
    return sorted(set(re.findall(r"\bevents\.([A-Z]\w+)\(", source)))


def documents() -> Documents:
    """The page."""
    text = page(
        "Limits, times, grants, numbers, log",
        "## Sizes",
        _sizes(),
        "## Rates",
        _rates(),
        "**How many messages.** Each end counts by type what the other says, the hub by topic; the "
        "limits are many times what our own programs send. What is too much is left out, not put "
        "off: who must get something through says it again later. It is told once, and again "
        f"after {QUIET_S:g} s without.",
        _message_rates(),
        f"**Shut out.** Who goes on far beyond the limits loses the key for {BAN_S:g} s: "
        "the server "
        "says `Authorization Violation` and ends the connection. NATS clients give up after two of "
        f"these; connect again after {BAN_S:g} s, with the same key. Nothing else is lost: tickets "
        "and sessions go on, the other end is told `PeerPresence`.",
        "## Waits",
        _waits(),
        "## Times",
        "`..._utc` is RFC 3339 with an offset (`date-time` in the schemas); a time without one is "
        "refused. We write UTC with `Z` and as many fraction digits as there are (none to six). "
        "**Where a time is signed** (`PageOffered.taken_at_utc`, `DeskCertificate.until_utc`) the "
        "signed text has `+00:00`: a page's always exactly six fraction digits "
        "([page_signature.json](../vectors/page_signature.json)), a certificate's six or none "
        "([seal.json](../vectors/seal.json)). Fields without `_utc` (`opens_at`, `closes_at`) have "
        "the offset of the site's clock. `..._s` and `..._ms` are durations.",
        "## Media types",
        "A page (`PageOffered.media_type`): `image/jpeg`, `image/png`; a file that the "
        "caller gives "
        "also `application/pdf`. The desk looks at the bytes, not at the word. A preview: "
        "`image/jpeg`, `image/png` or `image/webp`. A quick copy: `image/jpeg`, or "
        "`application/pdf` "
        "of one page. A print: a PDF. A page that the agent shows: WebP. A resource of the shared "
        "page: what the page's own server said, pictures and fonts only.",
        "A refused page is kept and offered again at `PagesRequested` after "
        f"{codes(sorted(KEPT_THOUGH_REFUSED))}; after every other code the kiosk forgets it.",
        "## Grants",
        _grants(),
        "Asked again in its second half a grant is renewed, earlier it is told (`reason` `told`). "
        "`text_version` is free: the reference kiosk writes the language, `_`, and twelve "
        "hex digits "
        "of the SHA-256 of the words on the screen (`fr_1f00c0de9a21`); keep the words. A mandate: "
        f"`{MANDATE.pattern}`.",
        "A request for something without its grant is answered with `grant_missing`: a scan by "
        "`ScanEnded`, a print by `PrintChanged` (`failed`), a command by `CommandAnswered`, a "
        "pointer by `MessageRefused`, a resource by `ResourceSent` of size 0.",
        "## Relays (TURN)",
        "`SessionFacts.ice` has `urls` of the TURN servers (RFC 8656; the preferred first, `turn:` "
        "or `turns:`), with one `username` and `credential` for all of them, made for this session "
        f"and valid for {VALID_S // 3600} hours; empty where the servers want none. Both ends get "
        "the same; without `ice` there is no relay and every way is allowed. An end gathers all "
        "candidates before it sends its SDP, asks the servers for every call anew, and tries its "
        "own settings only where the hub names no server. With `relay_only` it sends relayed "
        "candidates alone and takes no others from the other end. Host names in candidates "
        "(`….local` too) are never looked up. Where no server gives an address the call goes on "
        "with direct ways, or, with `relay_only`, fails: `CallFailed` with `relay_unreachable`, or "
        "`relay_not_trusted` when the server's certificate is not believed.",
        "## Numbers of callers",
        "`Service.number_kind` names the check that kiosk and hub make (capitals, without spaces, "
        'dots and hyphens; "" asks for none, and the hub then takes any 1 to 20 letters and '
        "digits).",
        _numbers(),
        "## The log",
        "`log` sends records as [log.json](../schemas/log.json) has them, in order: `first` is the "
        "number of the first record, `LogAck.next` the first that the keeper lacks: below `first` "
        "something is missing, and the end goes on from there. Each end counts its own "
        f"records from 0 without a gap; `writer` is `kiosk` or `desk`, `format` {FORMAT}. A record "
        f"may come late (the line was away), for {LOG_OPEN_DAYS} days after the log began; then "
        "the request is refused with `log_closed`, and an end keeps the rest no longer. A record "
        "that is sent again is taken once. **A log is "
        "complete** when each end's records have no gap, `LogAck.next` has passed the last "
        "of each, "
        "and the kiosk's last record is `KioskWiped` with `left_over` 0. What it must not hold: "
        "names, numbers, addresses beyond the host, words of a page or of the chat.",
        f"The reference kiosk writes {codes(_kiosk_events())}, and "
        "`LineMeasured` and `LineGoverned` of the line. A kiosk must write `CallRequestedAtKiosk` "
        "(or `SessionResumed` after a restart), each `GrantChanged`, `ScanStarted` and "
        "`ScanEnded`, "
        "`PageTaken`, `PrintChanged`, `SharingChanged`, and `KioskWiped` last.",
    )
    return {"reference/limits.md": text}
