# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a desk, for the script that drives it."""

from __future__ import annotations

import asyncio
import json
from functools import partial

from expert_app.desk.agent_work import AgentWork
from expert_app.desk.app import DeskTrouble
from expert_app.desk.dossier.finding import FindingRefused
from expert_app.desk.filing import CleanedPage, ShownPage
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.parts import DeskParts
from expert_app.desk.third_parties import ThirdPartyJob
from expert_app.desk.wiring.screen import DeskScreen
from expert_app.driven.observations import Observations, itself
from session.core.dossier_model import Dossier
from session.desk.call.visit import Visit
from session.desk.cobrowse.shown_document import Shown
from session.desk.devices.scanner_and_printer import PageProgressed
from session.desk.session import DeskSession
from session.protocol.conversation.messages import GrantChanged, ScanKind
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.history import OwnTalksAnswer
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket, TicketState
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.window import DeskWindow

MIRROR_S = 0.4
"""Events are drawn some time after they were fed: the drawn page is read so often..."""
MIRROR_READS = 25
"""...and so many times after the last events."""
MIRROR_SCRIPT = """(() => {
const frame = document.querySelector('iframe');
const page = frame && frame.contentDocument;
if (!page) return '';
return JSON.stringify({title: page.title, elements: page.querySelectorAll('*').length});
})()"""


def observe_desk(
    parts: DeskParts, jobs: DeskJobs, screen: DeskScreen, observations: Observations
) -> None:
    """Note from now on what happens; to be called before the desk is started."""
    _Queue(screen.window, observations).observe(parts, jobs)
    _observe_troubles(jobs, observations)
    parts.tasks.start(_note_resumed(jobs, observations), name="observe whether a session goes on")
    observations.record(parts.sealing.protected, "sealed", "sealed", session="session_id")
    observations.record(jobs.app.kiosk_wiped, "kiosk_wiped", "left_over")
    _Conversation(parts, observations).observe(jobs)
    _SharedPage(screen.mirror, observations).observe(jobs)
    _observe_devices(jobs, observations)
    _Paper(jobs, observations)
    _observe_third_parties(jobs.third_parties, observations)
    jobs.work.talks_changed.connect(partial(_note_own_work, observations, jobs.work))


class _Queue:
    """The queue as the window shows it, and what the hub says."""

    def __init__(self, window: DeskWindow, observations: Observations) -> None:
        self._window = window
        self._observations = observations
        self._seen: set[str] = set()
        self._queue_shown = False

    def observe(self, parts: DeskParts, jobs: DeskJobs) -> None:
        record = self._observations.record
        parts.link.queue_changed.connect(self._on_queue)
        record(parts.link.connection_changed, "connection", connected=itself)
        record(parts.link.retrying, "retrying", verb=itself)
        record(parts.link.announced, "announcement", id="broadcast_id")
        record(parts.link.withdrawn, "announcement_withdrawn", id=itself)
        record(jobs.work.state_changed, "agent_state", "available", "reason")
        self._observations.record_while(jobs.work.offered, "offer", "id", "number")
        record(self._window.queue.ticket_rang, "rang", id=itself)

    def _on_queue(self, tickets: list[Ticket]) -> None:
        self._observations.note("queue", open=len(tickets))
        if not self._queue_shown:
            self._queue_shown = True
            self._observations.note("queue_visible", tickets=len(tickets))
        for ticket in tickets:
            if ticket.state is TicketState.WAITING and ticket.id not in self._seen:
                self._on_new_ticket(ticket)

    def _on_new_ticket(self, ticket: Ticket) -> None:
        self._seen.add(ticket.id)
        if self._window.queue.facts.ticket(ticket.id) is not None:
            self._observations.note(
                "ticket_visible", id=ticket.id, number=ticket.number, service=ticket.service
            )


def _observe_troubles(jobs: DeskJobs, observations: Observations) -> None:
    def trouble_name(key: str) -> str:
        return f"trouble_{key}".replace(" ", "_")

    def on_trouble(trouble: DeskTrouble) -> None:
        observations.note(trouble_name(trouble.key), code=trouble.code)

    jobs.app.troubled.connect(on_trouble)
    jobs.app.trouble_cleared.connect(lambda key: observations.forget(trouble_name(key)))


async def _note_resumed(jobs: DeskJobs, observations: Observations) -> None:
    await jobs.app.resumed.wait()
    observations.note("resumed", sessions=int(jobs.app.session is not None))


