# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub erase`, `hold` and `register`: conversations erased by hand or kept from it, and
the register of what was erased, in a hub and in a vault. Used by `__main__`.

They may run while hub or vault work. The words for a vault are the same; what a ticket's number
and day are only the network's hub knows, so there a conversation is named by its id.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec

from expert_app.backup.erasing import Erased, HubEraser, append_to_register
from expert_app.commands.hub.context import Demand, DryRun, HubContext, Reason, Yes, hub_command
from expert_app.commands.hub.words import (
    counted_conversations,
    counted_documents,
    counted_dossiers,
    counted_records,
    counted_rows,
    local_time,
)
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument, Json, OneOf
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.folder_owner import FolderInUse
from expert_app.stores.jetstream import store_limits, store_of
from expert_app.vault.erasing import VaultEraser
from resources.texts import N_, _, ngettext
from session.core.errors import BusUnreachable, SessionError, TicketUnknown
from session.core.tasks import Tasks
from session.hub.dossier.kept_logs import KeptLogs
from session.hub.history.database import History
from session.hub.history.erasing import TicketFilter, sessions_of
from session.hub.storage.erasures import Erasure, ErasureDemand, Hold, mark_of
from views.words.errors import sentence

DEMANDS = {
    ErasureDemand.CALLER: N_("the person concerned"),
    ErasureDemand.ORGANISATION: N_("the organisation"),
    ErasureDemand.AUTHORITY: N_("an authority or a court"),
}


Session = Annotated[str, Argument(metavar="SESSION")]
Whose = Annotated[str, Argument("whose conversation", "ORGANISATION")]
"""By default the convention's only organisation's, or the vault's."""
WHICH = OneOf("which", is_required=True)


@dataclass(frozen=True, kw_only=True)
class EraseRequest:
    """The erasure of conversations: of some sessions, of a ticket, or of a period."""

    org: Annotated[str, Argument("whose conversations", "ORGANISATION")] = ""
    sessions: Annotated[
        tuple[str, ...], Argument("by its id", "ID", name="--session", one_of=WHICH)
    ] = ()
    ticket: Annotated[str, Argument("of this ticket, with --day", "NUMBER", one_of=WHICH)] = ""
    first: Annotated[
        str, Argument("of a period, with --to", "DAY", name="--from", one_of=WHICH)
    ] = ""
    day: Annotated[str, Argument("2026-03-01, with --ticket", "DAY")] = ""
    last: Annotated[str, Argument("last day, with --from", "DAY", name="--to")] = ""
    kiosk: Annotated[str, Argument("only of this kiosk", "ID")] = ""
    site: Annotated[str, Argument("only of this site", "NAME")] = ""
    demand: Demand
    yes: Yes = False
    dry_run: DryRun = False
    as_json: Json = False

    def tickets(self) -> TicketFilter:
        """Return the filter for a ticket or a period. Raises `Refused`."""
        try:
            return TicketFilter(
                date.fromisoformat(self.first or self.day),
                date.fromisoformat(self.last or self.day),
                number=self.ticket,
                kiosk=self.kiosk,
                site=self.site,
            )
        except ValueError as error:
            words = _(
                "Say the days as 2026-03-01: --ticket NUMBER --day DAY, or --from DAY --to DAY."
            )
            raise Refused(words) from error


class Refused(Exception):
    """The command cannot be done; the message is for the person."""


Eraser = HubEraser | VaultEraser


@asynccontextmanager
async def open_eraser(hub: HubContext) -> AsyncIterator[Eraser]:
    """Open the eraser of a hub, or of a vault; it may go on working meanwhile."""
    settings, paths = hub.settings, hub.paths
    if settings.serve:
        yield VaultEraser(settings, paths)
        return
    tasks = Tasks()
    history = History(
        paths.folder("history"),
        database_url=settings.history_database or settings.database,
        time_zone=settings.time_zone,
    )
    try:
        async with store_of(settings, paths, tasks, alone=False) as connection:
            if settings.bus:
                folder = None
            else:
                folder = paths.folder("bus")
            logs = KeptLogs(
                connection.streams,
                replicas=settings.replicas if settings.bus else 1,
                limits=store_limits(settings, folder),
            )
            await logs.prepare()
            yield HubEraser(connection.streams, logs, history=history)
    finally:
        history.close()
        await tasks.close()


