# SPDX-License-Identifier: GPL-3.0-only
"""One conversation as a kiosk says and hears it, with real bytes: docs/vectors/conversation.json,
and shortened in docs/protocol.md. Used by `expert_app.reference`.

Every message is made by the code that our own ends send with, and read back by the code that they
read with.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from expert_app.reference.files import DOCS, Documents, json_text
from expert_app.reference.fixed_keys import bytes_of, seed, text64
from session.bus.client import FROM_HUB
from session.bus.transport.nkeys import public_key, sign
from session.log import events
from session.protocol.codec import decode_session, encode
from session.protocol.conversation.messages import (
    CallAnswered,
    CallOffered,
    DevicesReported,
    DevicesRequested,
    Grant,
    GrantChanged,
    GrantRequested,
    KioskWiped,
    PageKept,
    PageOffered,
    PrintChanged,
    PrintOffered,
    PrintState,
    ScanEnded,
    ScanKind,
    ScannerState,
    ScanRequested,
    SessionMessage,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.chunks import headers_of
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, proof_text
from session.protocol.hub.log import LogAck, LogAppend
from session.protocol.hub.requests import (
    Done,
    HangUpRequest,
    HubMessage,
    Service,
    ServicesAnswer,
    ServicesRequest,
    SessionEnded,
    SessionFacts,
    SessionOpened,
    TicketAnswer,
    TicketChanged,
    TicketRequested,
)
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.topics import SendingEnd, may_send
from session.protocol.wire.ids import ticket_id
from session.protocol.wire.roles import Role

KIOSK, ORGANISATION, SESSION = "borne1", "caf", "0f3a91c2d4e5f6a7_9b1c"
ME = f"k.{KIOSK}"
AT = datetime(2026, 3, 2, 9, 41, 5, 120_000, tzinfo=UTC)
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\n"
"""Shortened: a real one has the media and all candidates."""

BEGIN, END = "<!-- conversation: made by expert_app.reference -->", "<!-- conversation: end -->"
GUIDE = "protocol.md"


class _Script:
    """Collects the steps."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def _add(self, by: str, subject: str, headers: dict[str, str], **payload: Any) -> None:
        self.steps.append({"by": by, "subject": subject, "headers": headers, **payload})

    def part(self, title: str) -> None:
        """Add a title that says what the next steps are about."""
        self.steps.append({"title": title})

    def ask(self, verb: str, request: HubMessage, answer: HubMessage) -> None:
        """A request and its answer."""
        if "." in verb:
            subject = verb
        else:
            subject = f"svc.{ME}.{verb}"
        self._add("kiosk", subject, {}, text=encode(request).decode())
        self._add("hub", "(answer)", {}, text=encode(answer).decode())

    def notify(self, event: HubMessage) -> None:
        """The hub tells it."""
        self._add("hub", f"evt.u.{ME}.hub", {FROM_HUB: "1"}, text=encode(event).decode())

    def from_kiosk(self, topic: str, message: SessionMessage) -> None:
        """The kiosk says it to the desk."""
        self._session("kiosk", topic, message)

    def from_desk(self, topic: str, message: SessionMessage) -> None:
        """The desk says it to the kiosk."""
        self._session("desk", topic, message)

    def _session(self, by: str, topic: str, message: SessionMessage) -> None:
        """Raises `ValueError` for what this end does not say there."""
        text = encode(message)
        if not may_send(type(message), topic, SendingEnd(by)) or decode_session(text) != message:
            raise ValueError(f"{type(message).__name__} on {topic}")
        subject, headers = self._where(by, topic)
        self._add(by, subject, headers, text=text.decode())

    def _where(self, by: str, topic: str) -> tuple[str, dict[str, str]]:
        if by == "kiosk":
            return f"ses.{ME}.{SESSION}.{topic}", {}
        return f"evt.u.{ME}.ses.{SESSION}.{topic}", {FROM_HUB: "1"}

    def chunk(self, by: str, item: str, data: bytes) -> None:
        """The only chunk of a small item."""
        subject, headers = self._where(by, "chunk")
        self._add(by, subject, {**headers, **headers_of(item, 0)}, base64=text64(data))

    def beat(self) -> None:
        """A sign of life."""
        self._add("kiosk", f"hb.{ME}", {}, text="")