class _Conversation:
    """The session itself: call, line, chat, privacy, grants."""

    def __init__(self, parts: DeskParts, observations: Observations) -> None:
        self._media = parts.media
        self._observations = observations
        self._session_id = ""

    def observe(self, jobs: DeskJobs) -> None:
        jobs.app.session_opened.connect(self._on_opened)
        jobs.app.session_closed.connect(self._on_closed)

    def _on_opened(self, session: DeskSession) -> None:
        self._session_id = session.facts.id
        choice = self._media.choice
        self._observations.note("session", id=session.facts.id, resumed=session.resumed)
        self._observations.note("media_engine", kind=choice.kind.value, why=choice.why.value)
        session.grants.changed.connect(self._on_grant)
        session.chat.changed.connect(self._on_lines)
        record = self._observations.record
        record(session.flooded, "flooded", topic=itself)
        record(session.privacy.confirmed, "private", "on", by_caller="caller")
        call = session.call
        record(call.state_changed, "call", state=itself)
        record(
            call.first_frame,
            "first_video",
            *("frames", "width_px", "height_px", "checksum", "first_frame_ms"),
        )
        record(call.media_seen, "media", "frames", "audio_packets", "audio_level")
        record(
            call.peer_camera_changed,
            "peer_devices",
            camera="camera_there",
            microphone="microphone_there",
        )
        governed = ("step", "document", "motion")
        record(session.line.peer_governed, "line_governed_from_caller", *governed)
        record(session.line.governed, "line_governed_to_caller", *governed)

    def _on_closed(self, outcome: str) -> None:
        self._observations.note("session_closed", session=self._session_id, outcome=outcome)

    def _on_grant(self, change: GrantChanged) -> None:
        self._observations.note(
            f"grant_{change.grant.value}", allowed=change.allowed, read_as=change.read_as.value
        )

    def _on_lines(self, lines: tuple[ChatLine, ...]) -> None:
        last_sent = ""
        for line in lines:
            if line.mine:
                last_sent = line.sent.value
        self._observations.note("written", lines=len(lines), last_sent=last_sent)


class _SharedPage:
    """The mirrored page, what the agent does on it, and shown documents."""

    def __init__(self, mirror: MirrorPane, observations: Observations) -> None:
        self._mirror = mirror
        self._observations = observations
        self._reading: asyncio.TimerHandle | None = None
        self._reads_left = 0
        self._drawn = ""
        self._shown: Shown | None = None

    def observe(self, jobs: DeskJobs) -> None:
        jobs.app.session_opened.connect(self._on_opened)
        self._observations.record(jobs.shown_documents.library_changed, "library", items=len)

    def _on_opened(self, session: DeskSession) -> None:
        record = self._observations.record
        session.page.events_received.connect(self._on_events)
        record(session.page.page_shown, "page_shown", "epoch", "title")
        record(session.page.pointer_shown, "pointer_shown", "x_px", "y_px")
        record(session.control.answered, "command", "code", "field", command="command.__name__")
        session.show.changed.connect(self._on_document)
        record(session.show.painted, "shown_page_painted", "page", "marks", "pointer")
        record(session.show.ended, "show_ended", "by_caller", "code")

    def _on_events(self, _events: MirrorEvents) -> None:
        self._reads_left = MIRROR_READS
        if self._reading is None:
            self._read_later()

    def _read_later(self) -> None:
        self._reading = None
        if self._reads_left:
            loop = asyncio.get_running_loop()
            self._reading = loop.call_later(MIRROR_S, self._read_mirror)

    def _read_mirror(self) -> None:
        self._reads_left -= 1
        self._mirror.engine.page.runJavaScript(MIRROR_SCRIPT, self._on_mirror)
        self._read_later()

    def _on_mirror(self, text: object) -> None:
        if isinstance(text, str) and text and text != self._drawn:
            self._drawn = text
            self._observations.note("mirror_shown", **json.loads(text))

    def _on_document(self, shown: Shown | None) -> None:
        if shown is not None and self._shown is None:
            self._observations.note("document_shown", pages=shown.pages)
        self._shown = shown


def _observe_devices(jobs: DeskJobs, observations: Observations) -> None:
    """The kiosk's scanner and printer."""
    record = observations.record
    jobs.app.session_opened.connect(partial(_observe_session_devices, observations))
    record(jobs.devices.preview_decoded, "glass_seen", areas=lambda preview: len(preview.areas))
    record(jobs.devices.page_replaced, "page_replaced", page="page_id", old="old_page_id")
    record(
        jobs.quick_copies.decoded,
        "page_glimpsed",
        page="page_id",
        size_bytes=lambda copy: len(copy.jpeg),
    )


def _observe_session_devices(observations: Observations, session: DeskSession) -> None:
    def on_progress(progress: PageProgressed) -> None:
        if progress.kind is ScanKind.PAGE:
            percent = 100 * progress.received // max(1, progress.chunks)
            observations.note("page_arriving", page=progress.page_id, percent=percent)

    devices = session.devices
    record = observations.record
    record(devices.report_changed, "devices", "scanner", "printer")
    record(devices.scan_ended, "scan_ended", "code", "pages")
    devices.page_progressed.connect(on_progress)
    record(
        devices.preview_received,
        "preview_received",
        size_bytes=lambda page: len(page.data),
        sha256="offer.sha256",
    )
    record(devices.page_failed, "page_failed", "code", page="page_id")
    record(devices.print_changed, "print", "state", "job_id", "code", "sha256")


