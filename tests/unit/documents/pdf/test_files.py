# SPDX-License-Identifier: GPL-3.0-only
"""Documents made of pages: valid PDF/A, the JPEGs untouched; and what may not go to a printer."""

from __future__ import annotations

import io
import subprocess
import sys
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from documents.pdf.assemble import assemble
from documents.pdf.check import inspect_pdf, print_safe
from documents.pdf.files import open_pdf
from session.core.device_errors import PrintRefused
from session.core.errors import PageTooLarge, PageUnreadable
from tests.support import drawn_pages

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=1)))


def _jpeg(colour: str = "RGB", size: tuple[int, int] = (1654, 2339)) -> bytes:
    file = io.BytesIO()
    Image.new(colour, size, "white").save(file, "JPEG", quality=70, dpi=(200, 200))
    return file.getvalue()


@pytest.fixture(scope="module")
def two_pages() -> list[bytes]:
    return [drawn_pages.jpeg(drawn_pages.form().reduce(2), dpi=150), _jpeg("L")]


@pytest.fixture(scope="module")
def document(two_pages: list[bytes]) -> bytes:
    return assemble(two_pages, "Avis d'échéance – février", NOON, author="Caisse des Brumes")


def test_pages_become_one_pdfa_of_the_right_size(document: bytes) -> None:
    facts = inspect_pdf(document)
    assert (facts.pages, facts.pdfa, facts.title, facts.active) == (
        2,
        True,
        "Avis d'échéance – février",
        (),
    )
    with pikepdf.open(io.BytesIO(document)) as pdf:
        left, bottom, width, height = (float(edge) for edge in pdf.pages[1].mediabox)
    assert (left, bottom) == (0, 0)
    assert width / 72 * 25.4 == pytest.approx(210, abs=0.5)
    assert height / 72 * 25.4 == pytest.approx(297, abs=0.5)


def test_the_jpegs_are_the_very_bytes_of_the_pages(document: bytes, two_pages: list[bytes]) -> None:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        inside = [page.obj.Resources.XObject.Page.read_raw_bytes() for page in pdf.pages]
    assert inside == two_pages


def test_language_title_and_author_are_in_the_document(document: bytes) -> None:
    with pikepdf.open(io.BytesIO(document)) as pdf, pdf.open_metadata() as meta:
        assert str(pdf.Root.Lang) == "fr-FR"
        assert meta["dc:title"] == "Avis d'échéance – février"
        assert meta["dc:creator"] == ["Caisse des Brumes"]
        assert "fr-FR" in str(meta["dc:language"])
        assert str(pdf.docinfo["/CreationDate"]) == "D:20260302110000+00'00"


def test_the_same_pages_give_the_same_bytes(two_pages: list[bytes], document: bytes) -> None:
    again = assemble(
        two_pages, "Avis d'échéance – février", NOON.astimezone(UTC), author="Caisse des Brumes"
    )
    assert again == document


@pytest.mark.parametrize("bad", [b"", b"%PDF-1.7", drawn_pages.png(Image.new("RGB", (9, 9)))])
def test_a_page_that_is_no_jpeg_is_refused(bad: bytes) -> None:
    with pytest.raises(PageUnreadable):
        assemble([_jpeg(), bad], "x", NOON)


def test_a_document_without_pages_is_refused() -> None:
    with pytest.raises(PageUnreadable):
        assemble([], "x", NOON)


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(PageTooLarge):
        assemble([b"x"] * 501, "x", NOON)


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\nnothing", b"%PDF-1.4\n%%EOF"])
def test_what_is_no_pdf_is_unreadable(data: bytes) -> None:
    with pytest.raises(PageUnreadable):
        inspect_pdf(data)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_a_truncated_pdf_is_unreadable(document: bytes, share: float) -> None:
    with pytest.raises(PageUnreadable):
        inspect_pdf(document[: int(len(document) * share)])


def test_our_documents_may_be_printed(document: bytes) -> None:
    assert print_safe(document).pages == 2