def _ticket(state: TicketState) -> Ticket:
    in_hand = state is not TicketState.WAITING
    return Ticket(
        id=ticket_id(ORGANISATION, KIOSK, "press1"),
        organisation=ORGANISATION,
        service="logement",
        kiosk=KIOSK,
        site="Mairie de Saint-Oyen",
        number="L001",
        state=state,
        arrived_at_utc=AT,
        agent="alice" if in_hand else None,
        session=SESSION if in_hand else None,
    )


def _begin(script: _Script) -> None:
    key = public_key(seed("kiosk"))
    proof = sign(seed("kiosk"), proof_text("QS2VBF20", key))
    script.part("A newcomer, once (identity: the enrolment nkey; afterwards connect with your own)")
    script.ask(
        "svc.enrol",
        EnrolRequest(code="QS2VBF20", key=key, proof=proof, roles=(Role.KIOSK,)),
        EnrolAnswer(organisation=ORGANISATION, role=Role.KIOSK, user=KIOSK),
    )
    script.part("Buttons, and a sign of life every 5 s")
    service = Service(id="logement", name="Aide au logement", number_kind="allocataire")
    answer = ServicesAnswer(
        organisation=ORGANISATION,
        organisation_name="CAF",
        site="Mairie de Saint-Oyen",
        services=[service],
        allowed_addresses=["https://caf.example/"],
    )
    script.ask("services", ServicesRequest(), answer)
    script.beat()
    script.part("A caller presses a button; an agent accepts")
    waiting = _ticket(TicketState.WAITING)
    script.ask(
        "call",
        TicketRequested(request_id="press1", service="logement", caller_number="1234567"),
        TicketAnswer(ticket=waiting, revision=7, position=1, wait_s=0, wait_most_s=60),
    )
    script.notify(TicketChanged(ticket=waiting, position=1, wait_s=0, wait_most_s=60))
    facts = SessionFacts(
        id=SESSION,
        ticket_id=waiting.id,
        organisation=ORGANISATION,
        service="logement",
        kiosk=KIOSK,
        site="Mairie de Saint-Oyen",
        agent="alice",
        agent_name="Alice M.",
        opened_at_utc=AT + timedelta(seconds=20),
        allowed_addresses=["https://caf.example/"],
    )
    script.notify(SessionOpened(session=facts))


def _talk(script: _Script) -> None:
    script.part("Voice and picture")
    script.from_kiosk("call", CallOffered(call_id="call1", sdp=SDP))
    script.from_desk("call", CallAnswered(call_id="call1", sdp=SDP))
    script.from_desk("device", DevicesRequested())
    ready = ScannerState.READY
    report = DevicesReported(
        scanner=ready,
        scanner_name="Scanner",
        scanner_code="",
        printer=ready,
        printer_name="Printer",
        printer_code="",
        kiosk_key=public_key(seed("kiosk")),
    )
    script.from_kiosk("device", report)
    script.part("A power: the caller is asked, and says yes; then it is used")
    script.from_desk("grant", GrantRequested(grant=Grant.SCAN, request_id="ask1"))
    yes = GrantChanged(
        grant=Grant.SCAN,
        allowed=True,
        at_utc=AT + timedelta(seconds=60),
        left_s=1200,
        text_version="fr_1f00c0de9a21",
        request_id="ask1",
    )
    script.from_kiosk("grant", yes)
    script.from_desk("device", ScanRequested(scan_id="scan1", kind=ScanKind.PAGE))
    data = bytes_of(48)
    offer = PageOffered(
        page_id="page1",
        scan_id="scan1",
        kind=ScanKind.PAGE,
        media_type="image/jpeg",
        size_bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        width_px=2480,
        height_px=3508,
        dpi=300,
        chunks=1,
        taken_at_utc=AT + timedelta(seconds=75),
        signer=public_key(seed("kiosk")),
    )
    signature = sign(seed("kiosk"), words_of(SESSION, offer))
    script.from_kiosk("device", msgspec.structs.replace(offer, signature=signature))
    script.chunk("kiosk", "page1", data)
    script.from_kiosk("device", ScanEnded(scan_id="scan1", pages=1, code=""))
    script.from_desk("device", PageKept(page_id="page1"))


