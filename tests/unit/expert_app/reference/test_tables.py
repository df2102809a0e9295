# SPDX-License-Identifier: GPL-3.0-only
"""The table of a session's messages holds together, and its page says all of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from session.protocol.conversation.messages import Grant, SessionMessage
from session.protocol.conversation.remote_control import NEEDED, PageCommand
from session.protocol.conversation.shown_document import ShowMessage
from session.protocol.topics import (
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    RAW_TOPICS,
    SESSION_MESSAGES,
    SendingEnd,
    may_send,
    power_for,
)

PAGE = Path(__file__).resolve().parents[4] / "docs/reference/messages.md"
BASES = {SessionMessage, PageCommand, ShowMessage}


def _family(kind: type[SessionMessage]) -> set[type[SessionMessage]]:
    children = {one for child in kind.__subclasses__() for one in _family(child)}
    return children | {kind}


def test_every_message_of_the_code_has_a_row() -> None:
    ours = {kind for kind in _family(SessionMessage) if kind.__module__.startswith("session.")}
    assert ours - BASES == set(SESSION_MESSAGES)


def test_no_message_has_two_rows_for_one_topic() -> None:
    rows = Counter((row.message, topic) for row in MESSAGE_ROWS for topic in row.topics)
    assert [row for row, count in rows.items() if count > 1] == []


def test_an_answer_comes_from_the_other_end_on_a_topic_of_its_own() -> None:
    for row in MESSAGE_ROWS:
        for answer in row.answers:
            if isinstance(answer, str):
                assert answer in RAW_TOPICS
            else:
                topics = {
                    topic for one in MESSAGE_ROWS if one.message is answer for topic in one.topics
                }
                both = [SendingEnd.KIOSK, SendingEnd.DESK]
                others = both if row.by is SendingEnd.EITHER else [row.by.other]
                assert any(may_send(answer, topic, who) for topic in topics for who in others)


def test_powers_are_those_of_the_commands_and_of_paper() -> None:
    assert {kind: power_for(kind) for kind in NEEDED} == NEEDED
    names = {row.message.__name__: row.needs for row in MESSAGE_ROWS if row.needs is not None}
    assert names["ScanRequested"] is Grant.SCAN
    assert "PrintOffered" not in names, "the sheet itself is asked about"


def test_the_page_has_every_message_and_topic() -> None:
    text = PAGE.read_text("utf-8")
    assert [kind for kind in SESSION_MESSAGES if f"| `{kind.__name__}` |" not in text] == []
    assert [one for one in (*CONTROL_TOPICS, *RAW_TOPICS) if f"| `{one}` |" not in text] == []
