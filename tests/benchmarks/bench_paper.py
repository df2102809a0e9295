# SPDX-License-Identifier: GPL-3.0-only
"""How much processor a page costs, and how big it becomes, against plain decode, resize, encode in the same run.

`make bench-paper` prints the table and writes `build/bench/paper.json`.
"""

from __future__ import annotations

import io
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PIL import Image

from documents.assemble import assemble
from documents.clean import clean_page
from documents.encoding import JPEG_QUALITY, OUTPUT_DPI, Encoding
from documents.quick import quick_copy
from documents.workers import Workers
from tests.benchmarks import paper_store
from tests.benchmarks.table import Row, publish
from tests.unit.documents import drawn_pages
from tests.unit.documents.drawn_pages import Glass

GOAL_CLEAN_S = 0.5
"""CPU seconds for one A4 page at 300 dpi in colour."""

GOAL_ASSEMBLE_S = 0.1
REPEATS = 5
LINE_BYTES_S = 64_000
PAGES_BYTES_S = 54_000
"""What a quick copy may use of it beside a call (`session.protocol.sending.HURRY`)."""
"""512 kb/s."""


def cpu_s(work: Callable[[], object]) -> float:
    """Processor seconds of the quickest of some runs."""
    spent = []
    for _ in range(REPEATS):
        before = time.process_time()
        work()
        spent.append(time.process_time() - before)
    return min(spent)


def plain_copy(data: bytes) -> bytes:
    """The least that any pipeline must do: decode, resize to the output's resolution, encode."""
    page = Image.open(io.BytesIO(data)).convert("RGB")
    size = (round(page.width * OUTPUT_DPI / 300), round(page.height * OUTPUT_DPI / 300))
    file = io.BytesIO()
    page.resize(size, Image.Resampling.BILINEAR).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def _way_of_a_page(data: bytes) -> list[Row]:
    """One colour page to a PDF/A-2b, against the floor and against the programs that people use for it."""
    when = datetime(2026, 3, 2, tzinfo=UTC)
    ours = cpu_s(lambda: assemble([clean_page(data).jpeg], "x", when))
    floor = cpu_s(partial(plain_copy, data))
    found = [Row("colour A4 to a PDF/A-2b page", "x the floor", ours / floor, 1.0, "decode, resize, encode", 2.5)]
    for name, most, command in (
        ("ImageMagick -deskew", 1 / 8, ("convert", "{page}", "-deskew", "40%", "{out}")),
        ("ocrmypdf --deskew", 1 / 20, ("ocrmypdf", "--deskew", "--tesseract-timeout", "0", "{page}", "{out}")),
    ):
        if shutil.which(command[0]) is None:
            print(f"{name}: not installed, not measured")
            continue
        try:
            peer = _program_s(command, data)
        except subprocess.CalledProcessError:
            print(f"{name}: cannot do it here, not measured")
            continue
        found.append(Row(f"the same, against {name}", "CPU s", ours, peer, name, peer * most))
    copy = quick_copy(data, 300)
    assert copy is not None
    seconds = cpu_s(partial(quick_copy, data, 300)) + len(copy.data) / PAGES_BYTES_S
    found.append(Row("colour form seen on 512 kb/s", "s", seconds, len(data) / LINE_BYTES_S, "as scanned", 2.0))
    small = cpu_s(lambda: assemble([clean_page(data, encoding=Encoding.SMALL).content], "x", when))
    found.append(Row("the same page in layers", "x the floor", small / floor, 1.0, "decode, resize, encode"))
    jpeg, layers = (
        len(assemble([clean_page(data, encoding=form).content], "x", when)) / 1000
        for form in (Encoding.JPEG, Encoding.SMALL)
    )
    found.append(Row("document of one page in layers", "kB", layers, jpeg, "as JPEG", 60.0))
    return found


