# SPDX-License-Identifier: GPL-3.0-only
"""Papers on a scanner's glass, for tests."""

from __future__ import annotations

from PIL import Image, ImageDraw

from tests.support import drawn_pages

A4_150 = (1240, 1754)


def three_receipts() -> bytes:
    """Three small papers on a dark lid, two of them askew."""
    flatbed = Image.new("RGB", A4_150, (40, 40, 42))
    for place, angle in (((80, 90), 0.0), ((660, 160), 4.0), ((150, 1000), -3.0)):
        paper = Image.new("RGB", (430, 620), (250, 249, 246))
        pen = ImageDraw.Draw(paper)
        for line in range(14):
            pen.text(
                (30, 40 + 38 * line),
                "Reçu 13 mars, montant 684,50 €",
                font=drawn_pages._font(22),
                fill="black",
            )
        mask = Image.new("L", paper.size, 255).rotate(angle, expand=True)
        flatbed.paste(
            paper.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC), place, mask
        )
    return drawn_pages.jpeg(flatbed, dpi=150)
