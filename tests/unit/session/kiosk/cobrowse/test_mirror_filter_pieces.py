# SPDX-License-Identifier: GPL-3.0-only
"""Large pushes are looked at in pieces:
no number is cut by a piece's end, whatever the page puts there.
"""

from __future__ import annotations

import json
import random
import re

import pytest

from session.kiosk.cobrowse import mirror_filter
from session.kiosk.cobrowse.mirror_filter import _mask_json, _pieces
from session.masking.numbers import MASK, mask
from tests.support.matrix import thinned

SECRET = "1 85 05 78 006 084 91"
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_filter, "_PIECE_CHARS", 64)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(40))
def test_pieces_join_to_the_whole_and_end_outside_of_strings(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    words = ['},{"', "\\", '\\"', '"', "},{", "é\u2028", "x" * 70, SECRET, "]", ":", "\n"]
    value = ["".join(chance.choices(words, k=chance.randint(0, 9))) for _ in range(12)]
    text = json.dumps({"a": value, "b": {"c": value[::-1]}}, ensure_ascii=chance.random() < 0.5)
    pieces = list(_pieces(text))
    assert "".join(pieces) == text
    assert all('"' not in STRING.sub("", piece) for piece in pieces)
    masked = _mask_json(text)
    monkeypatch.setattr(mirror_filter, "_PIECE_CHARS", len(text))
    assert masked == _mask_json(text), "as if it had been looked at in one piece"
    wanted = {"a": list(map(mask, value)), "b": {"c": list(map(mask, value[::-1]))}}
    assert json.loads(masked) == wanted


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("before", range(60, 70))
def test_a_number_across_the_end_of_a_piece_is_masked(before: int) -> None:
    text = json.dumps({"t": "x" * before + " " + SECRET + " fin"})
    assert SECRET not in _mask_json(text)
    assert MASK in _mask_json(text)


MEGABYTE = 1_000_000
TIME_GROWS_LIKE_THE_TEXT = 60
"""Seconds for all of them; a search that begins anew at every quote needs minutes for one."""


@pytest.mark.timeout(TIME_GROWS_LIKE_THE_TEXT)
@pytest.mark.parametrize(
    "unit",
    thinned(
        [
            '"',
            "\\",
            '\\"',
            '.icon::before{content:"x";mask-image:url("data:image/svg+xml;utf8,<svg/>")}',
            '{"nom":"valeur","suite":["a","b"]},',
            "1 85 05 ",
            "allocataire n° ",
            "AA11",
            "4970 1234 ",
            " ",
        ],
        kept=['"', '\\"', "1 85 05 ", " "],
    ),
)
def test_a_megabyte_of_anything_is_masked_in_the_time_of_its_letters(unit: str) -> None:
    text = json.dumps(
        {"t": unit * (MEGABYTE // len(unit)) + "; " + SECRET + " fin"}, ensure_ascii=False
    )
    masked = _mask_json(text)
    assert SECRET not in masked
    assert masked.endswith(' fin"}')


@pytest.mark.timeout(TIME_GROWS_LIKE_THE_TEXT)
def test_a_string_without_an_end_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no end"):
        _mask_json('{"t":"' + '\\"' * MEGABYTE)
