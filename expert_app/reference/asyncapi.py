# SPDX-License-Identifier: GPL-3.0-only
"""The protocol as an AsyncAPI 3 document: docs/reference/asyncapi.json.
Used by `expert_app.reference`.

One channel for each subject; one operation for each who says something there. Its schemas are those
of docs/schemas.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from expert_app.reference.files import Documents, json_text
from expert_app.reference.markdown import first_words
from expert_app.reference.schemas import components_of
from session.protocol.conversation.messages import MessageRefused
from session.protocol.hub.enrolment import NEWCOMERS
from session.protocol.hub.history import LineSample
from session.protocol.hub.requests import HubEvent, QueueBeat, Refusal, type_of
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import (
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    RAW_TOPIC_ENDS,
    SESSION_MESSAGES,
    SendingEnd,
)
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role
from session.protocol.wire.version import PROTOCOL_VERSION

Kind = type[msgspec.Struct]
Part = dict[str, Any]

_JSON = "application/json"
_ID = "Opaque: letters, digits, _ and -, at most 40."
_ROLES = {role.name.lower(): role.value for role in Role}


def _reference(*path: str) -> Part:
    return {"$ref": "#/" + "/".join(part.replace("/", "~1") for part in path)}


def _parameters(*names: str) -> Part:
    role = {
        "enum": sorted(_ROLES.values()),
        "description": ", ".join(f"{letter}: {name}" for name, letter in _ROLES.items()),
    }
    return {name: role if name == "role" else {"description": _ID} for name in names}


class _Builder:
    """Collects channels and operations."""

    def __init__(self) -> None:
        self.channels: Part = {}
        self.operations: Part = {}

    def channel(self, name: str, address: str | None, kinds: Iterable[str]) -> None:
        """A subject and what is said there."""
        names = [part[1:-1] for part in (address or "").split(".") if part.startswith("{")]
        self.channels[name] = {
            "address": address,
            "messages": {kind: _reference("components", "messages", kind) for kind in kinds},
        }
        if names:
            self.channels[name]["parameters"] = _parameters(*names)

    def operation(
        self, name: str, action: str, channel: str, kinds: Iterable[str], **more: Any
    ) -> None:
        """Somebody sends or receives these messages of a channel."""
        self.operations[name] = {
            "action": action,
            "channel": _reference("channels", channel),
            "messages": [_reference("channels", channel, "messages", kind) for kind in kinds],
            **more,
        }


def _requests(builder: _Builder) -> None:
    answers = sorted({request.answer.__name__ for request in ALL_VERBS.values()})
    more = ["EnrolAnswer", "SignOnOffersAnswer", "SignOnAnswer", "Refusal"]
    builder.channel("answers", None, [*answers, *more])
    for verb, request in ALL_VERBS.items():
        builder.channel(f"svc.{verb}", f"svc.{{role}}.{{user}}.{verb}", [type_of(request)])
        tags = [{"name": role.name.lower()} for role in Role if role in request.roles]
        _ask(builder, verb, f"svc.{verb}", (request, request.answer), tags=tags)
    builder.channel("svc.enrol", "svc.enrol", [request.__name__ for request, _answer in NEWCOMERS])
    for name, pair in zip(
        ("enrol", "sign_on_offers", "sign_on", "sign_off"), NEWCOMERS, strict=True
    ):
        _ask(builder, name, "svc.enrol", pair)


def _ask(builder: _Builder, verb: str, channel: str, kinds: tuple[Kind, Kind], **more: Any) -> None:
    request, answer = kinds
    reply = {
        "address": {
            "location": "$message.header#/reply-to",
            "description": "The reply subject of NATS, below _I.<role letter>.<user>.",
        },
        "channel": _reference("channels", "answers"),
        "messages": [
            _reference("channels", "answers", "messages", kind)
            for kind in dict.fromkeys((answer.__name__, "Refusal"))
        ],
    }
    summary = first_words(request)
    builder.operation(
        f"ask_{verb}", "send", channel, [type_of(request)], summary=summary, reply=reply, **more
    )


def _hub_events(builder: _Builder) -> None:
    events = [kind.__name__ for kind in get_args(HubEvent)]
    builder.channel("evt.hub", "evt.u.{role}.{user}.hub", events)
    builder.operation("hear_the_hub", "receive", "evt.hub", events)
    builder.channel("evt.queue", "evt.q.{ticket}", ["Ticket"])
    builder.operation("hear_the_queue", "receive", "evt.queue", ["Ticket"])
    builder.channel("evt.beat", "evt.hb", ["QueueBeat"])
    builder.operation("hear_the_beat", "receive", "evt.beat", ["QueueBeat"])
    builder.channel("hb", "hb.{role}.{user}", ["LineSample"])
    builder.operation("live", "send", "hb", ["LineSample"])
    builder.channel(
        "evt.refused", "evt.u.{role}.{user}.ses.{session}.refused", [MessageRefused.__name__]
    )
    builder.operation("hear_a_refusal", "receive", "evt.refused", [MessageRefused.__name__])


def _sessions(builder: _Builder) -> None:
    for topic in (*CONTROL_TOPICS, *RAW_TOPIC_ENDS):
        raw = RAW_TOPIC_ENDS.get(topic)
        rows = [row for row in MESSAGE_ROWS if topic in row.topics]
        kinds = list(dict.fromkeys(row.message.__name__ for row in rows)) or [topic]
        out, heard = f"ses.{topic}", f"evt.ses.{topic}"
        builder.channel(out, f"ses.{{role}}.{{user}}.{{session}}.{topic}", kinds)
        builder.channel(heard, f"evt.u.{{role}}.{{user}}.ses.{{session}}.{topic}", kinds)
        for end in (SendingEnd.KIOSK, SendingEnd.DESK):
            messages = _sent_by(end, topic, raw)
            others = _sent_by(end.other, topic, raw)
            if messages:
                builder.operation(f"{end}_says_{topic}", "send", out, messages)
            if others:
                builder.operation(f"{end}_hears_{topic}", "receive", heard, others)


def _sent_by(end: SendingEnd, topic: str, raw: SendingEnd | None) -> list[str]:
    if raw is not None:
        if raw in (end, SendingEnd.EITHER):
            return [topic]
        return []
    rows = [
        row for row in MESSAGE_ROWS if topic in row.topics and row.by in (end, SendingEnd.EITHER)
    ]
    return list(dict.fromkeys(row.message.__name__ for row in rows))


def _kinds() -> list[Any]:
    kinds: list[Any] = [kind for pair in NEWCOMERS for kind in pair]
    kinds += [Refusal, Ticket, QueueBeat, LineSample]
    kinds += [*get_args(HubEvent), *SESSION_MESSAGES]
    for request in ALL_VERBS.values():
        kinds += [kind for kind in (request, request.answer) if type_of(kind) == kind.__name__]
    return list(dict.fromkeys(kinds))


def _messages(kinds: list[Any]) -> Part:
    messages = {
        kind.__name__: {
            "name": kind.__name__,
            "contentType": _JSON,
            "summary": first_words(kind),
            "payload": _reference("components", "schemas", kind.__name__),
        }
        for kind in kinds
    }
    text = {"type": "string"}
    messages["chunk"] = {
        "name": "chunk",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {"Item": text, "Index": text},
            "required": ["Item", "Index"],
        },
        "payload": {"type": "string", "format": "binary"},
    }
    messages["mirror"] = {
        "name": "mirror",
        "contentType": "application/zstd",
        "headers": {
            "type": "object",
            "properties": {"Frame": text, "Start": text, "Ack": text},
            "required": ["Frame"],
        },
        "payload": {"type": "string", "format": "binary"},
    }
    return messages


def document() -> Part:
    """The whole document."""
    builder = _Builder()
    _requests(builder)
    _hub_events(builder)
    _sessions(builder)
    kinds = _kinds()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:poste-expert:protocol",
        "info": {
            "title": "Poste Expert",
            "version": f"{PROTOCOL_VERSION}.0.0",
            "description": "What kiosk, desk and hub say to each other on NATS. The operations are "
            "those of a client: of any role that a tag names, of a kiosk or of a desk.",
            "license": {
                "name": "GPL-3.0-only",
                "url": "https://www.gnu.org/licenses/gpl-3.0.html",
            },
        },
        "defaultContentType": _JSON,
        "servers": {
            "bus": {
                "host": "hub.example:4222",
                "protocol": "nats",
                "description": "TLS; the client's nkey says who it is.",
            }
        },
        "channels": builder.channels,
        "operations": builder.operations,
        "components": {
            "messages": _messages(kinds),
            "schemas": components_of(kinds, "#/components/schemas/{name}"),
        },
    }


def documents() -> Documents:
    """The file."""
    return {"reference/asyncapi.json": json_text(document())}
