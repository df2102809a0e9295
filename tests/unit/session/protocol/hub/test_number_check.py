# SPDX-License-Identifier: GPL-3.0-only
"""Caller numbers, key by key."""

from __future__ import annotations

import pytest

from session.protocol.hub.number_check import (
    FORMS,
    NumberState,
    check_number,
    grouped,
    next_characters,
)

COMPLETE = [
    ("allocataire", "1234567"),
    ("france_travail", "1234567A"),
    ("france_travail", "12345678901"),
    ("nir", "295109912611193"),
    ("nir", "253072A07300443"),
    ("nir", "253072B07300470"),
    ("nir", "157209912611131"),  # month 20: nobody knows it
    ("nir", "257759912611185"),
]
WRONG = [
    ("allocataire", "12345678"),
    ("allocataire", "12A"),
    ("france_travail", "123456A"),
    ("france_travail", "1234567AB"),
    ("france_travail", "123456789012"),
    ("nir", "295109912611199"),
    ("nir", "253072C"),
    ("nir", "253073A"),
    ("nir", "9"),
    ("nir", "١"),
]


@pytest.mark.parametrize(("kind", "text"), COMPLETE)
def test_a_right_number_is_complete(kind: str, text: str) -> None:
    assert check_number(kind, text) is NumberState.COMPLETE


@pytest.mark.parametrize(("kind", "text"), COMPLETE)
def test_every_beginning_of_a_right_number_may_go_on(kind: str, text: str) -> None:
    for length in range(len(text)):
        assert check_number(kind, text[:length]) is NumberState.PARTIAL
        assert text[length] in next_characters(kind, text[:length])


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_a_wrong_number_is_refused(kind: str, text: str) -> None:
    assert check_number(kind, text) is NumberState.WRONG


@pytest.mark.parametrize(("kind", "text"), COMPLETE)
def test_a_full_number_takes_no_more_keys(kind: str, text: str) -> None:
    if len(text) == FORMS[kind].lengths[-1] or text[-1].isalpha():
        assert next_characters(kind, text) == ""


def test_letters_are_offered_only_where_a_letter_may_stand() -> None:
    assert "A" not in next_characters("france_travail", "123456")
    assert set("AZ") <= set(next_characters("france_travail", "1234567"))
    assert "A" in next_characters("nir", "253072")
    assert "A" not in next_characters("nir", "253073")
    assert not any(character.isalpha() for character in next_characters("allocataire", "12"))


def test_numbers_are_grouped_as_people_read_them() -> None:
    assert grouped("nir", "295109912611193") == "2 95 10 99 126 111 93"
    assert grouped("nir", "2951") == "2 95 1"
    assert grouped("allocataire", "1234567") == "123 4567"
    assert grouped("france_travail", "") == ""


def test_an_unknown_kind_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        check_number("passport", "12")
