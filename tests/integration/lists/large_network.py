# SPDX-License-Identifier: GPL-3.0-only
"""A network of the size that lists are tried with: its convention, callers who wait, dossiers, and
what happened before. The same each time; for the tests of long lists and the benches.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import msgspec
from sqlalchemy import insert, select

from documents.store import tables
from documents.store.dossier_store import DossierStore
from documents.store.incoming import IncomingDossier
from documents.store.rows import document_columns
from documents.store.search import FiledMarks, add_marks
from session.core.dossier_model import (
    Access,
    ActingUser,
    CallerIdentity,
    DocumentRecord,
    Dossier,
    Piece,
)
from session.core.errors import StoreUnreachable
from session.hub.history.database import History
from session.hub.log_index.rows import ListedConversation, LogRows, TicketFacts
from session.hub.storage.interfaces import RevisionConflict
from session.hub.storage.ticket_store import NatsTicketStore
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.roles import Role
from tests.support.invented_tickets import days_of_work, entry

ORGANISATION = "valdore"
SITES, KIOSKS, AGENTS = 1_000, 5_000, 500
WAITING, DOSSIERS, DOCUMENTS, NOTES, PAST = 10_000, 100_000, 5_000, 500, 100_000
CALLER, DOSSIER, FAMILY, BORN_ON = "1234567", "D-2026-0001", "Lefèvre", "1950-03-02"
PIECE = "taxes"
"""The caller whose dossier has so many documents."""

FAMILIES = ("Ménard", "Brun", "N’Diaye", "Œuvrard", "de La Tour", "Garcia-Lopez", FAMILY)
GIVEN = ("Odile Marie", "Paul", "Zoé", "Jean-Pierre", "Inès", "Marc")
FILLS_AT_ONCE, FILL_TRIES, BATCH = 64, 5, 1_000


def site_name(n: int) -> str:
    """As the convention calls the site."""
    return f"Mairie de Saint-Oyen-sur-Val, quartier {n}"


def large_catalogue() -> str:
    """The convention: one organisation with all of them."""
    towns = "\n".join(
        f'  {{ id = "site{n}", name = "{site_name(n)}", services = ["rights", "housing"] }},'
        for n in range(SITES)
    )
    places = "\n".join(
        f'  {{ id = "kiosk{n}", site = "site{n % SITES}", name = "Borne de l\'accueil {n}" }},'
        for n in range(KIOSKS)
    )
    people = "\n".join(
        f'  {{ id = "agent{n}", name = "Conseillère Prénom{n} N." }},' for n in range(AGENTS)
    )
    hosted = ", ".join(f'"site{n}"' for n in range(SITES))
    some = ", ".join(f'"site{n}"' for n in range(20))
    return f"""
[[organisations]]
id = "{ORGANISATION}"
name = "Caisse d'entraide du Val-Doré"
services = [
  {{ id = "rights", name = "Mes droits", number_kind = "allocataire", letter = "D" }},
  {{ id = "housing", name = "Aide au logement", letter = "L" }},
]
sites = [
{towns}
]
kiosks = [
{places}
]
displays = [{{ id = "screen1", site = "site0" }}]
people = [
{people}
  {{ id = "boss", name = "Chantal V.", role = "supervisor" }},
  {{ id = "help", name = "Denis W.", role = "helpdesk" }},
  {{ id = "oper", name = "Marc L.", role = "operator" }},
  {{ id = "host", name = "Inès B.", role = "facilitator", sites = [{hosted}] }},
  {{ id = "host2", name = "Omar C.", role = "facilitator", sites = [{some}] }},
]
"""


# ---- the queue


def waiting_ticket(n: int) -> Ticket:
    """The caller at kiosk `n`; every second one waits for the second service."""
    second = n % 2
    return Ticket(
        id=f"waiting{n}",
        organisation=ORGANISATION,
        service=("rights", "housing")[second],
        kiosk=f"kiosk{n}",
        site=site_name(n % SITES),
        number=f"{'DL'[second]}{n % 999 + 1:03d}",
        state=TicketState.WAITING,
        arrived_at_utc=datetime.now(UTC),
        changed_by=f"{Role.KIOSK}.kiosk{n}",  # a sign of life: a silent kiosk has no caller
    )


async def fill_queue(
    store: NatsTicketStore, count: int, ticket: Callable[[int], Ticket] = waiting_ticket
) -> None:
    """Waiting tickets, straight into the store: one kiosk has only one."""
    turns = asyncio.Semaphore(FILLS_AT_ONCE)

    async def put(n: int) -> None:
        async with turns:
            for _ in range(FILL_TRIES):
                try:
                    await store.create(ticket(n))
                except RevisionConflict:
                    return  # the first answer came too late
                except StoreUnreachable:
                    continue  # a disk that is behind: `FILLS_AT_ONCE` wait for it
                return
            raise StoreUnreachable(why="the tickets cannot be stored")

    await asyncio.gather(*(put(n) for n in range(count)))


# ---- dossiers


def fill_dossiers(store: DossierStore, *, dossiers: int, documents: int) -> None:
    """The caller's dossier with so many documents, and so many others."""
    store.create_dossier(
        ORGANISATION,
        Dossier(
            number=DOSSIER,
            caller_name=f"Odile {FAMILY}",
            family_name=FAMILY,
            given_names="Odile",
            born_on=BORN_ON,
            caller_number=CALLER,
            pieces=(Piece(id=PIECE, name="Avis d'imposition"),),
        ),
    )
    access = Access(by=ActingUser(user="large"))
    for start in range(0, dossiers, BATCH):
        part = [_dossier(n) for n in range(start, start + BATCH)]
        store.incoming.take(ORGANISATION, part, access)
    _file(store, documents)


