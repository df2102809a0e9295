# SPDX-License-Identifier: GPL-3.0-only
"""The address of a moment of a conversation."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from expert_app.helpdesk.address import SessionAddress, read_address, seconds_to, write_address
from session.core.spoken_letters import short_number

ID = "0125223b7b7c9c164ce6_68fe9493"
NUMBER = short_number(ID)


def test_an_address_is_read_as_it_was_written() -> None:
    started_at = datetime(2026, 11, 28, 12, 20, 0).astimezone()
    text = write_address(NUMBER, started_at, 605.0)
    assert text == f"poste-expert://session/{NUMBER}?at=12:30:05"
    read = read_address(text)
    assert read == SessionAddress(NUMBER, time(12, 30, 5))
    assert read.at is not None
    assert seconds_to(read.at, started_at) == 605.0


def test_the_hour_may_be_short_missing_or_after_midnight() -> None:
    assert read_address(f"poste-expert://session/{NUMBER.lower()}?at=12:30") == SessionAddress(
        NUMBER, time(12, 30)
    )
    assert read_address(f"poste-expert://session/{ID}/") == SessionAddress(ID)
    assert read_address(f"poste-expert://session/{NUMBER}?at=99:99") == SessionAddress(NUMBER)
    night = datetime(2026, 11, 28, 23, 58, 0).astimezone()
    assert seconds_to(time(0, 1), night) == 180.0
    assert seconds_to(time(23, 57, 30), night) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://session/x",
        "poste-expert://dossier/1",
        "poste-expert://session/",
        "poste-expert:",
        "poste-expert://session/../../etc",
        "poste-expert://[x",
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert read_address(text) is None
