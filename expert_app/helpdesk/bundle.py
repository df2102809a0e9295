# SPDX-License-Identifier: GPL-3.0-only
"""A conversation as one signed ZIP, for a vendor: its events, a summary to read, versions.
Used by the helpdesk's window, `expert-app replay` and `expert-app verify`.

Nothing in it says who the caller is: the log has no field for it, the reason of the reading stays
in the register, and without the pages the hosts have numbers instead of names.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from documents.hashes import sha256_of
from expert_app.helpdesk.summary_pdf import summary_pdf
from resources.texts import _
from session.bus.transport.nkeys import is_signed, public_key, sign
from session.core.program_version import program_version
from session.log.events import FORMAT, AddressOpened, EndDescribed, Record
from session.log.playback.opened import OpenedLog
from session.log.playback.opening import open_held, open_records
from session.log.reader import MAX_LOG_BYTES, write_log
from session.log.summary import summarise
from session.log.without_pages import SITE, without_page

LOG, SUMMARY, VERSIONS, README = "journal.jsonl", "resume.pdf", "versions.json", "LISEZMOI.txt"
MANIFEST, SIGNATURE = "manifeste.json", "signature.json"
PARTS = (README, LOG, SUMMARY, VERSIONS)
BUNDLE_FORMAT = 1
MOST_BYTES = {LOG: MAX_LOG_BYTES}
SMALL_BYTES = 16 << 20
"""Of every other part."""

_SIGNED = b"poste-expert conversation 1\n"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class BundlePart(msgspec.Struct, frozen=True):
    """The size and hash that a part must have."""

    sha256: str
    size_bytes: int


class BundleManifest(msgspec.Struct, frozen=True, kw_only=True, rename={"format": "poste-expert"}):
    """The content of the ZIP, and whose it is.

    Attributes:
        exported_by: the id of the person, as the convention has it.
        with_pages: the structure of the shared pages is in the log.
    """

    format: int
    session_id: str
    short_number: str = ""
    organisation: str = ""
    exported_at_utc: datetime
    exported_by: str
    with_pages: bool
    parts: dict[str, BundlePart]


class BundleFault(StrEnum):
    """Why a bundle is not believed; each has its sentence."""

    UNREADABLE = "unreadable"
    TOO_NEW = "too_new"
    TOO_LARGE = "too_large"
    SIGNATURE = "signature"
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    FOREIGN = "foreign"


class BundleVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on a bundle.

    Attributes:
        fault: the first thing that is wrong, None when it is what was exported.
        parts: the names that are concerned.
        signer: the signature's key, "U..."; "" when there is none to read.
        trusted: whether that key is one of those given; None when none were.
    """

    fault: BundleFault | None = None
    parts: tuple[str, ...] = ()
    signer: str = ""
    trusted: bool | None = None
    manifest: BundleManifest | None = None


class OpenedBundle(NamedTuple):
    """A look at a bundle, and its log when it is believed."""

    verdict: BundleVerdict
    log: OpenedLog | None


class BundleSource(NamedTuple):
    """The conversation that a bundle is made of."""

    session_id: str
    records: Sequence[Record]
    short_number: str = ""
    organisation: str = ""


def without_pages(records: Iterable[Record]) -> list[Record]:
    """The records with empty stretches of pages, and hosts that are told apart and not named.
    Nothing is left out, so that numbers stay without gaps.
    """
    hosts: dict[str, str] = {}
    bare_records: list[Record] = []
    for record in records:
        name = SITE
        if isinstance(record.event, AddressOpened):
            name = hosts.setdefault(record.event.host, f"{SITE}-{len(hosts) + 1}")
        bare_records.append(without_page(record, name))
    return bare_records


def write_bundle(
    path: Path,
    source: BundleSource,
    seed: bytes,
    *,
    exported_by: str,
    exported_at: datetime,
    with_pages: bool,
) -> None:
    """Writes the ZIP, whole or not at all, for its owner only.

    Args:
        seed: of the person who exports; signs the manifest (Ed25519).

    Raises:
        OSError: the file cannot be written. BusRefusedIdentity: this is not a seed.
    """
    if with_pages:
        records = list(source.records)
    else:
        records = without_pages(source.records)
    parts = _parts(source, records, exported_at, with_pages=with_pages)
    manifest = msgspec.json.format(
        msgspec.json.encode(
            BundleManifest(
                format=BUNDLE_FORMAT,
                session_id=source.session_id,
                short_number=source.short_number,
                organisation=source.organisation,
                exported_at_utc=exported_at,
                exported_by=exported_by,
                with_pages=with_pages,
                parts={
                    name: BundlePart(sha256_of(data), len(data)) for name, data in parts.items()
                },
            )
        ),
        indent=2,
    )
    signature = msgspec.json.encode(
        {"key": public_key(seed), "signature": sign(seed, _SIGNED + manifest)}
    )
    _write(path, {**parts, MANIFEST: manifest, SIGNATURE: signature})


def _parts(
    source: BundleSource, records: Sequence[Record], at: datetime, *, with_pages: bool
) -> dict[str, bytes]:
    title = _("Conversation {number}").format(number=source.short_number or source.session_id)
    versions = {"export": program_version(), "log": str(FORMAT), **_made_of(records)}
    return {
        README: _read_me(title, with_pages=with_pages).encode(),
        LOG: _log_bytes(source.session_id, records),
        SUMMARY: summary_pdf(summarise(open_records(source.session_id, records)), title, at),
        VERSIONS: msgspec.json.format(msgspec.json.encode(versions), indent=2),
    }


