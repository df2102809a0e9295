# SPDX-License-Identifier: GPL-3.0-only
"""Does cleaning see and show a page rightly? Skew, orientation, words that tesseract reads.
Used by `bench_paper`.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pypdfium2
from PIL import Image

from documents.imaging import skew
from documents.imaging.encoding import OUTPUT_DPI
from documents.imaging.skew import PageOrientation
from tests.benchmarks.paper.alphabets import OTHERS
from tests.benchmarks.paper.pages import badly_scanned, real_pages, small_payslip
from tests.benchmarks.paper.peak import to_document
from tests.benchmarks.paper.positions import upright_pages
from tests.benchmarks.table import Row
from tests.support import drawn_pages
from tests.support.drawn_pages import Flatbed

PAYSLIP_SKEWS_DEG = (-2.3, 1.1, 3.4)
"""Several, because one letter's place decides whether tesseract sees a whole row of a table."""

LONG_SIDE_PX = 1750
"""A4 at `skew.WORK_DPI`: what cleaning looks at."""


def skew_errors() -> Row:
    """The 95th percentile of the error, in degrees, over pages that lie badly."""
    angles = [round(-4 + 0.37 * k, 2) for k in range(22)]
    pages = [
        page().reduce(2) for page in (drawn_pages.form, drawn_pages.letter, drawn_pages.payslip)
    ]
    errors = []
    for k, angle in enumerate(angles):
        scan = drawn_pages.scan(pages[k % 3], Flatbed(skew_deg=angle))
        errors.append(abs(skew.find_lie(scan.convert("L")).skew_deg - angle))
    p95 = float(np.percentile(errors, 95))
    return Row(
        "skew, 22 synthetic pages",
        "p95 error, deg",
        p95,
        goal=0.05,
        cause=f"worst {max(errors):.2f} deg",
    )


