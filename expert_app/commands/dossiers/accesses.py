# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub dossiers accesses NUMBER`: what a person may ask for by right about the own
dossier: who looked at it, when and why (GDPR, article 15). `hub readings`: who has read the logs of
conversations.

Reads the database only, so it may run beside a running hub. Names of those who looked are an
organisation's own affair, as the Court of Justice has said (C-579/21), and are printed on demand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from documents.store.accesses import AccessFilter
from documents.store.dossier_store import DossierStore
from expert_app.board.accesses import accesses_csv
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub.convention_commands import load_catalogue
from expert_app.runtime.command_line import Argument, Json
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.stores.dossiers import ExtraMissing, extra_words, open_store
from resources.texts import _, ngettext
from session.core.dossier_model import AccessLine
from session.core.errors import SessionError
from views.words.accesses import access_words
from views.words.errors import sentence


@hub_command(act="dossiers accesses")
def print_accesses(
    hub: HubContext,
    number: Annotated[str, Argument(metavar="NUMBER")],
    *,
    org: Annotated[str, Argument("whose dossier", "ORGANISATION")] = "",
    names: Annotated[bool, Argument("and the names of those who looked")] = False,
    as_json: Json = False,
) -> int:
    """Print every line about a dossier of an organisation ("": the convention's only one), the
    oldest first; the exit code.
    """
    settings = hub.settings
    organisation = org or settings.organisation or _only_organisation(settings)
    if not organisation:
        print(_("Say whose dossier it is with --org."))
        return 2

    def of_dossier(store: DossierStore) -> tuple[str, list[AccessLine]]:
        dossier_number = store.open_dossier(organisation, number).number
        return dossier_number, _all_lines(store, organisation, AccessFilter(dossier=dossier_number))

    answer = _read(hub, of_dossier)
    if answer is None:
        return 1
    dossier, lines = answer
    if not names:
        # a computer's name often is a person's
        lines = [msgspec.structs.replace(line, user="", by_name="", computer="") for line in lines]
    if as_json:
        print(msgspec.json.encode({"dossier": dossier, "accesses": lines}).decode())
        return 0
    zone = ZoneInfo(settings.time_zone)
    words = ngettext(
        "Dossier {number}: {count} access.", "Dossier {number}: {count} accesses.", len(lines)
    )
    print(words.format(number=dossier, count=len(lines)))
    for line in lines:
        print(_line(line, zone))
    return 0


@hub_command(act="readings")
def print_readings(
    hub: HubContext,
    *,
    org: Annotated[str, Argument("whose conversations", "ORGANISATION")] = "",
    session: Annotated[str, Argument("only of this conversation", "ID")] = "",
    as_csv: Annotated[bool, Argument("as a table", name="--csv")] = False,
    as_json: Json = False,
) -> int:
    """Print who has read the logs of an organisation, or of one conversation, the oldest first;
    the exit code.
    """
    settings = hub.settings
    organisation = org or settings.organisation or _only_organisation(settings)
    if not organisation:
        print(_("Say whose conversations they are with --org."))
        return 2
    access_filter = AccessFilter(of_logs=True, session=session)
    lines = _read(hub, lambda store: _all_lines(store, organisation, access_filter))
    if lines is None:
        return 1
    if as_json:
        print(msgspec.json.encode({"readings": lines}).decode())
    elif as_csv:
        sys.stdout.write(accesses_csv(lines, access_words).decode("utf-8-sig"))
    else:
        zone = ZoneInfo(settings.time_zone)
        words = ngettext("{count} reading of logs.", "{count} readings of logs.", len(lines))
        print(words.format(count=len(lines)))
        for line in lines:
            print(" · ".join(part for part in (_line(line, zone), line.session_id) if part))
    return 0


def _only_organisation(settings: HubSettings) -> str:
    """The convention's organisation, where it has one; "" otherwise."""
    served = load_catalogue(settings).served if settings.catalogue else ()
    return next(iter(served)) if len(served) == 1 else ""


def _read[Found](hub: HubContext, read: Callable[[DossierStore], Found]) -> Found | None:
    """Return what `read` finds in the store; None where the store cannot be read,
    and why is printed.
    """
    try:
        with open_store(hub.settings, hub.paths) as store:
            return read(store)
    except KeyMissing as error:
        print(error.why)
    except ExtraMissing as error:
        print(extra_words(error))
    except SessionError as error:
        print(sentence(error.code, error.detail).sentence)
    return None


def _all_lines(
    store: DossierStore, organisation: str, access_filter: AccessFilter
) -> list[AccessLine]:
    newest_first: list[AccessLine] = []
    while True:
        lines = store.accesses.listed(organisation, access_filter)
        if not lines:
            return newest_first[::-1]
        newest_first += lines
        access_filter = msgspec.structs.replace(access_filter, before=lines[-1].id)


def _line(line: AccessLine, zone: ZoneInfo) -> str:
    parts = [f"{line.at_utc.astimezone(zone):%Y-%m-%d %H:%M}", access_words(line), line.dossier]
    return " · ".join(part for part in [*parts, line.by_name, line.computer, line.reason] if part)
