# SPDX-License-Identifier: GPL-3.0-only
"""The page of a session's messages: topic, sender, power, answer, level.
Used by `expert_app.reference`.
"""

from __future__ import annotations

from expert_app.reference.files import Documents
from expert_app.reference.markdown import code, codes, first_words, page, table
from session.bus.sealing.channel import SEALED_TOPICS
from session.protocol.topics import (
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    RAW_TOPIC_ENDS,
    MessageLevel,
    MessageRow,
)

_LEVELS = {
    MessageLevel.TALK: "Voice, picture, words, consent (a kiosk that cannot do more answers each "
    "request for a power with no), and the wipe. `DevicesReported` says `none` where there is "
    "nothing.",
    MessageLevel.PAGE: "The caller's web page at the desk, and acts in it by the caller's leave.",
    MessageLevel.PAPERS: "Scanner, printer, documents that the agent shows.",
    MessageLevel.SEALED: "For organisations with a vault; without it a kiosk must not offer their "
    "services.",
}


def _answers(row: MessageRow) -> str:
    return ", ".join(
        f"bytes on `{answer}`" if isinstance(answer, str) else code(answer.__name__)
        for answer in row.answers
    )


def _row(row: MessageRow) -> list[str]:
    return [
        code(row.message.__name__),
        codes(row.topics),
        row.by.value,
        row.needs.value if row.needs else "",
        _answers(row),
        "yes" if row.must else "",
        first_words(row.message),
    ]


def sent_by(level: MessageLevel) -> list[list[str]]:
    """The rows of one level."""
    return [_row(row) for row in MESSAGE_ROWS if row.level is level]


def documents() -> Documents:
    """The page."""
    head = ("message", "topic", "by", "power", "answered by", "must", "what")
    parts = []
    for level in MessageLevel:
        parts += [f"## Level `{level.value}`", _LEVELS[level], table(head, sent_by(level))]
    topics = [
        [code(topic), "JSON", "yes" if topic in SEALED_TOPICS else "no"] for topic in CONTROL_TOPICS
    ]
    raw = [
        [code(topic), f"bytes, by {by.value}", "yes" if topic in SEALED_TOPICS else "no"]
        for topic, by in RAW_TOPIC_ENDS.items()
    ]
    hub = [[code("refused"), "JSON, by the hub alone: `MessageRefused`", "no"]]
    text = page(
        "Messages of a session",
        "An end sends on `ses.<role letter>.<user>.<session>.<topic>`; the other hears it on "
        "`evt.u.<role letter>.<user>.ses.<session>.<topic>` with the header `From-Hub`. Schemas: "
        "[session.json](../schemas/session.json). On `third` and `aside` the third person speaks "
        "as a desk.",
        "*power*: the grant without which a kiosk does not do it (`grant_missing`). "
        "*must*: a kiosk "
        "of this level says it, or answers it, where it comes up; the rest may be left out, and "
        "whoever does not know a message answers `MessageRefused` (`message_malformed`). A message "
        "from an end that does not say it here is refused with `not_allowed`. No answer is "
        "a promise "
        "about time: each end repeats what it still wants.",
        *parts,
        "## Topics",
        table(
            ("topic", "payload", "sealed for an organisation with a vault"), [*topics, *raw, *hub]
        ),
    )
    return {"reference/messages.md": text}