def _program_s(command: tuple[str, ...], data: bytes) -> float:
    """Processor seconds of a program and its children."""
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "page.jpg", Path(folder) / "out.pdf"
        page.write_bytes(data)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        filled = [part.format(page=page, out=out) for part in command]
        subprocess.run(filled, check=True, capture_output=True, timeout=120)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _skew() -> Row:
    """The 95th percentile of the error, in degrees, over pages that lie badly."""
    angles = [round(-4 + 0.37 * k, 2) for k in range(22)]
    pages = [drawn_pages.form().reduce(2), drawn_pages.letter().reduce(2), drawn_pages.payslip().reduce(2)]
    errors = sorted(
        abs(
            clean_page(drawn_pages.jpeg(drawn_pages.scan(pages[k % 3], Glass(skew_deg=angle)), dpi=150)).skew_deg
            - angle
        )
        for k, angle in enumerate(angles)
    )
    return Row("skew, 22 synthetic pages", "p95 error, deg", errors[int(0.95 * len(errors))], goal=0.05)


def _peak_mb(data: bytes) -> float:
    clean_page(data)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory(data: bytes) -> Row:
    with Workers() as workers:
        return Row("a worker that cleaned a page", "peak MB", workers.submit(_peak_mb, data).result(60), goal=250.0)


def _words(scan: Image.Image) -> list[Row]:
    """Part of the true words that tesseract reads, before and after."""
    if shutil.which("tesseract") is None:
        print("tesseract: not installed, words not counted")
        return []
    truth = {word for rubric in drawn_pages._RUBRICS for word in rubric.split() if len(word) > 3}
    data = drawn_pages.jpeg(scan)
    read = {name: _read(page) & truth for name, page in (("before", data), ("after", clean_page(data).jpeg))}
    missed, peer = (1 - len(read[name]) / len(truth) for name in ("after", "before"))
    return [Row("payslip, words not read", "part", missed, peer or None, "as scanned", 0.03)]


def _read(page: bytes) -> set[str]:
    language = "fra" if Path("/usr/share/tesseract-ocr/5/tessdata/fra.traineddata").exists() else "eng"
    command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", "6"]
    told = subprocess.run(command, input=page, capture_output=True, check=True, timeout=120)
    return set(told.stdout.decode().split())


def rows() -> list[Row]:
    """Measures everything."""
    scans = {
        "form, 1.7 deg": drawn_pages.scan(drawn_pages.form(), Glass(skew_deg=1.7)),
        "payslip, -2.3 deg, grey lid": drawn_pages.scan(drawn_pages.payslip(), Glass(skew_deg=-2.3, lid=196)),
        "letter upside down": drawn_pages.scan(drawn_pages.letter(), Glass(skew_deg=0.6, quarters=2)),
        "card on black lid": drawn_pages.scan(drawn_pages.identity_card(), Glass(skew_deg=4.2, lid=24, scale=0.9)),
    }
    found: list[Row] = []
    for case, scan in scans.items():
        data = drawn_pages.jpeg(scan)
        floor = "decode, resize, encode (Pillow)"
        ours, peer = cpu_s(partial(clean_page, data)), cpu_s(partial(plain_copy, data))
        found.append(Row(case, "clean, CPU s", ours, peer, floor, GOAL_CLEAN_S))
        size, raw = len(clean_page(data).jpeg) / 1000, len(data) / 1000
        found.append(Row(case, "cleaned page, kB", size, raw, "the scanner's JPEG", 400))
    found += _way_of_a_page(drawn_pages.jpeg(scans["form, 1.7 deg"]))
    found += [_skew(), _memory(drawn_pages.jpeg(scans["form, 1.7 deg"])), *_words(scans["payslip, -2.3 deg, grey lid"])]
    found += paper_store.rows()
    page = clean_page(drawn_pages.jpeg(scans["form, 1.7 deg"])).jpeg
    when = datetime(2026, 3, 2, tzinfo=UTC)
    ten = cpu_s(lambda: assemble([page] * 10, "x", when))
    one = cpu_s(lambda: assemble([page], "x", when))
    found.append(Row("10 pages to PDF/A-2b, validated", "CPU s", ten, one, "1 page", GOAL_ASSEMBLE_S))
    return found


def main() -> int:
    """Prints the table and writes the report."""
    return publish("paper", rows())


if __name__ == "__main__":
    sys.exit(main())
