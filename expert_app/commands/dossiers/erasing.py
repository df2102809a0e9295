# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub dossiers erase NUMBER`: a dossier erased by right of erasure, in a hub or in a
vault, which may go on working; `hold`, `lift` and `holds`: dossiers kept from it. Used by
`__main__`.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from documents.store.dossier_store import DossierStore
from documents.store.erasure.dossiers import DossierErasure, DossierHold
from expert_app.backup.erasing import append_to_register
from expert_app.backup.restore import erase_dossiers_again
from expert_app.commands.hub.context import Demand, DryRun, HubContext, Reason, Yes, hub_command
from expert_app.commands.hub.erase import (
    DEMANDS,
    Refused,
    open_eraser,
    organisation_of,
    run_asking,
)
from expert_app.commands.hub.words import counted_documents, counted_dossiers, local_time
from expert_app.runtime.command_line import Argument, Json
from expert_app.runtime.config import HubSettings
from expert_app.stores.dossiers import ExtraMissing, extra_words, open_store
from resources.texts import _, ngettext
from session.core.errors import DossierUnknown
from session.hub.storage.erasures import Erasure, mark_of

Number = Annotated[str, Argument(metavar="NUMBER")]
Whose = Annotated[str, Argument("whose dossier", "ORGANISATION")]
"""By default the convention's only organisation's, or the vault's."""


@dataclass(frozen=True)
class DossierErasureRequest:
    """The erasure of a dossier."""

    number: Number
    _: KW_ONLY
    org: Whose = ""
    demand: Demand
    yes: Yes = False
    dry_run: DryRun = False
    as_json: Json = False


@hub_command(act="dossiers erase")
def erase(hub: HubContext, request: DossierErasureRequest) -> int:
    """Erase the dossier; the exit code: 1 when it is held, 2 when nothing was erased for another
    reason.
    """
    return run_asking(lambda: _erase(hub, request))


async def _erase(hub: HubContext, request: DossierErasureRequest) -> int:
    organisation = organisation_of(request.org, hub.settings)
    with _opened(hub) as store:
        async with open_eraser(hub) as eraser:
            plan = await asyncio.to_thread(_plan, store, organisation, request.number)
            if running := await eraser.running(organisation, plan.sessions):
                words = _(
                    "A conversation about this dossier is not over ({sessions}): erase it "
                    "afterwards. Nothing was erased."
                )
                raise Refused(words.format(sessions=", ".join(running)))
            if request.dry_run or plan.holds:
                _print_result(plan, request, dry=True)
                if plan.holds:
                    return 1
                return 0
            if not (request.yes or _is_confirmed(plan, request)):
                raise Refused(_("Nothing was erased."))
            # the line first: a dossier that is gone without one would come back with a backup
            line = Erasure(
                at_utc=datetime.now(UTC),
                organisation=organisation,
                demand=request.demand,
                by=getpass.getuser(),
                what="dossier",
                sessions=0,
                records=0,
                rows=plan.rows,
                dossiers=plan.dossiers,
                documents=plan.documents,
                marks=[mark_of(organisation, token) for token in plan.tokens],
            )
            await eraser.logs.note(line)
            append_to_register(hub.settings, line)
            erasure = await asyncio.to_thread(store.erasures.erase, organisation, request.number)
    _print_result(erasure, request, dry=False)
    if erasure.holds:
        return 1
    return 0


def _plan(store: DossierStore, organisation: str, number: str) -> DossierErasure:
    try:
        return store.erasures.plan(organisation, number)
    except DossierUnknown as error:
        words = _(
            "{organisation} has no dossier {number} here: nothing was erased. The dossiers of an "
            "organisation with a vault are erased there."
        )
        raise Refused(words.format(organisation=organisation, number=number)) from error


def _is_confirmed(plan: DossierErasure, request: DossierErasureRequest) -> bool:
    word = _("ERASE")
    print(
        _(
            "Dossier {number} is erased for good, with {documents}, on demand of: {demand}. "
            "Nobody can bring it back."
        ).format(
            number=request.number,
            documents=counted_documents(plan.documents),
            demand=_(DEMANDS[request.demand]),
        )
    )
    try:
        return input(_("Type {word} to go on: ").format(word=word)).strip() == word
    except EOFError:
        return False


