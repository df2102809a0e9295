# SPDX-License-Identifier: GPL-3.0-only
"""The protocol as an AsyncAPI 3 document: docs/reference/asyncapi.json.
Used by `expert_app.reference`.

One channel for each subject; one operation for each who says something there. Its schemas are those
of docs/schemas.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import msgspec

from expert_app.reference.files import Documents, json_text
from expert_app.reference.markdown import first_words
from expert_app.reference.schemas import components_of
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

_FIXED: Part = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes())
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
    for name, (address, action, operation, kind) in _FIXED["subjects"].items():
        builder.channel(name, address, [kind])
        builder.operation(operation, action, name, [kind])


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
    senders = (end, SendingEnd.EITHER)
    if raw is not None:
        return [topic] if raw in senders else []
    rows = [row for row in MESSAGE_ROWS if topic in row.topics and row.by in senders]
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
            "contentType": _FIXED["defaultContentType"],
            "summary": first_words(kind),
            "payload": _reference("components", "schemas", kind.__name__),
        }
        for kind in kinds
    }
    return {**messages, **_FIXED["messages"]}


def document() -> Part:
    """The whole document."""
    builder = _Builder()
    _requests(builder)
    _hub_events(builder)
    _sessions(builder)
    kinds = _kinds()
    info = _FIXED["info"]
    return {
        "asyncapi": _FIXED["asyncapi"],
        "id": _FIXED["id"],
        "info": {"title": info["title"], "version": f"{PROTOCOL_VERSION}.0.0", **info},
        "defaultContentType": _FIXED["defaultContentType"],
        "servers": _FIXED["servers"],
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
