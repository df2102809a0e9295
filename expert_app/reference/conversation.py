# SPDX-License-Identifier: GPL-3.0-only
"""One conversation as a kiosk says and hears it, with real bytes: docs/vectors/conversation.json,
and shortened in docs/protocol.md. Used by `expert_app.reference`.

`conversation.txt` tells it. Every message is read by the code that our own ends read with, and
written by the code that they send with.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from expert_app.reference.files import DOCS, Documents, json_text
from expert_app.reference.fixed_keys import bytes_of, seed, text64
from session.bus.client import FROM_HUB
from session.bus.transport.nkeys import public_key, sign
from session.log.events import Record
from session.protocol.codec import (
    decode_answer,
    decode_event,
    decode_request,
    decode_session,
    encode,
)
from session.protocol.conversation.messages import SessionMessage
from session.protocol.conversation.page_signing import page_words
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.chunks import headers_of
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest, proof_text
from session.protocol.hub.log import LogAppend
from session.protocol.hub.requests import HubMessage
from session.protocol.topics import SendingEnd, may_send
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.ids import ticket_id
from session.protocol.wire.version import PROTOCOL_VERSION

SESSION = "0f3a91c2d4e5f6a7_9b1c"
PAGE, DOCUMENT = bytes_of(48), b"%PDF-1.7 invented"
ITEMS = {text64(PAGE): "page1", text64(DOCUMENT): "print1"}

BEGIN, END = "<!-- conversation: made by expert_app.reference -->", "<!-- conversation: end -->"
GUIDE = "protocol.md"


def _names() -> dict[str, str]:
    """Return the text of each `$name`."""
    key, page_sha256 = public_key(seed("kiosk")), hashlib.sha256(PAGE).hexdigest()
    document_sha256 = hashlib.sha256(DOCUMENT).hexdigest()
    taken_at = datetime.fromisoformat("2026-03-02T09:42:20.120000+00:00")
    page = page_words(
        SESSION, "page1", sha256=page_sha256, size_bytes=len(PAGE), dpi=300, taken_at=taken_at
    )
    return {
        "me": "k.borne1",
        "session": SESSION,
        "ticket": ticket_id("caf", "borne1", "press1"),
        "key": key,
        "proof": sign(seed("kiosk"), proof_text("QS2VBF20", key)),
        "page": text64(PAGE),
        "page_sha256": page_sha256,
        "signature": sign(seed("kiosk"), page),
        "document": text64(DOCUMENT),
        "document_sha256": document_sha256,
        "bound_to": print_binding(SESSION, key, document_sha256, 1),
    }


def steps() -> list[dict[str, Any]]:
    """Return the conversation: titles, and who says what where."""
    text = Template(Path(__file__).with_suffix(".txt").read_text("utf-8")).substitute(_names())
    parts: list[dict[str, Any]] = []
    verb = ""
    for line in text.splitlines():
        if line.startswith("## "):
            parts.append({"title": line.removeprefix("## ")})
        elif line and not line.startswith("#"):
            sender, subject, payload = [*line.split(" ", 2), ""][:3]
            parts.append(_step(sender, subject, payload, verb=verb))
            if subject.startswith("svc."):
                verb = subject.rpartition(".")[2]
    return parts


def _step(sender: str, subject: str, payload: str, *, verb: str) -> dict[str, Any]:
    """Return what is said; `verb`: of the newest request."""
    headers = {FROM_HUB: "1"} if subject.startswith("evt.") else {}
    topic = subject.rpartition(".")[2]
    if topic == "chunk":
        headers |= headers_of(ITEMS[payload], 0)
        return {"by": sender, "subject": subject, "headers": headers, "base64": payload}
    if payload:
        payload = encode(_message(sender, subject, payload, verb=verb)).decode()
    return {"by": sender, "subject": subject, "headers": headers, "text": payload}


def _message(sender: str, subject: str, payload: str, *, verb: str) -> HubMessage | SessionMessage:
    """Decode as the receiver does. Raises `ValueError` for what this end does not say there."""
    data = msgspec.json.encode({**msgspec.json.decode(payload), "v": PROTOCOL_VERSION})
    topic = subject.rpartition(".")[2]
    if subject == "svc.enrol":
        return decode_request(EnrolRequest, data)
    if subject.startswith("svc."):
        return _with_records(decode_request(ALL_VERBS[topic], data))
    if subject == "(answer)":
        answers: dict[str, type[HubMessage]] = {"enrol": EnrolAnswer}
        return decode_answer(answers.get(verb) or ALL_VERBS[verb].answer, data)
    if topic == "hub":
        return decode_event(data)
    message = decode_session(data)
    if not may_send(type(message), topic, SendingEnd(sender)):
        raise ValueError(f"{type(message).__name__} on {topic}")
    return message


def _with_records(request: HubMessage) -> HubMessage:
    """Return a request whose records of the log, if it has some, are as an end writes them."""
    if not isinstance(request, LogAppend):
        return request
    records = [msgspec.json.decode(record, type=Record) for record in request.records]
    raw = [msgspec.Raw(msgspec.json.encode(record)) for record in records]
    return msgspec.structs.replace(request, records=raw)


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
