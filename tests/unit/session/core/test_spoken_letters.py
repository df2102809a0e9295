# SPDX-License-Identifier: GPL-3.0-only
"""The number of a conversation as people say it."""

from __future__ import annotations

import pytest

from session.core.spoken_letters import ALPHABET, short_number, tidy_short_number

SESSION = "0125223b7b7c9c164ce6_68fe9493"


def test_the_number_follows_from_the_sessions_id_alone_and_stays_the_same_for_ever() -> None:
    assert short_number(SESSION) == "TY89-HQPV"
    assert short_number(SESSION + "x") != short_number(SESSION)
    assert short_number("") == ""
    letters = {letter for at in range(500) for letter in short_number(f"s{at}")}
    assert letters == {*ALPHABET, "-"}


@pytest.mark.parametrize(
    "typed", ["TY89-HQPV", "ty89hqpv", " ty89 hqpv ", "TY89–HQPV", "t y 8 9 h q p v"]
)
def test_what_people_type_is_read_as_it_was_meant(typed: str) -> None:
    assert tidy_short_number(typed) == short_number(SESSION)


def test_letters_that_look_alike_are_read_as_figures() -> None:
    assert tidy_short_number("O1l0-ioIL") == "0110-1011"


@pytest.mark.parametrize("typed", ["", "A012", "TY89-HQP", "TY89-HQPVW", "UUUU-UUUU", "ÉÉÉÉ-ÉÉÉÉ"])
def test_what_cannot_be_a_number_of_a_conversation_is_none(typed: str) -> None:
    assert tidy_short_number(typed) == ""
