# SPDX-License-Identifier: GPL-3.0-only
"""Builds everything that a desk does, without a window.
Used by `expert_app.desk.wiring.program`.
"""

from __future__ import annotations

from dataclasses import dataclass

from documents.printed.receipt.facts import Signer
from expert_app.desk.agent_work import AgentWork
from expert_app.desk.app import DeskApp
from expert_app.desk.booking.appointments import DeskAppointments
from expert_app.desk.booking.outside import OutsideBookings
from expert_app.desk.devices import DevicesJob
from expert_app.desk.dossier.finding import DossierFinding
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.owed_notes import OwedNotes
from expert_app.desk.dossier.piece_scan import PieceScan
from expert_app.desk.dossier.pieces import DeskPieces
from expert_app.desk.filing import Filing
from expert_app.desk.page_edits import PageEdits
from expert_app.desk.parts import DeskParts
from expert_app.desk.quick_copy_decoder import QuickCopyDecoder
from expert_app.desk.receipts import DeskReceipts
from expert_app.desk.session_opener import DeskSessionOpener
from expert_app.desk.several_papers import PapersFinder
from expert_app.desk.shown_documents import ShownDocumentsJob
from expert_app.desk.third_parties import ThirdPartyJob
from expert_app.runtime.notary import notary_of
from session.desk.hub.identity import DossierIdentityClient
from session.desk.hub.library import LibraryClient
from session.desk.hub.memos import MemoClient


@dataclass(frozen=True, kw_only=True)
class DeskJobs:
    """The desk's jobs, each once; `app` holds the conversation that the others work for."""

    filing: Filing
    sessions: DeskSessionOpener
    app: DeskApp
    work: AgentWork
    memos: MemoClient
    third_parties: ThirdPartyJob
    devices: DevicesJob
    piece_scan: PieceScan
    quick_copies: QuickCopyDecoder
    page_edits: PageEdits
    finding: DossierFinding
    pieces: DeskPieces
    guide: DeskGuide
    receipts: DeskReceipts
    appointments: DeskAppointments
    outside: OutsideBookings
    shown_documents: ShownDocumentsJob


def build_jobs(parts: DeskParts) -> DeskJobs:
    """Makes the jobs; none of them has begun."""
    filing = _filing(parts)
    sessions = DeskSessionOpener(parts, filing)
    app = DeskApp(
        parts.link, filing, open_session=sessions.open, clock=parts.clock, tasks=parts.tasks
    )
    third_parties = _third_parties(parts, app, sessions)
    devices = DevicesJob(app, parts.link, workers=parts.workers, clock=parts.clock)
    pieces = DeskPieces(app, filing, link=parts.link, clock=parts.clock)
    papers = PapersFinder(app, filing, outbox=parts.outbox, workers=parts.workers)
    appointments = DeskAppointments(
        app, parts.link, printer=devices, clock=parts.clock, tasks=parts.tasks
    )
    jobs = DeskJobs(
        filing=filing,
        sessions=sessions,
        app=app,
        work=_work(parts, app),
        memos=MemoClient(
            parts.bus,
            parts.clock,
            tasks=parts.tasks,
            user=parts.settings.user,
            is_supervisor=False,
            memory=parts.window_settings,
        ),
        third_parties=third_parties,
        devices=devices,
        piece_scan=PieceScan(app, filing, devices=devices),
        quick_copies=QuickCopyDecoder(app, parts.workers),
        page_edits=PageEdits(app, filing, outbox=parts.outbox, papers=papers),
        finding=DossierFinding(app, DossierIdentityClient(parts.bus), tasks=parts.tasks),
        pieces=pieces,
        guide=DeskGuide(
            app, parts.bus, pieces=pieces, tasks=parts.tasks, memory=parts.window_settings
        ),
        receipts=_receipts(parts, app, filing, devices),
        appointments=appointments,
        outside=OutsideBookings(
            parts.link,
            session_id=lambda: app.session.facts.id if app.session is not None else "",
            booked=appointments.refresh,
            tasks=parts.tasks,
        ),
        shown_documents=ShownDocumentsJob(
            app, LibraryClient(parts.bus), workers=parts.workers, tasks=parts.tasks
        ),
    )
    _keep_engines_while_used(parts, jobs)
    return jobs


def _filing(parts: DeskParts) -> Filing:
    return Filing(
        parts.outbox,
        parts.workers,
        store=parts.link,
        clock=parts.clock,
        tasks=parts.tasks,
        notary=notary_of(parts.seed),
        reader=parts.reader,
    )


def _work(parts: DeskParts, app: DeskApp) -> AgentWork:
    return AgentWork(
        app,
        parts.link,
        owed=OwedNotes(parts.window_settings, parts.clock),
        user=parts.settings.user,
        clock=parts.clock,
        tasks=parts.tasks,
    )


def _third_parties(parts: DeskParts, app: DeskApp, sessions: DeskSessionOpener) -> ThirdPartyJob:
    return ThirdPartyJob(
        app,
        parts.link,
        third_party_client=parts.third_party_client,
        open_visit=sessions.open_visit,
        tasks=parts.tasks,
    )


def _receipts(parts: DeskParts, app: DeskApp, filing: Filing, printer: DevicesJob) -> DeskReceipts:
    return DeskReceipts(
        app,
        parts.link,
        outbox=parts.outbox,
        filing=filing,
        printer=printer,
        clock=parts.clock,
        signer=Signer(*notary_of(parts.seed)),
    )


def _keep_engines_while_used(parts: DeskParts, jobs: DeskJobs) -> None:
    media = parts.media
    jobs.app.session_opened.connect(lambda _session: media.users.add("session"))
    jobs.app.session_closed.connect(lambda _outcome: media.users.discard("session"))
    jobs.third_parties.visit_began.connect(lambda _visit: media.users.add("visit"))
    jobs.third_parties.visit_ended.connect(lambda _ticket: media.users.discard("visit"))