@hub_command(act="erase")
def erase(hub: HubContext, request: EraseRequest) -> int:
    """Erase what the request names; the exit code: 1 when something is left, e.g. held."""
    return run_asking(lambda: _erase(hub, request))


async def _erase(hub: HubContext, request: EraseRequest) -> int:
    organisation = organisation_of(request.org, hub.settings)
    async with open_eraser(hub) as eraser:
        sessions = await _chosen(request, organisation, eraser)
        if not sessions:
            raise Refused(_("No conversation is found: nothing was erased."))
        plan = await eraser.erase(organisation, sessions, dry=True)
        if request.dry_run or not plan.sessions:
            _print_result(plan, request, dry=True)
            if plan.sessions:
                return 0
            return 1
        if not (request.yes or _is_confirmed(plan, request)):
            raise Refused(_("Nothing was erased."))
        erased = await eraser.erase(organisation, plan.sessions)
        line = Erasure(
            at_utc=datetime.now(UTC),
            organisation=organisation,
            demand=request.demand,
            by=getpass.getuser(),
            what=_what(request),
            sessions=len(erased.sessions),
            records=erased.records,
            rows=erased.rows,
            marks=[mark_of(organisation, session_id) for session_id in erased.sessions],
        )
        await eraser.logs.note(line)
        append_to_register(hub.settings, line)
    erased.held = plan.held
    erased.running = plan.running
    _print_result(erased, request, dry=False)
    if erased.held or erased.running:
        return 1
    return 0


async def _chosen(request: EraseRequest, organisation: str, eraser: Eraser) -> Sequence[str]:
    if request.sessions:
        return request.sessions
    tickets = request.tickets()
    if isinstance(eraser, VaultEraser):
        if tickets.number or tickets.kiosk or tickets.site:
            raise Refused(
                _(
                    "Only the network's hub knows numbers, kiosks and sites: ask there with "
                    "hub erase --dry-run, and name the conversations here with --session."
                )
            )
        return await eraser.between(tickets.first, tickets.last)
    return await asyncio.to_thread(sessions_of, eraser.history, organisation, tickets)


def _what(request: EraseRequest) -> str:
    if request.sessions:
        return "session"
    if request.ticket:
        return "ticket"
    return "period"


def _is_confirmed(plan: Erased, request: EraseRequest) -> bool:
    word = _("ERASE")
    print(
        ngettext(
            "{count} conversation is erased for good, on demand of: {demand}. Nobody can bring it "
            "back.",
            "{count} conversations are erased for good, on demand of: {demand}. Nobody can bring "
            "them back.",
            len(plan.sessions),
        ).format(count=len(plan.sessions), demand=_(DEMANDS[request.demand]))
    )
    try:
        return input(_("Type {word} to go on: ").format(word=word)).strip() == word
    except EOFError:
        return False


def _print_result(erased: Erased, request: EraseRequest, *, dry: bool) -> None:
    if request.as_json:
        figures = {
            "dry_run": dry,
            "erased": [] if dry else erased.sessions,
            "would_erase": erased.sessions if dry else [],
            "records": erased.records,
            "rows": erased.rows,
            "held": erased.held,
            "running": erased.running,
            "unknown": erased.unknown,
        }
        print(msgspec.json.encode(figures).decode())
        return
    if dry and not erased.sessions:
        print(_("Nothing was erased."))
    elif dry:
        print(_("{what} would be erased:").format(what=counted_conversations(len(erased.sessions))))
        for session_id in erased.sessions:
            print(f"  {session_id}")
    else:
        words = ngettext(
            "{count} conversation is erased: {records}, {rows}.",
            "{count} conversations are erased: {records}, {rows}.",
            len(erased.sessions),
        )
        records, rows = counted_records(erased.records), counted_rows(erased.rows)
        print(words.format(count=len(erased.sessions), records=records, rows=rows))
        print(_("Backups that were made before still have them until they go by age."))
    for names, words in (
        (erased.held, _("Held, so not erased (lift the hold first: hub hold lift): {names}")),
        (erased.running, _("Not over yet, so not erased: {names}")),
        (erased.unknown, _("Not found here: {names}")),
    ):
        if names:
            print(words.format(names=", ".join(names)))


# ---- held


