# SPDX-License-Identifier: GPL-3.0-only
"""What a person reads of a newer release, before and after its day."""

from __future__ import annotations

from datetime import date

import pytest

from session.protocol.hub.requests import ReleaseAnswer
from views.words.releases import is_older, package_words, release_words

BY = date(2027, 1, 31)
WANTED = ReleaseAnswer(newest="0.10.0", by=BY, where="https://depot.example/poste-expert")


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("0.2.0", "0.10.0", True),
        ("0.10.0", "0.10.0", False),
        ("0.10.1", "0.10.0", False),
        ("", "0.10.0", False),
        ("0.10.0.dev20261130142516+g099b9726", "0.10.0", True),
        ("0.10.0.dev20261130142516+g099b9726", "0.9.0", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, than: str, older: bool) -> None:
    assert is_older(version, than) is older


def test_there_is_time_until_the_day_and_afterwards_the_program_is_too_old() -> None:
    before = release_words(WANTED, "0.2.0", BY)
    assert before is not None
    assert not before.late
    assert "31/01/2027" in before.text
    assert "https://depot.example/poste-expert" in before.text
    after = release_words(WANTED, "0.2.0", date(2027, 2, 1))
    assert after is not None
    assert after.late


def test_whoever_has_the_release_reads_nothing() -> None:
    assert release_words(WANTED, "0.10.0", BY) is None
    assert release_words(ReleaseAnswer(), "0.2.0", BY) is None


def test_a_package_left_behind_is_named_with_what_brings_it_along() -> None:
    assert package_words({}, "0.3.0") == ""
    text = package_words({"poste-expert-hub": "0.2.0"}, "0.3.0")
    assert "poste-expert-hub 0.2.0" in text
    assert text.endswith("apt install poste-expert poste-expert-hub")
