# SPDX-License-Identifier: GPL-3.0-only
"""The real window connected with an agent's work:
what rings, what is offered, what a clock may end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox, QLabel, QMenu, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from documents.pages.outbox import UnfiledPage
from expert_app.desk.agent_work import CORRECTION, AgentWork, ReportedState, WrapUpTime
from expert_app.desk.app import DeskApp, DeskTrouble
from expert_app.desk.dossier.guide import DeskGuide
from expert_app.desk.dossier.owed_notes import OwedNotes
from expert_app.desk.dossier.wrap_up_proposal import GuideProgress
from expert_app.desk.filing import DeletedPages, Filing
from expert_app.desk.wiring.agent_work import AgentWorkConnections
from session.core.clock import ManualClock
from session.core.dossier_model import DossierNote, OwnNote, OwnPaper, OwnWork
from session.core.signals import Signal
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.dossier.guides import Guide, GuideStep
from session.protocol.hub.history import LineQuality, OwnTalk, OwnTalksAnswer
from session.protocol.hub.routing import CallerPreview, ServiceMode, ServiceWork
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.hub.waiting import PromisedCall
from tests.support.memory.window_settings import MemorySettings
from tests.support.screens.fingers import key
from tests.support.screens.invented import DOSSIER, NOW, SERVICES, SESSION, TICKETS, desk, ticket
from views.desk.acts import AcceptNext, AcceptOffer, ChooseOwnState, EndWrapUpTime, FinishWrapUp
from views.desk.my_day.open_work import LeftPagesRow, WorkRow
from views.desk.window import DeskWindow
from views.desk.wrap_up import NOT_SAID
from views.media.notification import DesktopNotification
from views.media.ring import Ring
from views.widgets.agent_state import SHIFT_END


class Work:
    """What an agent's work tells, and what is asked of it."""

    def __init__(self) -> None:
        self.services_changed: Signal[list[ServiceWork]] = Signal()
        self.state_changed: Signal[ReportedState] = Signal()
        self.offered: Signal[Ticket | None] = Signal()
        self.rang: Signal[Ticket] = Signal()
        self.wrap_up_changed: Signal[WrapUpTime] = Signal()
        self.supervisor_asked: Signal[str] = Signal()
        self.previewed: Signal[tuple[str, CallerPreview]] = Signal()
        self.calls_changed: Signal[Sequence[PromisedCall]] = Signal()
        self.provisional_changed: Signal[list[str]] = Signal()
        self.talks_changed: Signal[OwnTalksAnswer] = Signal()
        self.note_failed: Signal[tuple[str, str]] = Signal()
        self.owed = OwedNotes(MemorySettings(), ManualClock(NOW))
        self.clock = ManualClock(NOW)
        self.own: dict[str, OwnWork] = {}
        self.wrap_up = WrapUpTime(None)
        self.asked: list[tuple[object, ...]] = []
        self.by_itself = False

    def answers_by_itself(self, _ticket: Ticket) -> bool:
        return self.by_itself

    def offers_callers(self) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        return lambda *values, **named: self.asked.append((name, *values, *named.values()))


PHONE = "06 •• •• 56 78"


class Notification(QObject):
    """What the desktop would show."""

    acted, opened = pyqtSignal(), pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def show(self, title: str, text: str, button: str) -> None:
        self.shown.append(f"{title}: {text} [{button}]")

    def close(self) -> None:
        self.shown.clear()