def _print_result(erasure: DossierErasure, request: DossierErasureRequest, *, dry: bool) -> None:
    if request.as_json:
        figures = {
            "dry_run": dry,
            "dossiers": erasure.dossiers,
            "documents": erasure.documents,
            "rows": erasure.rows,
            "held": [hold.reason for hold in erasure.holds],
            "delivered": erasure.delivered,
            "conversations": erasure.conversations,
            "files_left": erasure.files_left,
            "files_waiting": erasure.files_waiting,
        }
        print(msgspec.json.encode(figures).decode())
        return
    if erasure.holds:
        words = _("Dossier {number} is held, so not erased (lift that first: {command}): {reasons}")
        reasons = "; ".join(hold.reason for hold in erasure.holds)
        command = f"hub dossiers lift {request.number}"
        print(words.format(number=request.number, command=command, reasons=reasons))
        return
    rows = ngettext("{count} row", "{count} rows", erasure.rows).format(count=erasure.rows)
    parts = (counted_dossiers(erasure.dossiers), counted_documents(erasure.documents), rows)
    if dry:
        words = _("Would be erased: {what}.")
    else:
        words = _("Erased: {what}.")
    print(words.format(what=", ".join(parts)))
    for line in _elsewhere(erasure, dry=dry):
        print(line)


def _elsewhere(erasure: DossierErasure, *, dry: bool) -> Iterator[str]:
    """Say what the command does not reach."""
    if erasure.delivered:
        words = _("Copies are in: {targets}. Have them erased there.")
        yield words.format(targets=", ".join(erasure.delivered))
    if erasure.conversations:
        words = _(
            "Conversations in which it was opened (their logs name nobody; hub erase --session): "
            "{names}"
        )
        yield words.format(names=", ".join(erasure.conversations))
    if erasure.files_left:
        words = ngettext(
            "{count} file stays: another dossier has the same document.",
            "{count} files stay: another dossier has the same document.",
            erasure.files_left,
        )
        yield words.format(count=erasure.files_left)
    if erasure.files_waiting:
        yield _("The documents' store does not answer: the files go at the hub's next start.")
    if not dry:
        yield _("Backups that were made before still have it until they go by age.")


# ---- held


@hub_command(act="dossiers hold")
def hold(hub: HubContext, number: Number, *, org: Whose = "", reason: Reason) -> int:
    """Keep a dossier from being erased; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        with _opened(hub) as store:
            hold = _known(
                lambda: store.erasures.hold(whose, number, by=getpass.getuser(), reason=reason)
            )
        print(_("Dossier {number} is held: nobody can erase it.").format(number=hold.dossier))
        return 0

    return run_asking(do)


@hub_command(act="dossiers lift")
def lift(hub: HubContext, number: Number, *, org: Whose = "") -> int:
    """End that; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        with _opened(hub) as store:
            if not _known(lambda: store.erasures.lift(whose, number)):
                raise Refused(_("Dossier {number} is not held.").format(number=number))
        print(_("Dossier {number} is held no more.").format(number=number))
        return 0

    return run_asking(do)


@hub_command()
def list_holds(hub: HubContext, *, org: Whose = "", as_json: Json = False) -> int:
    """Print what is held; the exit code."""

    async def do() -> int:
        whose = organisation_of(org, hub.settings)
        with _opened(hub) as store:
            holds = store.erasures.holds(whose)
        if as_json:
            print(msgspec.json.encode(holds).decode())
            return 0
        words = ngettext("{count} dossier is held.", "{count} dossiers are held.", len(holds))
        print(words.format(count=len(holds)))
        for hold in holds:
            print(_hold_line(hold, hub.settings))
        return 0

    return run_asking(do)


def _hold_line(hold: DossierHold, settings: HubSettings) -> str:
    return f"{hold.dossier} · {local_time(hold.at_utc, settings)} · {hold.by} · {hold.reason}"


# ---- after a restore


@hub_command(act="dossiers erase-again")
def erase_again(hub: HubContext) -> int:
    """Erase again what the register names, after the dossiers' database was restored by its own
    means; the exit code.
    """

    async def do() -> int:
        async with open_eraser(hub) as eraser:
            lines = await eraser.logs.erasures()
        count = await asyncio.to_thread(erase_dossiers_again, lines, hub.settings, hub.paths)
        words = ngettext(
            "{count} dossier was erased again.", "{count} dossiers were erased again.", count
        )
        print(words.format(count=count))
        return 0

    return run_asking(do)


@contextmanager
def _opened(hub: HubContext) -> Iterator[DossierStore]:
    try:
        store = open_store(hub.settings, hub.paths)
    except ExtraMissing as error:
        raise Refused(extra_words(error)) from error
    with store:
        yield store


def _known[Found](do: Callable[[], Found]) -> Found:
    try:
        return do()
    except DossierUnknown as error:
        raise Refused(_("There is no such dossier here.")) from error
