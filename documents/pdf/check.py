# SPDX-License-Identifier: GPL-3.0-only
"""Finds what is in a PDF, and whether it may be printed.
Used by the store before filing and by both ends before printing.

Active content is found by walking every object:
a search in the bytes misses names written with escapes and names in object streams.
"""

from __future__ import annotations

import msgspec
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from documents.pdf.files import is_pdfa, open_pdf
from session.core.device_errors import PrintRefused
from session.core.errors import PageUnreadable, SessionError

MAX_PRINT_BYTES = 24 * 1024 * 1024
MAX_PRINT_PAGES = 50
MAX_PRINT_SIDE_PT = 1200.0
"""A3 is 842 x 1191 points."""

MAX_OBJECTS = 100_000
MAX_DEPTH = 60

ACTIVE = frozenset(
    {
        "/JavaScript",
        "/JS",
        "/Launch",
        "/EmbeddedFile",
        "/EmbeddedFiles",
        "/GoToR",
        "/GoToE",
        "/SubmitForm",
        "/ImportData",
        "/URI",
        "/RichMedia",
        "/XFA",
        "/OpenAction",
        "/AA",
        "/Movie",
        "/Sound",
        "/3D",
        "/Rendition",
    }
)
"""Names of ISO 32000-1, chapter 12, that make a document act;
a scanned page or a receipt has none of them.
"""


class PdfFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a PDF. `active` names what it could do by itself, e.g. ("/JavaScript",)."""

    pages: int
    pdfa: bool
    size_bytes: int
    title: str = ""
    active: tuple[str, ...] = ()


def inspect_pdf(data: bytes, *, validate: bool = True) -> PdfFacts:
    """Opens a PDF completely and tells what it is.

    Args:
        validate: also look whether it is PDF/A, which costs more than all the rest;
            else it counts as none.

    Raises:
        PageUnreadable: not a PDF, damaged, encrypted, or without pages.
        PageTooLarge: over the limit of bytes.
    """
    with open_pdf(data) as pdf:
        try:
            pages = len(pdf.pages)
            title = str(pdf.docinfo.get("/Title", ""))
            active = _active(pdf)
        except (
            pikepdf.PdfError,
            ValueError,
            RuntimeError,
            TypeError,
            KeyError,
            AttributeError,
        ) as error:
            raise PageUnreadable(why="damaged") from error
    if not pages:
        raise PageUnreadable(why="no_pages")
    return PdfFacts(
        pages=pages,
        pdfa=validate and is_pdfa(data),
        size_bytes=len(data),
        title=title,
        active=active,
    )


def print_safe(data: bytes, max_pages: int = MAX_PRINT_PAGES) -> PdfFacts:
    """Lets a document pass to a printer, or refuses it.

    Raises:
        PrintRefused: `status` is "too_large", "too_many_pages", "page_size", "active_content" or
            why it is unreadable.
    """
    if len(data) > MAX_PRINT_BYTES:
        raise PrintRefused(status="too_large", size_bytes=len(data), limit_bytes=MAX_PRINT_BYTES)
    try:
        facts = inspect_pdf(data)
        sides = _sides_pt(data)
    except SessionError as error:
        raise PrintRefused(status=str(error.detail.get("why", error.code))) from error
    if facts.active:
        raise PrintRefused(status="active_content", names=" ".join(facts.active))
    if facts.pages > max_pages:
        raise PrintRefused(status="too_many_pages", pages=facts.pages, limit_pages=max_pages)
    if not all(0 < side <= MAX_PRINT_SIDE_PT for side in sides):
        raise PrintRefused(status="page_size")
    return facts


def _sides_pt(data: bytes) -> list[float]:
    """Widths and heights of all pages, in points; the same whichever corners a box names."""
    with open_pdf(data) as pdf:
        try:
            boxes = [[float(edge) for edge in page.mediabox] for page in pdf.pages]
            return [abs(box[k + 2] - box[k]) for box in boxes for k in (0, 1)]
        except (pikepdf.PdfError, ValueError, TypeError, IndexError, AttributeError) as error:
            raise PageUnreadable(why="damaged") from error


def _active(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    active_names: set[str] = set()
    for number, thing in enumerate(pdf.objects):
        if number >= MAX_OBJECTS:
            raise PageUnreadable(why="too_many_objects")
        _walk(thing, active_names, 0)
    return tuple(sorted(active_names))


def _walk(thing: object, active_names: set[str], depth: int) -> None:
    """Collects active names in a direct object; indirect ones have their own turn."""
    if depth > MAX_DEPTH:
        raise PageUnreadable(why="too_deep")
    if isinstance(thing, (Dictionary, Stream)):
        for key, value in thing.items():
            active_names |= ACTIVE & {key}
            _walk_value(value, active_names, depth)
    elif isinstance(thing, Array):
        for value in thing:
            _walk_value(value, active_names, depth)


def _walk_value(value: object, active_names: set[str], depth: int) -> None:
    if isinstance(value, Name):
        active_names |= ACTIVE & {str(value)}
    elif not getattr(value, "is_indirect", False):
        _walk(value, active_names, depth + 1)
