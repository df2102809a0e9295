# SPDX-License-Identifier: GPL-3.0-only
"""Every error has its sentences, for agents and for callers, and no sentence is left over."""

from __future__ import annotations

import string

import pytest

from session.core.error_codes import error_classes
from views.words.caller_errors import caller_codes, kiosk_sentence
from views.words.errors import _SENTENCES, known_codes, sentence


def test_every_error_has_a_sentence_and_none_is_extra() -> None:
    assert known_codes() == set(error_classes())


def test_sentences_for_callers_name_only_real_errors() -> None:
    assert caller_codes() <= set(error_classes())


@pytest.mark.parametrize("code", sorted(error_classes()))
def test_each_trouble_says_what_happened_and_what_to_do(code: str) -> None:
    trouble = sentence(code)
    assert trouble.title.endswith(".")
    assert trouble.advice.endswith(".")
    assert trouble.sentence == f"{trouble.title} {trouble.advice}"


@pytest.mark.parametrize("code", sorted(error_classes()))
def test_callers_read_no_technical_word(code: str) -> None:
    words = set(kiosk_sentence(code).lower().replace(".", " ").replace(",", " ").split())
    technical = {
        "network",
        "server",
        "hub",
        "bus",
        "error",
        "protocol",
        "version",
        "message",
        "pdf",
        "dpi",
        "log",
    }
    assert words
    assert not words & technical


def test_a_value_is_told_and_a_missing_one_is_no_second_error() -> None:
    assert (
        "theirs 3, ours 1" in sentence("protocol_version_unknown", {"theirs": 3, "ours": 1}).title
    )
    assert "theirs ?, ours ?" in sentence("protocol_version_unknown").title


def test_an_unknown_code_reads_as_something_unexpected() -> None:
    assert sentence("never_heard_of") == sentence("unexpected")


def test_sentences_name_values_only_and_no_position() -> None:
    for title, advice in _SENTENCES.values():
        for text in (title, advice):
            fields = [
                name
                for _literal, name, _format, _conversion in string.Formatter().parse(text)
                if name is not None
            ]
            assert all(name.isidentifier() for name in fields)