class Desk:
    """The window and its connections over work, job and filing that only listen."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window: DeskWindow = desk()
        qtbot.addWidget(self.window)
        self.window.status.show_connection(True)
        self.window.queue.facts.set_agent("a1")
        self.window.queue.set_tickets(TICKETS, SERVICES)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.settings, self.notification = MemorySettings(), Notification()
        self.ring, self.work, self.unfiled = Ring(self.window), Work(), 0
        self.app = SimpleNamespace(
            session=None,
            dossier=None,
            troubled=Signal(),
            session_opened=Signal(),
            accept=lambda ticket_id: self.work.asked.append(("accept", ticket_id)),
            session_ended=Signal(),
            session_closed=Signal(),
            dossier_changed=Signal(),
            do=lambda *work: self.work.asked.append(work),
            clear_trouble=lambda key: None,
        )
        self.unsent, self.left_behind = 0, list[UnfiledPage]()
        filing = SimpleNamespace(
            unfiled=lambda session_id: self.unfiled,
            waiting=lambda: self.unsent,
            document_waiting=Signal(),
            document_filed=Signal(),
            left_behind=lambda: self.left_behind,
            left_pages_deleted=Signal(),
            left_pages_filed=Signal(),
            delete_left=lambda session_id: self.work.asked.append(("delete", session_id)),
            file_left=lambda session_id, name: (session_id, name),
        )
        self.filing = filing
        self.guide = SimpleNamespace(
            progress=None, progress_changed=Signal(), notes_changed=Signal()
        )
        work, app = cast("AgentWork", self.work), cast("DeskApp", self.app)
        self.made = AgentWorkConnections(
            self.window,
            self.ring,
            app=app,
            work=work,
            filing=cast("Filing", filing),
            user="a1",
            settings=self.settings,
            notification=cast("DesktopNotification", self.notification),
        )
        self.made.follow_guide(cast("DeskGuide", self.guide))


@pytest.fixture
def made(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_a_new_caller_rings_at_a_free_desk_only(made: Desk) -> None:
    new = TICKETS[3]
    made.work.rang.emit(new)
    assert made.ring.is_ringing()
    made.window.queue.accept_next()
    assert not made.ring.is_ringing()
    assert made.work.asked == [("accept_next", "")]
    made.app.session = SimpleNamespace(facts=SESSION)
    made.work.rang.emit(new)
    assert not made.ring.is_ringing()


def test_callers_of_a_service_that_offers_do_not_ring_until_they_are_offered(made: Desk) -> None:
    made.work.services_changed.emit([ServiceWork(id="alloc", mode=ServiceMode.PUSH)])
    made.work.rang.emit(TICKETS[3])
    assert not made.ring.is_ringing()
    offer = ticket("A033", "alloc", 5, state=TicketState.OFFERED, agent="a1", preferred="a1")
    made.work.offered.emit(offer)
    assert made.ring.is_ringing()
    assert made.window.offer.isVisible()
    known = made.window.offer.findChild(QLabel, "offer_number")
    assert known is not None
    assert known.text() == "A033"
    made.window.offer.accept()
    made.app.troubled.emit(DeskTrouble("ticket_taken", {}, "accept"))
    made.window.offer.accept()
    assert made.work.asked == [("accept_offer", offer.id), ("accept_offer", offer.id)]
    made.work.offered.emit(None)
    assert made.window.offer.isHidden()


def test_an_agent_or_a_service_has_offered_callers_accepted_by_themselves(made: Desk) -> None:
    offer = ticket("A033", "alloc", 5, state=TicketState.OFFERED, agent="a1", offer_until_utc=NOW)
    left = made.window.offer.findChild(QLabel, "offer_left")
    choice = made.window.idle.findChild(QCheckBox, "idle_by_itself")
    assert left is not None
    assert choice is not None
    made.work.services_changed.emit([])
    made.work.offered.emit(offer)
    assert "by itself" not in left.text()
    made.work.offered.emit(None)
    choice.click()
    made.work.offered.emit(offer)
    assert left.text() == "Accepted by itself in 3 s"
    made.work.offered.emit(None)
    choice.click()
    made.work.by_itself = True
    made.work.offered.emit(offer)
    assert left.text() == "Accepted by itself in 3 s"


def test_the_state_of_the_hub_is_shown_and_the_agent_is_back_by_one_press(made: Desk) -> None:
    made.work.state_changed.emit(ReportedState(False, "not_responding"))
    back = made.window.findChild(QPushButton, "idle_available")
    assert back is not None
    back.click()
    assert made.work.asked == [("set_state", True, "", 0)]


def test_a_supervisor_is_asked_from_the_menu_of_states_and_no_longer_when_taken_back(
    made: Desk,
) -> None:
    actions = {one.objectName(): one for one in made.window.header.findChildren(QAction)}
    assert not actions["supervisor_no_more"].isVisible()
    actions["supervisor_advice"].trigger()
    made.work.supervisor_asked.emit("advice")
    assert "A question on a rule" in made.window.messages.texts()[-1]
    assert actions["supervisor_no_more"].isVisible()
    actions["supervisor_no_more"].trigger()
    assert made.work.asked == [("ask_supervisor", "advice"), ("ask_supervisor", "")]


def test_who_looks_at_another_window_is_notified_and_accepts_there(
    made: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.work.rang.emit(TICKETS[3])
    assert made.notification.shown == [], "the desk is in front"
    monkeypatch.setattr(made.window, "isActiveWindow", lambda: False)
    made.work.rang.emit(TICKETS[3])
    [shown] = made.notification.shown
    assert TICKETS[3].number in shown
    made.notification.acted.emit()
    assert made.work.asked == [("accept", TICKETS[3].id)]
    made.work.offered.emit(None)
    assert made.notification.shown == []


def test_the_next_caller_is_looked_at_by_a_key_and_an_offered_one_at_once(made: Desk) -> None:
    seen = made.window.idle.findChild(QLabel, "idle_seen")
    card = made.window.offer.findChild(QLabel, "offer_preview")
    assert seen is not None
    assert card is not None
    following = made.window.queue.facts.next_ticket()
    assert following is not None
    key(made.window, Qt.Key.Key_F2, Qt.KeyboardModifier.ControlModifier)
    assert made.work.asked == [("preview", following.id)]
    preview = CallerPreview(
        line=LineQuality.WEAK,
        known=True,
        procedure="Aide au logement",
        missing=("Bail", "RIB"),
        note=DossierNote(id="n", text="Rappeler le propriétaire", by_name="Alice M.", at_utc=NOW),
    )
    made.work.previewed.emit((following.id, preview))
    for words in ("Aide au logement", "missing: Bail, RIB", "Alice M.", "Line: weak"):
        assert words in seen.text()
    made.work.previewed.emit(("t-of-somebody-else", CallerPreview()))
    assert "Bail" in seen.text()
    offer = ticket("A033", "alloc", 5, state=TicketState.OFFERED, agent="a1", offer_until_utc=NOW)
    made.work.offered.emit(offer)
    assert not card.isVisible()
    made.work.previewed.emit((offer.id, CallerPreview(sealed=True)))
    assert "vault" in card.text()


def test_open_work_stands_between_two_callers_and_only_where_there_is_some(made: Desk) -> None:
    card = found(made, QWidget, "idle_work")
    made.made.show_open_work()
    assert not card.findChildren(WorkRow)
    made.unsent = 2
    call = PromisedCall(
        ticket_id="c1",
        service="logement",
        due_at_utc=NOW,
        number="B007",
        masked_phone=PHONE,
    )
    made.work.calls_changed.emit((call,))
    assert found(made, QLabel, "idle_work_count").text() == "To do: 2"
    first, second = (row.accessibleName() for row in card.findChildren(WorkRow))
    assert first == f"Call back B007, Aide au logement · {NOW.astimezone():%d/%m %H:%M} · {PHONE}"
    assert second == "2 documents wait to be sent, They are sent as soon as the line allows it."


def test_conversations_of_today_are_told_in_words_and_by_number_without_a_dossier(
    made: Desk,
) -> None:
    talks = [
        OwnTalk(
            session_id="s1",
            number="B012",
            service="logement",
            began_at_utc=NOW,
            outcome="done",
            caller_name="Zoé Lefèvre",
            filed=2,
            talked_s=600,
            correct_until_utc=NOW + timedelta(minutes=3),
        ),
        OwnTalk(session_id="s2", number="A031", service="gone", began_at_utc=NOW, outcome="lost"),
    ]
    made.work.talks_changed.emit(OwnTalksAnswer(talks=talks, total=70))
    card = found(made, QWidget, "idle_talks")
    began = f"{NOW.astimezone():%H:%M}"
    assert [row.accessibleName() for row in card.findChildren(WorkRow)] == [
        f"{began} · Aide au logement · Settled, Zoé Lefèvre · 2 documents filed",
        f"{began} · gone, A031",
    ]
    assert found(made, QLabel, "idle_talks_count").text() == "My conversations today: 70"
    [menu] = card.findChildren(QMenu, "talk_outcomes")[:1]
    choices = [action.text() for action in menu.actions()]
    assert choices[0] == "Pieces still missing"
    assert "Settled" not in choices, "that is what it has"
    menu.actions()[0].trigger()
    assert made.work.asked == [("correct_outcome", "s1", "pieces_missing")]


def test_what_was_written_and_filed_is_taken_back_from_the_row_of_its_conversation(
    made: Desk,
) -> None:
    made.work.own = {
        "s1": OwnWork(
            notes=(OwnNote(id="n1", text="Bring the lease"),),
            papers=(OwnPaper(id="d1", name="Lease", dossier="A1"),),
        )
    }
    talk = OwnTalk(session_id="s1", number="B012", service="logement", began_at_utc=NOW)
    made.work.talks_changed.emit(OwnTalksAnswer(talks=[talk], total=1))
    for name in ("note_withdraw", "paper_out"):
        [action] = made.window.idle.findChildren(QAction, name)
        action.trigger()
        do = found(made, QPushButton, "talk_do")
        do.click()
        assert not do.isEnabled()
        made.app.troubled.emit(DeskTrouble("correction_too_late", {}, CORRECTION))
        assert do.isEnabled()
    assert made.work.asked == [
        ("take_back_note", "s1", "n1", ""),
        ("take_back_document", "s1", "d1", "Filed by mistake", "", ""),
    ]


def test_the_figures_of_the_day_stand_there_at_its_end_only(made: Desk) -> None:
    talk = OwnTalk(
        session_id="s1",
        number="B012",
        service="logement",
        began_at_utc=NOW,
        outcome="done",
        filed=2,
        talked_s=600,
    )
    made.work.talks_changed.emit(OwnTalksAnswer(talks=[talk], total=1))
    card = found(made, QWidget, "idle_summary")
    assert card.isHidden()
    made.window.header.acted.emit(ChooseOwnState(False, SHIFT_END))
    assert not card.isHidden()
    for words in ("One conversation", "10 min", "Settled : 1", "2 documents filed"):
        assert words in found(made, QLabel, "summary_lines").text()
    made.window.header.acted.emit(ChooseOwnState(True, ""))
    assert card.isHidden()


def test_a_promised_call_begins_by_one_press_and_may_be_pressed_again_when_it_fails(
    made: Desk,
) -> None:
    made.work.calls_changed.emit(
        (PromisedCall(ticket_id="c1", service="logement", due_at_utc=NOW, masked_phone=PHONE),)
    )
    call = found(made, QPushButton, "promised_call")
    assert call.accessibleName().startswith("Call now: A caller to call back")
    call.click()
    assert made.work.asked == [("call_now", "c1")]
    assert not call.isEnabled()
    assert "being connected" in found(made, QLabel, "idle_title").text()
    made.app.troubled.emit(DeskTrouble("agent_busy", {}, "accept"))
    assert call.isEnabled()


def test_pages_left_behind_stand_in_the_open_work_until_they_age_out(made: Desk) -> None:
    made.left_behind = [UnfiledPage("s1", "p1", NOW), UnfiledPage("s1", "p2", NOW)]
    made.made.show_open_work()
    (line,) = made.window.idle.findChildren(LeftPagesRow)
    assert line.work.title == "2 scanned pages were not filed"
    assert "12:00" in line.work.detail
    gone, made.left_behind = made.left_behind, []
    made.filing.left_pages_deleted.emit(DeletedPages(gone, RemovalReason.NOT_FILED))
    assert (
        "2 pages of an earlier conversation were not filed in time"
        in made.window.messages.texts()[-1]
    )
    assert not line.isVisible()


def test_pages_left_behind_are_filed_or_deleted_by_keyboard_and_deleting_asks_twice(
    made: Desk,
) -> None:
    made.left_behind = [UnfiledPage("s1", "p1", NOW)]
    made.made.show_open_work()
    (line,) = made.window.idle.findChildren(LeftPagesRow)
    file = line.findChild(QPushButton, "left_pages_file")
    delete = line.findChild(QPushButton, "left_pages_delete")
    assert file is not None
    assert delete is not None
    assert line.work.title in delete.accessibleName()
    file.setFocus()
    key(file, Qt.Key.Key_Space)
    assert made.work.asked == [(("s1", "Pages filed after the conversation"), "left pages")]
    assert not file.isEnabled()
    made.app.troubled.emit(DeskTrouble("hub_unreachable", {}, "left pages"))
    assert file.isEnabled()
    delete.setFocus()
    key(delete, Qt.Key.Key_Space)
    assert len(made.work.asked) == 1
    assert delete.text() == "Delete for good"
    key(delete, Qt.Key.Key_Space)
    assert made.work.asked[-1] == ("delete", "s1")
    made.left_behind = []
    made.filing.left_pages_filed.emit(1)
    assert "One page is filed" in made.window.messages.texts()[-1]
    assert not line.isVisible()


def test_a_clock_ends_a_wrap_up_but_never_puts_pages_aside(made: Desk) -> None:
    made.app.session, made.app.dossier = SimpleNamespace(facts=SESSION), DOSSIER
    made.window.show_session(SESSION)
    made.window.show_wrap_up()
    made.app.session_ended.emit(SimpleNamespace(reason="done"))
    found(made, QPlainTextEdit, "wrap_up_note").setPlainText("Bring the lease")
    made.unfiled = 2
    made.window.wrap_up.acted.emit(EndWrapUpTime(NOT_SAID))
    assert made.work.asked == []
    assert "2 pages are not filed yet" in made.window.messages.texts()[-1]
    made.unfiled = 0
    made.window.wrap_up.acted.emit(EndWrapUpTime(NOT_SAID))
    assert made.work.asked == [("finish", NOT_SAID, "Bring the lease", "")]


def test_the_outcome_follows_the_dossier_and_a_call_back_keeps_the_note(made: Desk) -> None:
    missing = msgspec.structs.replace(DOSSIER, contact="06 12 34 56 78")
    made.app.session, made.app.dossier = SimpleNamespace(facts=SESSION), missing
    made.window.show_session(SESSION)
    made.window.show_wrap_up()
    made.app.session_ended.emit(SimpleNamespace(reason="done"))
    proposed = made.window.findChild(QPushButton, "outcome_pieces_missing")
    assert proposed is not None
    assert proposed.isChecked()
    found(made, QPlainTextEdit, "wrap_up_note").setPlainText("Bring the lease")
    later = made.window.findChild(QPushButton, "wrap_up_call_back")
    assert later is not None
    later.click()
    assert made.work.asked == [("call_back", "0612345678", 60, "Bring the lease", "")]


def test_the_agent_is_told_that_a_caller_is_no_longer_kept(made: Desk) -> None:
    kept = msgspec.structs.replace(TICKETS[0], assigned_to="a1")
    other = msgspec.structs.replace(TICKETS[1], assigned_to="a2")
    for ticket_that_ended in (kept, other):
        made.made.show_reservation_ended(ticket_that_ended)
    assert made.window.findChild(QWidget, f"message_kept {kept.id}") is not None
    assert made.window.findChild(QWidget, f"message_kept {other.id}") is None


def test_a_step_that_is_ticked_in_the_wrap_up_changes_what_is_proposed(made: Desk) -> None:
    guide = Guide(id="g", name="Budget", steps=[GuideStep(id="talk", name="Talk")], done="done")
    made.app.session = SimpleNamespace(facts=SESSION)
    made.window.show_session(SESSION)
    made.window.show_wrap_up()
    note = found(made, QPlainTextEdit, "wrap_up_note")
    for done, said in ((frozenset[str](), ""), (frozenset({"talk"}), "Budget. Done: Talk.")):
        made.guide.progress = GuideProgress(guide, frozenset(), done)
        made.guide.progress_changed.emit(made.guide.progress)
        assert note.toPlainText() == said
    assert found(made, QPushButton, "outcome_done").isChecked()


def test_a_note_that_is_written_later_waits_between_two_callers_until_it_is_kept(
    made: Desk,
) -> None:
    made.app.session = SimpleNamespace(facts=SESSION)
    made.app.dossier = DOSSIER
    made.window.show_session(SESSION)
    made.window.show_wrap_up()
    made.app.session_ended.emit(SimpleNamespace(reason=""))
    found(made, QPushButton, "wrap_up_note_later").click()
    made.window.wrap_up.acted.emit(FinishWrapUp("done"))
    ((_verb, _outcome, note, later),) = made.work.asked
    assert note == ""
    assert str(later).startswith("B012 · ")
    made.app.session = None
    made.window.show_idle()
    made.work.owed.add(SESSION.id, str(later))
    found(made, QPushButton, "owed_note_write").click()
    keep = found(made, QPushButton, "owed_note_keep")
    assert not keep.isEnabled()
    found(made, QPlainTextEdit, "owed_note_text").setPlainText("Bring the lease.")
    keep.click()
    assert made.work.asked[1:] == [("write_owed", SESSION.id, "Bring the lease.")]
    made.work.note_failed.emit((SESSION.id, "no_answer"))
    assert keep.isEnabled(), "what was written stays, and may be tried again"
    made.work.owed.drop(SESSION.id)
    assert not found(made, QWidget, "idle_work_empty").isHidden()


def test_provisional_dossiers_of_this_agent_are_open_work(made: Desk) -> None:
    made.work.provisional_changed.emit(["D-2026-1", "D-2026-2"])
    rows = made.window.idle.findChildren(WorkRow)
    assert [row.work.title for row in rows] == [
        "Provisional dossier D-2026-1",
        "Provisional dossier D-2026-2",
    ]


def found[Kind: QWidget](made: Desk, kind: type[Kind], name: str) -> Kind:
    part = made.window.findChild(kind, name)
    assert part is not None, name
    return part


@pytest.mark.parametrize("act", [AcceptNext(""), AcceptOffer("t-a031")])
def test_between_f2_and_the_call_the_caller_is_being_connected(
    made: Desk, act: AcceptNext | AcceptOffer
) -> None:
    idle = made.window.idle.next
    told = made.window.queue if isinstance(act, AcceptNext) else made.window.offer
    assert not idle._accepting
    told.acted.emit(act)
    assert idle._accepting
