# SPDX-License-Identifier: GPL-3.0-only
"""A document tells where it comes from, and one flipped bit is found.
PDFBox accepts what we write.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from documents.imaging.encoding import Encoding
from documents.imaging.layers import Layers
from documents.pages.clean import clean_page
from documents.pdf.assemble import assemble
from documents.pdf.files import is_pdfa, open_pdf
from documents.pdf.provenance import Origin, PageOrigin, read_origin, seal, verify
from documents.pdf.text_layer import Word
from documents.printed.receipt.pdf import receipt
from documents.store.index_marks import marks_of
from tests.support import drawn_pages
from tests.support.matrix import thinned
from tests.unit.documents.pdf.sealed_document import jpeg
from tests.unit.documents.printed.receipt.read_back import FACTS

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
PAGES = (
    PageOrigin(
        page_id="p1",
        scanned_sha256="1" * 64,
        dpi=300,
        device="Scanner & Fils <A4>",
        treatment=("skew -1.7",),
    ),
    PageOrigin(page_id="p2", scanned_sha256="2" * 64, dpi=300),
)
ORIGIN = Origin(
    organisation="caf",
    kiosk="borne1",
    agent="Camille R.",
    session="s1",
    made_at_utc=NINE,
    pages=PAGES,
)
WORDS = [[Word("Éloïse", 0.1, 0.1, 0.4, 0.14), Word("œuvre", 0.5, 0.1, 0.7, 0.14)]]
JARS = (
    "preflight",
    "pdfbox2",
    "xmpbox",
    "fontbox2",
    "commons-logging",
    "javax.activation",
    "jaxb-api",
)


@cache
def _sealed() -> bytes:
    return seal(assemble([jpeg(0), jpeg(90)], "Pièce", NINE, origin=ORIGIN), PUBLIC, KEY.sign)


def test_a_sealed_document_is_pdfa_and_is_what_was_scanned() -> None:
    verdict = verify(_sealed(), [PUBLIC])
    assert is_pdfa(_sealed())
    assert (verdict.sealed, verdict.whole, verdict.trusted, verdict.changed_pages) == (
        True,
        True,
        True,
        (),
    )
    assert verdict.origin is not None
    assert verdict.origin.pages[0].device == "Scanner & Fils <A4>"
    assert verdict.origin.pages[1].scanned_sha256 == "2" * 64


def test_one_flipped_bit_is_found_wherever_it_is() -> None:
    data, chance = _sealed(), random.Random(7)
    for _ in range(400):
        bit = chance.randrange(8 * len(data))
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert not verify(bytes(changed), [PUBLIC]).whole, bit


def test_bytes_added_at_either_end_are_found() -> None:
    for changed in (b" " + _sealed(), _sealed() + b"\n", _sealed()[:-1]):
        assert not verify(changed).whole


def test_a_page_that_was_exchanged_is_named() -> None:
    with open_pdf(_sealed()) as pdf:
        pdf.pages[1].obj.Resources.XObject.Page.write(jpeg(30), filter=pikepdf.Name.DCTDecode)
        file = io.BytesIO()
        pdf.save(file)
    verdict = verify(file.getvalue())
    assert not verdict.whole
    assert verdict.changed_pages == (2,)


def test_another_ones_seal_is_whole_but_not_trusted() -> None:
    other = Ed25519PrivateKey.generate()
    data = seal(
        assemble([jpeg(0), jpeg(90)], "x", NINE, origin=ORIGIN),
        other.public_key().public_bytes_raw(),
        other.sign,
    )
    assert verify(data).trusted is None
    assert verify(data, [PUBLIC]).trusted is False


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"\x00" * 5000, jpeg(0)])
def test_what_is_no_document_of_ours_has_no_seal(data: bytes) -> None:
    verdict = verify(data)
    assert not verdict.sealed
    assert not verdict.whole
    assert read_origin(data) is None


def test_an_empty_seal_seals_nothing() -> None:
    verdict = verify(assemble([jpeg(0), jpeg(90)], "x", NINE, origin=ORIGIN))
    assert not verdict.whole


def test_a_document_is_found_again_by_its_pages() -> None:
    first, second = marks_of(_sealed()).pages
    assert (first.original_sha256, second.original_sha256) == ("1" * 64, "2" * 64)
    assert len(first.look) == 64
    assert marks_of(b"no pdf").pages == ()


@pytest.mark.parametrize(
    "what", thinned(["page", "sealed", "layers", "words", "receipt"], {"sealed", "receipt"})
)
def test_an_independent_validator_accepts_what_we_write(what: str, tmp_path: Path) -> None:
    jars = [Path(f"/usr/share/java/{name}.jar") for name in JARS]
    if shutil.which("java") is None or not all(jar.is_file() for jar in jars):
        pytest.skip("PDFBox Preflight is not installed (libpdfbox2-java, libjaxb-api-java)")
    document = tmp_path / "document.pdf"
    if what == "receipt":
        document.write_bytes(receipt(FACTS, flavour="1b"))
    else:
        origin = ORIGIN if what == "sealed" else None
        layers = [
            clean_page(
                drawn_pages.jpeg(drawn_pages.form().reduce(2), dpi=150), encoding=Encoding.SMALL
            ).content
        ]
        assert isinstance(layers[0], Layers)
        pages = layers if what == "layers" else [jpeg(0), jpeg(90)]
        made = assemble(
            pages,
            "Pièce",
            NINE,
            author="Caisse",
            origin=origin,
            flavour="1b",
            words=WORDS if what == "words" else (),
        )
        document.write_bytes(seal(made, PUBLIC, KEY.sign))
    command = [
        "java",
        "-cp",
        ":".join(map(str, jars)),
        "org.apache.pdfbox.preflight.Validator_A1b",
        str(document),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "is a valid PDF/A-1b file" in result.stdout, result.stdout


def test_the_verdict_can_be_told_to_programs() -> None:
    result = msgspec.json.decode(msgspec.json.encode(verify(_sealed())))
    assert result["whole"] is True
    assert result["origin"]["kiosk"] == "borne1"
