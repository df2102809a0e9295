# SPDX-License-Identifier: GPL-3.0-only
"""Takes a file's dossiers into the store, batch by batch, beside a hub that runs; and writes what
was refused into a file beside. Used by `expert-app hub dossiers import`.

A batch is one transaction: whatever is killed when, each dossier is whole or not there, and the
same file once more brings the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from documents.printed.spreadsheet import spreadsheet_csv
from documents.store.dossier_store import DossierStore
from documents.store.incoming import IncomingDossier
from expert_app.register.csv_file import CsvDossiers, RefusedLine
from expert_app.register.words import line_words
from resources.texts import _
from session.core.disk import write_durably
from session.core.dossier_model import Access, CallerIdentity
from session.hub.dossier.register import RegisterRecord

BATCH = 1000
REST_S = 0.03
"""After each batch, so that the hub's own writers come to their turn."""

type Progress = Callable[[int, int], None]
"""Dossiers done, of how many."""


@dataclass
class ImportResult:
    """The outcome of an import, real or tried.

    Attributes:
        refused: lines that were not taken.
        told: lines that were taken, but not wholly, or left alone; a person should look.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[RefusedLine] = field(default_factory=list)
    told: list[RefusedLine] = field(default_factory=list)


def incoming(record: RegisterRecord) -> IncomingDossier:
    """A record as the store takes it."""
    caller = CallerIdentity(
        family_name=record.family_name,
        given_names=record.given_names,
        born_on=record.born_on,
        caller_number=record.caller_number,
        contact=record.contact,
    )
    return IncomingDossier(number=record.number, caller=caller, procedure=record.procedure)


def import_dossiers(
    store: DossierStore,
    organisation: str,
    csv_dossiers: CsvDossiers,
    *,
    access: Access,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Takes in what a file holds. Raises `StoreUnreachable`: the batches before are in."""
    result = ImportResult(refused=list(csv_dossiers.refused))
    done_count, total = 0, len(csv_dossiers.records)
    for batch in _batches(csv_dossiers.records):
        dossiers = [incoming(record) for _, record in batch]
        if dry_run:
            outcome = store.incoming.try_take(organisation, dossiers)
        else:
            is_told = bool(result.new or result.changed)
            outcome = store.incoming.take(organisation, dossiers, access, is_told=is_told)
            time.sleep(REST_S)
        result.new += outcome.new
        result.changed += outcome.changed
        result.unchanged += outcome.unchanged + len(outcome.merged)
        for line, record in batch:
            if record.number in outcome.number_taken:
                head = csv_dossiers.heads["caller_number"]
                result.told.append(RefusedLine(line, head, "number_taken"))
            if record.number in outcome.merged:
                result.told.append(RefusedLine(line, csv_dossiers.heads["number"], "merged"))
        done_count += len(batch)
        if progress is not None:
            progress(done_count, total)
    return result


def _batches(
    records: Sequence[tuple[int, RegisterRecord]],
) -> Iterator[Sequence[tuple[int, RegisterRecord]]]:
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]


def report_path(file: Path) -> Path:
    """Return the path at which what was refused of this file is written."""
    return file.with_name(f"{file.stem}.refused.csv")


def write_report(file: Path, result: ImportResult) -> Path | None:
    """Writes lines that a person should look at; what stands in them is not repeated.
    None when there is nothing to say: then a report of before goes too. Raises `OSError`.
    """
    report = report_path(file)
    lines = sorted([*result.refused, *result.told])
    if not lines:
        report.unlink(missing_ok=True)
        return None
    refused = set(result.refused)
    rows = [
        (
            line.line,
            _("refused") if line in refused else _("taken"),
            line.column,
            line.reason,
            line_words(line),
        )
        for line in lines
    ]
    heads = (_("line"), _("what became of it"), _("column"), "code", _("why"))
    write_durably(report, spreadsheet_csv(heads, rows))
    return report
