# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub dossiers import FILE` and `expert-app hub register-test`: dossiers from an
organisation's own system. Both work while the hub, or the vault, runs.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from expert_app.commands.hub.context import DryRun, HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.register.csv_file import CsvDossiers, CsvRefused, read_csv
from expert_app.register.importing import ImportResult, import_dossiers, write_report
from expert_app.register.lookup import NOBODY, RegisterLookup
from expert_app.register.source import RegisterQuestion
from expert_app.register.words import away_words, file_words, line_words, store_words
from expert_app.runtime.command_line import Argument, Json
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.paths import Paths
from expert_app.stores.dossiers import ExtraMissing, extra_words, open_store
from expert_app.stores.registers import open_lookup
from expert_app.vault.own_part import read_own_part
from resources.texts import _, ngettext
from session.core.clock import SystemClock
from session.core.dossier_model import Access, ActingUser
from session.core.errors import SessionError
from session.hub.dossier.register import RegisterAway, RegisterRecord

SHOWN = 10
"""Refused lines that are printed too."""

IMPORTER = "import"
"""Who the register of accesses says it was, with the name of whoever ran the command."""


@dataclass(frozen=True)
class ImportRequest:
    """The import that the command line asks for. `org`: "" for the vault's own."""

    file: Annotated[Path, Argument(metavar="FILE")]
    _: KW_ONLY
    org: Annotated[str, Argument("whose dossiers they are", "ORGANISATION")] = ""
    encoding: Annotated[
        Literal["utf-8", "cp1252", "iso-8859-15", "utf-16"] | None,
        Argument("of the file, when it is not UTF-8"),
    ] = None
    dry_run: DryRun = False
    as_json: Json = False


class _NotHere(Exception):
    """Dossiers of this organisation are not to be had here; the sentence says why."""


@hub_command(act="dossiers import")
def run_import(hub: HubContext, request: ImportRequest) -> int:
    """Import a file; the exit code: 0 all is in, 1 some lines are not, 2 nothing was done.

    Raises:
        CatalogueWrong: the convention cannot be used.
    """
    began_s = time.monotonic()
    settings, paths = hub.settings, hub.paths
    try:
        organisation = _organisation(request.org, settings)
        kinds = _number_kinds(organisation, settings)
        dossiers = read_csv(
            request.file,
            encoding=request.encoding or "",
            number_kinds=kinds,
            today=datetime.now(UTC).date(),
        )
        result = _import(request, organisation, dossiers, settings, paths)
    except _NotHere as error:
        return _refused(str(error))
    except CsvRefused as error:
        return _refused(file_words(error))
    except OSError as error:
        words = _("{file} cannot be read ({why}).")
        return _refused(words.format(file=request.file, why=error.strerror or error))
    except KeyMissing as error:
        return _refused(error.why)
    except ExtraMissing as error:
        return _refused(extra_words(error))
    except SessionError as error:
        return _refused(store_words(str(error.detail.get("why", error.code))))
    _print_result(
        request, organisation, result, settings, paths, seconds=time.monotonic() - began_s
    )
    if result.refused:
        return 1
    return 0


def _refused(words: str) -> int:
    print(words, file=sys.stderr)
    return 2


def _organisation(requested: str, settings: HubSettings) -> str:
    if settings.serve:
        vault_organisation = settings.organisation
    else:
        vault_organisation = ""
    if not requested and not vault_organisation:
        raise _NotHere(_("Say whose dossiers these are with --org."))
    if vault_organisation and requested and requested != vault_organisation:
        words = _("This is the vault of {own}: dossiers of {asked} are not here.")
        raise _NotHere(words.format(own=vault_organisation, asked=requested))
    return requested or vault_organisation


def _number_kinds(organisation: str, settings: HubSettings) -> list[str]:
    """Return what the numbers of its callers may be, as its services say."""
    if not settings.catalogue:
        raise _NotHere(
            _("Name the convention, in the settings (catalogue) or with --catalogue FILE.")
        )
    if settings.serve:
        path = Path(settings.catalogue)
        entry = read_own_part(path, organisation, settings.vault.signer)
    else:
        catalogue = load_catalogue(settings)
        if organisation not in catalogue.organisations:
            words = _("There is no organisation {organisation} in the catalogue.")
            raise _NotHere(words.format(organisation=organisation))
        entry = catalogue.organisation(organisation)
        if entry.vaults:
            words = _(
                "{organisation} keeps its dossiers in its own vault: import them there, with "
                "--serve dossier --org {organisation}."
            )
            raise _NotHere(words.format(organisation=organisation))
    return sorted({service.number_kind for service in entry.services} - {""})


