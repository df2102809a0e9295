# SPDX-License-Identifier: GPL-3.0-only
"""A dossier as one ZIP file: its documents, an index for people and one for programs, hashes, and a
seal over them.

Used by the board, which makes one, and by `expert-app verify`, which says whether it is still what
was exported. The hashes have the form of `sha256sum`, so that anybody can check them without us.
"""

from __future__ import annotations

import base64
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents.hashes import sha256_of
from documents.pdf.provenance import ProvenanceVerdict, Sign, verify
from documents.printed.spreadsheet import spreadsheet_csv
from documents.search_words import folded
from resources.texts import _

INDEX = "index.json"
TABLE = "index.csv"
SUMS = "empreintes.sha256"
SEAL = "sceau.json"
README = "LISEZMOI.txt"
MOST_FILES, MOST_BYTES = 5_000, 256 << 20
"""Of an export, and of each file in it."""

MOST_TOTAL_BYTES = 8 << 30
"""All files of an export together: thousands of documents."""

MOST_RATIO, SMALL_BYTES = 4, 64 << 20
"""An export unpacks to at most so many times its own size: its documents are not packed a second
time. Small ones are read whatever they say.
"""

_SUM_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_SIGNED = b"poste-expert export 1\n"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)
"""What reading a damaged ZIP raises:
its own words, or those of the decompressor, which meets the damage first.
"""


class ExportedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece and where it stands; `state` and `reason` in words."""

    id: str
    name: str
    state: str
    reason: str = ""
    procedure: str = ""


class ExportedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document; `file` is its name in the ZIP, `replaced_by` the id of the version that came
    after.
    """

    file: str
    id: str
    name: str
    piece: str
    pages: int
    size_bytes: int
    sha256: str
    filed_at_utc: datetime
    replaced_by: str = ""


class ExportedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history, in words."""

    at_utc: datetime
    what: str
    reason: str = ""
    by: str = ""
    place: str = ""


class ExportIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the ZIP and the reason for it. `merged`: numbers that lead to this
    dossier; `accesses`: who looked at it.
    """

    format: int = 1
    organisation: str
    dossier: str
    caller_name: str
    caller_number: str
    born_on: str
    procedure: str
    exported_at_utc: datetime
    exported_by: str
    reason: str
    pieces: tuple[ExportedPiece, ...]
    documents: tuple[ExportedDocument, ...]
    history: tuple[ExportedEvent, ...]
    notes: tuple[ExportedEvent, ...] = ()
    contact: str = ""
    merged: tuple[str, ...] = ()
    accesses: tuple[ExportedEvent, ...] = ()


class ExportLimit(StrEnum):
    """Why a ZIP is not read at all: what it says of itself goes over one of our limits."""

    TOO_MANY_FILES = "too_many_files"
    FILE_TOO_LARGE = "file_too_large"
    TOO_LARGE = "too_large"
    SWELLS = "swells"
    OVERLAPS = "overlaps"


class ExportVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on an export.

    Attributes:
        limit: why it was not read, "" for one that was.
        readable: it is an export at all.
        whole: nothing in it was changed, is missing or was added.
        sealed: its seal is genuine.
        signer: the seal's key, 32 bytes in base64.
        trusted: it is one of those given.
        changed, missing, added: names of files.
        documents: the verdict on each PDF's own seal, by name.
    """

    limit: ExportLimit | Literal[""] = ""
    readable: bool = False
    whole: bool = False
    sealed: bool = False
    signer: str = ""
    trusted: bool | None = None
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    documents: dict[str, ProvenanceVerdict] = {}
    index: ExportIndex | None = None


def write_export(
    path: Path,
    index: ExportIndex,
    read: Callable[[ExportedDocument], bytes],
    *,
    public_key: bytes,
    sign: Sign,
) -> None:
    """Writes the ZIP, whole or not at all.

    Args:
        read: the bytes of a document, proved by their hash.
        public_key, sign: of the person who exports (Ed25519).

    Raises:
        OSError: the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    sums: list[tuple[str, str]] = []
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:

            def add(name: str, data: bytes, *, packed: bool = True) -> None:
                if packed:
                    kind = zipfile.ZIP_DEFLATED
                else:
                    kind = zipfile.ZIP_STORED
                file.writestr(name, data, compress_type=kind)
                sums.append((sha256_of(data), name))

            add(README, _read_me(index).encode())
            for document in index.documents:
                add(document.file, read(document), packed=False)
            add(INDEX, msgspec.json.format(msgspec.json.encode(index), indent=2))
            add(TABLE, _table(index))
            listed = "".join(f"{digest}  {name}\n" for digest, name in sums).encode()
            file.writestr(SUMS, listed)
            signature = sign(_SIGNED + listed)
            seal = {
                "key": base64.b64encode(public_key).decode(),
                "signature": base64.b64encode(signature).decode(),
            }
            file.writestr(SEAL, msgspec.json.encode(seal))
        part.chmod(0o600)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def file_of(place: int, name: str, document_id: str, *, replaced: bool) -> str:
    """The name of a document in the ZIP, whatever it is called:
    "documents/01_Piece-d-identite_<id>.pdf".
    """
    words = folded(name).replace(" ", "-")[:60]
    if replaced:
        folder = "versions"
    else:
        folder = "documents"
    return f"{folder}/{place:02}_{words or 'document'}_{document_id}.pdf"


