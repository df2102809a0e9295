# SPDX-License-Identifier: GPL-3.0-only
"""What a page costs in processor time and memory, beside the least that any program must do and
beside what people use.

Used by `bench_paper`. Processor time, not the clock: it is the same on a machine that is busy.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image

from documents.imaging.encoding import JPEG_QUALITY, OUTPUT_DPI, Encoding
from documents.pages.clean import clean_page
from documents.pdf.assemble import assemble
from tests.benchmarks.paper.pages import HERE
from tests.benchmarks.paper.peak import WHEN, to_document
from tests.benchmarks.table import Row

REPEATS = 5
MOST_OF_FLOOR = 2.5
MOST_MB = 250.0
FLOOR = "decode, resize, encode"
PEERS = (
    ("ImageMagick -deskew", 8, (("magick",), ("convert",)), ("{page}", "-deskew", "40%", "{out}")),
    (
        "ocrmypdf --deskew",
        20,
        (("ocrmypdf",),),
        ("--deskew", "--jobs", "1", "--tesseract-timeout", "0", "--quiet", "{page}", "{out}"),
    ),
)
"""(name, how many times less we must need, programs that are it, arguments)."""


def cpu_s(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Processor seconds of the quickest of some runs."""
    spent = []
    for _ in range(repeats):
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


def dearest(work: Callable[[], object], most: int = 5) -> str:
    """Where the processor's time goes:
    our own functions, each with the libraries that it calls, dearest first.
    """
    profile = cProfile.Profile(time.process_time)
    profile.runcall(work)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    own = {key: entry for key, entry in stats.items() if "/documents/" in key[0]}
    spent = {key: entry[3] for key, entry in own.items()}
    for key, entry in own.items():
        for caller, portion in entry[4].items():
            if caller in spent and caller != key:
                spent[caller] -= portion[3]
    first = sorted(spent.items(), key=lambda item: -item[1])[:most]
    return ", ".join(
        f"{Path(key[0]).stem}.{key[2]} {1000 * seconds:.0f} ms" for key, seconds in first
    )


def against_the_floor(scans: dict[str, bytes]) -> list[Row]:
    """Each scan to a PDF/A-2b page, as a multiple of the floor; the coloured ones have a goal."""
    found = []
    for case, data in scans.items():
        ours, floor = cpu_s(partial(to_document, data)), cpu_s(partial(plain_copy, data))
        goal = floor * MOST_OF_FLOOR
        why = dearest(partial(to_document, data)) if ours > goal else ""
        found.append(Row(f"{case}, to PDF/A-2b", "CPU s", ours, floor, FLOOR, goal, cause=why))
    return found


def in_layers(data: bytes) -> list[Row]:
    """The same page as text over paper (mixed raster content):
    its cost, and the size of its document.
    """
    small = cpu_s(lambda: assemble([clean_page(data, encoding=Encoding.SMALL).content], "x", WHEN))
    jpeg_kb, layers_kb = (
        len(assemble([clean_page(data, encoding=form).content], "x", WHEN)) / 1000
        for form in (Encoding.JPEG, Encoding.SMALL)
    )
    return [
        Row("colour A4 in layers", "CPU s", small, cpu_s(partial(plain_copy, data)), FLOOR),
        Row("document of one page in layers", "kB", layers_kb, jpeg_kb, "as JPEG", 60.0),
    ]


def against_programs(data: bytes) -> list[Row]:
    """The same page by the programs that people use, less what they need to start at all."""
    ours = cpu_s(partial(to_document, data))
    found = []
    for name, times, programs, arguments in PEERS:
        program = next((path for names in programs if (path := _program(*names))), None)
        if program is None:
            print(f"{name}: not installed, not measured")
            continue
        try:
            start = min(_program_s((program, "--version"), data) for _ in range(2))
            peer = min(_program_s((program, *arguments), data) for _ in range(2)) - start
        except (subprocess.SubprocessError, OSError):
            print(f"{name}: cannot do it here, not measured")
            continue
        why = f"{peer / ours:.1f} times less, wanted {times}" if ours > peer / times else ""
        found.append(
            Row("colour A4 to a PDF page", "CPU s", ours, peer, name, peer / times, cause=why)
        )
    return found


def _program(name: str) -> str | None:
    """The real program of that name; some systems have a stand-in called `convert`."""
    found = shutil.which(name) or shutil.which(
        name, path=str(HERE / "build" / "peers" / "ocrmypdf" / "bin")
    )
    if found is None:
        return None
    told = subprocess.run(
        [found, "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    return (
        found
        if told.returncode == 0 and (name != "convert" or "ImageMagick" in told.stdout)
        else None
    )


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


def memory(data: bytes) -> list[Row]:
    """The most that a worker ever had in memory, after a page to a document, and what it has before
    any work.
    """
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.jpg"
        page.write_bytes(data)
        command = [sys.executable, "-m", "tests.benchmarks.paper.peak", str(page)]
        told = subprocess.run(
            command, cwd=HERE, capture_output=True, text=True, check=True, timeout=300
        ).stdout
    idle, *peaks = map(float, told.split())
    cases = ("a worker, one page to PDF/A-2b", "a worker, one page in layers")
    return [
        Row(
            case,
            "peak MB",
            peak,
            idle,
            "before any page",
            MOST_MB,
            cause=f"{idle:.0f} MB of it before the first page",
        )
        for case, peak in zip(cases, peaks, strict=True)
    ]


def ten_pages(data: bytes) -> Row:
    """Ten cleaned pages into one document, validated as PDF/A."""
    page = clean_page(data).jpeg
    ten = cpu_s(lambda: assemble([page] * 10, "x", WHEN))
    one = cpu_s(lambda: assemble([page], "x", WHEN))
    return Row("10 clean pages to PDF/A-2b", "CPU s", ten, one, "1 page", 0.1)
