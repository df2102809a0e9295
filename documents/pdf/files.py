# SPDX-License-Identifier: GPL-3.0-only
"""The two ways a PDF passes through our hands: opened within limits, written as PDF/A-2b.
Used by assemble and receipt.

PDF/A-2b is ISO 19005-2, level B. Whoever reads or writes a PDF imports this module, so the limits
below always hold.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pikepdf

from session.core.errors import PageTooLarge, PageUnreadable

FLAVOUR: Literal["2b"] = "2b"
MAX_PDF_BYTES = 64 * 1024 * 1024
MAX_PAGES = 500

_MEGABYTE = 1 << 20

# qpdf's own memory limits are none: a PDF of 7 kB then fills 8 GB. They hold for the whole process.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=64 * _MEGABYTE,
    dct_max_memory=256 * _MEGABYTE,
    run_length_max_memory=64 * _MEGABYTE,
    png_max_memory=64 * _MEGABYTE,
    tiff_max_memory=64 * _MEGABYTE,
    dct_max_progressive_scans=100,
    max_stream_filters=6,
    parser_max_container_size=200_000,
    parser_max_nesting=100,
)


@dataclass(frozen=True, slots=True)
class PdfTitle:
    """A document's title and other facts of itself; `created` is timezone-aware."""

    title: str
    created: datetime
    author: str = ""
    subject: str = ""
    language: str = "fr-FR"


def open_pdf(data: bytes) -> pikepdf.Pdf:
    """An open PDF; the caller closes it (`with`).

    Raises:
        PageUnreadable: not a PDF, damaged, or encrypted.
        PageTooLarge: over `MAX_PDF_BYTES`.
    """
    if len(data) > MAX_PDF_BYTES:
        raise PageTooLarge(size_bytes=len(data), limit_bytes=MAX_PDF_BYTES)
    if not data.startswith(b"%PDF-"):
        raise PageUnreadable(why="format" if data else "empty")
    try:
        pdf = pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise PageUnreadable(why="encrypted") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, MemoryError) as error:
        raise PageUnreadable(why="damaged") from error
    if pdf.is_encrypted:
        pdf.close()
        raise PageUnreadable(why="encrypted")
    return pdf


def as_pdfa(
    pdf: pikepdf.Pdf,
    title: PdfTitle,
    describe: Callable[[pikepdf.Pdf], None] | None = None,
    flavour: Literal["1b", "2b"] = FLAVOUR,
) -> bytes:
    """The document's bytes as PDF/A-2b, read back and validated; equal input gives equal bytes.

    Args:
        describe: adds to the document's XMP, last of all.
        flavour: "1b" only for validators that know no newer one.

    Raises:
        pikepdf.pdfa.PdfaError: what we made is not PDF/A, a fault of ours.
    """
    for page in pdf.pages:
        if "/Trans" in page:
            del page["/Trans"]
    pdf.Root.Lang = pikepdf.String(title.language)
    from pikepdf import pdfa  # a quarter of a second, and only whoever writes needs it

    pdfa.prepare(pdf, flavour)
    _describe(pdf, title)
    if describe is not None:
        describe(pdf)
    _declare_at_the_top(pdf)
    file = io.BytesIO()
    pdfa.save(pdf, file, flavour, repair=False, deterministic_id=True)
    return file.getvalue()


def is_pdfa(data: bytes) -> bool:
    """True when the bytes as they are pass every rule of PDF/A-2b."""
    from pikepdf import pdfa

    return bool(pdfa.validate_written(io.BytesIO(data), FLAVOUR).passed)


def _describe(pdf: pikepdf.Pdf, title: PdfTitle) -> None:
    """Document information and XMP, saying the same (ISO 19005-2, 6.6.2)."""
    created = title.created.astimezone(UTC)
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    pdf.docinfo["/Title"] = title.title
    pdf.docinfo["/Creator"] = pdf.docinfo["/Producer"] = "Poste Expert"
    pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = created.strftime(
        "D:%Y%m%d%H%M%S+00'00"
    )
    if title.author:
        pdf.docinfo["/Author"] = title.author
    if title.subject:
        pdf.docinfo["/Subject"] = title.subject
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta.load_from_docinfo(pdf.docinfo)
        meta["dc:language"] = {title.language}
        meta["xmp:MetadataDate"] = created.isoformat()


_DC = ' xmlns:dc="http://purl.org/dc/elements/1.1/"'


def _declare_at_the_top(pdf: pikepdf.Pdf) -> None:
    """Names Dublin Core where readers look for it.

    WORKAROUND: pikepdf declares the namespace at each property;
    that is XML, but PDFBox Preflight does not see it.
    """
    packet = pdf.Root.Metadata.read_bytes().decode("utf-8").replace(_DC, "")
    packet = packet.replace("<rdf:Description", f"<rdf:Description{_DC}", 1)
    pdf.Root.Metadata = pdf.make_stream(
        packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
    )