@hub_command(act="hold set")
def hold(hub: HubContext, session: Session, *, org: Whose = "", reason: Reason) -> int:
    """Keep a conversation's log until the hold is lifted; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        hold = Hold(session=session, at_utc=datetime.now(UTC), by=getpass.getuser(), reason=reason)
        async with open_eraser(hub) as eraser:
            try:
                records = await eraser.logs.hold(whose, hold)
            except TicketUnknown as error:
                words = _("No log of {session} is here: nothing is held.")
                raise Refused(words.format(session=session)) from error
        words = _("{session} is held: {records}. Neither age nor hub erase takes its log.")
        print(words.format(session=session, records=counted_records(records)))
        return 0

    return run_asking(do)


@hub_command(act="hold lift")
def lift(hub: HubContext, session: Session, *, org: Whose = "") -> int:
    """End a hold; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        async with open_eraser(hub) as eraser:
            if not await eraser.logs.lift(whose, session):
                raise Refused(_("{session} is not held.").format(session=session))
        words = _("{session} is held no more: its log goes by age, or by hub erase.")
        print(words.format(session=session))
        return 0

    return run_asking(do)


@hub_command()
def list_holds(hub: HubContext, *, org: Whose = "", as_json: Json = False) -> int:
    """Print what is held; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        async with open_eraser(hub) as eraser:
            holds = await eraser.logs.holds(whose)
        if as_json:
            print(msgspec.json.encode(holds).decode())
            return 0
        words = ngettext(
            "{count} conversation is held.", "{count} conversations are held.", len(holds)
        )
        print(words.format(count=len(holds)))
        for hold in holds:
            at = local_time(hold.at_utc, hub.settings)
            print(f"{hold.session} · {at} · {hold.by} · {hold.reason}")
        return 0

    return run_asking(do)


# ---- the register


@hub_command()
def print_register(hub: HubContext, *, as_json: Json = False) -> int:
    """Print what was erased by hand, the oldest first; the exit code."""

    async def do() -> int:
        async with open_eraser(hub) as eraser:
            erasures = await eraser.logs.erasures()
        if as_json:
            for erasure in erasures:
                print(msgspec.json.encode(erasure).decode())
            return 0
        words = ngettext("{count} erasure.", "{count} erasures.", len(erasures))
        print(words.format(count=len(erasures)))
        for erasure in erasures:
            print(_register_line(erasure, hub.settings))
        return 0

    return run_asking(do)


def _register_line(erasure: Erasure, settings: HubSettings) -> str:
    if erasure.what == "dossier":
        parts = [counted_dossiers(erasure.dossiers), counted_documents(erasure.documents)]
    else:
        parts = [
            counted_conversations(erasure.sessions),
            counted_records(erasure.records),
            counted_rows(erasure.rows),
        ]
    words = _("{at} · {organisation} · on demand of: {demand} · by {by} · {what}")
    return words.format(
        at=local_time(erasure.at_utc, settings),
        organisation=erasure.organisation,
        demand=_(DEMANDS[erasure.demand]),
        by=erasure.by,
        what=", ".join(parts),
    )


# ---- what all of them need


def organisation_of(requested: str, settings: HubSettings) -> str:
    """The one that was named, the vault's, or the convention's only one. Raises `Refused`."""
    vault_organisation = settings.organisation if settings.serve else ""
    if vault_organisation and requested and requested != vault_organisation:
        raise Refused(_("This is the vault of {own}.").format(own=vault_organisation))
    if requested or vault_organisation:
        return requested or vault_organisation
    served = load_catalogue(settings).served if settings.catalogue else ()
    if len(served) != 1:
        raise Refused(_("Say whose conversations they are with --org."))
    return next(iter(served))


def run_asking(do: Callable[[], Awaitable[int]]) -> int:
    """Does it; what goes wrong is printed. The exit code."""

    async def run() -> int:
        return await do()

    try:
        return asyncio.run(run())
    except Refused as error:
        print(error)
        return 2
    except KeyMissing as error:
        print(error.why)
        return 1
    except FolderInUse as error:
        print(error.words)
        return 1
    except BusUnreachable as error:
        words = _("The hub's store cannot be reached ({why}). Nothing was erased.")
        print(words.format(why=error.detail.get("why", error.code)))
        return 1
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
        return 1
    except OSError as error:
        words = _("The register beside the backups cannot be written ({why}): write it down there.")
        print(words.format(why=error.strerror or error))
        return 1
