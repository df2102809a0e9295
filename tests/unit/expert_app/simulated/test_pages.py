# SPDX-License-Identifier: GPL-3.0-only
"""The drawn pages look like scans:
the right size, askew as they say, with writing on them, and always the same.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from expert_app.simulated.pages import DEFAULT_SEED, LYING, SHEETS, draw_pages
from expert_app.simulated.sheets import InventedPerson
from tests.support.simulated_devices import invented_pages

NAMES = list(LYING)


@pytest.fixture(scope="module")
def folder() -> Path:
    return invented_pages()


def grey(path: Path, scale: int = 4) -> NDArray[np.float64]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L").reduce(scale), np.float64)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_a_colour_scan_of_a4_at_300_dpi(folder: Path, name: str) -> None:
    with Image.open(folder / name) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (2480, 3508))
        assert picture.info["dpi"] == (300, 300)
    assert 500_000 < (folder / name).stat().st_size < 3_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_page_lies_as_askew_as_it_says(folder: Path, name: str) -> None:
    skew = LYING[name].skew_deg
    assert 1 <= abs(skew) <= 4
    with Image.open(folder / name) as picture:
        small = picture.convert("L").reduce(4)
    inner = (60, 90, small.width - 60, small.height - 90)

    def sharpness(angle: float) -> float:
        """Lines of writing that lie level make the sums of rows jump."""
        rows = np.asarray(
            small.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=230).crop(inner), float
        ).mean(axis=1)
        return float(np.square(np.diff(rows)).sum())

    near = max(np.arange(-5, 5.5, 0.5), key=sharpness)
    assert abs(max(np.arange(near - 0.6, near + 0.65, 0.1), key=sharpness) - skew) <= 0.2


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_ink_a_lid_beside_it_and_noise(folder: Path, name: str) -> None:
    pixels = grey(folder / name)
    paper = np.median(pixels)
    assert 0.01 < (pixels < paper - 60).mean() < 0.35
    assert pixels[:6].mean() < paper - 8  # the lid, in shadow
    flat = grey(folder / name, scale=1)[3200:3260, 1500:1600]
    assert 0.5 < flat.std() < 12


def test_pages_are_drawn_once(folder: Path) -> None:
    before = [path.stat().st_mtime_ns for path in sorted(folder.glob("*.jpg"))]
    assert [path.name for path in draw_pages(folder)] == NAMES
    assert [path.stat().st_mtime_ns for path in sorted(folder.glob("*.jpg"))] == before


def test_a_missing_page_is_drawn_again_and_is_the_same(folder: Path, tmp_path: Path) -> None:
    for path in [*folder.glob("*.jpg"), folder / "pages.json"]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / NAMES[2]).unlink()
    draw_pages(tmp_path)
    assert [(tmp_path / name).read_bytes() for name in NAMES] == [
        (folder / name).read_bytes() for name in NAMES
    ]


def test_another_person_makes_another_form() -> None:
    def form(person: InventedPerson) -> Image.Image:
        return SHEETS[NAMES[0]](person, np.random.default_rng(DEFAULT_SEED))

    assert form(InventedPerson()).tobytes() == form(InventedPerson()).tobytes()
    assert form(InventedPerson()).tobytes() != form(InventedPerson(last_name="Vasseur")).tobytes()


def test_another_seed_makes_another_hand() -> None:
    first, second = (
        SHEETS[NAMES[0]](InventedPerson(), np.random.default_rng(seed)) for seed in (1, 2)
    )
    assert first.tobytes() != second.tobytes()
