# SPDX-License-Identifier: GPL-3.0-only
"""The origin of a document, sealed into it: kiosk, device, treatment, agent, hashes.
Used by filing.

The origin lies in the document's XMP (`dc:source`) as JSON. The seal is an Ed25519 signature
(RFC 8032) over the SHA-256 of the whole file with the seal's own place zeroed, so one flipped
bit anywhere is found; pages' own hashes say where.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import unescape

import msgspec
import pikepdf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents.hashes import sha256_of
from documents.pdf.layers_pdf import read_layers
from session.core.errors import SessionError
from session.core.field_types import NOT_DECODED

_SEAL_LETTERS = 44 + 1 + 88
_BLANK = "0" * _SEAL_LETTERS
_SEAL = re.compile(
    rb"<dc:identifier[^<>]*>seal:([A-Za-z0-9+/=:]{%d})</dc:identifier>" % _SEAL_LETTERS
)
_SOURCE = re.compile(rb"<dc:source[^<>]*>")


class PageOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """One page's way.

    Attributes:
        scanned_sha256: hash of the scan, made at the kiosk before it was sent.
        kept_sha256: hash of the picture in this document.
        signer, signature: the kiosk's public key, and its signature over the scan
            (`session.protocol.conversation.page_signing`).
        treatment: what was done in between, in short codes ("turned 90", "skew -1.7", "light").
    """

    page_id: str = ""
    scanned_sha256: str
    scanned_bytes: int = 0
    scanned_at_utc: datetime | None = None
    dpi: int = 0
    device: str = ""
    kept_sha256: str = ""
    signer: str = ""
    signature: str = ""
    treatment: tuple[str, ...] = ()


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A document's way: who made it where, and each page's. `format` is the number of this form."""

    format: int = 1
    organisation: str = ""
    site: str = ""
    kiosk: str = ""
    agent: str = ""
    session: str = ""
    made_at_utc: datetime
    pages: tuple[PageOrigin, ...]


class ProvenanceVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a document's seal and origin.

    Attributes:
        sealed: there is a seal and an origin at all.
        whole: the file is, to the last bit, what was sealed.
        signer: the public key of the seal, 32 bytes in base64.
        trusted: it is one of the keys that were given.
        changed_pages: numbers (from 1) of pages whose picture is not the one of the origin.
    """

    sealed: bool = False
    whole: bool = False
    signer: str = ""
    trusted: bool | None = None
    origin: Origin | None = None
    changed_pages: tuple[int, ...] = ()
    readable: bool = True


Sign = Callable[[bytes], bytes]
"""Signs bytes with the key whose public half the seal names; 64 bytes."""


def put_origin(pdf: pikepdf.Pdf, origin: Origin, pictures: Sequence[bytes]) -> None:
    """Writes the origin and an empty seal into the XMP of a document that is about to be saved as
    PDF/A.

    Args:
        pictures: what each page's picture stream holds, in order.
    """
    pages = (
        msgspec.structs.replace(page, kept_sha256=sha256_of(picture))
        for page, picture in zip(origin.pages, pictures, strict=True)
    )
    put_seal(pdf, msgspec.json.encode(msgspec.structs.replace(origin, pages=tuple(pages))).decode())


def put_seal(pdf: pikepdf.Pdf, source: str) -> None:
    """Writes what a document tells of itself, and an empty seal, into its XMP."""
    # Properties that XMP itself has, so that validators need no extension schema (ISO 19005-2,
    # 6.6.2.3.3).
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta["dc:source"] = source
        meta["dc:identifier"] = f"seal:{_BLANK}"


def seal(data: bytes, public_key: bytes, sign: Sign) -> bytes:
    """The same file with its seal filled in; a file without a place for one is returned as it is.

    Args:
        public_key: 32 bytes, Ed25519.
    """
    seal_match = _SEAL.search(data)
    if seal_match is None:
        return data
    words = base64.b64encode(public_key) + b":" + base64.b64encode(sign(_digest(data, seal_match)))
    return data[: seal_match.start(1)] + words + data[seal_match.end(1) :]


def verify(data: bytes, trusted: Sequence[bytes] = ()) -> ProvenanceVerdict:
    """Is this document what was scanned?

    Args:
        trusted: public keys, 32 bytes each, of whom one believes; empty:
            the verdict names the signer without judging it.
    """
    origin, sealed = read_origin(data), check_seal(data)
    if sealed is None or origin is None:
        return ProvenanceVerdict(readable=data.startswith(b"%PDF-"), origin=origin)
    changed = _changed_pages(data, origin)
    return ProvenanceVerdict(
        sealed=True,
        whole=sealed.whole,
        signer=sealed.words,
        trusted=(sealed.key in trusted) if trusted else None,
        origin=origin,
        changed_pages=changed or (),
        readable=changed is not None,
    )


class DocumentSeal(NamedTuple):
    """The one seal of a file: the words of its key, the key (b"" when the seal is not right), and
    whether it is.
    """

    words: str
    key: bytes
    whole: bool


def check_seal(data: bytes) -> DocumentSeal | None:
    """Looks at a file's seal; None when there is none, or more than one."""
    seals = list(_SEAL.finditer(data))
    if len(seals) != 1:
        return None
    key_words, _colon, signature_words = seals[0].group(1).partition(b":")
    try:
        key = base64.b64decode(key_words, validate=True)
        signature = base64.b64decode(signature_words, validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _digest(data, seals[0]))
        is_whole = base64.b64encode(key) + b":" + base64.b64encode(signature) == seals[0].group(1)
    except (InvalidSignature, ValueError):
        key, is_whole = b"", False
    return DocumentSeal(key_words.decode(), key, is_whole)


