# SPDX-License-Identifier: GPL-3.0-only
"""Ends of the last release and hubs of this one understand each other: recorded messages are read,
and what a hub says now fits the schemas by which the last release reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from nats.aio.msg import Msg

from session.core.errors import SessionError
from session.protocol.codec import (
    decode_answer,
    decode_event,
    decode_plain,
    decode_request,
    decode_session,
)
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest
from session.protocol.hub.history import LineSample
from session.protocol.hub.requests import QueueBeat, ServicesRequest
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import RAW_TOPICS, SendingEnd, may_send
from session.protocol.verbs import ALL_VERBS
from tests.compatibility.last_release import RECORDED, RELEASE, ROOT
from tests.compatibility.record import Recording
from tests.support.hub_world import hub_world
from tests.support.waiting import until

HEARD = [json.loads(line) for line in (RECORDED / "messages.jsonl").read_text("utf-8").splitlines()]
TOMORROW = "field_of_tomorrow"
LIMITS = {"maximum": min, "maxLength": min, "maxItems": min, "minimum": max, "minLength": max}
"""What narrows a field, and which of two values does."""


def _bytes(message: object) -> bytes:
    return json.dumps(message).encode()


def _with_more(message: Any) -> Any:
    """The message as a later release could say it: each of its parts has a field more."""
    if isinstance(message, dict):
        grown = {key: _with_more(value) for key, value in message.items()}
        return grown | {TOMORROW: [1]} if "type" in message else grown
    return [_with_more(one) for one in message] if isinstance(message, list) else message


def _reader(line: dict[str, Any]) -> Callable[[bytes], Any] | None:
    """Who reads such a message today; None for bytes, and what is not JSON."""
    words = line["subject"].split(".")
    if "message" not in line or words[-1] in RAW_TOPICS:
        return None
    if words[0] in ("svc", "all") and words[1] == "enrol":
        return lambda payload: decode_request(EnrolRequest, payload)
    if words[0] in ("svc", "all"):
        return lambda payload: decode_request(ALL_VERBS[words[-1]], payload)
    if words[0] == "hb":
        return lambda payload: decode_plain(LineSample, payload)
    if words[0] == "ses" or (words[0] == "evt" and "ses" in words):
        return decode_session
    if words[0] == "evt" and words[-1] == "hb":
        return lambda payload: decode_plain(QueueBeat, payload)
    if words[0] == "evt" and words[2] == "q":
        return lambda payload: decode_plain(Ticket, payload)
    return decode_event if words[0] == "evt" else None


def _kind(line: dict[str, Any]) -> str:
    message = line.get("message")
    return str(message.get("type", "")) if isinstance(message, dict) else ""


def test_a_whole_conversation_was_recorded() -> None:
    kinds = {_kind(line) for line in HEARD}
    assert {"TicketRequested", "AcceptRequest", "DossierRequest", "HangUpRequest"} <= kinds
    assert {"CallOffered", "CallAnswered", "GrantChanged", "PageOffered", "KioskWiped"} <= kinds
    assert {"SessionOpened", "SessionEnded", "PointerMoved"} <= kinds
    assert {"UploadCommit", "PrintOffered", "CloseRequest"} <= kinds
    assert sum("answer" in line for line in HEARD) > 20


@pytest.mark.parametrize("more", [False, True], ids=["as it was", "with fields of tomorrow"])
def test_what_ends_and_hub_of_the_last_release_said_is_read(more: bool) -> None:
    read = 0
    for line in HEARD:
        if (reader := _reader(line)) is None:
            continue
        plain = reader(_bytes(line["message"]))
        if more and _kind(line) != "LogAppend":  # its records are kept as they came
            assert reader(_bytes(_with_more(line["message"]))) == plain, line["subject"]
        read += 1
    assert read > 100


def test_what_the_last_hub_answered_is_read() -> None:
    read = 0
    for line in HEARD:
        verb = line["subject"].rpartition(".")[2]
        if "answer" not in line:
            continue
        kind = EnrolAnswer if verb == "enrol" else ALL_VERBS[verb].answer
        if line["answer"]["type"] == "Refusal":
            with pytest.raises(SessionError):
                decode_answer(kind, _bytes(line["answer"]))
        else:
            decode_answer(kind, _bytes(line["answer"]))
        read += 1
    assert read > 20


def test_nothing_that_the_last_ends_say_to_each_other_is_forbidden_now() -> None:
    said = 0
    for line in HEARD:
        words = line["subject"].split(".")
        if words[0] == "ses" and _reader(line) is not None:
            end = SendingEnd.KIOSK if words[2] == "k" else SendingEnd.DESK
            message = decode_session(_bytes(line["message"]))
            assert may_send(type(message), words[-1], end), line["subject"]
            said += 1
    assert said > 30


# ---- what is said now, by the schemas of the last release


@cache
def _schemas(folder: Path) -> dict[str, Any]:
    """Every type: its schema."""
    types: dict[str, Any] = {}
    for name in ("hub.json", "session.json"):
        types |= json.loads((folder / name).read_text("utf-8"))["$defs"]
    return types


def _complaints(message: dict[str, Any]) -> Iterator[str]:
    schema = {"$ref": f"#/$defs/{message['type']}", "$defs": _schemas(RECORDED)}
    for error in Draft202012Validator(schema).iter_errors(message):
        yield f"{message['type']} {error.json_path}: {error.message[:120]}"


def test_the_schemas_took_nothing_back() -> None:
    before, now = _schemas(RECORDED), _schemas(ROOT / "docs/schemas")
    wrong = []
    for name, old in before.items():
        if name not in now:
            # the type of a field, renamed; on the wire stand only the names of messages
            wrong += [name] if "v" in old.get("properties", {}) else []
            continue
        new = now[name]
        wrong += [
            f"{name}: {value} is gone"
            for value in set(old.get("enum", ())) - set(new.get("enum", ()))
        ]
        asked = set(new.get("required", ())) - set(old.get("required", ())) - {"v"}
        wrong += [f"{name}.{field} must be there now" for field in asked]
        for field, rule in old.get("properties", {}).items():
            if field not in new["properties"]:
                wrong.append(f"{name}.{field} is gone")
                continue
            wrong += [
                f"{name}.{field}: {limit} is narrower"
                for limit, narrower in LIMITS.items()
                if limit in rule
                and (value := new["properties"][field].get(limit)) not in (None, rule[limit])
                and narrower(value, rule[limit]) == value
            ]
    assert wrong == []


async def test_a_hub_of_today_is_understood_by_ends_of_the_last_release(tmp_path: Path) -> None:
    recording = Recording()
    async with hub_world(tmp_path) as world:
        assert world.connection is not None

        def take(incoming: Any) -> None:
            message = Msg(
                _client=None,  # type: ignore[arg-type]
                subject=incoming.subject,
                reply=incoming.reply,
                data=incoming.payload,
                headers=dict(incoming.headers),
            )
            recording.take(message)

        await world.connection.bus.subscribe(">", take)
        kiosk, desk = await world.kiosk("kiosk1"), await world.desk("alice")
        await kiosk.bus.ask(ServicesRequest())
        opened: list[str] = []
        kiosk.session_opened.connect(lambda facts: opened.append(facts.id))
        answer = await kiosk.call("rights", "1234567", "r1")
        await until(lambda: bool(desk.queue))
        facts = await desk.accept(answer.ticket.id)
        await until(lambda: bool(opened))
        await desk.resume()
        await desk.hang_up(facts.id)
        await desk.close(facts.id)
        await until(lambda: kiosk.ticket is None)
    said = [
        line.get("message") for line in recording.lines if not line["subject"].startswith("svc")
    ]
    said += [line["answer"] for line in recording.lines if line.get("answer")]
    known = [one for one in said if isinstance(one, dict) and one.get("type") in _schemas(RECORDED)]
    assert {
        "ServicesAnswer",
        "TicketAnswer",
        "SessionAnswer",
        "SessionOpened",
    } <= {one["type"] for one in known}
    wrong = sorted({complaint for one in known for complaint in _complaints(one)})
    assert wrong == [], f"a {RELEASE} end cannot read this"


def test_an_unknown_kind_of_message_is_answered_in_words() -> None:
    with pytest.raises(SessionError) as refused:
        decode_session(_bytes({"type": "ThingOfTomorrow", "v": 1}))
    assert refused.value.code == "message_malformed"
    assert "ThingOfTomorrow" in str(refused.value.detail)