def _print(script: _Script) -> None:
    script.part("A print, after `grant` `print` in the same way: bound to session and kiosk")
    data = b"%PDF-1.7 invented"
    sha256 = hashlib.sha256(data).hexdigest()
    bound = print_binding(SESSION, public_key(seed("kiosk")), sha256, 1)
    offer = PrintOffered(
        print_id="print1",
        name="Reçu",
        size_bytes=len(data),
        sha256=sha256,
        chunks=1,
        bound_to=bound,
    )
    script.from_desk("device", offer)
    script.chunk("desk", "print1", data)
    script.from_kiosk("device", PrintChanged(print_id="print1", state=PrintState.SHOWN))
    script.from_kiosk(
        "device",
        PrintChanged(print_id="print1", state=PrintState.DONE, job_id=1, sha256=sha256),
    )


def _record(number: int, event: events.AnyEvent) -> bytes:
    at = AT + timedelta(seconds=number)
    record = events.Record(at_utc=at, writer=events.Writer.KIOSK, number=number, event=event)
    return msgspec.json.encode(record)


def _end(script: _Script) -> None:
    script.part("The end: hang up, remove everything, say so, and write the log")
    script.ask("hang_up", HangUpRequest(session_id=SESSION), Done())
    script.notify(SessionEnded(session_id=SESSION, by="kiosk", reason="done"))
    counts = {"pages_removed": 1, "files_removed": 3, "profile_removed": True, "left_over": 0}
    script.from_kiosk("end", msgspec.convert(counts, KioskWiped))
    pressed = events.CallRequestedAtKiosk(
        ticket_id=_ticket(TicketState.WAITING).id, service="logement"
    )
    wiped = msgspec.convert(counts, events.KioskWiped)
    records = [msgspec.Raw(_record(0, pressed)), msgspec.Raw(_record(1, wiped))]
    script.ask("log", LogAppend(session_id=SESSION, first=0, records=records), LogAck(next=2))


def steps() -> list[dict[str, Any]]:
    """The conversation: titles, and who says what where."""
    script = _Script()
    for part in (_begin, _talk, _print, _end):
        part(script)
    return script.steps


MOST_LETTERS = 300


def _shortened(value: Any) -> Any:
    """Keys, hashes and SDP cut; all else as it travels."""
    if isinstance(value, str) and len(value) > 44:
        return value[:12] + "…"
    if isinstance(value, dict):
        return {name: _shortened(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value


def _line(step: dict[str, Any]) -> str:
    if step["by"] == "kiosk":
        mark = ">"
    else:
        mark = "<"
    headers = " ".join(f"[{name}: {value}]" for name, value in step["headers"].items())
    payload = step.get("base64", "")
    if step.get("text"):
        payload = json.dumps(_shortened(json.loads(step["text"])), ensure_ascii=False)
    if len(payload) > MOST_LETTERS:
        payload = payload[:MOST_LETTERS] + "…"
    return " ".join(part for part in (mark, step["subject"], headers, payload) if part)


def guide_lines() -> list[str]:
    """The conversation as it stands in the guide."""
    lines = []
    for step in steps():
        lines.append(f"# {step['title']}" if "title" in step else _line(step))
    return lines


def documents() -> Documents:
    """The vector, and the guide with its example.

    Raises:
        ValueError: the guide has no place for it.
    """
    guide = (DOCS / GUIDE).read_text("utf-8")
    before, begin, rest = guide.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"docs/{GUIDE} has no place for the conversation")
    block = "\n".join(("", "```", *guide_lines(), "```", ""))
    description = (
        "One conversation as a kiosk says and hears it, from enrolment to wipe. Keys as in the "
        "other files (`kiosk`); the SDP is shortened, the page is 48 bytes that are no picture."
    )
    return {
        "vectors/conversation.json": json_text({"about": description, "steps": steps()}),
        GUIDE: before + begin + block + end + after,
    }
