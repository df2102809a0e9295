# SPDX-License-Identifier: GPL-3.0-only
"""The pages that the simulated scanner sees: an invented form, a payslip, both sides of a card;
drawn once, then kept.

Run `python -m expert_app.simulated.pages FOLDER` to look at them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from expert_app.simulated.flatbed import Lying, lay_on_flatbed
from expert_app.simulated.sheet_card import card_sheet
from expert_app.simulated.sheet_form import form_sheet
from expert_app.simulated.sheet_payslip import payslip_sheet
from expert_app.simulated.sheets import DPI, InventedPerson

DRAWING_VERSION = 1
"""Raised when the drawing changes, so that pages drawn before are drawn anew."""

DEFAULT_SEED = 7
_QUALITY = 90
_STAMP = "pages.json"

LYING = {
    "1-form.jpg": Lying(skew_deg=1.7, shift_px=(9, -6), folds=(0.345, 0.672)),
    "2-payslip.jpg": Lying(
        skew_deg=-2.4,
        shift_px=(-6, 10),
        lid=(186, 189, 192),
        paper=(246, 245, 242),
        shadow=0.2,
        folds=(0.5,),
    ),
    "3-card.jpg": Lying(
        skew_deg=3.3, shift_px=(0, 4), lid=(206, 207, 206), paper=(252, 252, 251), shadow=0.1
    ),
}
"""How each page lies: tests compare what was measured with it."""

SHEETS: dict[str, Callable[[InventedPerson, np.random.Generator], Image.Image]] = {
    "1-form.jpg": form_sheet,
    "2-payslip.jpg": payslip_sheet,
    "3-card.jpg": card_sheet,
}
"""What each page is, before it is laid on the flatbed."""


def draw_pages(
    folder: Path, *, seed: int = DEFAULT_SEED, person: InventedPerson | None = None
) -> list[Path]:
    """JPEG scans, RGB, A4 at 300 dpi, in the order in which the caller brings them;
    about 4 s the first time.

    The same seed and person give the same bytes.
    Pages that `folder` holds already are not drawn again.
    """
    whom = person or InventedPerson()
    paths = [folder / name for name in LYING]
    stamp = {"version": DRAWING_VERSION, "seed": seed, "person": repr(whom)}
    folder.mkdir(parents=True, exist_ok=True)
    same = _read_stamp(folder / _STAMP) == stamp
    for number, path in enumerate(paths):
        if same and path.is_file():
            continue
        random = np.random.default_rng((seed, number))
        sheet = SHEETS[path.name](whom, random)
        _save(lay_on_flatbed(sheet, LYING[path.name], random), path)
    (folder / _STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    return paths


def _read_stamp(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _save(scan: Image.Image, path: Path) -> None:
    part = path.with_suffix(".part")
    scan.save(part, "JPEG", quality=_QUALITY, dpi=(DPI, DPI))
    part.replace(path)


if __name__ == "__main__":
    print(*draw_pages(Path(sys.argv[1])), sep="\n")
