# SPDX-License-Identifier: GPL-3.0-only
"""The level "hostile": what an end must not believe or follow, and goes on after. Used by `run`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import zstandard

from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.instructions import Accept
from expert_app.conformance.stage import Case, Stage, TriedTalk, numbers
from expert_app.conformance.throw_away_hub import KIOSK, ORGANISATION, SERVICE, SITE
from session.bus.client import FROM_HUB
from session.core.errors import (
    MessageMalformed,
    MessageTooLarge,
    NotAllowed,
    ProtocolVersionUnknown,
)
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import (
    Grant,
    GrantsRequested,
    KioskWiped,
    MessageRefused,
)
from session.protocol.conversation.mirror import TOPIC as MIRROR
from session.protocol.endpoints.refusals import END_TOPIC, HUB_TOPIC
from session.protocol.hub.requests import SessionEnded
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.wire.ids import new_id

NOT_FOLLOWED_S = 1.0
BOMB_BYTES = 4 << 20
NATS_SEQUENCE = "Nats-Sequence"


def plain_words(**more: object) -> tuple[str, bytes]:
    """Return words that an end would show, with other fields: their id and JSON."""
    words = new_id()
    sent = WordsSaid(words_id=words, text="Ces mots ne viennent de personne.")
    plain = msgspec.json.decode(encode(sent))
    return words, msgspec.json.encode({**plain, **more})


async def hostile(stage: Stage) -> None:
    """All of it in one conversation."""
    talk = await stage.converse()
    await _play(stage, talk)
    await stage.finish(talk)


async def _play(stage: Stage, talk: TriedTalk) -> None:
    await _without_mark(stage, talk)
    await _unknown_field(stage, talk)
    await _refused(stage, talk)
    await _other_session(stage, talk)
    await _never_answered(stage, talk)


async def _goes_on(stage: Stage, talk: TriedTalk) -> bool:
    """Return True if the end under test still takes what comes from the other one."""
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    return await stage.findings.seen(lambda: stage.shows(words), 5)


async def _without_mark(stage: Stage, talk: TriedTalk) -> None:
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload, from_hub=False)
    ended = SessionEnded(session_id=talk.id, by="hub", reason="done")
    await stage.world.inject("hub", encode(ended), from_hub=False)
    rule = stage.rule(401)
    await stage.findings.never(
        rule,
        lambda: stage.shows(words) or talk.sent(KioskWiped),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed words, or the end of the session, that did not come from the hub",
    )
    goes_on = await _goes_on(stage, talk)
    stage.findings.check(rule, goes_on, "it ended a session whose end the hub had not told")


async def _unknown_field(stage: Stage, talk: TriedTalk) -> None:
    words, payload = plain_words(of_a_later_release={"is": ["not", "known"]})
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    otherwise = "a message with one was not followed"
    await stage.findings.expect(
        stage.rule(403), lambda: stage.shows(words), within_s=5, otherwise=otherwise
    )


async def _refused(stage: Stage, talk: TriedTalk) -> None:
    _, other_version = plain_words(v=2)
    bomb = zstandard.ZstdCompressor().compress(bytes(BOMB_BYTES))
    malformed = MessageMalformed.code
    for number, payload, codes in (
        (402, other_version, (ProtocolVersionUnknown.code,)),
        (404, b'{"type":"OfALaterRelease","v":1}', (malformed,)),
        (405, b"this is not JSON", (malformed,)),
        (406, bomb, (MessageTooLarge.code, malformed)),
    ):
        rule, since = stage.rule(number), stage.traffic.mark()
        await stage.world.inject(f"ses.{talk.id}.beside", payload)
        refused = await talk.refusals(since)
        words_shown = talk.sent(WordsShown, since)
        good = bool(refused) and refused[0] in codes and not words_shown
        stage.findings.check(rule, good, f"it was answered by {refused}, shown: {words_shown}")
        goes_on = await _goes_on(stage, talk)
        stage.findings.demand(rule, goes_on, "the session did not go on after it")


async def _other_session(stage: Stage, talk: TriedTalk) -> None:
    words, payload = plain_words()
    ticket, _, _ = talk.id.partition("_")
    await stage.world.inject(f"ses.{ticket}_00000000.beside", payload)
    await stage.findings.never(
        stage.rule(407),
        lambda: stage.shows(words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it answered in a session that is not open",
    )


async def _never_answered(stage: Stage, talk: TriedTalk) -> None:
    since = stage.traffic.mark()
    refused = MessageRefused(topic="call", code=MessageMalformed.code, why="try", of="WordsShown")
    for topic in (END_TOPIC, HUB_TOPIC):
        await stage.world.inject(f"ses.{talk.id}.{topic}", encode(refused))
    await stage.findings.never(
        stage.rule(408),
        lambda: talk.sent(MessageRefused, since),
        for_s=NOT_FOLLOWED_S,
        otherwise="it refused a MessageRefused",
    )


# ---- a desk


async def hostile_to_a_desk(stage: DeskStage) -> None:
    """The same, and what only a desk can be told."""
    talk = await stage.converse()
    await _play(stage, talk)
    await _own_message(stage, talk)
    await _mirror(stage, talk)
    await stage.finish(talk)


async def _own_message(stage: DeskStage, talk: TriedTalk) -> None:
    since = stage.traffic.mark()
    await stage.world.inject(f"ses.{talk.id}.grant", encode(GrantsRequested()))
    codes = await talk.refusals(since)
    stage.findings.check("D-409", codes == [NotAllowed.code], f"it was answered by {codes}")


async def _mirror(stage: DeskStage, talk: TriedTalk) -> None:
    kiosk = stage.kiosk
    kiosk.given[Grant.SEE_PAGE] = True
    await kiosk.send("grant", kiosk.change(Grant.SEE_PAGE))
    await kiosk.picture()
    since = stage.traffic.mark()
    headers = {"Frame": "7 900", "Start": "1"}
    await stage.world.inject(f"ses.{talk.id}.{MIRROR}", b"no zstd", headers=headers)

    refusals = await talk.comes(MessageRefused, since, topic=MIRROR)
    codes = [refusal.code for refusal in refusals]
    good = codes[:1] in ([MessageMalformed.code], [MessageTooLarge.code])
    stage.findings.check("D-410", good, f"it was answered by {codes}")


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
    requests = await stage.findings.seen(lambda: stage.traffic.requests("accept", began), 10)
    is_taken = any(b"0000forged" in request.payload for request in requests)
    otherwise = "it took a caller of whom the hub's store had not told"
    stage.findings.check("D-411", not is_taken, otherwise)
    await stage.finish(await stage.opened(began))


NAME = "what is not to be believed"
KIOSK_CASE = Case(NAME, numbers("P", (401, 408)), hostile)
DESK_CASES = (
    Case(NAME, numbers("D", (401, 410)), hostile_to_a_desk),
    Case("callers who are none", ("D-411",), forged_callers),
)
