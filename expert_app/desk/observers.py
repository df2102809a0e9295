# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a desk for the script that drives it; made only with `--driven`.

It listens to the signals that the desk's parts have anyway. No part of the desk knows it.
"""

from __future__ import annotations

import asyncio
import json

from expert_app.desk.agent_work import ReportedState
from expert_app.desk.app import DeskTrouble
from expert_app.desk.devices import DecodedPreview, Replaced
from expert_app.desk.dossier.finding import FindingRefused
from expert_app.desk.dossier.pieces import DuplicatePage
from expert_app.desk.filing import CleanedPage, ShownPage
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.page_edits import SplitPage
from expert_app.desk.parts import DeskParts
from expert_app.desk.quick_copy_decoder import ShownQuickCopy
from expert_app.desk.several_papers import PapersFound
from expert_app.desk.third_parties import Invitation, ThirdPartyJob
from expert_app.desk.wiring.screen import DeskScreen
from expert_app.runtime.observations import Observations
from expert_app.runtime.sealing import SessionSealed
from session.core.dossier_model import Dossier, DossierHit
from session.desk.call.visit import Visit
from session.desk.cobrowse.remote_control import Answer
from session.desk.cobrowse.shown_document import Ended, Shown
from session.desk.devices.scanner_and_printer import PageNotReceived, PageProgressed, ReceivedPage
from session.desk.session import DeskSession
from session.media.engine import MediaState
from session.media.line.history import LineDirection
from session.protocol.conversation.chat_and_privacy import PrivacyShown
from session.protocol.conversation.line import LineGoverned
from session.protocol.conversation.messages import (
    CameraChanged,
    DevicesReported,
    GrantChanged,
    KioskWiped,
    MediaSeen,
    PageShown,
    PointerShown,
    PrintChanged,
    ScanEnded,
    ScanKind,
)
from session.protocol.conversation.mirror import MirrorEvents
from session.protocol.conversation.shown_document import ShownPagePainted
from session.protocol.dossier.identity import DossierHits
from session.protocol.dossier.library import LibraryItem
from session.protocol.dossier.pieces import ProcedureFacts
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.requests import Announcement, DocumentFiled
from session.protocol.hub.third_parties import PassedOnAnswer, TalkAnswer
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
    """Notes from now on what happens; to be called before the desk is started."""
    _Work(parts, jobs, window=screen.window, observations=observations)
    _Conversation(parts, jobs, observations=observations)
    _SharedPage(jobs, screen.mirror, observations=observations)
    _Devices(jobs, observations)
    _Paper(jobs, observations)
    _ThirdParties(jobs.third_parties, observations)


class _Work:
    """Queue, offers, troubles."""

    def __init__(
        self, parts: DeskParts, jobs: DeskJobs, *, window: DeskWindow, observations: Observations
    ) -> None:
        self._app, self._window, self._observations = jobs.app, window, observations
        self._seen: set[str] = set()
        self._queue_shown = False
        parts.link.queue_changed.connect(self._on_queue)
        parts.link.connection_changed.connect(self._on_connection)
        parts.link.retrying.connect(self._on_retrying)
        parts.link.announced.connect(self._on_announced)
        parts.link.withdrawn.connect(self._on_withdrawn)
        jobs.work.state_changed.connect(self._on_state)
        jobs.work.offered.connect(self._on_offer)
        window.queue.ticket_rang.connect(self._on_rang)
        jobs.app.troubled.connect(self._on_trouble)
        jobs.app.trouble_cleared.connect(self._on_trouble_over)
        parts.tasks.start(self._resumed(), name="observe whether a session goes on")

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
        if self._window.queue.ticket(ticket.id) is not None:
            self._observations.note(
                "ticket_visible", id=ticket.id, number=ticket.number, service=ticket.service
            )

    def _on_connection(self, connected: bool) -> None:
        self._observations.note("connection", connected=connected)

    def _on_retrying(self, verb: str) -> None:
        self._observations.note("retrying", verb=verb)

    def _on_announced(self, announcement: Announcement) -> None:
        self._observations.note("announcement", id=announcement.broadcast_id)

    def _on_withdrawn(self, broadcast_id: str) -> None:
        self._observations.note("announcement_withdrawn", id=broadcast_id)

    def _on_state(self, said: ReportedState) -> None:
        self._observations.note("agent_state", available=said.available, reason=said.reason)

    def _on_offer(self, offer: Ticket | None) -> None:
        if offer is None:
            self._observations.forget("offer")
        else:
            self._observations.note("offer", id=offer.id, number=offer.number)

    def _on_rang(self, ticket_id: str) -> None:
        self._observations.note("rang", id=ticket_id)

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        self._observations.note(_trouble_name(trouble.key), code=trouble.code)

    def _on_trouble_over(self, key: str) -> None:
        self._observations.forget(_trouble_name(key))

    async def _resumed(self) -> None:
        await self._app.resumed.wait()
        self._observations.note("resumed", sessions=int(self._app.session is not None))


def _trouble_name(key: str) -> str:
    return f"trouble_{key}".replace(" ", "_")


class _Conversation:
    """The session itself: call, line, chat, privacy, grants."""

    def __init__(self, parts: DeskParts, jobs: DeskJobs, *, observations: Observations) -> None:
        self._media, self._observations = parts.media, observations
        self._session_id = ""
        parts.sealing.protected.connect(self._on_protected)
        jobs.app.session_opened.connect(self._on_opened)
        jobs.app.session_closed.connect(self._on_closed)
        jobs.app.kiosk_wiped.connect(self._on_kiosk_wiped)

    def _on_protected(self, session: SessionSealed) -> None:
        self._observations.note("sealed", session=session.session_id, sealed=session.sealed)

    def _on_opened(self, session: DeskSession) -> None:
        self._session_id = session.facts.id
        choice = self._media.choice
        self._observations.note("session", id=session.facts.id, resumed=session.resumed)
        self._observations.note("media_engine", kind=choice.kind.value, why=choice.why.value)
        session.grants.changed.connect(self._on_grant)
        session.chat.changed.connect(self._on_lines)
        session.flooded.connect(self._on_flooded)
        session.privacy.confirmed.connect(self._on_privacy)
        call, line = session.call, session.line
        call.state_changed.connect(self._on_call)
        call.first_frame.connect(self._on_first_frame)
        call.media_seen.connect(self._on_media)
        call.peer_camera_changed.connect(self._on_peer_camera)
        line.peer_governed.connect(lambda rule: self._on_rule(LineDirection.FROM_CALLER, rule))
        line.governed.connect(lambda rule: self._on_rule(LineDirection.TO_CALLER, rule))

    def _on_closed(self, outcome: str) -> None:
        self._observations.note("session_closed", session=self._session_id, outcome=outcome)

    def _on_kiosk_wiped(self, wiped: KioskWiped) -> None:
        self._observations.note("kiosk_wiped", left_over=wiped.left_over)

    def _on_grant(self, change: GrantChanged) -> None:
        self._observations.note(f"grant_{change.grant.value}", allowed=change.allowed)

    def _on_lines(self, lines: tuple[ChatLine, ...]) -> None:
        mine = [line for line in lines if line.mine]
        last_sent = mine[-1].sent.value if mine else ""
        self._observations.note("written", lines=len(lines), last_sent=last_sent)

    def _on_flooded(self, topic: str) -> None:
        self._observations.note("flooded", topic=topic)

    def _on_privacy(self, shown: PrivacyShown) -> None:
        self._observations.note("private", on=shown.on, by_caller=shown.caller)

    def _on_call(self, state: MediaState) -> None:
        self._observations.note("call", state=state.value)

    def _on_first_frame(self, seen: MediaSeen) -> None:
        self._observations.note(
            "first_video",
            frames=seen.frames,
            width_px=seen.width_px,
            height_px=seen.height_px,
            checksum=seen.checksum,
            first_frame_ms=seen.first_frame_ms,
        )

    def _on_media(self, seen: MediaSeen) -> None:
        self._observations.note(
            "media",
            frames=seen.frames,
            audio_packets=seen.audio_packets,
            audio_level=seen.audio_level,
        )

    def _on_peer_camera(self, change: CameraChanged) -> None:
        self._observations.note(
            "peer_devices", camera=change.camera_there, microphone=change.microphone_there
        )

    def _on_rule(self, way: LineDirection, rule: LineGoverned) -> None:
        self._observations.note(
            f"line_governed_{way.value}",
            step=rule.step.value,
            document=rule.document,
            motion=rule.motion,
        )


class _SharedPage:
    """The mirrored page, what the agent does on it, and shown documents."""

    def __init__(self, jobs: DeskJobs, mirror: MirrorPane, *, observations: Observations) -> None:
        self._mirror, self._observations = mirror, observations
        self._reading: asyncio.TimerHandle | None = None
        self._reads_left = 0
        self._drawn = ""
        self._shown: Shown | None = None
        jobs.app.session_opened.connect(self._on_opened)
        jobs.shown_documents.library_changed.connect(self._on_library)

    def _on_opened(self, session: DeskSession) -> None:
        session.page.events_received.connect(self._on_events)
        session.page.page_shown.connect(self._on_page)
        session.page.pointer_shown.connect(self._on_pointer)
        session.control.answered.connect(self._on_answered)
        session.show.changed.connect(self._on_document)
        session.show.painted.connect(self._on_painted)
        session.show.ended.connect(self._on_ended)

    def _on_events(self, _events: MirrorEvents) -> None:
        self._reads_left = MIRROR_READS
        if self._reading is None:
            self._read_later()

    def _read_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._reading = loop.call_later(MIRROR_S, self._read_mirror) if self._reads_left else None

    def _read_mirror(self) -> None:
        self._reads_left -= 1
        self._mirror.page.runJavaScript(MIRROR_SCRIPT, self._on_mirror)
        self._read_later()

    def _on_mirror(self, text: object) -> None:
        if isinstance(text, str) and text and text != self._drawn:
            self._drawn = text
            self._observations.note("mirror_shown", **json.loads(text))

    def _on_page(self, page: PageShown) -> None:
        self._observations.note("page_shown", epoch=page.epoch, title=page.title)

    def _on_pointer(self, shown: PointerShown) -> None:
        self._observations.note("pointer_shown", x_px=shown.x_px, y_px=shown.y_px)

    def _on_answered(self, answer: Answer) -> None:
        self._observations.note(
            "command", command=answer.command.__name__, code=answer.code, field=answer.field.value
        )

    def _on_library(self, items: list[LibraryItem]) -> None:
        self._observations.note("library", items=len(items))

    def _on_document(self, shown: Shown | None) -> None:
        if shown is not None and self._shown is None:
            self._observations.note("document_shown", pages=shown.pages)
        self._shown = shown

    def _on_painted(self, painted: ShownPagePainted) -> None:
        self._observations.note(
            "shown_page_painted", page=painted.page, marks=painted.marks, pointer=painted.pointer
        )

    def _on_ended(self, ended: Ended) -> None:
        self._observations.note("show_ended", by_caller=ended.by_caller, code=ended.code)


class _Devices:
    """The kiosk's scanner and printer."""

    def __init__(self, jobs: DeskJobs, observations: Observations) -> None:
        self._observations = observations
        jobs.app.session_opened.connect(self._on_opened)
        jobs.devices.preview_decoded.connect(self._on_preview_decoded)
        jobs.devices.page_replaced.connect(self._on_replaced)
        jobs.quick_copies.decoded.connect(self._on_quick_copy)

    def _on_opened(self, session: DeskSession) -> None:
        devices = session.devices
        devices.report_changed.connect(self._on_report)
        devices.scan_ended.connect(self._on_scan_ended)
        devices.page_progressed.connect(self._on_page_progress)
        devices.preview_received.connect(self._on_preview)
        devices.page_failed.connect(self._on_page_failed)
        devices.print_changed.connect(self._on_print)

    def _on_report(self, report: DevicesReported) -> None:
        self._observations.note(
            "devices", scanner=report.scanner.value, printer=report.printer.value
        )

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._observations.note("scan_ended", code=ended.code, pages=ended.pages)

    def _on_page_progress(self, progress: PageProgressed) -> None:
        if progress.kind is ScanKind.PAGE:
            percent = 100 * progress.received // max(1, progress.chunks)
            self._observations.note("page_arriving", page=progress.page_id, percent=percent)

    def _on_preview(self, page: ReceivedPage) -> None:
        self._observations.note(
            "preview_received", size_bytes=len(page.data), sha256=page.offer.sha256
        )

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        self._observations.note("page_failed", page=failed.page_id, code=failed.code)

    def _on_print(self, change: PrintChanged) -> None:
        self._observations.note(
            "print",
            state=change.state.value,
            job_id=change.job_id,
            code=change.code,
            sha256=change.sha256,
        )

    def _on_preview_decoded(self, seen: DecodedPreview) -> None:
        self._observations.note("glass_seen", areas=len(seen.areas))

    def _on_replaced(self, replaced: Replaced) -> None:
        self._observations.note("page_replaced", page=replaced.page_id, old=replaced.old_page_id)

    def _on_quick_copy(self, seen: ShownQuickCopy) -> None:
        self._observations.note("page_glimpsed", page=seen.page_id, size_bytes=len(seen.jpeg))


