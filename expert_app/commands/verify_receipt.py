# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app verify` of a receipt: its file, a photograph of the paper, or the code as text;
against documents.

Used by `verify`, which decides what a file is.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from documents.hashes import sha256_of
from documents.printed.dates import moment
from documents.printed.receipt.facts import MARK, MOST_CONSENTS, GivenConsent, consent_line
from documents.printed.receipt.record import ReceiptCode, ReceiptVerdict, names_all, read_code
from resources.texts import _

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
MAX_PICTURE_PX = 60_000_000


class ReaderMissing(Exception):
    """The program that reads QR codes from pictures is not installed."""


def is_code(text: str) -> bool:
    """The argument is a code's text, not the name of a file."""
    return f"{MARK}|" in text


def code_in(path: Path) -> ReceiptCode | None:
    """The code on a photographed or scanned receipt; None: there is none of ours.

    Raises:
        ReaderMissing: see above. OSError: no picture.
    """
    try:
        import zxingcpp
    except ImportError as error:
        raise ReaderMissing from error
    from PIL import Image

    with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
        if picture.width * picture.height > MAX_PICTURE_PX:
            raise OSError(27, _("it is too large"))
        barcodes = zxingcpp.read_barcodes(picture.convert("L"))
    return next(
        (code for barcode in barcodes if (code := read_code(barcode.text)) is not None), None
    )


def words_of_receipt(
    verdict: ReceiptVerdict, name: str, documents: Sequence[tuple[str, bytes]]
) -> list[str]:
    """Say what a receipt's file is worth, what it names,
    and whether these documents (name, bytes) are it.
    """
    record = verdict.record
    if not verdict.whole:
        lines = [_("CHANGED: {file} is not the receipt that was made.").format(file=name)]
    elif not verdict.agrees:
        lines = [_("CONTRADICTORY: the code on {file} is not of what it says.").format(file=name)]
    elif verdict.trusted is False:
        lines = [
            _("NOT TRUSTED: {file} is whole, but sealed by a key that you did not name.").format(
                file=name
            )
        ]
    else:
        lines = [
            _("GENUINE: {file} is, to the last bit, the receipt that was made.").format(file=name)
        ]
    if verdict.code is not None:
        lines += _who(verdict.code, verdict.trusted)
    lines += _facts_of(
        record.organisation, record.dossier, datetime.fromisoformat(record.received_at)
    )
    lines.append(_kind(record.registered_only))
    files_by_sha256 = {sha256_of(data): file for file, data in documents}
    for piece in record.pieces:
        lines.append(_("  {piece} ({pages} p.): {sha256}").format(
            piece=piece.name, pages=piece.pages, sha256=piece.sha256))  # fmt: skip
        if documents:
            file = files_by_sha256.get(piece.sha256)
            lines.append(
                _("    is {file}").format(file=file)
                if file
                else _("    NOT among the documents given")
            )
    lines += consent_words(record.consents)
    named = {piece.sha256 for piece in record.pieces}
    lines += [
        _("  NOT NAMED: {file} is not on this receipt, or was changed since.").format(file=file)
        for sha256, file in files_by_sha256.items()
        if sha256 not in named
    ]
    return lines


def consent_words(consents: Sequence[GivenConsent]) -> list[str]:
    """The caller's answers, each with the sentence that stood on the screen."""
    if not consents:
        return []
    lines = [f"  {consent_line(consent)}\n    “{consent.sentence}”" for consent in consents]
    return [_("What the caller was asked:"), *lines[:MOST_CONSENTS]]


def words_of_code(
    code: ReceiptCode, documents: Sequence[tuple[str, bytes]], trusted: bool | None
) -> list[str]:
    """Say what the code on a paper is worth."""
    if not code.genuine:
        return [_("FORGED: the code's signature is not right.")]
    first = _("GENUINE: the code is signed by the desk that made the receipt.")
    if trusted is False:
        first = _("NOT TRUSTED: the code is signed, but by a key that you did not name.")
    lines = [
        first,
        *_who(code, trusted),
        *_facts_of(code.organisation, code.dossier, code.received_at),
    ]
    lines += [_kind(code.registered_only), _("  Pieces: {count}").format(count=code.count)]
    if documents:
        same = names_all(code, [sha256_of(data) for _file, data in documents])
        lines.append(
            _("The documents given are exactly those of the receipt.")
            if same
            else _(
                "The documents given are NOT those of the receipt: one is missing, too many, or "
                "changed."
            )
        )
    return lines


def matches(verdict: ReceiptVerdict, documents: Sequence[tuple[str, bytes]]) -> bool:
    """No document was given, or exactly those that the receipt names."""
    named = sorted(piece.sha256 for piece in verdict.record.pieces)
    return not documents or sorted(sha256_of(data) for _file, data in documents) == named


def _who(code: ReceiptCode, trusted: bool | None) -> list[str]:
    if trusted:
        return [_("The seal is of a key that you trust.")]
    return [_("The seal's key: {key}").format(key=base64.b64encode(code.key).decode())]


def _facts_of(organisation: str, dossier: str, at: datetime) -> list[str]:
    facts = (
        (_("Organisation"), organisation),
        (_("Dossier number"), dossier),
        (_("Received on"), moment(at)),
    )
    return ["", _("What the receipt says:"), *(f"  {name} : {value}" for name, value in facts)]


def _kind(registered_only: bool) -> str:
    if registered_only:
        return "  " + _("Acknowledgement of registration: the pieces are safe and will be filed")
    return "  " + _("Acknowledgement of receipt")
