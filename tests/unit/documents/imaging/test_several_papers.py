# SPDX-License-Identifier: GPL-3.0-only
"""Several papers in one scan become pages of their own, and steps of the cleaning can be left
out.
"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from documents.imaging.edits import CleaningStage, Edits, LeaveOut, TakeArea
from documents.imaging.several_papers import find_papers
from documents.pages.clean import clean_page
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed
from tests.unit.documents.imaging.papers_on_glass import three_receipts


def test_each_paper_of_a_scan_becomes_a_straight_page() -> None:
    data = three_receipts()
    boxes = find_papers(data, 150)
    assert len(boxes) == 3
    for box, skew_deg in zip(boxes, (0.0, -4.0, 3.0), strict=True):
        page = clean_page(data, Edits((TakeArea(box.left, box.top, box.right, box.bottom),)), 150)
        assert page.skew_deg == pytest.approx(skew_deg, abs=0.4)
        assert page.width_px < 620
        assert (np.asarray(Image.open(io.BytesIO(page.jpeg)).convert("L")) < 100).mean() > 0.01


def test_one_sheet_and_what_was_cut_by_hand_stay_one() -> None:
    letter = drawn_pages.scan(
        drawn_pages.letter().reduce(2), Flatbed(skew_deg=1.0, lid=24, scale=0.9)
    )
    assert find_papers(drawn_pages.jpeg(letter, dpi=150), 150) == ()
    assert find_papers(three_receipts(), 300) == ()  # half as large: an area that somebody chose


def test_a_step_that_is_left_out_is_not_done_and_nothing_else_changes() -> None:
    scan = drawn_pages.scan(
        drawn_pages.letter().reduce(3), Flatbed(skew_deg=2.0, lid=24, scale=0.9, quarters=2)
    )
    data = drawn_pages.jpeg(scan, dpi=100)
    plain = clean_page(data)
    without = {stage: clean_page(data, Edits((LeaveOut(stage),))) for stage in CleaningStage}
    assert (without[CleaningStage.TURN].turned_deg, plain.turned_deg) == (0, 180)
    assert without[CleaningStage.LEVEL].skew_deg == 0.0
    assert without[CleaningStage.CUT].width_px > plain.width_px + 30
    seen, lit = (
        np.median(np.asarray(Image.open(io.BytesIO(page.jpeg))))
        for page in (without[CleaningStage.LIGHT], plain)
    )
    assert seen < 253 < lit
    assert Image.open(io.BytesIO(without[CleaningStage.GREY].jpeg)).mode == "RGB"
    assert without[CleaningStage.GREY].skew_deg == plain.skew_deg
    edits = Edits().without(CleaningStage.LIGHT, is_included=False)
    assert edits.without(CleaningStage.LIGHT, is_included=True) == Edits()