def _dossier(n: int) -> IncomingDossier:
    born_on = date.fromordinal(date(1930, 1, 1).toordinal() + n * 7919 % 30_000)
    whose = CallerIdentity(
        family_name=FAMILIES[n % len(FAMILIES)],
        given_names=GIVEN[n % len(GIVEN)],
        born_on=born_on.isoformat(),
        caller_number=f"{n:07}",
    )
    return IncomingDossier(number=f"REF-{n:06}", caller=whose)


def _file(store: DossierStore, count: int) -> None:
    """As filing writes it, but for the files: far quicker than one after the other."""
    with store._writing() as connection:
        table = tables.dossiers
        whose = select(table.c.id).where(table.c.number == DOSSIER)
        dossier_key = connection.execute(whose).scalar_one()
        for n in range(NOTES):
            note = {"note_id": f"note{n}", "text": f"Note {n}", "by_name": "Claire F."}
            at_utc = datetime(2026, 3, 2) + timedelta(minutes=n)
            connection.execute(
                insert(tables.notes).values(dossier_id=dossier_key, at_utc=at_utc, **note)
            )
        for n in range(count):
            document = DocumentRecord(
                id=f"document{n}",
                name=f"Avis d'imposition {n}",
                piece_id=PIECE,
                pages=2,
                size_bytes=123_456,
                sha256="0" * 64,
                path=f"{n}.pdf",
                filed_at_utc=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=n),
            )
            columns = document_columns(document) | {
                "organisation": ORGANISATION,
                "dossier_id": dossier_key,
                "upload_id": f"upload{n}",
            }
            written = connection.execute(insert(tables.documents), columns)
            assert written.inserted_primary_key is not None
            add_marks(
                connection,
                written.inserted_primary_key[0],
                ORGANISATION,
                dossier_key,
                document=document,
                marks=FiledMarks(words=f"revenu fiscal {n}"),
            )


# ---- what happened


def fill_history(history: History, count: int) -> None:
    """Finished tickets of all sites, the last ones of today."""
    chance, days = random.Random(3), 180
    tickets = days_of_work(count, days)
    shift = datetime.now(UTC) - max(ticket.arrived_at_utc for ticket in tickets)
    stream = history.stream("large")
    for start in range(0, count, BATCH):
        part = [
            msgspec.structs.replace(
                ticket,
                site=site_name(chance.randrange(SITES)),
                kiosk=f"kiosk{chance.randrange(KIOSKS)}",
                agent=ticket.agent and f"agent{chance.randrange(AGENTS)}",
                service=("rights", "housing")[n % 2],
                arrived_at_utc=ticket.arrived_at_utc + shift,
                accepted_at_utc=ticket.accepted_at_utc and ticket.accepted_at_utc + shift,
                ended_at_utc=ticket.ended_at_utc and ticket.ended_at_utc + shift,
            )
            for n, ticket in enumerate(tickets[start : start + BATCH])
        ]
        history.apply(stream, [entry(start + n, ticket) for n, ticket in enumerate(part, 1)])


def fill_conversations(
    rows: LogRows, count: int, invented: Callable[[int, random.Random], ListedConversation]
) -> None:
    """As `invented` makes them, of our kiosks, the last ones of today."""
    dice = random.Random(7)

    def ours(n: int) -> ListedConversation:
        made, kiosk = invented(n, dice), dice.randrange(KIOSKS)
        assert made.ticket is not None
        begun = datetime.now(UTC) - timedelta(seconds=12 * (count - n))
        ticket: TicketFacts = replace(
            made.ticket,
            started_at_utc=begun,
            ended_at_utc=begun + timedelta(minutes=8),
            kiosk=f"kiosk{kiosk}",
            site=site_name(kiosk % SITES),
            service=("rights", "housing")[n % 2],
        )
        return replace(made, organisation=ORGANISATION, ticket=ticket)

    for start in range(0, count, BATCH):
        rows.put(ours(n) for n in range(start, min(start + BATCH, count)))