def _table(index: ExportIndex) -> bytes:
    heads = [
        _("File"),
        _("Document"),
        _("Piece"),
        _("Pages"),
        _("Filed on"),
        "SHA-256",
        _("Replaced by"),
    ]
    rows = [
        (
            document.file,
            document.name,
            document.piece,
            document.pages,
            f"{document.filed_at_utc.astimezone():%Y-%m-%d %H:%M}",
            document.sha256,
            document.replaced_by,
        )
        for document in index.documents
    ]
    return spreadsheet_csv(heads, rows)


def _read_me(index: ExportIndex) -> str:
    at = index.exported_at_utc.astimezone()
    lines = [
        _("Dossier {number} of {organisation}").format(
            number=index.dossier, organisation=index.organisation
        ),
        _("Exported on {date} by {name}: {reason}").format(
            date=f"{at:%d/%m/%Y %H:%M}", name=index.exported_by, reason=index.reason
        ),
        "",
        _(
            "documents/ : the documents as they are filed. versions/ : those that another one has "
            "replaced."
        ),
        _(
            "index.csv opens in a spreadsheet; index.json is for programs, with pieces, history, "
            "notes and accesses."
        ),
        _("To check that nothing was changed: expert-app verify FILE.zip, or in the open folder:"),
        f"    sha256sum -c {SUMS}",
        "",
        _("This file holds personal data: keep it locked, and no longer than it is needed."),
    ]
    return "\r\n".join(lines) + "\r\n"


# ---- checking


def is_export(path: Path) -> bool:
    """Return True if this looks like an export (and not like a PDF)."""
    return zipfile.is_zipfile(path)


def check_export(path: Path, trusted: Sequence[bytes] = ()) -> ExportVerdict:
    """Is this ZIP what was exported? Bounded: of a file that claims too much nothing is unpacked.

    Args:
        trusted: public keys, 32 bytes each, of whom one believes.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as file:
            limit = _limit(file.infolist(), path.stat().st_size)
            if limit:
                return ExportVerdict(limit=limit)
            return _check(file, trusted)
    except (
        *_DAMAGED,
        KeyError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        msgspec.MsgspecError,
    ):
        return ExportVerdict()


def _limit(infos: Sequence[zipfile.ZipInfo], size_bytes: int) -> ExportLimit | None:
    """Which limit this ZIP goes over. No file unpacks to more than it says here: the reader stops
    there, and the sum of its bytes is wrong then.
    """
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES:
        return ExportLimit.TOO_MANY_FILES
    if any(info.file_size > MOST_BYTES for info in infos):
        return ExportLimit.FILE_TOO_LARGE
    if unpacked > MOST_TOTAL_BYTES:
        return ExportLimit.TOO_LARGE
    if unpacked > max(SMALL_BYTES, MOST_RATIO * size_bytes):
        return ExportLimit.SWELLS
    end = 0
    for entry in sorted(infos, key=lambda info: info.header_offset):
        if entry.header_offset < end:
            return ExportLimit.OVERLAPS
        # APPNOTE.TXT, 4.3.7: 30 bytes, the name, and more, before what is packed
        end = entry.header_offset + 30 + len(entry.filename) + entry.compress_size
    return None


def _check(file: zipfile.ZipFile, trusted: Sequence[bytes]) -> ExportVerdict:
    infos = file.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) != len(names):
        return ExportVerdict()
    listed = file.read(SUMS)
    key, sealed = _check_seal(file.read(SEAL), listed)
    listed_sums = {}
    for line in listed.decode("utf-8").splitlines():
        match = _SUM_LINE.fullmatch(line)
        if match is None:
            return ExportVerdict()
        listed_sums[match[2]] = match[1]
    present_names = [name for name in names if name in listed_sums]
    changed, documents = [], {}
    for name in present_names:
        data = _read(file, name)
        if data is None or sha256_of(data) != listed_sums[name]:
            changed.append(name)
        if data is not None and name.endswith(".pdf"):
            documents[name] = verify(data, trusted)
    missing = tuple(name for name in listed_sums if name not in names)
    added = tuple(name for name in names if name not in listed_sums and name not in (SUMS, SEAL))
    if INDEX in (*changed, *missing):
        index = None
    else:
        index = msgspec.json.decode(file.read(INDEX), type=ExportIndex)
    return ExportVerdict(
        readable=True,
        whole=sealed and not changed and not missing and not added,
        sealed=sealed,
        signer=base64.b64encode(key).decode(),
        trusted=(key in trusted) if trusted else None,
        changed=tuple(changed),
        missing=missing,
        added=added,
        documents=documents,
        index=index,
    )


def _read(file: zipfile.ZipFile, name: str) -> bytes | None:
    """The bytes of a file; None when the ZIP itself says that they are damaged (CRC)."""
    try:
        with file.open(name) as data:
            read = data.read(MOST_BYTES + 1)
    except _DAMAGED:
        return None
    if len(read) <= MOST_BYTES:
        return read
    return None


def _check_seal(seal: bytes, listed: bytes) -> tuple[bytes, bool]:
    """(key, the signature is this key's)."""
    fields = msgspec.json.decode(seal, type=dict[str, str])
    key = base64.b64decode(fields["key"], validate=True)
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, _SIGNED + listed)
    except (InvalidSignature, ValueError):
        return key, False
    return key, True