class _Paper:
    """Pages on the desk's disk, documents, the dossier."""

    def __init__(self, jobs: DeskJobs, observations: Observations) -> None:
        filing = self._filing = jobs.filing
        self._observations = observations
        filing.page_kept.connect(self._on_page)
        filing.page_cleaned.connect(self._on_cleaned)
        filing.file_disarmed.connect(self._on_disarmed)
        filing.document_waiting.connect(self._on_waiting)
        filing.document_filed.connect(self._on_filed)
        jobs.page_edits.page_split.connect(self._on_split)
        jobs.page_edits.papers.found.connect(self._on_papers)
        jobs.app.number_opened.connect(self._on_number)
        jobs.app.dossier_changed.connect(self._on_dossier)
        jobs.finding.found.connect(self._on_found)
        jobs.finding.likely.connect(self._on_likely)
        jobs.finding.refused.connect(self._on_finding_refused)
        jobs.pieces.procedures_changed.connect(self._on_procedures)
        jobs.pieces.duplicate_found.connect(self._on_duplicate)

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
        kept, clean = self._filing.kept_page(page.page_id), page.clean
        self._observations.note(
            "page_cleaned",
            page=page.page_id,
            original_sha256=kept.sha256 if kept is not None else "",
            skew_deg=round(clean.skew_deg, 2),
            turned_deg=clean.turned_deg,
            width_px=clean.width_px,
            height_px=clean.height_px,
            blank=clean.blank,
        )
        self._observations.note("page_shown_cleaned", page=page.page_id, flaws=len(page.flaws))

    def _on_disarmed(self, parts: tuple[str, ...]) -> None:
        self._observations.note("file_disarmed", parts=len(parts))

    def _on_waiting(self, name: str) -> None:
        self._observations.note("document_waiting", document=name)

    def _on_filed(self, filed: DocumentFiled) -> None:
        document = filed.document
        self._observations.note(
            "document_filed",
            document=document.id,
            sha256=document.sha256,
            pages=document.pages,
            piece=document.piece_id,
            dossier=filed.dossier.number,
        )

    def _on_split(self, split: SplitPage) -> None:
        self._observations.note("page_split", page=split.page_id, parts=len(split.parts))

    def _on_papers(self, found: PapersFound) -> None:
        self._observations.note("papers_found", page=found.page_id, papers=len(found.boxes))

    def _on_number(self, opened: tuple[str, str]) -> None:
        _session_id, number = opened
        self._observations.note("number_opened", given=bool(number))

    def _on_found(self, found: DossierHits) -> None:
        self._observations.note("dossiers_found", count=len(found.hits))

    def _on_likely(self, likely: list[DossierHit]) -> None:
        self._observations.note("dossiers_likely", count=len(likely))

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

    def _on_procedures(self, procedures: list[ProcedureFacts]) -> None:
        self._observations.note("procedures", count=len(procedures))

    def _on_duplicate(self, duplicate: DuplicatePage) -> None:
        seen = duplicate.seen
        self._observations.note(
            "page_seen_before", page=duplicate.page_id, document=seen.document_id, same=seen.same
        )


