# SPDX-License-Identifier: GPL-3.0-only
"""Pages for `bench_paper` that are harder than the tests' own:
a payslip of an office printer with all its words known, on a scanner that makes reading hard; and
real printed pages that are fetched for the run, never committed.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from resources import resource_path
from tests.support.drawn_pages import A4_300, SENTENCES

HERE = Path(__file__).resolve().parents[3]
REAL_PAGES = HERE / "build" / "real-pages"
_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")
_RUBRICS = (
    "Salaire de base",
    "Heures supplémentaires 125 %",
    "Prime d'ancienneté",
    "Santé, sécurité sociale",
    "Complémentaire santé",
    "Accidents du travail",
    "Retraite plafonnée",
    "Retraite déplafonnée",
    "Retraite complémentaire",
    "Famille",
    "Assurance chômage",
    "Contribution d'équilibre",
    "CSG déductible",
    "CSG non déductible",
    "Exonération de cotisations",
    "Titres-restaurant",
    "Remboursement de transport",
    "Prélèvement à la source",
    "Congés payés acquis",
    "Congés payés pris",
    "Mutuelle obligatoire",
    "Prévoyance",
)
UPRIGHT = (
    "1555.003.jpg",
    "1555.007.jpg",
    "boxedpage.jpg",
    "brev.14.75.jpg",
    "brev.53.75.jpg",
    "brev.56.75.jpg",
    "breviar.38.150.jpg",
    "brothers.150.jpg",
    "cavalerie.29.jpg",
    "colorpage.030.jpg",
    "feyn.tif",
    "german.png",
    "lapide.052.100.jpg",
    "lion-page.00011.png",
    "lion-page.00013.png",
    "lion-page.00017.png",
    "lucasta.047.jpg",
    "lucasta.150.jpg",
    "pageseg1.tif",
    "pageseg2.tif",
    "pageseg3.tif",
    "pageseg4.tif",
    "patent.png",
    "pedante.079.jpg",
    "rabi.png",
    "shearer.148.tif",
    "table.15.tif",
    "table.27.tif",
    "toc.99.tif",
    "tribune-page-4x.png",
    "w91frag.jpg",
    "witten.tif",
    "zanotti-78.jpg",
)
"""Every page of leptonica's samples that is text, upright, in Latin letters:
no map, score, picture or icon.
"""


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(resource_path("fonts/DejaVuSans.ttf")), size)


def small_payslip() -> tuple[Image.Image, list[str]]:
    """A dense payslip in letters of 8 points, 300 dpi, and its words in reading order."""
    page = Image.new("RGB", A4_300, "white")
    pen, chance, words = ImageDraw.Draw(page), random.Random(1), list[str]()

    def put(x: int, y: int, text: str, size: int) -> None:
        pen.text((x, y), text, font=_font(size), fill="black")
        words.extend(text.split())

    put(180, 200, "BULLETIN DE SALAIRE", 62)
    put(180, 310, "Période : février 2026, Boulangerie Les Délices SARL, 8 place du Marché", 37)
    put(180, 370, "Salariée : Éloïse Garance, emploi : vendeuse, ancienneté : 3 ans 5 mois", 37)
    top, height, columns = 460, 66, (180, 1150, 1440, 1690, 1990, 2300)
    for line in range(34):
        y = top + line * height
        pen.line((columns[0], y, columns[-1], y), fill="#808080", width=2)
        put(200, y + 14, _RUBRICS[line % len(_RUBRICS)], 33)
        for column in columns[1:-1]:
            put(column + 24, y + 14, f"{chance.uniform(1, 1999):.2f}", 33)
    bottom = top + 34 * height
    pen.line((columns[0], bottom, columns[-1], bottom), fill="#808080", width=2)
    for x in columns:
        pen.line((x, top, x, bottom), fill="#808080", width=2)
    for line, sentence in enumerate(SENTENCES):
        put(180, bottom + 60 + 52 * line, sentence, 30)
    return page, words


def badly_scanned(page: Image.Image, skew_deg: float = -2.3) -> Image.Image:
    """Grey lid, paper with grain and a fold, the back shining through, uneven light, and a lamp at
    its end.
    """
    chance = np.random.default_rng(7)
    width, height = page.size
    seen = np.asarray(page, np.float32) / 255 * np.array((244, 243, 240), np.float32)
    seen += 6 * _grain(chance, page.size)[..., None]
    back = (
        page.convert("L")
        .transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        .filter(ImageFilter.GaussianBlur(5))
    )
    seen *= (1 - 0.06 * (255 - np.asarray(back, np.float32)) / 255)[..., None]
    fold = 1 - 0.05 * np.exp(-(((np.arange(height) - height / 2) / 14.0) ** 2)).astype(np.float32)
    sheet = Image.fromarray((seen * fold[:, None, None]).clip(0, 255).astype(np.uint8))
    small = sheet.resize((round(width * 0.955), round(height * 0.955)), Image.Resampling.BICUBIC)
    whole, mask = Image.new("RGB", page.size, (196, 198, 199)), Image.new("L", page.size)
    place = ((width - small.width) // 2 + 14, (height - small.height) // 2 - 9)
    whole.paste(small, place)
    mask.paste(255, (*place, place[0] + small.width, place[1] + small.height))
    whole = whole.rotate(-skew_deg, Image.Resampling.BICUBIC, fillcolor=(196, 198, 199))
    x = np.linspace(0, 1, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)
    dark = 0.16 * np.clip((x - 0.75) / 0.25, 0, 1) ** 2
    light = 1 - dark[None, :] - 0.1 * np.clip((0.12 - y) / 0.12, 0, 1)[:, None]
    lit = np.asarray(whole.filter(ImageFilter.GaussianBlur(0.8)), np.float32) * light[..., None]
    lit += chance.normal(0, 4, (height, width, 1)).astype(np.float32)
    return Image.fromarray(lit.clip(0, 255).astype(np.uint8))


def _grain(chance: np.random.Generator, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    half = chance.normal(0, 40, (size[1] // 2, size[0] // 2)).clip(-127, 127)
    grey = Image.fromarray((half + 128).astype(np.uint8)).filter(ImageFilter.GaussianBlur(2))
    return (
        np.asarray(grey.resize(size, Image.Resampling.BILINEAR), np.float32) - np.float32(128)
    ) / np.float32(40)


def real_pages() -> list[Path]:
    """leptonica's own samples from Debian's source package, kept in `build`;
    none where they cannot be had.
    """
    REAL_PAGES.mkdir(parents=True, exist_ok=True)
    if not all((REAL_PAGES / name).is_file() for name in UPRIGHT):
        try:
            _fetch_real_pages()
        except (OSError, subprocess.SubprocessError, tarfile.TarError) as error:
            print(f"real pages: cannot be fetched here ({type(error).__name__}), not measured")
            return []
    return [REAL_PAGES / name for name in UPRIGHT if (REAL_PAGES / name).is_file()]


def _fetch_real_pages() -> None:
    if shutil.which("apt-get") is None or not _SOURCES.is_file():
        raise OSError("no apt")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lists" / "partial").mkdir(parents=True)
        (Path(folder) / "src.sources").write_text(
            _SOURCES.read_text().replace("Types: deb\n", "Types: deb-src\n")
        )
        apt = [
            "apt-get",
            "-q",
            f"-oDir::Etc::sourcelist={folder}/src.sources",
            "-oDir::Etc::sourceparts=-",
            f"-oDir::State::lists={folder}/lists",
        ]
        subprocess.run([*apt, "update"], check=True, capture_output=True, cwd=folder, timeout=120)
        # Mirrors that lack the package's own description fail after the samples are here.
        subprocess.run(
            [*apt, "source", "--download-only", "leptonlib"],
            check=False,
            capture_output=True,
            cwd=folder,
            timeout=240,
        )
        archives = sorted(Path(folder).glob("leptonlib_*.orig.tar*"))
        if not archives:
            raise OSError("no archive")
        with tarfile.open(archives[0]) as archive:
            for member in archive:
                if Path(member.name).name in UPRIGHT and member.isfile():
                    data = archive.extractfile(member)
                    assert data is not None
                    (REAL_PAGES / Path(member.name).name).write_bytes(data.read())
