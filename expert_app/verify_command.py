# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app verify DOCUMENT`: says in words whether a document is what was scanned. For anybody who receives one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from documents.dates import hour, long_date
from documents.export_file import is_export
from documents.provenance import Origin, Verdict, verify
from expert_app.origins import raw_key
from expert_app.verify_export import verify_export
from resources.texts import _
from session.bus.identity import is_public_key

MAX_BYTES = 256 << 20


def verify_document(path: Path, keys: Sequence[str], *, as_json: bool = False) -> int:
    """Prints the verdict; 0 when the document is whole and nothing speaks against its signer, else 1, or 2 unread.

    Args:
        keys: public keys "U..." of whom one believes.
    """
    wrong = [key for key in keys if not is_public_key(key)]
    if wrong:
        print(_("{key} is no public key.").format(key=wrong[0]))
        return 2
    try:
        if is_export(path):
            return verify_export(path, keys, as_json=as_json)
        if path.stat().st_size > MAX_BYTES:
            raise OSError(27, _("it is too large"))
        data = path.read_bytes()
    except OSError as error:
        print(_("{file} cannot be read: {why}.").format(file=path, why=error.strerror))
        return 2
    verdict = verify(data, [raw_key(key) for key in keys])
    if as_json:
        print(msgspec.json.encode(verdict).decode())
    else:
        print("\n".join(words_of(verdict, path.name)))
    return 0 if verdict.whole and verdict.trusted is not False else 1


def words_of(verdict: Verdict, name: str) -> list[str]:
    """The verdict as lines of text: the answer first, then the way of the pages."""
    return [*_answer(verdict, name), *(_way(verdict.origin) if verdict.origin is not None else [])]


def _answer(verdict: Verdict, name: str) -> list[str]:
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
            lines.append(_("The picture of these pages is another one: {pages}.").format(pages=pages))
        elif verdict.readable:
            lines.append(_("The pictures of the pages are those that were filed; something around them was changed."))
        else:
            lines.append(_("It cannot be opened any more."))
        return lines
    lines = [_("WHOLE: {file} is, to the last bit, what was filed from the scan.").format(file=name)]
    if verdict.trusted is None:
        lines.append(_("Whose seal it is was not looked at (--key): {key}").format(key=verdict.signer))
    elif verdict.trusted:
        lines.append(_("The seal is of a key that you trust."))
    else:
        lines[0] = _("NOT TRUSTED: {file} is whole, but sealed by a key that you did not name.").format(file=name)
        lines.append(_("The seal's key: {key}").format(key=verdict.signer))
    return lines


def _way(origin: Origin) -> list[str]:
    told = [
        (_("Organisation"), origin.organisation),
        (_("Reception point"), origin.site),
        (_("Kiosk"), origin.kiosk),
        (_("Adviser"), origin.agent),
        (_("Session"), origin.session),
        (_("Document made on"), _moment(origin.made_at_utc)),
    ]
    lines = ["", _("What the document says of its way:"), *(f"  {name} : {value}" for name, value in told if value)]
    for number, page in enumerate(origin.pages, start=1):
        at = _moment(page.scanned_at_utc) if page.scanned_at_utc else "?"
        words = _("  Page {number}: scanned on {at}, {dpi} dpi, {device}")
        lines.append(words.format(number=number, at=at, dpi=page.dpi, device=page.device or "?"))
        lines.append(_("    Hash of the scan at the kiosk: {sha256}").format(sha256=page.scanned_sha256))
        lines.append(_("    Hash of the picture filed: {sha256}").format(sha256=page.kept_sha256))
        lines.append(_("    Treatment: {steps}").format(steps=", ".join(page.treatment) or "–"))
    return lines


def _moment(at: datetime) -> str:
    here = at.astimezone()
    return _("{date}, {hour}").format(date=long_date(here), hour=hour(here))
