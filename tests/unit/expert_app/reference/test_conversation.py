# SPDX-License-Identifier: GPL-3.0-only
"""The example conversation is what our ends would say, and the guide shows it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

from expert_app.conformance.rules import KIOSK_RULES
from session.bus.transport.nkeys import is_signed
from session.protocol.codec import decode_answer, decode_event, decode_request, decode_session
from session.protocol.conversation.messages import PageOffered, PrintOffered, SessionMessage
from session.protocol.conversation.page_signing import words_of
from session.protocol.conversation.print_binding import print_binding
from session.protocol.hub.enrolment import EnrolAnswer, EnrolRequest
from session.protocol.topics import SendingEnd, may_send
from session.protocol.verbs import ALL_VERBS

DOCS = Path(__file__).resolve().parents[4] / "docs"
GUIDE = (DOCS / "protocol.md").read_text("utf-8")
STEPS: list[dict[str, Any]] = [
    step
    for step in json.loads((DOCS / "vectors/conversation.json").read_text("utf-8"))["steps"]
    if "subject" in step
]


def _said() -> list[tuple[dict[str, Any], SessionMessage]]:
    return [
        (step, decode_session(step["text"].encode()))
        for step in STEPS
        if ".0f3a" in step["subject"] and "text" in step
    ]


def test_each_request_and_answer_is_that_of_its_verb() -> None:
    verbs = []
    for step, answer in pairwise(STEPS):
        if not step["subject"].startswith("svc."):
            continue
        verb = step["subject"].split(".")[-1]
        if verb == "enrol":
            decode_request(EnrolRequest, step["text"].encode())
            decode_answer(EnrolAnswer, answer["text"].encode())
        else:
            decode_request(ALL_VERBS[verb], step["text"].encode())
            decode_answer(ALL_VERBS[verb].answer, answer["text"].encode())
        verbs.append(verb)
    assert verbs == ["enrol", "services", "call", "hang_up", "log"]


def test_the_hub_marks_what_it_says_unasked() -> None:
    events = [step for step in STEPS if step["subject"].startswith("evt.")]
    assert len(events) > 8
    assert all("From-Hub" in step["headers"] for step in events)
    for step in events:
        if step["subject"].endswith(".hub"):
            decode_event(step["text"].encode())


def test_each_end_says_what_is_its_to_say() -> None:
    said = _said()
    assert len(said) > 10
    for step, message in said:
        topic = step["subject"].split(".")[-1]
        assert may_send(type(message), topic, SendingEnd(step["by"]))
    assert type(said[-1][1]).__name__ == "KioskWiped"


def test_its_page_is_signed_and_its_print_is_bound() -> None:
    [offer] = [message for _step, message in _said() if isinstance(message, PageOffered)]
    assert is_signed(offer.signer, words_of("0f3a91c2d4e5f6a7_9b1c", offer), offer.signature)
    [printed] = [message for _step, message in _said() if isinstance(message, PrintOffered)]
    bound = print_binding("0f3a91c2d4e5f6a7_9b1c", offer.signer, printed.sha256, printed.copies)
    assert printed.bound_to == bound
    hashes = [
        hashlib.sha256(base64.b64decode(step["base64"])).hexdigest()
        for step in STEPS
        if "base64" in step
    ]
    assert hashes == [offer.sha256, printed.sha256]


def test_the_guide_shows_every_step_and_stays_short() -> None:
    block = GUIDE.partition("<!-- conversation: made")[2].partition("<!-- conversation: end")[0]
    lines = [line for line in block.splitlines() if line.startswith(("> ", "< "))]
    assert len(lines) == len(STEPS)
    for line, step in zip(lines, STEPS, strict=True):
        assert line.startswith(f"{'>' if step['by'] == 'kiosk' else '<'} {step['subject']}")
    assert len(GUIDE.split()) <= 3_600


def test_each_rule_of_conformance_has_its_heading_in_the_guide() -> None:
    headings = set(re.findall(r"(?m)^#+ (.+)$", GUIDE))
    assert {rule.under for rule in KIOSK_RULES.values()} - headings == set()
