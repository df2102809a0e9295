# SPDX-License-Identifier: GPL-3.0-only
"""Teaches the network of `documents.imaging.letters` how letters stand, and writes
`resources/letters.npz`: `python -m tests.benchmarks.paper.letter_shapes`, some minutes.

The letters are cut from drawn and badly scanned pages by the same code that cuts them from real
ones. A letter counts only by what it says of one position against the others, so nothing else is
learnt; noise teaches it to say nothing. No font is the bench's, but for FreeSerif's Armenian.
With OPENBLAS_NUM_THREADS=1 equal fonts give the same file on equal processors.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from documents.imaging import letters, skew
from resources import resource_path
from tests.benchmarks.paper.alphabets import OTHERS
from tests.benchmarks.paper.pages import HERE
from tests.benchmarks.paper.positions import (
    ARABIC_WORDS,
    CYRILLIC_WORDS,
    LATIN_WORDS,
    fetch_fonts,
)

type Field = NDArray[np.float32]

FOLDER = HERE / "build" / "letter-fonts"
LATIN_PACKAGES = [
    "fonts-urw-base35",
    "fonts-cmu",
    "fonts-crosextra-carlito",
    "fonts-crosextra-caladea",
    "fonts-cabin",
    "fonts-junicode",
    "fonts-jura",
    "fonts-play",
    "fonts-quicksand",
    "fonts-comfortaa",
    "fonts-oldstandard",
    "fonts-sil-andika",
    "fonts-sil-charis",
    "fonts-sil-gentium",
    "fonts-vollkorn",
    "fonts-fanwood",
    "fonts-prociono",
    "fonts-hack",
    "fonts-yanone-kaffeesatz",
    "fonts-tlwg-purisa-ttf",
    "fonts-kaushanscript",
    "fonts-lobstertwo",
    "fonts-sjfonts",
    "fonts-dustin",
    "fonts-staypuft",
    "fonts-klee",
]
ARABIC_PACKAGES = [
    "fonts-arabeyes",
    "fonts-nafees",
    "fonts-paktype",
    "fonts-hosny-thabit",
    "fonts-sil-scheherazade",
]
CYRILLIC = ("Charis", "Gentium", "Nimbus", "C059", "P052", "cmun")
FEATURES, ROUNDS, BATCH, NOISE = 96, 10, 512, 64
OTHER_FONTS, OTHER_PAGES = 12, 16
SHEET = (1500, 1300)


def main() -> int:
    """Draws, teaches, writes."""
    with ProcessPoolExecutor() as processes:
        known = np.concatenate(list(processes.map(_Lesson.letters, _lessons(), chunksize=8)))
    chance = random.Random(4)
    noise = np.concatenate([_cut_out(_noise(chance)) for _ in range(30)])
    print(f"{len(known)} letters, {len(noise)} pieces of noise", flush=True)
    weights, thresholds, upright = _taught(known, noise)
    np.savez(resource_path("letters.npz"), weights=weights, thresholds=thresholds, upright=upright)
    return 0


class _Lesson(NamedTuple):
    """A page to cut letters from; drawn with a chance of its own, in whichever process."""

    font: Path
    words: list[str]
    way: str = "small"
    number: int = 0

    def letters(self) -> Field:
        """The letters of this page."""
        chance = random.Random(f"{self.font.name} {self.way} {self.words[0]} {self.number}")
        return _cut_out(_page(self.font, self.words, self.way, chance))


def _lessons() -> Iterator[_Lesson]:
    """Every font: small letters, mixed, capitals and figures; of the other alphabets some pages."""
    for path in _files("latin", LATIN_PACKAGES):
        for way in ("small", "mixed", "capitals", "figures"):
            yield _Lesson(path, LATIN_WORDS, way)
        if path.name.startswith(CYRILLIC):
            for way in ("small", "capitals"):
                yield _Lesson(path, CYRILLIC_WORDS, way)
    for path in _files("arabic", ARABIC_PACKAGES):
        yield _Lesson(path, ARABIC_WORDS)
    for name, alphabet in OTHERS.items():
        files = _files(name, alphabet.packages.split())
        files = [path for path in files if not alphabet.fonts or path.name in alphabet.fonts]
        files = files[:: -(-len(files) // OTHER_FONTS) or 1]
        for path in files:
            for number in range(max(2, OTHER_PAGES // len(files))):
                yield _Lesson(path, alphabet.words.split(), number=number)


def _files(name: str, packages: list[str]) -> list[Path]:
    """Fonts, fetched once; a package may hold a link to a font of another one."""
    folder = FOLDER / name
    if not folder.is_dir():
        fetch_fonts(packages, folder)
    files = (path for path in folder.rglob("*") if path.suffix in (".ttf", ".otf", ".ttc"))
    return sorted(path for path in files if path.is_file())


def _said(words: list[str], way: str, chance: random.Random) -> str:
    if way == "mixed":
        way = chance.choice(("small", "small", "capitals", "figures"))
    if way == "figures":
        day = (
            f"{chance.randint(1, 31):02d}/{chance.randint(1, 12):02d}/{chance.randint(1930, 2026)}"
        )
        return chance.choice(
            (day, f"{chance.uniform(0, 3000):.2f} €", str(chance.randint(0, 9**9)))
        )
    word = chance.choice(words)
    if way == "capitals":
        return word.upper()
    return word.capitalize() if chance.random() < 0.12 else word + chance.choice(("", "", ",", "."))


def _page(path: Path, words: list[str], way: str, chance: random.Random) -> Image.Image:
    """A part of a page as a scanner sees it at 150 dpi; every third on ruled paper."""
    sheet = Image.new("L", SHEET, 250)
    pen, size = ImageDraw.Draw(sheet), chance.choice((32, 36, 40, 44, 50, 58, 66, 84))
    font, y = ImageFont.truetype(str(path), size), 60.0
    while y < SHEET[1] - 2 * size:
        x = 60.0
        while x < SHEET[0] - 300:
            word = _said(words, way, chance)
            pen.text((x, y), word, font=font, fill=chance.choice((10, 30, 60)))
            x += pen.textlength(word, font=font) + size * chance.choice((0.35, 0.35, 0.7, 1.4))
        y += size * chance.uniform(1.45, 1.8)
    if chance.random() < 0.3:
        for rule in range(chance.randint(0, 60), SHEET[1], chance.choice((47, 60, 72, 94))):
            pen.line((0, rule, SHEET[0], rule), fill=chance.choice((120, 160, 200)), width=3)
    soft = sheet.reduce(2).filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.8)))
    grain = np.random.default_rng(chance.randrange(9**9)).standard_normal((650, 750), np.float32)
    seen = np.asarray(soft, np.float32) + grain * np.float32(chance.uniform(1, 4))
    level = Image.fromarray(seen.clip(0, 255).astype(np.uint8))
    return level.rotate(chance.uniform(-0.6, 0.6), Image.Resampling.BILINEAR, fillcolor=250)


def _noise(chance: random.Random) -> Image.Image:
    """Blots, strokes and rings that are no letters."""
    random_field = np.random.default_rng(chance.randrange(9**9)).normal(128, 40, (650, 750))
    soft = Image.fromarray(random_field.clip(0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(chance.choice((1.2, 2.0, 3.5)))
    )
    levels = np.asarray(soft)
    dark = levels < np.percentile(levels, chance.choice((6, 12, 20, 30)))
    page = Image.fromarray(np.where(dark, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(page)
    for _ in range(150):
        x, y = chance.randrange(740), chance.randrange(640)
        far = (x + chance.randint(4, 40), y + chance.randint(4, 40))
        chance.choice((pen.rectangle, pen.ellipse))((x, y, *far), outline=0, width=2)
    return page


def _cut_out(grey: Image.Image) -> Field:
    """What `skew` would give to the network."""
    darkness = skew.darkness_of(grey)
    level = skew.without_rules(skew.as_image(skew.text_ink(darkness)))
    return letters.shapes(darkness, level, most=600)


def _taught(known: Field, noise: Field) -> tuple[NDArray[np.float16], ...]:
    """Adam over a softmax of the four positions (Kingma and Ba, 2015)."""
    chance = np.random.default_rng(1)
    net = [
        chance.standard_normal((letters.SIDE_PX**2, FEATURES), np.float32) * np.float32(0.12),
        np.zeros(FEATURES, np.float32),
        chance.standard_normal(FEATURES, np.float32) * np.float32(0.3),
    ]
    means, squares = ([np.zeros_like(part) for part in net] for _ in range(2))
    steps = ROUNDS * (len(known) // BATCH)
    for step in range(1, steps + 1):
        batch = np.concatenate(
            [
                known[chance.integers(0, len(known), BATCH)],
                noise[chance.integers(0, len(noise), NOISE)],
            ]
        )
        rate = 3e-3 * (1 - step / (steps + 1)) + 1e-5
        batch = np.roll(batch, tuple(chance.integers(-1, 2, 2)), (1, 2))
        for part, mean, square, slope in zip(net, means, squares, _slopes(net, batch), strict=True):
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            unbiased = np.sqrt(square / (1 - 0.999**step)) + 1e-8
            part -= rate * (mean / (1 - 0.9**step)) / unbiased
    return tuple(part.astype(np.float16) for part in net)


def _slopes(net: list[Field], batch: Field) -> list[Field]:
    """Where the error falls: the first position is the right one, of noise none."""
    weights, thresholds, upright = net
    turned = np.stack(
        [np.rot90(batch, -quarters, axes=(1, 2)).reshape(len(batch), -1) for quarters in range(4)],
        1,
    ).reshape(-1, letters.SIDE_PX**2) * np.float32(letters.CONTRAST)
    features = np.maximum(turned @ weights + thresholds, 0)
    scores = (features @ upright).reshape(-1, 4)
    error: Field = np.exp(scores - scores.max(axis=1, keepdims=True))
    error /= error.sum(axis=1, keepdims=True)
    error[:BATCH, 0] -= 1
    error[BATCH:] -= 0.25
    flat: Field = (error / len(batch)).reshape(-1).astype(np.float32)
    back: Field = (flat[:, None] * upright * (features > 0)).astype(np.float32)
    slopes = (turned.T @ back, back.sum(axis=0), features.T @ flat)
    return [slope.astype(np.float32) for slope in slopes]


if __name__ == "__main__":
    sys.exit(main())