def _made_of(records: Iterable[Record]) -> dict[str, str]:
    """Programs and devices of both ends, as these said it."""
    programs: dict[str, str] = {}
    for record in records:
        event = record.event
        if isinstance(event, EndDescribed):
            facts = {event.by.value: event.version}
            facts |= {"scanner": event.scanner, "printer": event.printer}
            programs |= {name: value for name, value in facts.items() if value}
    return programs


def _log_bytes(session_id: str, records: Sequence[Record]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="poste-expert-") as folder:
        path = Path(folder) / LOG
        write_log(path, session_id, records)
        return path.read_bytes()


def _read_me(title: str, *, with_pages: bool) -> str:
    if with_pages:
        pages = _("The structure of the shared pages is in the journal: bars and boxes, no words.")
    else:
        pages = _("Without the shared pages; sites have numbers instead of names.")
    lines = [
        title,
        "",
        _("resume.pdf : what happened, on one page. journal.jsonl : every event."),
        _("versions.json : which programs wrote it. manifeste.json : the hash of each part."),
        pages,
        "",
        _("To check it: expert-app verify FILE.zip     To look at it: expert-app replay FILE.zip"),
    ]
    return "\r\n".join(lines) + "\r\n"


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in files.items():
                file.writestr(name, data)
        part.chmod(0o600)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


# ---- reading


def is_bundle(path: Path) -> bool:
    """Return True if this looks like a conversation's bundle, believed or not."""
    try:
        with zipfile.ZipFile(path) as file:
            return bool({MANIFEST, LOG} & set(file.namelist()))
    except _DAMAGED:
        return False


def read_bundle(path: Path, trusted: Sequence[str] = ()) -> OpenedBundle:
    """Is this what was exported? Nothing of one that is changed is opened. Bounded.

    Args:
        trusted: public keys "U..." of whom one believes; none: whose it is was not looked at.

    Raises:
        OSError: there is no such file.
        LogUnreadable: it is whole, and its log is none that this version reads.
    """
    verdict = check_bundle(path, trusted)
    if verdict.fault is not None:
        return OpenedBundle(verdict, None)
    with zipfile.ZipFile(path) as file:
        return OpenedBundle(verdict, open_held(file.read(LOG)))


def check_bundle(path: Path, trusted: Sequence[str] = ()) -> BundleVerdict:
    """Return what a bundle is worth; its log is not read. Raises `OSError`."""
    with path.open("rb"):
        pass
    try:
        with zipfile.ZipFile(path) as file:
            return _check(file, trusted)
    except (*_DAMAGED, msgspec.MsgspecError, ValueError, KeyError):
        return BundleVerdict(fault=BundleFault.UNREADABLE)


def _check(file: zipfile.ZipFile, trusted: Sequence[str]) -> BundleVerdict:
    names = file.namelist()
    if len(set(names)) != len(names) or any(_is_too_large(info) for info in file.infolist()):
        return BundleVerdict(fault=BundleFault.TOO_LARGE)
    if MANIFEST not in names or SIGNATURE not in names:
        missing = tuple(name for name in (MANIFEST, SIGNATURE) if name not in names)
        return BundleVerdict(fault=BundleFault.MISSING, parts=missing)
    text = file.read(MANIFEST)
    signature = msgspec.json.decode(file.read(SIGNATURE), type=dict[str, str])
    key = signature["key"]
    if not is_signed(key, _SIGNED + text, signature["signature"]):
        return BundleVerdict(fault=BundleFault.SIGNATURE, signer=key)
    manifest = msgspec.json.decode(text, type=BundleManifest)
    verdict = BundleVerdict(
        signer=key, trusted=(key in trusted) if trusted else None, manifest=manifest
    )
    if manifest.format > BUNDLE_FORMAT:
        return msgspec.structs.replace(verdict, fault=BundleFault.TOO_NEW)
    listed_parts = manifest.parts
    fault, parts = _fault(file, listed_parts)
    if fault is None and verdict.trusted is False:
        fault = BundleFault.FOREIGN
    return msgspec.structs.replace(verdict, fault=fault, parts=parts)


def _fault(
    file: zipfile.ZipFile, listed_parts: Mapping[str, BundlePart]
) -> tuple[BundleFault | None, tuple[str, ...]]:
    names = set(file.namelist())
    missing = tuple(name for name in {**dict.fromkeys(PARTS), **listed_parts} if name not in names)
    changed = tuple(
        name
        for name, part in listed_parts.items()
        if name in names and not _is_whole(file, name, part)
    )
    added = tuple(sorted(names - set(listed_parts) - {MANIFEST, SIGNATURE}))
    for fault, parts in (
        (BundleFault.CHANGED, changed),
        (BundleFault.MISSING, missing),
        (BundleFault.ADDED, added),
    ):
        if parts:
            return fault, parts
    return None, ()


def _is_too_large(info: zipfile.ZipInfo) -> bool:
    return info.file_size > MOST_BYTES.get(info.filename, SMALL_BYTES)


def _is_whole(file: zipfile.ZipFile, name: str, part: BundlePart) -> bool:
    """Return True if a part is what the manifest says; one that does not unpack is not."""
    try:
        data = file.read(name)
    except _DAMAGED:
        return False
    return len(data) == part.size_bytes and sha256_of(data) == part.sha256
