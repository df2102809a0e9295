# SPDX-License-Identifier: GPL-3.0-only
"""Notes what happens at a kiosk and at a display, for the script that drives it."""

from __future__ import annotations

from functools import partial

from expert_app.driven.desk import note_talk
from expert_app.driven.observations import Observations, itself
from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.waiting_elsewhere import KioskElsewhere
from expert_app.kiosk.wiring.display import DisplayProgram
from expert_app.kiosk.wiring.program import KioskProgram
from session.kiosk.cobrowse.browser_messages import BrowserFact, PointerDrawn
from session.kiosk.cobrowse.remote_control import Acted
from session.kiosk.session import KioskSession
from session.protocol.conversation.messages import (
    GrantChanged,
    MediaSeen,
    PageOffered,
    ScanKind,
)
from session.protocol.hub.requests import ServicesAnswer

SEEN = ("frames", "width_px", "height_px", "checksum", "first_frame_ms")


def observe_kiosk(kiosk: KioskProgram, observations: Observations) -> None:
    """Note from now on what happens; each of its sessions is observed too."""
    record = observations.record
    _observe_app(kiosk.app, observations)
    _observe_elsewhere(kiosk.app.elsewhere, observations)
    record(kiosk.hub.link.connection_changed, "connection", connected=itself)
    record(kiosk.hub.host_call.changed, "help", state=itself)
    record(kiosk.hub.sealing.protected, "sealed", "sealed", session="session_id")
    kiosk.app.session_opened.connect(partial(_observe_session, observations))
    kiosk.panes.browser.reported.connect(partial(_note_pointer, observations))


def _note_pointer(observations: Observations, fact: BrowserFact, _body: bytes) -> None:
    if isinstance(fact, PointerDrawn):
        observations.note("pointer_painted", x_px=fact.x_px, y_px=fact.y_px)


def observe_display(display: DisplayProgram, observations: Observations) -> None:
    """Note from now on what the waiting room's display shows."""
    observations.record(
        display.link.answered, "shown", "waiting", called=lambda answer: len(answer.called)
    )
    display.link.answered.connect(lambda _answer: observations.forget("trouble"))
    observations.record(display.link.lost, "trouble", code=itself)


def _observe_app(app: KioskApp, observations: Observations) -> None:
    """What happens between sessions, and the session's begin and end."""

    def on_services(offer: ServicesAnswer) -> None:
        closed = sum(service.closed for service in offer.services)
        observations.note("services_shown", services=len(offer.services), closed=closed)

    record = observations.record
    record(app.swept, "swept", "left_over", files="files_removed")
    app.services_shown.connect(on_services)
    record(
        app.ticket_shown,
        "ticket",
        "position",
        id="ticket.id",
        number="ticket.number",
        state="ticket.state",
    )
    record(app.session_ended, "session_ended", "by", "reason", session="session_id")
    record(
        app.wiped,
        "kiosk_wiped",
        *("pages_removed", "files_removed", "profile_removed", "left_over"),
    )
    observations.record_while(app.trouble_changed, "trouble", code=itself)


def _observe_elsewhere(elsewhere: KioskElsewhere, observations: Observations) -> None:
    record = observations.record
    record(elsewhere.stepped_away, "stepped_away", "number", ticket="id", how="away")
    record(elsewhere.returns_shown, "returns_shown", tickets=itself)
    record(
        elsewhere.slip_printed,
        "slip_printed",
        number=lambda slip: slip[0],
        job_id=lambda slip: slip[1],
    )


def _observe_session(observations: Observations, session: KioskSession) -> None:
    facts = session.facts
    record = observations.record
    observations.note("session_opened", session=facts.id, ticket=facts.ticket_id, agent=facts.agent)
    session.third_parties.changed.connect(partial(note_talk, observations))
    record(session.chat.changed, "written", lines=len)
    record(session.privacy.changed, "private", on=itself)
    record(session.grants.asked, "grant_asked", grant=" ".join)
    session.grants.changed.connect(partial(_note_grant, observations))
    session.call.media_seen.connect(partial(_note_media, observations))
    record(session.page.page_announced, "page_shown", "address", "title", "epoch")
    record(session.show.painted, "document", page=itself)
    session.control.acted.connect(partial(_note_act, observations))
    record(session.devices.scan_started, "scanning", "kind")
    session.devices.page_offered.connect(partial(_note_page, observations))
    record(session.devices.print_changed, "print", "state", "job_id", "code")
    if session.files is not None:
        record(session.files.asked, "files_shown", files=len)


def _note_grant(observations: Observations, change: GrantChanged) -> None:
    observations.note(f"grant_{change.grant.value}", allowed=change.allowed)


def _note_media(observations: Observations, seen: MediaSeen) -> None:
    values = {name: getattr(seen, name) for name in SEEN}
    if seen.frames:
        observations.note("first_video", **values)
    observations.note(
        "media", audio_packets=seen.audio_packets, audio_level=seen.audio_level, **values
    )


def _note_act(observations: Observations, act: Acted) -> None:
    observations.note(f"acted_{act.command}", code=act.code)


def _note_page(observations: Observations, offer: PageOffered) -> None:
    if offer.kind == ScanKind.PAGE:
        observations.note(
            "page_offered", page=offer.page_id, sha256=offer.sha256, size_bytes=offer.size_bytes
        )
