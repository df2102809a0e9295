# SPDX-License-Identifier: GPL-3.0-only
"""The tables in the pages of reference, made from those of the program. Used by `pages`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any, get_args

from expert_app.reference.markdown import MADE, code, codes, first_words, table
from expert_app.reference.verb_codes import codes_of
from session.bus.sealing.channel import SEALED_TOPICS
from session.core.error_codes import error_classes
from session.core.errors import SessionError
from session.kiosk.call.consent import LASTS_S, NEEDS_PAGE
from session.protocol.endpoints.channel import MessageRate
from session.protocol.hub.number_check import FORMS, NumberState, check_number
from session.protocol.hub.requests import HubEvent, Request, type_of
from session.protocol.message_rates import (
    KEPT,
    MIRROR_BYTES,
    MIRROR_PICTURES,
    ORDINARY,
    RAW_RATES,
    TOPIC_RATES,
    rate_of,
)
from session.protocol.sealing import VAULT_PARTS, VAULT_REQUESTS
from session.protocol.topics import (
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    RAW_TOPIC_ENDS,
    SESSION_MESSAGES,
    MessageLevel,
    MessageRow,
)
from session.protocol.verbs import ALL_VERBS
from session.protocol.wire.roles import Role
from views.words.errors import UNEXPECTED, english_words

ROOT = Path(__file__).resolve().parents[2]

# ---- verbs


def _verbs(requests: Iterable[type[Request[Any]]]) -> str:
    rows = [
        [
            code(request.verb),
            ", ".join(
                f"{role.name.lower()} {code(role.value)}" for role in Role if role in request.roles
            ),
            code(type_of(request)),
            code(request.answer.__name__),
            codes(codes_of(request.verb)),
            first_words(request),
        ]
        for request in sorted(requests, key=lambda request: request.verb)
    ]
    return table(("verb", "roles", "request", "answer", "own codes", "what"), rows)


def _hub_events() -> str:
    rows = [[code(kind.__name__), first_words(kind)] for kind in get_args(HubEvent)]
    return table(("event", "what"), rows)


def _vault_parts() -> str:
    rows = [[code(verb), part.value] for verb, part in sorted(VAULT_PARTS.items())]
    return table(("verb", "part"), rows)


# ---- messages


def _messages(level: MessageLevel) -> str:
    rows = [
        [
            code(row.message.__name__),
            codes(row.topics),
            row.by.value,
            row.needs.value if row.needs else "",
            _answers(row),
            "yes" if row.must else "",
            first_words(row.message),
        ]
        for row in MESSAGE_ROWS
        if row.level is level
    ]
    return table(("message", "topic", "by", "grant", "answered by", "must", "what"), rows)


def _answers(row: MessageRow) -> str:
    return ", ".join(
        f"bytes on `{answer}`" if isinstance(answer, str) else code(answer.__name__)
        for answer in row.answers
    )


def _topics() -> str:
    payloads = dict.fromkeys(CONTROL_TOPICS, "JSON")
    payloads |= {topic: f"bytes, by {by.value}" for topic, by in RAW_TOPIC_ENDS.items()}
    payloads["refused"] = "JSON, by the hub alone: `MessageRefused`"
    rows = [
        [code(topic), payload, "yes" if topic in SEALED_TOPICS else "no"]
        for topic, payload in payloads.items()
    ]
    return table(("topic", "payload", "sealed for an organisation with a vault"), rows)


# ---- errors

SPEAKERS: dict[str, tuple[str, ...]] = {
    "hub": (
        "session/hub",
        "expert_app/hub",
        "documents/store",
        "expert_app/register",
        "expert_app/sign_on",
    ),
    "kiosk": ("session/kiosk", "expert_app/kiosk", "resources/pages/page_agent.js"),
    "desk": (
        "session/desk",
        "expert_app/desk",
        "expert_app/board",
        "expert_app/workplace",
        "documents/pages",
    ),
    "vault": ("session/hub/vault", "expert_app/vault"),
    "any": ("session/protocol", "session/media", "session/log"),
    "itself": ("session/bus", "expert_app/runtime"),
}
"""Who says a code -> where its program lives. `any`: either end, and the hub. `itself`: a program
to its own person, about its own connection.
"""


_SAID = r"\braise (\w+)", r"\b(\w+)\(", r"\b(\w+)\.code\b", r"\": (\w+)[,}]", r"= (\w+) if"
"""Where a program makes an error, names its code, or has it in a table."""


@cache
def _said_in(folder: str) -> set[str]:
    """Return the names of errors, and of much else, that a program says; a script says codes."""
    place = ROOT / folder
    source = "\n".join(path.read_text("utf-8") for path in sorted(place.rglob("*.py")) or [place])
    names = {name for pattern in _SAID for name in re.findall(pattern, source)}
    return names | {f"code {name}" for name in re.findall(r"code: \"(\w+)\"", source)}


def _speakers_of(kind: type[SessionError]) -> list[str]:
    words = {kind.__name__, f"code {kind.code}"}
    return [
        speaker
        for speaker, folders in SPEAKERS.items()
        if any(words & _said_in(folder) for folder in folders)
    ]


def _errors() -> str:
    rows = [
        [code(name), first_words(kind), ", ".join(_speakers_of(kind)), english_words(name)]
        for name, kind in sorted(error_classes().items())
        if name != UNEXPECTED
    ]
    return table(("code", "meaning", "said by", "what the agent reads"), rows)


# ---- limits


def _rates(head: str, rates: Iterable[tuple[str, MessageRate]]) -> str:
    rows = [(words, f"{rate.per_s:g}", f"{rate.burst}") for words, rate in rates]
    return table((head, "a second", "at once"), rows)


def _message_rates() -> str:
    """Return the rates of each message and raw topic at the end that takes it."""
    by_rate: dict[MessageRate, list[str]] = {}
    for message in SESSION_MESSAGES:
        by_rate.setdefault(rate_of(message), []).append(message.__name__)
    del by_rate[ORDINARY]
    rates = [(codes(sorted(names)), rate) for rate, names in sorted(by_rate.items())]
    rates += [("every other message", ORDINARY)]
    rates += [(f"bytes on {code(topic)}", rate) for topic, rate in RAW_RATES.items()]
    rates += [("full pictures of the shared page", MIRROR_PICTURES)]
    rates += [("bytes of the shared page, unpacked", MIRROR_BYTES)]
    return _rates("an end takes", rates)


def _topic_rates() -> str:
    rates = [(code(topic), rate) for topic, rate in TOPIC_RATES.items()]
    return _rates("the hub passes of one end, on", rates)


def _kept_at_once() -> str:
    rows = [(code(message.__name__), f"{count}") for message, count in KEPT.items()]
    return table(("kept at once", "at most"), rows)


def _grants() -> str:
    note = "`see_page`, asked first; ends with it"
    rows = [
        (code(grant.value), f"{lasts_s:g}", note if grant in NEEDS_PAGE else "")
        for grant, lasts_s in LASTS_S.items()
    ]
    return table(("grant", "`left_s` when given", "needs"), rows)


_NUMBERS = {
    "allocataire": ("seven digits", ("1234567",)),
    "france_travail": (
        "seven digits and a letter, or eleven digits",
        ("1234567A", "12345678901"),
    ),
    "nir": (
        "thirteen characters (2A and 2B for Corsica) and a key of two digits: 97 minus the "
        "number modulo 97, 2A read as 19 and 2B as 18",
        ("295109912611193",),
    ),
    "phone": (
        "ten digits, the first 0, the second not 0 and not 8; no caller number",
        ("0600000000",),
    ),
    "ticket": ("a letter and three digits; no caller number", ("L042",)),
}
"""The words and invented examples of each kind."""


def _numbers() -> str:
    """Return the kinds of numbers; a wrong example here is a wrong page, so each is checked.

    Raises:
        ValueError: an example is no number of its kind.
    """
    rows = []
    for kind, form in FORMS.items():
        words, examples = _NUMBERS[kind]
        for example in examples:
            if check_number(kind, example) is not NumberState.COMPLETE:
                raise ValueError(f"{example} is no {kind}")
        rows.append((code(kind), " or ".join(map(str, form.lengths)), words, codes(examples)))
    return table(("`number_kind`", "letters", "what", "invented examples"), rows)


def _kiosk_events() -> str:
    """Return the events that the reference kiosk writes into its log."""
    source = (ROOT / "session/kiosk/event_log.py").read_text("utf-8")
    return codes(sorted(set(re.findall(r"\bevents\.([A-Z]\w+)\(", source))))


TABLES: dict[str, Callable[[], str]] = {
    "made": lambda: MADE,
    "verbs": partial(_verbs, ALL_VERBS.values()),
    "vault_verbs": partial(_verbs, VAULT_REQUESTS),
    "vault_parts": _vault_parts,
    "hub_events": _hub_events,
    **{f"messages_{level.value}": partial(_messages, level) for level in MessageLevel},
    "topics": _topics,
    "errors": _errors,
    "message_rates": _message_rates,
    "topic_rates": _topic_rates,
    "kept_at_once": _kept_at_once,
    "grants": _grants,
    "numbers": _numbers,
    "kiosk_events": _kiosk_events,
}
"""What a text names without a module -> what stands there."""