def _import(
    request: ImportRequest,
    organisation: str,
    dossiers: CsvDossiers,
    settings: HubSettings,
    paths: Paths,
) -> ImportResult:
    lines = len(dossiers.records) + len(dossiers.refused)
    words = ngettext("import of {file}, {lines} line", "import of {file}, {lines} lines", lines)
    reason = words.format(file=request.file.name, lines=lines)
    by = ActingUser(user=IMPORTER, name=_user())
    with open_store(settings, paths) as store:
        return import_dossiers(
            store,
            organisation,
            dossiers,
            access=Access(by=by, reason=reason),
            dry_run=request.dry_run,
            progress=_show_progress if sys.stderr.isatty() else None,
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _show_progress(count: int, total: int) -> None:
    end = "" if count < total else "\n"
    print(f"\r{count} / {total}", end=end, file=sys.__stderr__, flush=True)  # steers the terminal


def _print_result(
    request: ImportRequest,
    organisation: str,
    result: ImportResult,
    settings: HubSettings,
    paths: Paths,
    *,
    seconds: float,
) -> None:
    try:
        report = write_report(request.file, result)
    except OSError as error:
        words = _("The report of refused lines cannot be written beside the file ({why}).")
        print(words.format(why=error.strerror or error), file=sys.stderr)
        report = None
    facts = {
        "organisation": organisation,
        "kind": "vault" if settings.serve else "hub",
        "folder": str(paths.data),
        "file": str(request.file),
        "dry_run": request.dry_run,
        "new": result.new,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "refused": len(result.refused),
        "told": len(result.told),
        "report": str(report) if report is not None else "",
        "seconds": round(seconds, 1),
    }
    if request.as_json:
        print(msgspec.json.encode(facts).decode())
        return
    print(_where(settings, organisation, paths))
    words = _(
        "Dossiers made: {new}; changed: {changed}; as they were: {unchanged}. Refused lines: "
        "{refused}. ({seconds} s)"
    )
    if request.dry_run:
        print(_("Nothing was changed; this is what would be:"))
    print(words.format(**facts))
    for line in [*result.refused, *result.told][:SHOWN]:
        words = _("Line {line}, {column}: {why}")
        print(words.format(line=line.line, column=line.column or "-", why=line_words(line)))
    if report is not None:
        print(_("Every such line is in {file}.").format(file=report))


def _where(settings: HubSettings, organisation: str, paths: Paths) -> str:
    if settings.serve:
        words = _("Vault of {organisation} in {folder}")
    else:
        words = _("Dossiers of {organisation} in the hub in {folder}")
    return words.format(organisation=organisation, folder=paths.data)


# ---- the live register


@hub_command()
def try_register(
    hub: HubContext,
    *,
    org: Annotated[str, Argument("whose register", "ORGANISATION")] = "",
    number: Annotated[str, Argument("of a dossier, or of a caller, that it has", "N")] = "",
    as_json: Json = False,
) -> int:
    """Ask an organisation's register, and say how that went; the exit code."""
    settings = hub.settings
    chosen = org or (settings.organisation if settings.serve else "")
    register = next(
        (candidate for candidate in settings.register if candidate.organisation == chosen), None
    )
    if register is None:
        words = _("The settings have no [[register]] with organisation = “{organisation}”.")
        return _refused(words.format(organisation=chosen))
    if register.kind == "import":
        print(_("Dossiers of {organisation} are only imported.").format(organisation=chosen))
        return 0
    try:
        lookup = open_lookup(register, SystemClock())
    except KeyMissing as error:
        return _refused(error.why)
    return asyncio.run(_ask(lookup, number, as_json=as_json))


async def _ask(lookup: RegisterLookup, number: str, *, as_json: bool) -> int:
    began_s, away, records = time.monotonic(), None, list[RegisterRecord]()
    try:
        if number:
            records = await lookup.ask(RegisterQuestion(number=number))
            records = records or await lookup.ask(RegisterQuestion(caller_number=number))
        else:
            await lookup.ask(NOBODY)
    except RegisterAway as error:
        away = error
    finally:
        await lookup.close()
    waited_ms = round((time.monotonic() - began_s) * 1000)
    if as_json:
        facts = {
            "organisation": lookup.organisation,
            "answers": away is None,
            "reason": away.reason if away is not None else "",
            "words": away.words if away is not None else "",
            "milliseconds": waited_ms,
            "dossiers": len(records),
            "fields": _filled(records),
        }
        print(msgspec.json.encode(facts).decode())
        if away is None:
            return 0
        return 1
    if away is not None:
        print(_("The register of {organisation} is away.").format(organisation=lookup.organisation))
        if away.words:
            detail = f" ({away.words})"
        else:
            detail = ""
        print(away_words(away.reason, lookup.organisation) + detail)
        return 1
    words = _("The register of {organisation} answers, in {milliseconds} ms.")
    print(words.format(organisation=lookup.organisation, milliseconds=waited_ms))
    if number:
        words = _("Dossiers of this number: {count}. Fields that it fills: {fields}.")
        print(words.format(count=len(records), fields=", ".join(_filled(records)) or "-"))
    return 0


def _filled(records: list[RegisterRecord]) -> list[str]:
    """Names of fields only: whoever tests a register need not read a dossier."""
    fields = RegisterRecord.__struct_fields__
    return [name for name in fields if any(getattr(record, name) for record in records)]
