# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app verify FILE...`: says in words whether a document is what was scanned, whether a
receipt is genuine, and whether they belong together; the same for a dossier or a conversation that
was saved. For anybody who receives one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from documents.hashes import sha256_of
from documents.pdf.provenance import (
    Origin,
    PageOrigin,
    ProvenanceVerdict,
    check_seal,
    read_origin,
    verify,
)
from documents.printed.dates import hour, long_date
from documents.printed.export_file import is_export
from documents.printed.receipt.record import (
    ReceiptCode,
    ReceiptVerdict,
    names_all,
    read_code,
    verify_receipt,
)
from documents.workers import WorkerLost, Workers
from expert_app.commands.verify_export import verify_export
from expert_app.commands.verify_receipt import (
    PICTURES,
    ReaderMissing,
    code_in,
    is_code,
    matches,
    words_of_code,
    words_of_receipt,
)
from expert_app.helpdesk.bundle import check_bundle, is_bundle, read_bundle
from expert_app.helpdesk.bundle_words import bundle_lines
from expert_app.runtime.command_line import Argument, Json
from expert_app.runtime.notary import raw_key
from resources.texts import _
from session.bus.transport.nkeys import is_public_key, is_signed
from session.log.events import GrantChanged, SheetAnswered
from session.log.playback.opened import OpenedLog
from session.protocol.conversation.page_signing import page_words

MAX_BYTES = 256 << 20
MOST_ANSWERS = 200
"""Answers of a conversation that are printed: a stranger may have written more into it."""


class _GivenFiles:
    """What a person wants to know the worth of, by kind."""

    def __init__(self) -> None:
        self.codes: list[tuple[str, ReceiptCode | None]] = []
        self.files: list[tuple[str, bytes]] = []
        self.exports: list[Path] = []
        self.bundles: list[Path] = []

    def add(self, name: str) -> None:
        """Read a file, the picture of a code, or a code's own text.

        Raises:
            ReaderMissing: no program here reads a code from a picture.
            OSError: the file cannot be read.
        """
        path = Path(name)
        if is_code(name):
            self.codes.append((name, read_code(name)))
        elif path.suffix.lower() in PICTURES:
            self.codes.append((path.name, code_in(path)))
        elif not is_export(path):
            self.files.append((path.name, _read(path)))
        elif is_bundle(path):
            self.bundles.append(path)
        else:
            self.exports.append(path)


def verify_files(
    names: Annotated[
        Sequence[str],
        Argument(
            "documents, receipts (PDF), saved dossiers, conversations (ZIP), a receipt's code",
            "FILE",
        ),
    ],
    *,
    keys: Annotated[
        Sequence[str], Argument("public key of a desk that you trust (U...)", "KEY", name="--key")
    ] = (),
    as_json: Json = False,
) -> int:
    """Print what the files are worth:
    documents, receipts, photographs of receipts, or the text of a receipt's code.

    Documents given with a receipt are compared with it.

    Args:
        keys: public keys "U..." of whom one believes.

    Returns:
        0 when everything is whole and nothing speaks against its signer, else 1, or 2 unread.
    """
    wrong = [key for key in keys if not is_public_key(key)]
    if wrong:
        print(_("{key} is no public key.").format(key=wrong[0]))
        return 2
    given = _GivenFiles()
    try:
        for name in names:
            given.add(name)
    except ReaderMissing:
        print(_("To read a code from a picture, zxing-cpp is needed: pip install zxing-cpp"))
        return 2
    except OSError as error:
        why = error.strerror or error
        print(_("{file} cannot be read: {why}.").format(file=error.filename, why=why))
        return 2
    trusted = [raw_key(key) for key in keys]
    if all(_verdicts(given, trusted, keys, as_json=as_json)):
        return 0
    return 1


