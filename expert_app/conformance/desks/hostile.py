# SPDX-License-Identifier: GPL-3.0-only
"""The level "hostile" of a desk: what it must not believe or follow, and goes on after.
Used by `run`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import zstandard

from expert_app.conformance.desks.instructions import Accept
from expert_app.conformance.desks.stage import DeskStage, DeskTalk
from expert_app.conformance.kiosks.hostile import BOMB_BYTES, NOT_FOLLOWED_S, plain_words
from expert_app.conformance.playing import Case
from expert_app.conformance.throw_away_hub import KIOSK, ORGANISATION, SERVICE, SITE
from session.bus.client import FROM_HUB
from session.core.errors import (
    MessageMalformed,
    MessageTooLarge,
    NotAllowed,
    ProtocolVersionUnknown,
)
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsShown
from session.protocol.conversation.messages import (
    Grant,
    GrantsRequested,
    MessageRefused,
)
from session.protocol.conversation.mirror import TOPIC as MIRROR
from session.protocol.endpoints.refusals import END_TOPIC, HUB_TOPIC
from session.protocol.hub.requests import SessionEnded
from session.protocol.hub.tickets import Ticket, TicketState

NATS_SEQUENCE = "Nats-Sequence"


async def hostile(stage: DeskStage) -> None:
    """All of it in one conversation."""
    talk = await stage.converse()
    await _without_mark(stage, talk)
    await _unknown_field(stage, talk)
    await _refused(stage, talk)
    await _other_session(stage, talk)
    await _never_answered(stage, talk)
    await _own_message(stage, talk)
    await _mirror(stage, talk)
    await stage.end(talk)


def _shown(stage: DeskStage, words: str) -> bool:
    return any(
        isinstance(message := record.message(), WordsShown) and message.words_id == words
        for record in stage.traffic.sent
    )


async def _goes_on(stage: DeskStage, talk: DeskTalk) -> bool:
    """Return True if the desk still takes what comes from the kiosk."""
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    return await stage.findings.seen(lambda: _shown(stage, words), 5)


async def _without_mark(stage: DeskStage, talk: DeskTalk) -> None:
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload, from_hub=False)
    ended = SessionEnded(session_id=talk.id, by="kiosk", reason="done")
    await stage.world.inject("hub", encode(ended), from_hub=False)
    await stage.findings.never(
        "D-401",
        lambda: _shown(stage, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed words that did not come from the hub",
    )
    stage.findings.check(
        "D-401", await _goes_on(stage, talk), "it ended a session whose end the hub had not told"
    )


async def _unknown_field(stage: DeskStage, talk: DeskTalk) -> None:
    words, payload = plain_words(of_a_later_release={"is": ["not", "known"]})
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    await stage.findings.seen(lambda: _shown(stage, words), 5)
    stage.findings.check("D-403", _shown(stage, words), "a message with one was not followed")


async def _refused(stage: DeskStage, talk: DeskTalk) -> None:
    _, other_version = plain_words(v=2)
    bomb = zstandard.ZstdCompressor().compress(bytes(BOMB_BYTES))
    malformed = MessageMalformed.code
    for rule, payload, codes in (
        ("D-402", other_version, (ProtocolVersionUnknown.code,)),
        ("D-404", b'{"type":"OfALaterRelease","v":1}', (malformed,)),
        ("D-405", b"this is not JSON", (malformed,)),
        ("D-406", bomb, (MessageTooLarge.code, malformed)),
    ):
        since = stage.traffic.mark()
        await stage.world.inject(f"ses.{talk.id}.beside", payload)
        await stage.comes(talk, MessageRefused, since)
        refused = [refusal.code for refusal in stage.sent(talk, MessageRefused, since)]
        words_shown = stage.sent(talk, WordsShown, since)
        good = bool(refused) and refused[0] in codes and not words_shown
        stage.findings.check(rule, good, f"it was answered by {refused}, shown: {words_shown}")
        goes_on = await _goes_on(stage, talk)
        stage.findings.demand(rule, goes_on, "the session did not go on after it")


async def _other_session(stage: DeskStage, talk: DeskTalk) -> None:
    words, payload = plain_words()
    await stage.world.inject("ses.0000000000000000_0000.beside", payload)
    await stage.findings.never(
        "D-407",
        lambda: _shown(stage, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it answered in a session that is not open",
    )


async def _never_answered(stage: DeskStage, talk: DeskTalk) -> None:
    since = stage.traffic.mark()
    refused = MessageRefused(topic="call", code=MessageMalformed.code, why="try", of="CallAnswered")
    for topic in (END_TOPIC, HUB_TOPIC):
        await stage.world.inject(f"ses.{talk.id}.{topic}", encode(refused))
    await stage.findings.never(
        "D-408",
        lambda: stage.sent(talk, MessageRefused, since),
        for_s=NOT_FOLLOWED_S,
        otherwise="it refused a MessageRefused",
    )


async def _own_message(stage: DeskStage, talk: DeskTalk) -> None:
    since = stage.traffic.mark()
    await stage.world.inject(f"ses.{talk.id}.grant", encode(GrantsRequested()))
    await stage.comes(talk, MessageRefused, since)
    codes = [refusal.code for refusal in stage.sent(talk, MessageRefused, since)]
    stage.findings.check("D-409", codes == [NotAllowed.code], f"it was answered by {codes}")


async def _mirror(stage: DeskStage, talk: DeskTalk) -> None:
    kiosk = stage.kiosk
    kiosk.given[Grant.SEE_PAGE] = True
    await kiosk.send("grant", kiosk.change(Grant.SEE_PAGE))
    await kiosk.picture()
    since = stage.traffic.mark()
    headers = {"Frame": "7 900", "Start": "1"}
    await stage.world.inject(f"ses.{talk.id}.{MIRROR}", b"no zstd", headers=headers)

    def refused() -> list[str]:
        sent = stage.sent(talk, MessageRefused, since)
        return [refusal.code for refusal in sent if refusal.topic == MIRROR]

    await stage.findings.seen(refused, 5)
    good = refused()[:1] in ([MessageMalformed.code], [MessageTooLarge.code])
    stage.findings.check("D-410", good, f"it was answered by {refused()}")


async def forged_callers(stage: DeskStage) -> None:
    """Two callers who are none wait before a true one: the agent takes the true one."""
    began, kiosk = stage.traffic.mark(), stage.kiosk
    for number, headers in enumerate(({NATS_SEQUENCE: "1000000000"}, {FROM_HUB: "1"})):
        forged = Ticket(
            id=f"0000forged{number}",
            organisation=ORGANISATION,
            service=SERVICE,
            kiosk=KIOSK,
            site=SITE,
            number=f"L00{number}",
            state=TicketState.WAITING,
            arrived_at_utc=datetime.now(UTC) - timedelta(minutes=5),
        )
        await stage.world.inject_ticket(forged, headers)
    await kiosk.press()
    await stage.instruct(Accept())
    await stage.findings.seen(lambda: stage.traffic.requests("accept", began), 10)
    taken = [one.payload for one in stage.traffic.requests("accept", began)]
    stage.findings.check(
        "D-411",
        not any(b"0000forged" in payload for payload in taken),
        "it took a caller of whom the hub's store had not told",
    )
    await stage.until(lambda: kiosk.facts is not None, "the hub opened no session")
    await stage.end(DeskTalk(kiosk.facts.id if kiosk.facts is not None else "", began))


CASES = (
    Case(
        "what is not to be believed",
        tuple(f"D-{n}" for n in range(401, 411)),
        hostile,
    ),
    Case("callers who are none", ("D-411",), forged_callers),
)
