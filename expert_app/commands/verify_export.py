# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app verify EXPORT.zip`: says in words whether an exported dossier is what was exported.
For anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from documents.printed.export_file import (
    MOST_BYTES,
    MOST_FILES,
    MOST_RATIO,
    MOST_TOTAL_BYTES,
    ExportLimit,
    ExportVerdict,
    check_export,
)
from expert_app.runtime.notary import raw_key
from resources.texts import N_, _

SHOWN = 10

_LIMITS = {
    ExportLimit.TOO_MANY_FILES: N_("holds more than {most_files} files"),
    ExportLimit.FILE_TOO_LARGE: N_("has a file that would unpack to more than {most_mb} MB"),
    ExportLimit.TOO_LARGE: N_("would unpack to more than {total_gb} GB"),
    ExportLimit.SWELLS: N_("would unpack to more than {ratio} times its size"),
    ExportLimit.OVERLAPS: N_("has files that lie in each other's place"),
}
_NUMBERS = {
    "most_files": MOST_FILES,
    "most_mb": MOST_BYTES >> 20,
    "total_gb": MOST_TOTAL_BYTES >> 30,
    "ratio": MOST_RATIO,
}


def verify_export(path: Path, keys: Sequence[str], *, as_json: bool = False) -> int:
    """Prints the verdict; 0 when the export is whole and nothing speaks against its signer, else 1.

    Args:
        keys: public keys "U..." of whom one believes.

    Raises:
        OSError: the file cannot be read.
    """
    verdict = check_export(path, [raw_key(key) for key in keys])
    print(
        msgspec.json.encode(verdict).decode()
        if as_json
        else "\n".join(export_words(verdict, path.name))
    )
    if verdict.whole and verdict.trusted is not False:
        return 0
    return 1


def export_words(verdict: ExportVerdict, name: str) -> list[str]:
    """The verdict as lines of text, the answer first."""
    if verdict.limit:
        return [
            _("NOT READ: {file} {why}, and was not unpacked.").format(
                file=name, why=_(_LIMITS[ExportLimit(verdict.limit)]).format(**_NUMBERS)
            ),
            _(
                "No export of Poste Expert is made so. Do not open it with anything else, and ask "
                "whoever gave it to you for the export again."
            ),
        ]
    if not verdict.readable:
        return [_("NOT AN EXPORT: {file} is no exported dossier, or is damaged.").format(file=name)]
    lines = _answer(verdict, name)
    index = verdict.index
    if index is not None:
        at = f"{index.exported_at_utc.astimezone():%d/%m/%Y %H:%M (%Z)}"
        words = _("Dossier {number} of {organisation}, exported on {date} by {name}: {reason}")
        text = words.format(
            number=index.dossier,
            organisation=index.organisation,
            date=at,
            name=index.exported_by,
            reason=index.reason,
        )
        lines += ["", text]
    sealed = sum(1 for document in verdict.documents.values() if document.sealed and document.whole)
    count = _("Documents: {count}; with an unbroken seal of their own: {sealed}.")
    return [*lines, count.format(count=len(verdict.documents), sealed=sealed)]


def _answer(verdict: ExportVerdict, name: str) -> list[str]:
    if not verdict.whole:
        lines = [_("CHANGED: {file} is not what was exported.").format(file=name)]
        if not verdict.sealed:
            lines.append(_("The list of hashes is not the one that was sealed."))
        for words, files in (
            (_("Changed: {files}"), verdict.changed),
            (_("Missing: {files}"), verdict.missing),
            (_("Added: {files}"), verdict.added),
        ):
            if files:
                lines.append(
                    words.format(
                        files=", ".join(files[:SHOWN]) + ("…" if len(files) > SHOWN else "")
                    )
                )
        return lines
    if verdict.trusted is False:
        words = _("NOT TRUSTED: {file} is whole, but sealed by a key that you did not name.")
        return [words.format(file=name), _("The seal's key: {key}").format(key=verdict.signer)]
    lines = [_("WHOLE: {file} is, to the last bit, what was exported.").format(file=name)]
    if verdict.trusted is None:
        lines.append(
            _("Whose seal it is was not looked at (--key): {key}").format(key=verdict.signer)
        )
    return lines