def _verdicts(
    given: _GivenFiles, trusted: Sequence[bytes], keys: Sequence[str], *, as_json: bool
) -> list[bool]:
    """Print what each file is worth, and return for each whether it is whole and as signed."""
    receipts = {
        name: receipt
        for name, data in given.files
        if (receipt := verify_receipt(data, trusted)) is not None
    }
    documents = [(name, data) for name, data in given.files if name not in receipts]
    return [
        *(
            _print_receipt(verdict, name, documents, as_json=as_json)
            for name, verdict in receipts.items()
        ),
        *(
            _print_code(code, name, documents, trusted, as_json=as_json)
            for name, code in given.codes
        ),
        *(_print_document(name, data, trusted, as_json=as_json) for name, data in documents),
        *(verify_export(path, keys, as_json=as_json) == 0 for path in given.exports),
        *(_print_bundle(path, keys, as_json=as_json) for path in given.bundles),
    ]


def _print_bundle(path: Path, keys: Sequence[str], *, as_json: bool) -> bool:
    if as_json:
        verdict = check_bundle(path, keys)
        print(msgspec.json.encode(verdict).decode())
    else:
        verdict, log = read_bundle(path, keys)
        print("\n".join([*bundle_lines(verdict, path.name), *answer_lines(log)]))
    return verdict.fault is None


def answer_lines(log: OpenedLog | None) -> list[str]:
    """The caller's answers, each with the sentence that stood on the screen."""
    from views.replay.words import describe

    if log is None:
        return []
    rows = log.rows_of(lambda meaning: isinstance(meaning.event, (GrantChanged, SheetAnswered)))
    events = [record.event for _row, record in log.records(rows)]
    answers = [
        describe(event)
        for event in events
        if isinstance(event, SheetAnswered) or (isinstance(event, GrantChanged) and event.asked)
    ]
    return ["", _("What the caller was asked:"), *answers[:MOST_ANSWERS]] if answers else []


