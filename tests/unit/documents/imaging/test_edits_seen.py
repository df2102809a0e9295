# SPDX-License-Identifier: GPL-3.0-only
"""Turns and crops together: what is seen, and where a place of the page lies afterwards."""

from __future__ import annotations

import pytest

from documents.imaging.edits import CropPage, Edits, TurnPage
from documents.imaging.page_box import PageBox

LEFT = CropPage(0.0, 0.0, 0.5, 1.0)


def sides(box: PageBox | None) -> tuple[float, float, float, float]:
    assert box is not None
    return box.left, box.top, box.right, box.bottom


def test_the_left_half_of_a_turned_page_is_cut_where_it_was_seen() -> None:
    turned = Edits((TurnPage(1),))
    part = turned.cropped(LEFT)
    # seen left = lower half before the turn
    assert part.steps == (CropPage(0.0, 0.5, 1.0, 1.0), TurnPage(1))
    assert part.quarters == 1


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_place_in_the_half_that_stays_is_found_again_and_one_in_the_other_is_gone(
    quarters: int,
) -> None:
    edits = Edits((TurnPage(quarters),) if quarters else ())
    kept, gone = PageBox(0.1, 0.1, 0.2, 0.2), PageBox(0.8, 0.8, 0.9, 0.9)
    before = [sides(edits.seen(box)) for box in (kept, gone)]
    part = edits.cropped(LEFT)
    for box, (left, top, right, bottom) in zip((kept, gone), before, strict=True):
        if left < 0.5:
            assert sides(part.seen(box)) == pytest.approx((left * 2, top, right * 2, bottom))
        else:
            assert part.seen(box) is None