def read_origin(data: bytes) -> Origin | None:
    """The origin that the document tells; not proved."""
    return read_source(data, Origin)


def read_source[Told](data: bytes, kind: type[Told]) -> Told | None:
    """Read the JSON in the file's first `dc:source` (Dublin Core, in the XMP packet); None:
    nothing of that kind. The time grows like the file, whoever wrote it.
    """
    begin = _SOURCE.search(data)
    if begin is not None:
        end = data.find(b"</dc:source>", begin.end())
    else:
        end = -1
    if begin is None or end < 0:
        return None
    try:
        return msgspec.json.decode(unescape(data[begin.end() : end].decode("utf-8")), type=kind)
    except NOT_DECODED:
        return None


def _digest(data: bytes, seal_match: re.Match[bytes]) -> bytes:
    hasher = hashlib.sha256(b"poste-expert seal 1\n")
    for part in (data[: seal_match.start(1)], _BLANK.encode(), data[seal_match.end(1) :]):
        hasher.update(part)
    return hasher.digest()


def _changed_pages(data: bytes, origin: Origin) -> tuple[int, ...] | None:
    """Pages whose picture differs; None when the file cannot be opened."""
    from documents.pdf.files import open_pdf

    changed: list[int] = []
    try:
        with open_pdf(data) as pdf:
            pictures = [picture_bytes(page) for page in pdf.pages]
    except (SessionError, pikepdf.PdfError, ValueError, KeyError, AttributeError, RuntimeError):
        return None
    for number, page in enumerate(origin.pages, start=1):
        if number <= len(pictures):
            picture = pictures[number - 1]
        else:
            picture = None
        if picture is None or sha256_of(picture) != page.kept_sha256:
            changed.append(number)
    changed += range(len(origin.pages) + 1, len(pictures) + 1)
    return tuple(changed)


def picture_bytes(page: pikepdf.Page) -> bytes | None:
    """The encoded picture of a page of ours; None when it has none."""
    pictures = page.obj.get("/Resources", pikepdf.Dictionary()).get(
        "/XObject", pikepdf.Dictionary()
    )
    picture = pictures.get("/Page")
    if isinstance(pictures, pikepdf.Dictionary) and (layers := read_layers(pictures)) is not None:
        return layers
    if isinstance(picture, pikepdf.Stream):
        return picture.read_raw_bytes()
    return None