def _read(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise OSError(27, _("it is too large"))
    return path.read_bytes()


def _print_document(name: str, data: bytes, trusted: Sequence[bytes], *, as_json: bool) -> bool:
    verdict = _verified(data, trusted)
    print(msgspec.json.encode(verdict).decode() if as_json else "\n".join(words_of(verdict, name)))
    forged = verdict.origin is not None and "forged" in {
        signed_by_kiosk(verdict.origin, page) for page in verdict.origin.pages
    }
    return verdict.whole and verdict.trusted is not False and not forged


def _verified(data: bytes, trusted: Sequence[bytes]) -> ProvenanceVerdict:
    """Pages of a sealed document are looked at in a worker: a hostile one may end its reader."""
    if read_origin(data) is None or check_seal(data) is None:
        return verify(data, trusted)
    with Workers() as workers:
        try:
            return workers.submit(verify, data, trusted).result()
        except WorkerLost:
            return ProvenanceVerdict(readable=False)


def signed_by_kiosk(origin: Origin, page: PageOrigin) -> str:
    """Say how the kiosk signed the scan before it left:
    "signed", "forged" when that is of something else, or "".
    """
    if not page.signature or page.scanned_at_utc is None:
        if page.signature:
            return "forged"
        return ""
    words = page_words(
        origin.session,
        page.page_id,
        sha256=page.scanned_sha256,
        size_bytes=page.scanned_bytes,
        dpi=page.dpi,
        taken_at=page.scanned_at_utc,
    )
    if is_signed(page.signer, words, page.signature):
        return "signed"
    return "forged"


def _print_receipt(
    verdict: ReceiptVerdict, name: str, documents: Sequence[tuple[str, bytes]], *, as_json: bool
) -> bool:
    agree = matches(verdict, documents)
    if as_json:
        print(
            msgspec.json.encode(
                {"receipt": verdict, "genuine": verdict.genuine, "matches": agree}
            ).decode()
        )
    else:
        print("\n".join(words_of_receipt(verdict, name, documents)))
    return verdict.genuine and agree


def _print_code(
    code: ReceiptCode | None,
    name: str,
    documents: Sequence[tuple[str, bytes]],
    trusted: Sequence[bytes],
    *,
    as_json: bool,
) -> bool:
    if code is None:
        print(
            _("NO CODE: nothing in {file} is the code of a receipt of Poste Expert.").format(
                file=name[:60]
            )
        )
        return False
    if trusted:
        believed = code.key in trusted
    else:
        believed = None
    agree = not documents or names_all(code, [sha256_of(data) for _name, data in documents])
    if as_json:
        print(msgspec.json.encode({"code": code, "matches": agree}).decode())
    else:
        print("\n".join(words_of_code(code, documents, believed)))
    return code.genuine and believed is not False and agree


def words_of(verdict: ProvenanceVerdict, name: str) -> list[str]:
    """The verdict as lines of text: the answer first, then the way of the pages."""
    return [*_answer(verdict, name), *(_way(verdict.origin) if verdict.origin is not None else [])]


def _answer(verdict: ProvenanceVerdict, name: str) -> list[str]:
    if not verdict.sealed:
        if not verdict.readable:
            return [_("NOT A DOCUMENT: {file} is no PDF, or is damaged.").format(file=name)]
        return [
            _("NO SEAL: nothing proves where {file} comes from.").format(file=name),
            _("It was not made by Poste Expert, or its seal was removed or damaged."),
        ]
    if not verdict.whole:
        lines = [_("CHANGED: {file} is not what was filed.").format(file=name)]
        if verdict.changed_pages:
            pages = ", ".join(map(str, verdict.changed_pages))
            lines.append(
                _("The picture of these pages is another one: {pages}.").format(pages=pages)
            )
        elif verdict.readable:
            lines.append(
                _(
                    "The pictures of the pages are those that were filed; something around them "
                    "was changed."
                )
            )
        else:
            lines.append(_("It cannot be opened any more."))
        return lines
    lines = [
        _("WHOLE: {file} is, to the last bit, what was filed from the scan.").format(file=name)
    ]
    if verdict.trusted is None:
        lines.append(
            _("Whose seal it is was not looked at (--key): {key}").format(key=verdict.signer)
        )
    elif verdict.trusted:
        lines.append(_("The seal is of a key that you trust."))
    else:
        lines[0] = _(
            "NOT TRUSTED: {file} is whole, but sealed by a key that you did not name."
        ).format(file=name)
        lines.append(_("The seal's key: {key}").format(key=verdict.signer))
    return lines


def _way(origin: Origin) -> list[str]:
    facts = [
        (_("Organisation"), origin.organisation),
        (_("Reception point"), origin.site),
        (_("Kiosk"), origin.kiosk),
        (_("Adviser"), origin.agent),
        (_("Session"), origin.session),
        (_("Document made on"), _moment(origin.made_at_utc)),
    ]
    lines = [
        "",
        _("What the document says of its way:"),
        *(f"  {name} : {value}" for name, value in facts if value),
    ]
    for number, page in enumerate(origin.pages, start=1):
        if page.scanned_at_utc:
            at = _moment(page.scanned_at_utc)
        else:
            at = "?"
        words = _("  Page {number}: scanned on {at}, {dpi} dpi, {device}")
        lines.append(words.format(number=number, at=at, dpi=page.dpi, device=page.device or "?"))
        lines.append(
            _("    Hash of the scan at the kiosk: {sha256}").format(sha256=page.scanned_sha256)
        )
        lines.append(_("    Hash of the picture filed: {sha256}").format(sha256=page.kept_sha256))
        lines.append(_kiosk_words(signed_by_kiosk(origin, page), page.signer))
        lines.append(_("    Treatment: {steps}").format(steps=", ".join(page.treatment) or "–"))
    return lines


def _kiosk_words(signed: str, key: str) -> str:
    if signed == "signed":
        return _("    Signed by the kiosk that scanned it: {key}").format(key=key)
    if signed == "forged":
        return _("    FORGED: the kiosk did not sign this scan.")
    return _("    Not signed by a kiosk.")


def _moment(at: datetime) -> str:
    here = at.astimezone()
    return _("{date}, {hour}").format(date=long_date(here), hour=f"{hour(here)} ({here:%Z})")
