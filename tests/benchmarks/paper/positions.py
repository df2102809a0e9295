# SPDX-License-Identifier: GPL-3.0-only
"""Pages of many kinds, alphabets and fonts, upright. Used by `bench_paper`, which lays them in four
positions. Most fonts are Debian's, fetched for the run, never committed; those by hand,
and most of the others, taught the network nothing (`letter_shapes`).
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from resources import resource_path
from tests.benchmarks.paper.alphabets import ARABIC, CYRILLIC, LATIN, OTHERS
from tests.benchmarks.paper.pages import HERE
from tests.support.drawn_pages import A4_300

FONTS = HERE / "build" / "bench-fonts"


def _words(text: str) -> list[str]:
    return text.split()


_PACKAGES = _words(
    "fonts-liberation fonts-freefont-ttf fonts-lato fonts-ebgaramond fonts-linuxlibertine "
    "fonts-roboto-slab fonts-paratype fonts-open-sans fonts-gnutypewriter fonts-opendyslexic "
    "fonts-gfs-didot fonts-comic-neue fonts-hosny-amiri fonts-kacst-one fonts-dkg-handwriting "
    "fonts-breip fonts-femkeklaver fonts-rufscript fonts-dancingscript fonts-kristi "
    "fonts-ecolier-court fonts-humor-sans fonts-bwht fonts-dejavu-core fonts-noto-core "
    "fonts-wqy-microhei"
)
_PRINTED = _words(
    "DejaVuSans.ttf Inter-Regular.otf DejaVuSerif.ttf LiberationSerif-Regular.ttf "
    "LiberationSans-Regular.ttf LiberationMono-Regular.ttf FreeSerifItalic.ttf Lato-Regular.ttf "
    "Lato-Light.ttf EBGaramond12-Regular.otf LinLibertine_R.otf RobotoSlab-Regular.otf PTS55F.ttf "
    "PTF55F.ttf OpenSans-CondLight.ttf GNUTypewriter.ttf LiberationSans-BoldItalic.ttf "
    "OpenDyslexic-Regular.otf GFSDidot.otf ComicNeue-Regular.otf"
)
_BY_HAND = _words(
    "dkg.ttf Breip.ttf femkeklaver.ttf Rufscript010.ttf DancingScript-Regular.otf Kristi.ttf "
    "Ecolier-court.ttf Humor-Sans.ttf BecauseWeBuild-Regular.otf BecauseWeLearn-Regular.otf"
)
_CYRILLIC = _words(
    "DejaVuSans.ttf DejaVuSerif.ttf LiberationSerif-Regular.ttf PTS55F.ttf PTF56F.ttf"
)
_ARABIC = _words("Amiri-Regular.ttf KacstOne.ttf DejaVuSans.ttf FreeSerif.ttf")
_OTHERS = {
    name: [
        f"Noto{kind}{name}-{weight}.ttf"
        for kind in ("Sans", "Serif")
        for weight in ("Regular", "Bold")
    ]
    for name in OTHERS
}
_OTHERS["Greek"] = ["NotoSans-Regular.ttf", "NotoSerif-Regular.ttf", "NotoSerif-Italic.ttf"]
_OTHERS["Chinese"] = ["wqy-microhei.ttc"]
LATIN_WORDS, CYRILLIC_WORDS, ARABIC_WORDS = (
    _words(alphabet.words) for alphabet in (LATIN, CYRILLIC, ARABIC)
)


class _Sheet:
    """A page that is drawn on, with its own chance."""

    def __init__(self, font: Path, seed: str) -> None:
        self.page = Image.new("L", A4_300, 250)
        self.pen = ImageDraw.Draw(self.page)
        self.chance = random.Random(seed)
        self._font = font
        self.size = self.chance.choice((36, 42, 50, 58))

    def put(self, x: float, y: float, text: str, size: int = 0) -> None:
        """Writes a text."""
        font = ImageFont.truetype(str(self._font), size or self.size)
        self.pen.text((x, y), text, font=font, fill=25)

    def figure(self) -> str:
        """An amount."""
        return f"{self.chance.uniform(1, 3000):.2f}".replace(".", ",")

    def word(self) -> str:
        """A word."""
        return self.chance.choice(LATIN_WORDS)

    def fill(
        self,
        words: list[str] = LATIN_WORDS,
        *,
        lines: int = 25,
        top: int = 300,
        step: int = 0,
        capitals: bool = False,
        right: bool = False,
    ) -> None:
        """Lines of words, from the left or from the right."""
        font = ImageFont.truetype(str(self._font), self.size)
        for line in range(lines):
            y = top + line * (step or int(self.size * 1.6))
            if y > 3250:
                return
            text, wide = "", self.chance.randint(1200, 2000)
            while self.pen.textlength(text, font=font) < wide - 250:
                text += self.chance.choice(words) + " "
            text = text.upper().strip() if capitals else text.strip()
            start = 2260 - self.pen.textlength(text, font=font) if right else 220
            self.put(start, y, text)


def _letter(sheet: _Sheet) -> None:
    sheet.fill(lines=sheet.chance.choice((14, 25, 38)))


def _capitals(sheet: _Sheet) -> None:
    sheet.fill(lines=18, capitals=True)


def _figures(sheet: _Sheet) -> None:
    for row in range(34):
        sheet.put(
            200, 300 + row * int(sheet.size * 1.7), "   ".join(sheet.figure() for _ in range(5))
        )


def _same_lines(sheet: _Sheet) -> None:
    for row in range(30):
        text = f"Ligne {row + 1:02d} : la personne paie son loyer régulièrement."
        sheet.put(220, 300 + row * int(sheet.size * 1.7), text)


def _sparse(sheet: _Sheet) -> None:
    sheet.fill(lines=sheet.chance.choice((2, 3, 5)))


def _framed(sheet: _Sheet) -> None:
    sheet.pen.rectangle((100, 100, 2380, 3400), outline=0, width=6)
    sheet.pen.rectangle((130, 130, 2350, 3370), outline=0, width=3)
    sheet.fill(lines=28)


def _attestation(sheet: _Sheet) -> None:
    sheet.pen.rectangle((100, 100, 2380, 3400), outline=0, width=6)
    sheet.put(500, 400, "ATTESTATION DE LOYER", 90)
    sheet.fill(top=800, lines=12, capitals=sheet.chance.random() < 0.5)


def _ruled(sheet: _Sheet) -> None:
    for y in range(200, 3400, 94):
        sheet.pen.line((80, y, 2400, y), fill=150, width=3)
    sheet.fill(top=292 - sheet.size, step=94, lines=sheet.chance.choice((4, 15, 25)))


def _exercise_book(sheet: _Sheet) -> None:
    for place, y in enumerate(range(200, 3400, 24)):
        sheet.pen.line((0, y, 2480, y), fill=215 if place % 4 else 150, width=2)
    for x in range(160, 2480, 96):
        sheet.pen.line((x, 0, x, 3508), fill=200, width=2)
    sheet.fill(top=388 - sheet.size, step=96, lines=sheet.chance.choice((6, 15, 25)))


def _table(sheet: _Sheet) -> None:
    step = int(sheet.size * 1.8)
    for row in range(30):
        y = 300 + row * step
        sheet.pen.line((180, y - 12, 2300, y - 12), fill=0, width=2)
        for column in range(4):
            cell = sheet.word() if (row + column) % 3 else sheet.figure()
            sheet.put(200 + column * 530, y, cell)
    for column in range(5):
        x = 180 + column * 530
        sheet.pen.line((x, 288, x, 288 + 30 * step), fill=0, width=2)


def _payslip(sheet: _Sheet) -> None:
    sheet.put(180, 160, "BULLETIN DE SALAIRE", 64)
    for row in range(38):
        y = 340 + row * 72
        sheet.pen.line((180, y, 2300, y), fill=110, width=3)
        sheet.put(200, y + 14, f"{sheet.word()} {sheet.word()}".capitalize(), 34)
        for x in (1180, 1520, 1900):
            sheet.put(x, y + 14, sheet.figure(), 34)
    for x in (180, 1140, 1480, 1860, 2300):
        sheet.pen.line((x, 340, x, 3076), fill=110, width=3)


def _form(sheet: _Sheet) -> None:
    sheet.pen.rectangle((100, 100, 2380, 3400), outline=0, width=6)
    for row in range(16):
        y = 250 + row * (int(sheet.size * 1.6) + 70)
        sheet.put(200, y, f"{sheet.word()} {sheet.word()} :".capitalize())
        sheet.pen.rectangle((1100, y - 8, 2200, y + int(sheet.size * 1.4)), outline=0, width=3)
        if row % 2:
            sheet.put(1130, y, sheet.word().upper())


def _boxes(sheet: _Sheet) -> None:
    for row in range(18):
        y, answer = 300 + 150 * row, sheet.word().upper()
        sheet.put(200, y, f"{sheet.word()} :".capitalize(), 44)
        for box in range(16):
            sheet.pen.rectangle(
                (900 + 80 * box, y - 10, 970 + 80 * box, y + 66), outline=0, width=3
            )
            sheet.put(916 + 80 * box, y, answer[box : box + 1], 44)


def _identity_card(sheet: _Sheet) -> None:
    sheet.pen.rounded_rectangle((600, 900, 1611, 1538), 40, fill=225, outline=150, width=4)
    sheet.pen.ellipse((680, 1010, 920, 1340), fill=130)
    lines = ("CARTE NATIONALE D'IDENTITÉ", "Nom : GARANCE", "Prénoms : Éloïse, Noëlle")
    for row, line in enumerate((*lines, "Née le 14 02 1987", "SPECIMEN X4X4X4X4X4")):
        sheet.put(960, 960 + row * 80, line, 40)
    sheet.put(640, 1400, "IDFRAGARANCE<<<<<<<<<<<<<<<<", 34)
    sheet.put(640, 1460, "870214ELOISE<<<8702146F4", 34)


def _receipt(sheet: _Sheet) -> None:
    for row in range(30):
        sheet.put(200, 200 + row * 62, sheet.word().upper(), 38)
        sheet.put(800, 200 + row * 62, sheet.figure(), 38)


def _cyrillic(sheet: _Sheet) -> None:
    sheet.fill(CYRILLIC_WORDS, lines=sheet.chance.choice((14, 25)))


def _cyrillic_capitals(sheet: _Sheet) -> None:
    sheet.fill(CYRILLIC_WORDS, lines=16, capitals=True)


def _arabic(sheet: _Sheet) -> None:
    sheet.fill(ARABIC_WORDS, lines=sheet.chance.choice((14, 25)), right=True)


def _in_alphabet(name: str) -> Callable[[_Sheet], None]:
    def draw(sheet: _Sheet) -> None:
        words, lines = OTHERS[name].words.split(), sheet.chance.choice((5, 14, 25))
        sheet.fill(words, lines=lines, right=name == "Hebrew")

    return draw


_KINDS: dict[str, tuple[Callable[[_Sheet], None], list[str]]] = {
    "letter": (_letter, _PRINTED),
    "capitals": (_capitals, _PRINTED),
    "figures": (_figures, _PRINTED),
    "table": (_table, _PRINTED),
    "form": (_form, _PRINTED),
    "framed": (_framed, _PRINTED),
    "ruled": (_ruled, _PRINTED),
    "same lines": (_same_lines, _PRINTED[::3]),
    "sparse": (_sparse, _PRINTED[1::3]),
    "attestation": (_attestation, _PRINTED[2::3]),
    "exercise book": (_exercise_book, _PRINTED[::3]),
    "payslip": (_payslip, _PRINTED[1::3]),
    "boxes": (_boxes, _PRINTED[2::3]),
    "identity card": (_identity_card, _PRINTED[::3]),
    "receipt": (_receipt, _PRINTED[1::3]),
    "by hand": (_letter, _BY_HAND),
    "by hand, ruled": (_ruled, _BY_HAND),
    "Cyrillic": (_cyrillic, _CYRILLIC),
    "Cyrillic capitals": (_cyrillic_capitals, _CYRILLIC),
    "Arabic": (_arabic, _ARABIC),
    **{name: (_in_alphabet(name), fonts) for name, fonts in _OTHERS.items()},
}


def upright_pages() -> Iterator[tuple[str, Image.Image]]:
    """Each kind in each of its fonts that is here, as a scanner sees it at 150 dpi: soft, noisy and
    up to 2.5 degrees askew; with the kind's name.
    """
    here = _fonts()
    for kind, (draw, fonts) in _KINDS.items():
        for name in fonts:
            if name in here:
                sheet = _Sheet(here[name], f"{kind} {name}")
                draw(sheet)
                yield kind, _scanned(sheet.page, sheet.chance)


def _scanned(page: Image.Image, chance: random.Random) -> Image.Image:
    noise = np.random.default_rng(chance.randrange(1 << 30))
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(1.1)), np.float32)
    grainy = soft + 4 * noise.standard_normal(soft.shape, np.float32)
    seen = Image.fromarray(grainy.clip(0, 255).astype(np.uint8))
    tilt_deg = chance.uniform(-2.5, 2.5)
    return seen.rotate(tilt_deg, Image.Resampling.BILINEAR, fillcolor=250).reduce(2)


def _fonts() -> dict[str, Path]:
    """Debian's fonts by file name, fetched once, and the program's own."""
    if not FONTS.is_dir() and shutil.which("apt-get") is not None:
        fetch_fonts(_PACKAGES, FONTS)
    files = [
        *FONTS.rglob("*.ttf"),
        *FONTS.rglob("*.otf"),
        *FONTS.rglob("*.ttc"),
        *resource_path("fonts/DejaVuSans.ttf").parent.iterdir(),
    ]
    return {path.name: path for path in files}


def fetch_fonts(packages: list[str], folder: Path) -> None:
    """Unpacks Debian's packages of fonts into `folder`; those that cannot be had are left out."""
    with tempfile.TemporaryDirectory() as place:
        for package in packages:
            subprocess.run(
                ["apt-get", "-q", "download", package],
                check=False,
                capture_output=True,
                cwd=place,
                timeout=120,
            )
        folder.mkdir(parents=True, exist_ok=True)
        for archive in Path(place).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", archive, folder], check=True, timeout=120)
