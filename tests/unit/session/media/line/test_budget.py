# SPDX-License-Identifier: GPL-3.0-only
"""The picture's part of a line, and the codecs' order for it."""

from __future__ import annotations

import pytest

from session.media.line.budget import WIDE_KBPS, cheap_first, picture_kbps


@pytest.mark.parametrize(
    ("line", "expected"),
    [(512, 317), (256, 138), (4000, 2759), (0, 777), (20, 20), (100_000, 4000)],
)
def test_the_pictures_part_is_never_more_than_the_line(line: int, expected: int) -> None:
    assert picture_kbps(line, 777) == expected
    assert line == 0 or picture_kbps(line, 777) <= line


def test_bits_are_spared_on_a_narrow_line_and_processors_on_a_wide_one() -> None:
    assert cheap_first(("av1", "vp9", "vp8"), 512) == ("av1", "vp9", "vp8")
    assert cheap_first(("av1", "vp9", "vp8"), WIDE_KBPS) == ("vp8", "av1", "vp9")
    assert cheap_first(("av1",), WIDE_KBPS) == ("av1",)
