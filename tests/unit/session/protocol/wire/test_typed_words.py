# SPDX-License-Identifier: GPL-3.0-only
"""What people type into requests: masked at the door, and a reason has words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect

from session.core.errors import ReasonWithoutWords
from session.protocol.codec import decode_request, encode
from session.protocol.hub.board import QueueStateRequest
from session.protocol.hub.history import TakeBackNoteRequest
from session.protocol.hub.log import LogRequest
from session.protocol.hub.requests import DossierRequest
from session.protocol.hub.routing import NoteRequest
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.typed_words import is_reason, kept_words, typed_fields

NIR = "1 52 04 38 151 251 01"
NOTE = f"Compte FR76 3000 6000 0112 3456 7890 189\nsécurité sociale {NIR}, tél. 04 00 00 00 00"

FREE_WORDS = frozenset({"reason", "note", "why", "remark", "comment", "because"})
"""What a field is called in which a person says something freely."""

CODES = frozenset(f"{verb} reason" for verb in ("hang_up", "agent_state", "ask_supervisor"))
"""Fields of that name which windows fill."""


def _texts() -> Iterator[tuple[str, str, type]]:
    """(verb, field, request) of each text without a pattern."""
    for verb, request in ALL_VERBS.items():
        info = inspect.type_info(request)
        assert isinstance(info, inspect.StructType)
        for field in info.fields:
            kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
            if isinstance(kind, inspect.StrType) and kind.pattern is None:
                yield verb, field.name, request


def test_whatever_a_person_says_freely_in_a_request_is_marked_as_typed() -> None:
    unknown = {
        f"{verb} {name}"
        for verb, name, request in _texts()
        if name in FREE_WORDS and name not in typed_fields(request)
    }
    assert unknown - CODES == set()


@pytest.mark.parametrize("request_", [DossierRequest, LogRequest])
def test_a_number_of_a_person_in_a_reason_does_not_pass_the_door(
    request_: type[DossierRequest | LogRequest],
) -> None:
    said = request_(session_id="s1", reason=f"panne  de saisie {NIR}")
    kept = decode_request(request_, encode(said))
    assert "251" not in kept.reason
    assert kept.reason.startswith("panne de saisie ")
    assert kept_words(kept.reason) == kept.reason


@pytest.mark.parametrize(
    "said",
    [
        NoteRequest(session_id="s1", note_id="s1", text=NOTE),
        TakeBackNoteRequest(session_id="s1", note_id="s1", request_id="n2", text=NOTE),
    ],
)
def test_a_number_of_a_person_in_a_note_does_not_pass_the_door_and_its_lines_stay(
    said: NoteRequest | TakeBackNoteRequest,
) -> None:
    kept = decode_request(type(said), encode(said))
    assert kept.text == "Compte •••\nsécurité sociale •••, tél. 04 00 00 00 00"


@pytest.mark.parametrize("nothing", [".", "ok", "...", "xxx", "12345", "?!?"])
def test_a_reason_without_words_is_refused(nothing: str) -> None:
    assert not is_reason(nothing)
    with pytest.raises(ReasonWithoutWords):
        decode_request(DossierRequest, encode(DossierRequest(session_id="s1", reason=nothing)))
    if len(nothing) >= 3:
        with pytest.raises(ReasonWithoutWords):
            decode_request(
                QueueStateRequest, encode(QueueStateRequest(service="aides", reason=nothing))
            )


@pytest.mark.parametrize("reason", ["décès", "doublon", "réunion d'équipe", "سبب"])
def test_a_word_is_a_reason(reason: str) -> None:
    assert is_reason(reason)
    request = DossierRequest(session_id="s1", reason=reason)
    assert decode_request(DossierRequest, encode(request)) == request
    assert decode_request(DossierRequest, encode(DossierRequest(session_id="s1"))).reason == ""


def test_what_is_decoded_stays_a_valid_message() -> None:
    said = QueueStateRequest(service="aides", reason=f"panne {NIR}")
    kept = decode_request(QueueStateRequest, encode(said))
    assert msgspec.convert(msgspec.to_builtins(kept), QueueStateRequest) == kept