class _ThirdParties:
    """Hold, passing on, colleagues in the conversation."""

    def __init__(self, third_parties: ThirdPartyJob, observations: Observations) -> None:
        self._observations = observations
        third_parties.note_received.connect(self._on_note)
        third_parties.talk_changed.connect(self._on_talk)
        third_parties.invited.connect(self._on_invited)
        third_parties.visit_began.connect(self._on_visit)
        third_parties.visit_ended.connect(self._on_visit_ended)
        third_parties.troubled.connect(self._on_trouble)

    def _on_note(self, note: PassedOnAnswer) -> None:
        self._observations.note(
            "passed_on_to_me", by=note.by_name, pieces_missing=note.pieces_missing
        )

    def _on_talk(self, answer: TalkAnswer) -> None:
        third = answer.talk.third
        self._observations.note(
            "talk",
            held=answer.talk.held,
            third=third.user if third is not None else "",
            third_state=third.state.value if third is not None else "",
        )

    def _on_invited(self, invitation: Invitation | None) -> None:
        if invitation is None:
            self._observations.forget("invited")
        else:
            self._observations.note("invited", ticket=invitation.ticket.id)

    def _on_visit(self, visit: Visit) -> None:
        self._observations.note("visit", let_in=False)
        visit.let_in.connect(self._on_let_in)

    def _on_let_in(self, _nothing: None) -> None:
        self._observations.note("visit", let_in=True)

    def _on_visit_ended(self, _ticket: Ticket | None) -> None:
        self._observations.forget("visit")

    def _on_trouble(self, trouble: DeskTrouble) -> None:
        self._observations.note("trouble_talk", code=trouble.code)
