# SPDX-License-Identifier: GPL-3.0-only
"""Words under the picture, so that a document can be searched:
read by tesseract, written invisibly. Optional.

Reading happens in a worker process, when tesseract is installed at all;
without it documents are pictures only. ISO 32000-1: 9.3.6 text rendering mode 3 (invisible), 9.7.4
CIDFontType2, 9.10.3 ToUnicode.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

import msgspec
import pikepdf
from pikepdf import Array, Dictionary, Name

from session.core.child_process import NO_WINDOW

logger = logging.getLogger(__name__)

READ_S = 60.0
MAX_WORDS = 5000
_LEAST_SURE = 30.0
_WANTED = ("fra", "eng")
_UNITS, _ADVANCE = 1000, 500
_ALWAYS = 3_786_912_000  # seconds since 1904, 2024: equal input gives equal bytes
_LAST = "\uffff"
_WORD_LEVEL = "5"


class Word(msgspec.Struct, frozen=True):
    """A word and where it stands: fractions of the page, origin top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that tesseract can read here, French first; empty when it is not
    installed.
    """
    program = shutil.which("tesseract")
    if program is None:
        return ()
    listing = subprocess.run(
        [program, "--list-langs"],
        capture_output=True,
        text=True,
        timeout=READ_S,
        check=False,
        creationflags=NO_WINDOW,
    )
    here = set(listing.stdout.split())
    return tuple(language for language in _WANTED if language in here)


def read_words(picture: bytes) -> tuple[Word, ...]:
    """The words of a page, in reading order; none when tesseract is not here or finds none.

    Args:
        picture: a JPEG of our own making, upright.
    """
    if not languages():
        return ()
    command = ["tesseract", "stdin", "stdout", "-l", "+".join(languages()), "--psm", "3", "tsv"]
    # four threads are twice the processor time for the same second
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        result = subprocess.run(
            command,
            input=picture,
            capture_output=True,
            timeout=READ_S,
            check=True,
            env=alone,
            creationflags=NO_WINDOW,
        )
    except (subprocess.SubprocessError, OSError) as error:
        logger.warning("a page is not read: %s", type(error).__name__)
        return ()
    return parse_words(result.stdout.decode("utf-8", "replace"))


def parse_words(table: str) -> tuple[Word, ...]:
    """Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height,
    confidence, text.
    """
    words: list[Word] = []
    wide = high = 0
    for line in table.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) != 12:
            continue
        try:
            left_px, top, width, height = (int(cell) for cell in cells[6:10])
            sure = float(cells[10])
        except ValueError:
            continue
        if cells[0] == "1":
            wide, high = max(1, width), max(1, height)
        text = cells[11].strip()
        if cells[0] != _WORD_LEVEL or not text or sure < _LEAST_SURE:
            continue
        if max(text) < _LAST and wide and len(words) < MAX_WORDS:
            words.append(
                Word(
                    text,
                    left_px / wide,
                    top / high,
                    (left_px + width) / wide,
                    (top + height) / high,
                )
            )
    return tuple(words)


def add_words(
    pdf: pikepdf.Pdf, page: pikepdf.Page, words: Sequence[Word], font: Dictionary
) -> None:
    """Writes the words invisibly over a page, each as wide as it stands there."""
    left_edge, bottom, right, top = (float(edge) for edge in page.mediabox)
    width, height = right - left_edge, top - bottom
    lines = ["BT 3 Tr"]
    for word in words:
        size = max(1.0, (word.bottom - word.top) * height)
        codes = word.text.encode("utf-16-be") + b"\0 "
        natural = len(codes) / 2 * size * _ADVANCE / _UNITS
        stretch = max(
            1.0,
            100 * (word.right - word.left) * width / max(0.1, natural - size * _ADVANCE / _UNITS),
        )
        x, y = left_edge + word.left * width, bottom + (1 - word.bottom) * height
        lines.append(
            f"/Words {size:.2f} Tf {stretch:.2f} Tz 1 0 0 1 {x:.2f} {y:.2f} Tm <{codes.hex()}> Tj"
        )
    page.obj.Resources.Font = Dictionary(Words=font)
    page.contents_add("\n".join([*lines, "ET"]).encode("ascii"))


def invisible_font(pdf: pikepdf.Pdf) -> Dictionary:
    """A font of one empty glyph for every character, so that the text layer needs 2 kB and no
    alphabet is left out.
    """
    program = pdf.make_stream(_font_file())
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.PosteInvisible,
        Flags=4,
        FontBBox=Array([0, 0, _ADVANCE, _UNITS]),
        ItalicAngle=0,
        Ascent=_UNITS,
        Descent=0,
        CapHeight=_UNITS,
        StemV=80,
        FontFile2=program,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.PosteInvisible,
        CIDSystemInfo=Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=_ADVANCE,
        CIDToGIDMap=pdf.make_stream(b"\0\1" * 65536),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.PosteInvisible,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(_TO_UNICODE),
    )
    font_object = pdf.make_indirect(font)
    assert isinstance(font_object, Dictionary)
    return font_object


@cache
def _font_file() -> bytes:
    """TrueType with two glyphs that draw nothing; the same bytes each time."""
    # a tenth of a second, and only the worker that writes needs it
    from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

    builder = FontBuilder(_UNITS, isTTF=True)
    builder.setupGlyphOrder([".notdef", "blank"])
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in (".notdef", "blank")})
    builder.setupHorizontalMetrics({".notdef": (_ADVANCE, 0), "blank": (_ADVANCE, 0)})
    builder.setupHorizontalHeader(ascent=_UNITS, descent=0)
    builder.setupNameTable(
        {"familyName": "PosteInvisible", "styleName": "Regular", "psName": "PosteInvisible"}
    )
    builder.setupOS2(sTypoAscender=_UNITS, usWinAscent=_UNITS)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = _ALWAYS
    builder.font.recalcTimestamp = False
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


# A code is its own Unicode value; ranges may not cross the first byte (Adobe technical note 5411,
# 1.4.1).
_RANGES = [f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(256)]
_BLOCKS = [_RANGES[at : at + 100] for at in range(0, 256, 100)]
_TO_UNICODE = "\n".join(
    [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
        *(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in _BLOCKS),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
).encode("ascii")
