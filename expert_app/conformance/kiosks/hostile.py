# SPDX-License-Identifier: GPL-3.0-only
"""The level "hostile": what the kiosk must not believe or follow, and goes on after.
Used by `run`.
"""

from __future__ import annotations

import msgspec
import zstandard

from expert_app.conformance.kiosks.stage import Conversation, Stage
from expert_app.conformance.playing import Case
from session.core.errors import MessageMalformed, MessageTooLarge, ProtocolVersionUnknown
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import CallOffered, KioskWiped, MessageRefused
from session.protocol.endpoints.refusals import END_TOPIC, HUB_TOPIC
from session.protocol.hub.requests import SessionEnded
from session.protocol.wire.ids import new_id

NOT_FOLLOWED_S = 1.0
BOMB_BYTES = 4 << 20


def plain_words(**more: object) -> tuple[str, bytes]:
    """Words that a kiosk would show, with other fields: their id and JSON."""
    words = new_id()
    sent = WordsSaid(words_id=words, text="Ces mots ne viennent de personne.")
    plain = msgspec.json.decode(encode(sent))
    return words, msgspec.json.encode({**plain, **more})


async def hostile(stage: Stage) -> None:
    """All of it in one conversation."""
    talk = await stage.converse()
    await stage.findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    await _without_mark(stage, talk)
    await _unknown_field(stage, talk)
    await _refused(stage, talk)
    await _other_session(stage, talk)
    await _never_answered(stage, talk)
    await stage.end(talk)


def _shown(stage: Stage, words: str) -> bool:
    return any(
        isinstance(message := record.message(), WordsShown) and message.words_id == words
        for record in stage.traffic.sent
    )


async def _without_mark(stage: Stage, talk: Conversation) -> None:
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload, from_hub=False)
    ended = SessionEnded(session_id=talk.id, by="agent", reason="done")
    await stage.world.inject("hub", encode(ended), from_hub=False)
    await stage.findings.never(
        "P-401",
        lambda: _shown(stage, words) or stage.sent(talk, KioskWiped),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed words, or the end of the session, that did not come from the hub",
    )


async def _unknown_field(stage: Stage, talk: Conversation) -> None:
    words, payload = plain_words(of_a_later_release={"is": ["not", "known"]})
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    await stage.findings.seen(lambda: _shown(stage, words), 5)
    stage.findings.check("P-403", _shown(stage, words), "a message with one was not followed")


async def _refused(stage: Stage, talk: Conversation) -> None:
    _, other_version = plain_words(v=2)
    bomb = zstandard.ZstdCompressor().compress(bytes(BOMB_BYTES))
    version, malformed = ProtocolVersionUnknown.code, MessageMalformed.code
    for rule, payload, codes in (
        ("P-402", other_version, (version,)),
        ("P-404", b'{"type":"OfALaterRelease","v":1}', (malformed,)),
        ("P-405", b"this is not JSON", (malformed,)),
        ("P-406", bomb, (MessageTooLarge.code, malformed)),
    ):
        since = stage.traffic.mark()
        await stage.world.inject(f"ses.{talk.id}.beside", payload)
        await stage.comes(talk, MessageRefused, since)
        refused = [refusal.code for refusal in stage.sent(talk, MessageRefused, since)]
        words_shown = stage.sent(talk, WordsShown, since)
        good = bool(refused) and refused[0] in codes and not words_shown
        stage.findings.check(rule, good, f"it was answered by {refused}, shown: {words_shown}")
        words, words_payload = plain_words()
        await stage.world.inject(f"ses.{talk.id}.beside", words_payload)
        goes_on = await stage.comes(talk, WordsShown, since) and _shown(stage, words)
        stage.findings.demand(rule, goes_on, "the session did not go on after it")


async def _other_session(stage: Stage, talk: Conversation) -> None:
    words, payload = plain_words()
    ticket = talk.facts.ticket_id
    await stage.world.inject(f"ses.{ticket}_00000000.beside", payload)
    await stage.findings.never(
        "P-407",
        lambda: _shown(stage, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it answered in a session that is not open",
    )


async def _never_answered(stage: Stage, talk: Conversation) -> None:
    since = stage.traffic.mark()
    refused = MessageRefused(topic="call", code=MessageMalformed.code, why="try", of="CallOffered")
    for topic in (END_TOPIC, HUB_TOPIC):
        await stage.world.inject(f"ses.{talk.id}.{topic}", encode(refused))
    await stage.findings.never(
        "P-408",
        lambda: stage.sent(talk, MessageRefused, since),
        for_s=NOT_FOLLOWED_S,
        otherwise="it refused a MessageRefused",
    )


CASES = (
    Case(
        "what is not to be believed",
        tuple(f"P-{n}" for n in range(401, 409)),
        hostile,
    ),
)
