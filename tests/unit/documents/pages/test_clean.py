# SPDX-License-Identifier: GPL-3.0-only
"""Pages that lie badly on the flatbed come back upright, straight, whole and white."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw

from documents.imaging import edges, light, skew
from documents.imaging.edits import CropPage, Edits, LeaveAsScanned, TurnPage
from documents.imaging.light import PageKind
from documents.imaging.pictures import open_picture
from documents.pages import clean
from documents.pages.clean import CleanPage, clean_page
from session.core.errors import PageUnreadable
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed
from tests.support.matrix import thinned

PAGES = {
    "form": drawn_pages.form,
    "letter": drawn_pages.letter,
    "payslip": drawn_pages.payslip,
    "card": drawn_pages.identity_card,
    "blank": drawn_pages.blank,
}

WHITE_LID = 238
GREY_LID = 196
BLACK_LID = 24


@cache
def _page(name: str) -> Image.Image:
    return PAGES[name]()


@cache
def _scan(name: str, flatbed: Flatbed) -> bytes:
    """At 300 dpi."""
    return drawn_pages.jpeg(drawn_pages.scan(_page(name), flatbed))


def _coarse_scan(page: Image.Image, flatbed: Flatbed) -> bytes:
    """At 150 dpi, which is quicker to draw."""
    return drawn_pages.jpeg(drawn_pages.scan(page.reduce(2), flatbed), dpi=150)


def _picture(page: CleanPage) -> Image.Image:
    return Image.open(io.BytesIO(page.jpeg))


SCANS = [
    ("form", Flatbed(skew_deg=1.7)),
    ("letter", Flatbed(skew_deg=0.6, quarters=2)),
    ("payslip", Flatbed(skew_deg=-2.3, lid=GREY_LID, scale=0.955)),
    ("card", Flatbed(skew_deg=4.2, lid=BLACK_LID, scale=0.9)),
    ("form", Flatbed(skew_deg=-1.1, quarters=1)),
    ("payslip", Flatbed(quarters=3)),
]


@pytest.mark.parametrize(
    ("name", "flatbed", "dpi"),
    thinned(
        [(*scan, 150) for scan in SCANS] + [(*scan, 300) for scan in SCANS[:2]],
        [(*SCANS[0], 150), (*SCANS[3], 150), (*SCANS[5], 150)],
    ),
)
def test_skew_is_measured_within_a_third_of_a_degree_and_the_page_comes_back_upright(
    name: str, flatbed: Flatbed, dpi: int
) -> None:
    page = clean_page(_scan(name, flatbed) if dpi == 300 else _coarse_scan(_page(name), flatbed))
    assert page.skew_deg == pytest.approx(flatbed.skew_deg, abs=0.3)
    assert page.turned_deg == 90 * flatbed.quarters
    assert page.height_px > page.width_px
    assert page.skipped == ()
    assert _picture(page).size == (page.width_px, page.height_px)


def test_a_cleaned_page_cleaned_again_is_already_straight() -> None:
    name, flatbed = SCANS[0]
    first = clean_page(_coarse_scan(_page(name), flatbed))
    again = clean_page(first.jpeg)
    assert abs(again.skew_deg) <= 0.1
    assert again.turned_deg == 0


@pytest.mark.parametrize("lid", [WHITE_LID, GREY_LID, BLACK_LID])
def test_the_page_is_cut_to_the_sheet(lid: int) -> None:
    page = clean_page(_coarse_scan(_page("letter"), Flatbed(skew_deg=2.0, lid=lid, scale=0.9)))
    assert page.width_px == pytest.approx(1240 * 0.9, abs=10)
    assert page.height_px == pytest.approx(1754 * 0.9, abs=10)


def _with_marks_at_the_rim() -> Image.Image:
    """A letter with a black square in each corner, 4 mm from the rim, and a page-wide rule with
    nothing above it.
    """
    page = _page("letter").copy()
    pen = ImageDraw.Draw(page)
    for x in (48, 2480 - 48 - 60):
        for y in (48, 3508 - 48 - 60):
            pen.rectangle((x, y, x + 60, y + 60), fill="black")
    pen.line((0, 200, 2480, 200), fill="black", width=6)
    return page


@pytest.mark.parametrize(
    ("lid", "skew_deg"),
    thinned(
        [(lid, skew_deg) for lid in (WHITE_LID, GREY_LID, BLACK_LID) for skew_deg in (-3.0, 1.3)],
        [(WHITE_LID, -3.0), (GREY_LID, 1.3), (BLACK_LID, -3.0)],
    ),
)
def test_the_cut_never_loses_ink(lid: int, skew_deg: float) -> None:
    drawn = _with_marks_at_the_rim()
    page = clean_page(_coarse_scan(drawn, Flatbed(skew_deg=skew_deg, lid=lid, scale=0.93)))
    dark = np.asarray(_picture(page).convert("L")) < 128
    height = dark.shape[0]
    corners = [
        dark[y, x]
        for y in (slice(0, 90), slice(height - 90, height))
        for x in (slice(0, 90), slice(-90, None))
    ]
    square_px = (60 * 0.93 / 2) ** 2
    for corner in corners:
        assert corner.sum() > 0.8 * square_px


@pytest.mark.parametrize("width", [4, 8])
def test_a_rule_or_frame_on_an_otherwise_empty_rim_stays_on_the_page(width: int) -> None:
    page = _page("letter").copy()
    pen = ImageDraw.Draw(page)
    pen.rectangle((150, 150, 2330, 3358), outline="#202020", width=width)
    cleaned = clean_page(drawn_pages.jpeg(page.reduce(2), dpi=150))
    dark = np.asarray(_picture(cleaned).convert("L")) < 150
    assert dark.mean(axis=0)[: dark.shape[1] // 4].max() > 0.9
    assert dark.mean(axis=0)[-dark.shape[1] // 4 :].max() > 0.9
    assert dark.mean(axis=1)[: dark.shape[0] // 4].max() > 0.9
    assert dark.mean(axis=1)[-dark.shape[0] // 4 :].max() > 0.9


def test_uneven_light_becomes_white_paper() -> None:
    data = _coarse_scan(_page("letter"), Flatbed(skew_deg=1.0, shadow=0.3))
    before = np.asarray(open_picture(data).image.convert("L"))
    after = np.asarray(_picture(clean_page(data)).convert("L"))
    rim_before, rim_after = before[:, -150:-75], after[:, -110:-45]
    assert np.median(rim_before) < 225
    assert np.median(rim_after) > 250
    assert (after < 100).mean() > 0.01


def test_a_red_stamp_stays_red() -> None:
    page = clean_page(_scan(*SCANS[0]))
    pixels = np.asarray(_picture(page), np.int16)
    red = (pixels[..., 0] > 140) & (pixels[..., 1] < 90) & (pixels[..., 2] < 90)
    assert red.sum() > 3000


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("form", PageKind.COLOUR),
        ("letter", PageKind.GREY),
        ("card", PageKind.COLOUR),
        ("blank", PageKind.BLANK),
    ],
)
def test_the_kind_of_page_is_told(name: str, kind: PageKind) -> None:
    page = clean_page(_coarse_scan(_page(name), Flatbed(skew_deg=1.7)))
    assert page.kind is kind
    assert page.blank is (kind is PageKind.BLANK)
    assert _picture(page).mode == ("RGB" if kind is PageKind.COLOUR else "L")


def test_a_photograph_is_not_bleached() -> None:
    random = np.random.default_rng(1)
    coarse = random.integers(20, 120, (20, 14, 3)).astype(np.uint8)
    photo = Image.fromarray(coarse).resize((1400, 2000), Image.Resampling.BICUBIC)
    page = clean_page(drawn_pages.jpeg(photo, dpi=200))
    assert page.kind is PageKind.PHOTO
    assert np.asarray(_picture(page).convert("L")).mean() == pytest.approx(
        np.asarray(photo.convert("L")).mean(), abs=8
    )


def test_two_sheets_on_a_dark_lid_are_both_kept() -> None:
    flatbed = Image.new("RGB", drawn_pages.A4_300, (24, 24, 24))
    card = _page("card").crop((600, 800, 1610, 1437))
    flatbed.paste(card, (200, 200))
    flatbed.paste(card, (1300, 2600))
    page = clean_page(drawn_pages.jpeg(flatbed))
    bright = np.asarray(_picture(page).convert("L")) > 100
    assert bright.sum() > 2 * 0.9 * (1010 * 637) * (2 / 3) ** 2


def test_edits_are_steps_over_the_untouched_original() -> None:
    data = _scan(*SCANS[0])
    plain = clean_page(data)
    edits = Edits().then(TurnPage(1)).then(CropPage(0.0, 0.0, 0.5, 1.0))
    edited = clean_page(data, edits)
    assert (edited.width_px, edited.height_px) == (round(plain.height_px * 0.5), plain.width_px)
    assert clean_page(data, edits.undone().undone()).jpeg == plain.jpeg


def test_a_crop_inside_out_changes_nothing() -> None:
    data = _scan(*SCANS[0])
    assert clean_page(data, Edits((CropPage(0.9, 0.9, 0.1, 0.1),))).jpeg == clean_page(data).jpeg


def test_as_scanned_only_changes_the_resolution() -> None:
    page = clean_page(_scan(*SCANS[1]), Edits((LeaveAsScanned(),)))
    assert (page.width_px, page.height_px, page.dpi) == (1653, 2339, 200)
    assert (page.turned_deg, page.skew_deg) == (0, 0.0)


def test_a_coarse_scan_is_not_blown_up() -> None:
    page = clean_page(drawn_pages.jpeg(_page("letter").reduce(4), dpi=75))
    assert page.dpi == 75
    assert page.width_px <= 640


def test_a_grey_original_is_cleaned_too() -> None:
    grey = drawn_pages.scan(_page("letter").reduce(2), Flatbed(skew_deg=1.2)).convert("L")
    page = clean_page(drawn_pages.jpeg(grey, dpi=150))
    assert page.skew_deg == pytest.approx(1.2, abs=0.3)
    assert page.skipped == ()


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (40, 40), (2000, 5)])
@pytest.mark.parametrize("colour", ["white", "black", "#888888"])
def test_no_odd_picture_is_lost(size: tuple[int, int], colour: str) -> None:
    page = clean_page(drawn_pages.png(Image.new("RGB", size, colour)))
    assert _picture(page).size == (page.width_px, page.height_px)


@pytest.mark.parametrize(
    ("module", "function", "stage"),
    [
        (skew, "find_lie", "skew"),
        (edges, "find_sheet", "edges"),
        (clean, "lit_evenly", "light"),
        (clean, "kind_of", "kind"),
        (clean, "shows_paper", "paper"),
    ],
)
def test_a_failing_stage_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, module: object, function: str, stage: str
) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, function, fails)
    page = clean_page(_coarse_scan(_page("letter"), Flatbed(skew_deg=1.7)))
    assert page.skipped == (stage,)
    assert page.width_px > 1000
    assert (np.asarray(_picture(page).convert("L")) < 100).mean() > 0.005


def test_only_an_original_that_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(PageUnreadable):
        clean_page(_scan(*SCANS[0])[:5000])


@pytest.mark.parametrize("unit", [64, 200.5, 255])
def test_levels_turn_the_paper_white_and_keep_black(unit: float) -> None:
    table = light._levels(unit)
    assert len(table) == 256
    assert table == sorted(table)
    assert table[int(0.06 * unit)] == 0
    assert table[int(unit)] == 255


def test_colours_do_not_fade_where_tones_are_lifted() -> None:
    sand = (217, 178, 128)
    page = _page("letter").reduce(2).copy()
    ImageDraw.Draw(page).rectangle((500, 1400, 800, 1600), fill=sand)
    seen = np.asarray(
        _picture(clean_page(drawn_pages.jpeg(page, quality=95, dpi=150))).convert("YCbCr"),
        np.float32,
    )
    wanted = np.array(Image.new("RGB", (1, 1), sand).convert("YCbCr"), np.float32)[0, 0]
    field = seen[seen[..., 2] > 138]
    assert len(field) > 0.9 * 300 * 200
    found = np.median(field, axis=0)
    stretched = (wanted[1:] - 128) / (0.955 - 0.06)
    assert np.hypot(*(found[1:] - 128)) == pytest.approx(np.hypot(*stretched), rel=0.1)
    assert found[0] == pytest.approx(wanted[0], abs=24)


def test_tones_can_be_taken_back() -> None:
    table, straight = light._levels(255), light._straight()
    for level in range(16, 243):
        even = (level / 255 - 0.06) / 0.895 * 255
        assert straight[table[level]] == pytest.approx(even, abs=2)
