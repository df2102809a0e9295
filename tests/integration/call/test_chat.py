# SPDX-License-Identifier: GPL-3.0-only
"""The chat between the two ends, and on both screens."""

from __future__ import annotations

import asyncio

from pytestqt.qtbot import QtBot

from session.core.tasks import Tasks
from session.kiosk.caller_acts import ReadWords, SayWords
from session.protocol.conversation.chat_and_privacy import MAX_WORDS, TOPIC, WordsSaid
from session.protocol.endpoints.chat import MOST_KEPT, Chat, ChatLine, SentState
from tests.support.memory.channel import channel_pair
from views.desk.chat_view import ChatView
from views.kiosk.conversation.chat import ChatStrip


class Words:
    """Both ends."""

    def __init__(self) -> None:
        self.tasks = Tasks()
        self.kiosk_channel, self.desk_channel = channel_pair()
        self.kiosk = Chat(self.kiosk_channel, self.tasks)
        self.desk = Chat(self.desk_channel, self.tasks)

    def sent(self) -> list[SentState]:
        return [line.sent for line in self.desk.lines]

    async def settle(self) -> None:
        for _turn in range(20):
            await asyncio.sleep(0)


async def test_words_arrive_and_the_writer_learns_that_they_stand_on_the_screen() -> None:
    words = Words()
    words.desk.send("  Posez votre   document ")
    await words.settle()
    (line,) = words.kiosk.lines
    assert (line.text, line.mine) == ("Posez votre document", False)
    assert words.sent() == [SentState.SENDING]
    words.kiosk.shown(line.words_id)
    await words.settle()
    assert words.sent() == [SentState.SHOWN]
    words.kiosk.send("Oui")
    await words.settle()
    assert [one.text for one in words.desk.lines] == ["Posez votre document", "Oui"]
    await words.tasks.close()


async def test_words_whose_answer_got_lost_are_answered_again() -> None:
    words = Words()
    words.desk.send("Bonjour")
    await words.settle()
    words.kiosk_channel.cut = True  # the kiosk's answer does not go out
    words.kiosk.shown(words.kiosk.lines[0].words_id)
    await words.settle()
    assert words.sent() == [SentState.SENDING]
    words.kiosk_channel.cut = False
    said = WordsSaid(words_id=words.desk.lines[0].words_id, text="Bonjour")
    await words.desk_channel.send(TOPIC, said)
    await words.settle()
    assert words.sent() == [SentState.SHOWN]
    assert len(words.kiosk.lines) == 1
    await words.tasks.close()


async def test_words_that_do_not_go_out_are_marked() -> None:
    words = Words()
    said: list[None] = []
    words.desk.sent_words.connect(said.append)
    words.desk_channel.cut = True
    words.desk.send("Bonjour")
    await words.settle()
    assert [one.sent for one in words.desk.lines] == [SentState.FAILED]
    assert said == []
    await words.tasks.close()


async def test_a_flood_is_bounded_and_a_repeated_message_counts_once() -> None:
    words = Words()
    for number in range(MOST_KEPT + 50):
        await words.desk_channel.send(TOPIC, WordsSaid(words_id=f"w{number}", text="x" * MAX_WORDS))
    await words.desk_channel.send(TOPIC, WordsSaid(words_id=f"w{MOST_KEPT + 49}", text="again"))
    await words.settle()
    assert len(words.kiosk.lines) == MOST_KEPT
    assert words.kiosk.lines[-1].text.startswith("xx")
    await words.tasks.close()


async def test_nothing_stays_after_the_session() -> None:
    words = Words()
    words.desk.send("Votre numéro, s’il vous plaît ?")
    await words.settle()
    words.kiosk.forget()
    assert words.kiosk.lines == ()
    await words.desk_channel.send(TOPIC, WordsSaid(words_id="late", text="late"))
    await words.settle()
    assert words.kiosk.lines == ()
    await words.tasks.close()


def test_the_kiosk_shows_the_last_words_and_tells_when_they_are_painted(qtbot: QtBot) -> None:
    strip = ChatStrip()
    qtbot.addWidget(strip)
    acts: list[object] = []
    strip.acted.connect(acts.append)
    assert strip.isHidden()
    lines = tuple(ChatLine(f"w{number}", f"Words {number}", mine=False) for number in range(3))
    strip.show_lines(lines)
    strip.resize(900, 260)
    strip.show()
    qtbot.waitUntil(lambda: acts == [ReadWords("w1"), ReadWords("w2")])
    assert strip._words.text() == "Words 1\nWords 2"
    strip.answers[0].click()
    strip._entry.setText("  Je n’entends pas bien ")
    strip.send.click()
    assert acts[2:] == [SayWords("Yes"), SayWords("Je n’entends pas bien")]
    strip._entry.setText("half a sentence")
    strip.show_lines(())
    assert strip.isHidden()
    assert strip._entry.text() == ""


def test_the_agent_writes_with_return_or_one_press(qtbot: QtBot) -> None:
    view = ChatView()
    qtbot.addWidget(view)
    said: list[str] = []
    view.send_requested.connect(said.append)
    view.set_in_session(True)
    view.entry.setText("Bonjour")
    view.entry.returnPressed.emit()
    assert said == ["Bonjour"]
    assert view.entry.text() == ""
    view.entry.setText("left over")
    view.set_in_session(False)
    assert view.entry.text() == ""
