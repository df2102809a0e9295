# SPDX-License-Identifier: GPL-3.0-only
"""The schemas say what the decoder wants: `v` and `type` of a message, an offset of a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from session.core.errors import MessageMalformed
from session.protocol.codec import decode_request, decode_session
from session.protocol.hub.requests import StatusRequest
from session.protocol.topics import SESSION_MESSAGES

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "schemas"


def parts(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / file).read_text("utf-8"))["$defs"]
    return found


@pytest.mark.parametrize("file", ["hub.json", "session.json"])
def test_every_message_needs_its_type_and_version(file: str) -> None:
    messages = {
        name: part
        for name, part in parts(file).items()
        if part.get("properties", {}).get("type") == {"enum": [name]}
    }
    assert len(messages) > 30
    for part in messages.values():
        assert part["required"][:2] == ["type", "v"]
        assert part["properties"]["v"] == {"const": 1}


@pytest.mark.parametrize("file", ["hub.json", "session.json"])
def test_every_time_has_an_offset(file: str) -> None:
    times = [
        (name, field, json.dumps(schema))
        for name, part in parts(file).items()
        for field, schema in part.get("properties", {}).items()
        if field.endswith("_utc")
    ]
    assert times != []
    assert [one for one in times if '"date-time"' not in one[2] and '"$ref"' not in one[2]] == []


def test_all_that_is_sent_is_there() -> None:
    assert {kind.__name__ for kind in SESSION_MESSAGES} <= set(parts("session.json"))
    assert {"LineSample", "EnrolRequest", "Refusal", "QueueBeat", "Ticket"} <= set(
        parts("hub.json")
    )


def test_the_decoder_wants_the_same() -> None:
    good = {"type": "StatusRequest", "v": 1, "ticket_id": "t1", "of_a_later_release": True}
    assert decode_request(StatusRequest, json.dumps(good).encode()).ticket_id == "t1"
    for name in ("type", "v"):
        lacking = {key: value for key, value in good.items() if key != name}
        with pytest.raises(MessageMalformed):
            decode_request(StatusRequest, json.dumps(lacking).encode())
    told = {"type": "GrantChanged", "v": 1, "grant": "scan", "allowed": True}
    for at, is_taken in (("2026-03-02T09:41:05.12Z", True), ("2026-03-02T09:41:05", False)):
        message = json.dumps({**told, "at_utc": at}).encode()
        if is_taken:
            decode_session(message)
        else:
            with pytest.raises(MessageMalformed):
                decode_session(message)
