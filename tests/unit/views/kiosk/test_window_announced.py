# SPDX-License-Identifier: GPL-3.0-only
"""What a caller who does not see the kiosk is told, for each thing that happens."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from expert_app.kiosk.wiring.visit import KioskVisit
from session.kiosk.devices.print_preview import ShownPrint
from session.protocol.conversation.messages import Grant
from session.protocol.endpoints.chat import ChatLine
from session.protocol.hub.tickets import HelpState
from tests.support.screens.kiosk_gallery import WIPED, session_facts, ticket_answer
from views.kiosk.conversation.powers_bar import TOGETHER_MS
from views.kiosk.window import KioskWindow
from views.widgets.announcer import announcer_of


class Heard:
    """What a screen reader is given, without what was said before."""

    def __init__(self, window: KioskWindow) -> None:
        self.said: list[tuple[str, bool]] = []
        announcer_of(window).said.connect(lambda *said: self.said.append(said))

    def take(self) -> list[tuple[str, bool]]:
        said, self.said = self.said, []
        return said

    def only(self) -> str:
        (words, _urgent) = self.take()[0]
        return words


def test_a_page_is_told_when_it_comes_and_when_its_words_change(
    visit: KioskVisit, window: KioskWindow
) -> None:
    heard = Heard(window)
    visit.show_ticket(ticket_answer(3, 600))
    first = heard.only()
    visit.show_ticket(ticket_answer(3, 600))
    assert heard.take() == []
    visit.show_ticket(ticket_answer(2, 300))
    assert heard.only() != first


def test_a_question_is_urgent_and_says_what_silence_means(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    heard = Heard(window)
    window.session_page.ask((Grant.SCAN,))
    [(words, urgent)] = heard.take()
    assert urgent
    assert words.startswith("May your adviser scan your document?")
    assert "Without an answer, it is no." in words


def test_what_the_adviser_can_do_is_told_when_it_changes(
    visit: KioskVisit, window: KioskWindow, qtbot: QtBot
) -> None:
    visit.show_session(session_facts())
    heard = Heard(window)
    window.session_page.show_grants({Grant.SEE_PAGE: True})
    qtbot.waitUntil(lambda: bool(heard.said))
    assert "They see your page." in heard.only()
    window.session_page.show_grants({Grant.SEE_PAGE: True})
    qtbot.wait(2 * TOGETHER_MS)
    assert heard.take() == []


def test_stop_says_that_everything_is_stopped(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    heard = Heard(window)
    window.session_page.bar.stop.click()
    [(words, urgent)] = heard.take()
    assert urgent
    assert words.startswith("Everything is stopped.")


def test_written_words_are_told_once_and_ones_own_never(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.show_session(session_facts())
    heard = Heard(window)
    first, mine = ChatLine("1", "Bonjour", mine=False), ChatLine("2", "Oui", mine=True)
    window.session_page.chat.show_lines((first,))
    assert heard.only() == "Your adviser writes: Bonjour"
    window.session_page.chat.show_lines((first, mine))
    assert heard.take() == []
    window.session_page.chat.show_lines(
        (mine, ChatLine("3", "Merci", mine=False))
    )  # the first is no longer kept
    assert heard.only() == "Your adviser writes: Merci"


def test_scanner_host_trouble_and_print_are_told(visit: KioskVisit, window: KioskWindow) -> None:
    visit.show_session(session_facts())
    heard = Heard(window)
    window.session_page.face.notice.show_notice("scanned")
    assert heard.only().startswith("Your document is scanned.")
    window.session_page.face.notice.show_notice("")
    assert heard.take() == []
    window.bar.show_help(HelpState.COMING)
    assert heard.only().startswith("The host is coming.")
    window.session_page.show_print(
        ShownPrint(print_id="p", name="Reçu", document=b"", pages=1, copies=1)
    )
    assert "Reçu" in heard.only()
    visit.show_trouble("call_lost")
    assert heard.take()[0][1]
    visit.clear_trouble()
    assert heard.only() == "It works again."


def test_beginning_and_end_of_the_talk_are_told(visit: KioskVisit, window: KioskWindow) -> None:
    heard = Heard(window)
    visit.show_session(session_facts())
    assert heard.take()[-1][0].startswith("You are talking with ")
    visit.show_goodbye(None)
    assert heard.only().startswith("Thank you. The talk is over. We are erasing everything")
    visit.show_goodbye(WIPED)
    assert "Everything is erased" in heard.only()


def test_every_page_has_a_name_for_the_screen_reader(
    visit: KioskVisit, window: KioskWindow
) -> None:
    visit.ask_number("nir")
    assert window.number_page.accessibleName()
    visit.show_ticket(ticket_answer())
    assert window.waiting_page.accessibleName() == window.waiting_page.words()[0]