def _saved(pdf: pikepdf.Pdf) -> bytes:
    file = io.BytesIO()
    pdf.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def _action(kind: str) -> Dictionary:
    return Dictionary(S=Name("/" + kind), JS=String("app.alert(1)"), F=String("x"))


@pytest.mark.parametrize("where", ["open", "page", "names", "annotation", "form", "attachment"])
def test_a_document_that_acts_by_itself_is_not_printed(document: bytes, where: str) -> None:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        if where == "open":
            pdf.Root.OpenAction = _action("JavaScript")
        elif where == "page":
            pdf.pages[0].obj.AA = Dictionary(O=_action("SubmitForm"))
        elif where == "names":
            pdf.Root.Names = Dictionary(
                JavaScript=Dictionary(Names=Array([String("x"), _action("JavaScript")]))
            )
        elif where == "annotation":
            link = Dictionary(
                Type=Name.Annot,
                Subtype=Name.Link,
                Rect=Array([0, 0, 9, 9]),
                A=_action("Launch"),
            )
            pdf.pages[1].obj.Annots = Array([pdf.make_indirect(link)])
        elif where == "form":
            pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(pdf, b"<xdp/>"))
        else:
            pdf.attachments["x.exe"] = b"MZ"
        data = _saved(pdf)
    assert b"/JavaScript" not in data
    with pytest.raises(PrintRefused) as caught:
        print_safe(data)
    assert caught.value.detail["status"] == "active_content"


def test_too_many_pages_are_not_printed() -> None:
    with pikepdf.new() as pdf:
        for _ in range(51):
            pdf.add_blank_page()
        data = _saved(pdf)
    with pytest.raises(PrintRefused) as caught:
        print_safe(data)
    assert caught.value.detail == {"status": "too_many_pages", "pages": 51, "limit_pages": 50}


def test_a_poster_is_not_printed() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(8400, 8400))
        data = _saved(pdf)
    with pytest.raises(PrintRefused) as caught:
        print_safe(data)
    assert caught.value.detail == {"status": "page_size"}


def test_an_encrypted_document_is_not_printed() -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        file = io.BytesIO()
        pdf.save(file, encryption=pikepdf.Encryption(owner="o", user=""))
    with pytest.raises(PrintRefused) as caught:
        print_safe(file.getvalue())
    assert caught.value.detail == {"status": "encrypted"}


def _deflate_bomb(megabytes: int = 300) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    once = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        twice = Stream(
            pdf, zlib.compress(once, 9), Filter=Array([Name.FlateDecode, Name.FlateDecode])
        )
        page.obj.Contents = pdf.make_indirect(twice)
        file = io.BytesIO()
        pdf.save(file, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return file.getvalue()


_READ_BOMB = """
import sys
from pathlib import Path
Path("/proc/self/clear_refs").write_text("5")  # the peak of the process that forked us is not ours
from documents.pdf.check import inspect_pdf
from documents.pdf.files import open_pdf
import pikepdf
data = sys.stdin.buffer.read()
print(inspect_pdf(data).pages)
with open_pdf(data) as pdf:
    try:
        pdf.pages[0].Contents.read_bytes()
        print("decoded")
    except pikepdf.PdfError:
        print("refused")
lines = Path("/proc/self/status").read_text().splitlines()
peak = next(line for line in lines if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_deflate_bomb_costs_no_memory() -> None:
    bomb = _deflate_bomb()
    assert len(bomb) < 20_000
    here = Path(__file__).parents[4]
    child = subprocess.run(
        [sys.executable, "-c", _READ_BOMB],
        input=bomb,
        capture_output=True,
        timeout=60,
        check=True,
        cwd=here,
    )
    pages, outcome, peak_mb = child.stdout.split()
    assert (pages, outcome) == (b"1", b"refused")
    assert int(peak_mb) < 250


def test_an_opened_pdf_has_its_pages(document: bytes) -> None:
    with open_pdf(document) as pdf:
        assert len(pdf.pages) == 2