class _Paper:
    """Pages on the desk's disk, documents, the dossier."""

    def __init__(self, jobs: DeskJobs, observations: Observations) -> None:
        filing = self._filing = jobs.filing
        self._observations = observations
        record = observations.record
        filing.page_kept.connect(self._on_page)
        filing.page_cleaned.connect(self._on_cleaned)
        record(filing.file_disarmed, "file_disarmed", parts=len)
        record(filing.document_waiting, "document_waiting", document=itself)
        record(
            filing.document_filed,
            "document_filed",
            document="document.id",
            sha256="document.sha256",
            pages="document.pages",
            piece="document.piece_id",
            dossier="dossier.number",
        )
        edits = jobs.page_edits
        record(edits.page_split, "page_split", page="page_id", parts=lambda split: len(split.parts))
        record(
            edits.papers.found,
            "papers_found",
            page="page_id",
            papers=lambda papers: len(papers.boxes),
        )
        record(
            jobs.app.number_opened,
            "number_opened",
            given=lambda session_and_number: bool(session_and_number[1]),
        )
        jobs.app.dossier_changed.connect(self._on_dossier)
        record(jobs.finding.found, "dossiers_found", hits=lambda answer: len(answer.hits))
        record(jobs.finding.likely, "dossiers_likely", hits=len)
        jobs.finding.refused.connect(self._on_finding_refused)
        record(jobs.pieces.procedures_changed, "procedures", known=len)
        record(
            jobs.pieces.sketched,
            "document_sketched",
            document="id",
            size_bytes=lambda sketched: len(sketched.jpeg),
        )
        record(
            jobs.pieces.duplicate_found,
            "page_seen_before",
            page="page_id",
            document="seen.document_id",
            same="seen.same",
        )

    def _on_page(self, shown: ShownPage) -> None:
        page = self._filing.kept_page(shown.page_id)
        if page is not None:
            self._observations.note(
                "page_found_again" if shown.found_again else "page_kept",
                page=page.page_id,
                sha256=page.sha256,
                size_bytes=page.size_bytes,
                width_px=page.width_px,
                height_px=page.height_px,
                dpi=page.dpi,
            )

    def _on_cleaned(self, page: CleanedPage) -> None:
        original = self._filing.kept_page(page.page_id)
        clean = page.clean
        self._observations.note(
            "page_cleaned",
            page=page.page_id,
            original_sha256=original.sha256 if original is not None else "",
            skew_deg=round(clean.skew_deg, 2),
            turned_deg=clean.turned_deg,
            width_px=clean.width_px,
            height_px=clean.height_px,
            blank=clean.blank,
        )
        self._observations.note("page_shown_cleaned", page=page.page_id, flaws=len(page.flaws))

    def _on_finding_refused(self, refused: FindingRefused) -> None:
        self._observations.note(f"dossier_{refused.act}_refused", code=refused.code)

    def _on_dossier(self, dossier: Dossier | None) -> None:
        if dossier is None:
            self._observations.note("dossier", number="")
            return
        self._observations.note(
            "dossier",
            number=dossier.number,
            documents=len(dossier.documents),
            missing=len(dossier.missing),
            has_number=bool(dossier.caller_number),
            provisional=dossier.provisional,
        )
        for piece in dossier.pieces:
            self._observations.note(
                f"piece_{piece.id}", state=piece.state.value, dossier=dossier.number
            )


def _note_own_work(observations: Observations, work: AgentWork, _answer: OwnTalksAnswer) -> None:
    """Note what the hub lets the agent still take back, the newest of each kind."""
    notes = [note.id for own in work.own.values() for note in own.notes]
    papers = [paper.id for own in work.own.values() for paper in own.papers]
    observations.note(
        "own_work",
        notes=len(notes),
        note=next(iter(notes), ""),
        papers=len(papers),
        paper=next(iter(papers), ""),
    )


def _observe_third_parties(third_parties: ThirdPartyJob, observations: Observations) -> None:
    """Hold, passing on, colleagues in the conversation."""

    def on_visit(visit: Visit) -> None:
        observations.note("visit", let_in=False)
        visit.let_in.connect(lambda _nothing: observations.note("visit", let_in=True))

    record = observations.record
    record(third_parties.note_received, "passed_on_to_me", "pieces_missing", by="by_name")
    third_parties.talk_changed.connect(partial(note_talk, observations))
    observations.record_while(third_parties.invited, "invited", ticket="ticket.id")
    third_parties.visit_began.connect(on_visit)
    third_parties.visit_ended.connect(lambda _ticket: observations.forget("visit"))
    record(third_parties.troubled, "trouble_talk", "code")


def note_talk(observations: Observations, answer: TalkAnswer) -> None:
    """Note who is in the conversation besides the two, at the desk or at the kiosk."""
    third = answer.talk.third
    observations.note(
        "talk",
        held=answer.talk.held,
        third=third.user if third is not None else "",
        third_state=third.state.value if third is not None else "",
    )