class Positions:
    """Counts what becomes of pages in four positions, by kind."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    def count(self, kind: str, quarter: int, lie: PageOrientation) -> None:
        """Notes what was found of a page that lay so many quarters on its side."""
        self.tried[kind] += 1
        if not lie.sure:
            self.asked[kind] += 1
        elif lie.turn_deg != 90 * quarter:
            self.wrong[kind] += 1

    def rows(self, case: str) -> list[Row]:
        """No page turned wrongly; the part that is left as it came, which the agent is asked
        about, is told.
        """
        tried = self.tried.total()
        asked, wrong = (
            ", ".join(
                f"{kind} {count} of {self.tried[kind]}" for kind, count in these.most_common()
            )
            for these in (self.asked, self.wrong)
        )
        print(f"{case}: asked {asked or 'never'}; wrong {wrong or 'never'}", flush=True)
        name = f"{tried // 4} {case} x 4"
        return [
            Row(name, "turned wrongly", self.wrong.total(), goal=0, cause=wrong),
            Row(
                name,
                "part the agent is asked about",
                self.asked.total() / tried,
                cause=asked,
            ),
        ]


def orientation() -> list[Row]:
    """Drawn pages of many kinds and real printed ones, in four positions, with and without
    tesseract.
    """
    counted: dict[str, tuple[Positions, Positions]] = {}
    for case, kind, grey in _pages():
        alone, helped = counted.setdefault(case, (Positions(), Positions()))
        for quarter in range(4):
            scan = grey.rotate(90 * quarter, expand=True)
            with mock.patch.object(skew, "quarters_by_tesseract", return_value=None):
                lie = skew.find_lie(scan)
            alone.count(kind, quarter, lie)
            helped.count(kind, quarter, lie if lie.sure else skew.find_lie(scan))
    rows: list[Row] = []
    for case, (alone, helped) in counted.items():
        rows += alone.rows(f"{case}, letters alone")
        if shutil.which("tesseract") is not None:
            rows += helped.rows(f"{case}, with tesseract")
    return rows


def _pages() -> Iterator[tuple[str, str, Image.Image]]:
    """Case, kind and page."""
    for kind, page in upright_pages():
        if kind in OTHERS:
            yield "drawn pages in other alphabets", kind, page
        else:
            by_hand = kind.startswith("by hand")
            yield "drawn pages by hand" if by_hand else "drawn prints", kind, page
    for name, page in _real_pages():
        yield "real pages", name, page


def _real_pages() -> Iterator[tuple[str, Image.Image]]:
    for path in real_pages():
        with Image.open(path) as opened:
            grey = opened.convert("L")
        grey.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
        yield path.name, grey


def words() -> list[Row]:
    """The part of the true words that tesseract reads, before and after cleaning."""
    if shutil.which("tesseract") is None:
        print("tesseract: not installed, words not counted")
        return []
    payslip, truth = small_payslip()
    positions = [
        drawn_pages.jpeg(badly_scanned(payslip, skew_deg)) for skew_deg in PAYSLIP_SKEWS_DEG
    ]
    found = [_missed(f"payslip x {len(positions)}, words missed", positions, truth, 0.03)]
    for case, glass in (
        ("form", Flatbed(skew_deg=1.7)),
        ("letter", Flatbed(skew_deg=0.6, quarters=2)),
    ):
        scan = drawn_pages.jpeg(drawn_pages.scan(getattr(drawn_pages, case)(), glass))
        found.append(_missed(f"{case}, words missed", [scan], _words_of(case), None))
    return found


def _missed(case: str, scans: list[bytes], truth: list[str], goal: float | None) -> Row:
    """What is not read of the document, beside what is not read of the scan;
    never more of the first.
    """
    before = [1 - _part_read(scan, truth) for scan in scans]
    after = [1 - _part_read(_drawn(to_document(scan)), truth) for scan in scans]
    peer = sum(before) / len(scans)
    told = ", ".join(f"{missed:.3f}" for missed in after)
    limit = peer if goal is None else min(peer, goal)
    return Row(
        case, "part", sum(after) / len(scans), peer, "as scanned", limit, cause=f"each: {told}"
    )


def _drawn(document: bytes) -> bytes:
    """The first page as a program that reads documents draws it."""
    pdf: Any = pypdfium2.PdfDocument(document)  # type: ignore[no-untyped-call]  # pypdfium2 leaves it untyped
    try:
        picture: Image.Image = pdf[0].render(scale=OUTPUT_DPI / 72).to_pil()
    finally:
        pdf.close()
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1, dpi=(OUTPUT_DPI, OUTPUT_DPI))
    return file.getvalue()


def _words_of(case: str) -> list[str]:
    if case == "letter":
        return " ".join(drawn_pages.SENTENCES * 5).split()
    titles = ["Vous", "Votre logement", "Vos ressources"]
    rows = ["Nom de naissance :", "Prénoms :", "Né(e) le :", "Adresse :", "Montant mensuel :"]
    told = [*titles, *(f"{row} GARANCE – 684,50 €" for row in rows * 3), *drawn_pages.SENTENCES]
    return " ".join(told).split()


def _part_read(page: bytes, truth: list[str]) -> float:
    """Words of two signs and more, each as often as it stands there."""
    wanted = Counter(_signs(" ".join(truth)))
    return sum((Counter(_signs(_read(page))) & wanted).values()) / wanted.total()


def _signs(text: str) -> list[str]:
    return re.findall(r"[0-9A-Za-zÀ-ÿŒœ€.,'%-]{2,}", text.replace("’", "'"))


def _read(page: bytes) -> str:
    with Image.open(io.BytesIO(page)) as opened:
        dpi = round(opened.info.get("dpi", (200, 200))[0])
    language = (
        "fra" if Path("/usr/share/tesseract-ocr/5/tessdata/fra.traineddata").exists() else "eng"
    )
    command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", "3", "--dpi", str(dpi)]
    # its threads wait for each other where processors are busy
    one = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    told = subprocess.run(
        command, input=page, capture_output=True, check=True, timeout=120, env=one
    )
    return told.stdout.decode()
