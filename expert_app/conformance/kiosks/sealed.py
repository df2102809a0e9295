# SPDX-License-Identifier: GPL-3.0-only
"""The level "sealed": a conversation with an organisation that has a vault. Used by `run`."""

from __future__ import annotations

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import Press
from expert_app.conformance.kiosks.hostile import NOT_FOLLOWED_S, plain_words
from expert_app.conformance.kiosks.stage import Stage
from expert_app.conformance.playing import Case
from expert_app.conformance.throw_away_hub import (
    CALLER_NUMBER,
    SEALED_AGENT,
    SEALED_SERVICE,
    RecordedMessage,
)
from session.bus.sealing.box import SEAL_HEADER, Stamp
from session.bus.sealing.channel import SEALED_TOPICS
from session.core.errors import SealBroken, SessionError
from session.protocol.codec import decode_request
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import CallOffered, KioskWiped, MessageRefused
from session.protocol.hub.requests import TicketRequested
from session.protocol.sealing import SealOffered
from session.protocol.wire.ids import new_id

FAR_AHEAD = 100
"""A number that no message has had yet."""


def sent_again(came: RecordedMessage) -> list[tuple[str, bytes]]:
    """A sealed message as it was, and changed under a number that is new: header and payload."""
    seal = Stamp.read(came.headers[SEAL_HEADER])
    later = Stamp(seal.epoch, seal.number + FAR_AHEAD)
    changed = bytes([came.payload[0] ^ 1]) + came.payload[1:]
    return [(str(seal), came.payload), (str(later), changed)]


async def sealed(stage: Stage) -> None:
    """The caller calls the sealed organisation's service."""
    agent = DeskEnd(stage.world, SEALED_AGENT, tasks=stage.tasks)
    await agent.open()
    try:
        await stage.until(lambda: agent.link.is_ready, "the sealed desk has no queue")
        await _converse(stage, agent)
    finally:
        await agent.close()


async def _converse(stage: Stage, agent: DeskEnd) -> None:
    since, findings = stage.traffic.mark(), stage.findings
    await stage.instruct(Press(service=SEALED_SERVICE, number=CALLER_NUMBER))
    await stage.until(lambda: stage.traffic.requests("call", since), "it did not call")
    request = decode_request(TicketRequested, stage.traffic.requests("call", since)[0].payload)
    findings.check(
        "P-504",
        not request.caller_number and bool(request.sealed_number),
        "the number went in `caller_number`" if request.caller_number else "no number was sent",
    )
    await stage.until(lambda: agent.link.queue, "the hub has no ticket of the kiosk")
    session = (await agent.accept(agent.link.queue[0])).id
    try:
        await _talk(stage, agent, session)
    finally:
        await _end(stage, agent, session)
    await findings.seen(lambda: stage.world.sealed_log(session, "k"), 10)
    in_clear = stage.traffic.requests("log", since)
    good = bool(stage.world.sealed_log(session, "k")) and not in_clear
    if in_clear:
        why = "it went to the hub"
    else:
        why = "the vault has nothing of it"
    findings.check("P-506", good, why)


async def _talk(stage: Stage, agent: DeskEnd, session: str) -> None:
    findings, traffic = stage.findings, stage.traffic
    await findings.eventually(
        "P-501",
        lambda: traffic.messages(session, SealOffered),
        within_s=15,
        otherwise="no SealOffered came",
    )
    await findings.eventually(
        "P-502",
        lambda: any(isinstance(message, CallOffered) for message in agent.received),
        within_s=15,
        otherwise="no CallOffered came that could be opened",
    )
    words = new_id()
    await agent.send(session, "beside", WordsSaid(words_id=words, text="Bonjour."))
    is_shown = await findings.seen(lambda: _shown(agent, words), 10)
    findings.check("P-502", is_shown, "sealed words were not answered by a sealed WordsShown")
    words, payload = plain_words()
    await stage.world.inject(f"ses.{session}.beside", payload)
    await findings.never(
        "P-503",
        lambda: _shown(agent, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed unsealed words",
    )
    await _twice(stage, agent, session)
    clear = {
        record.topic
        for record in traffic.sent
        if record.session == session
        and record.topic in SEALED_TOPICS
        and SEAL_HEADER not in record.headers
    }
    findings.check("P-502", not clear, f"in clear on {sorted(clear)} without being sealed")


async def _twice(stage: Stage, agent: DeskEnd, session: str) -> None:
    """Try what whoever runs the server can do: send again what passed."""
    came = stage.traffic.received_with(session, "beside", SEAL_HEADER)
    for seal, payload in sent_again(came[-1]):
        before = len(agent.received)
        await stage.world.inject(f"ses.{session}.beside", payload, headers={SEAL_HEADER: seal})

        def refused(since: int = before) -> bool:
            return any(
                isinstance(message, MessageRefused) and message.code == SealBroken.code
                for message in agent.received[since:]
            )

        await stage.findings.seen(refused, 5)
        stage.findings.check("P-505", refused(), "it was not refused with `seal_broken`")


def _shown(agent: DeskEnd, words: str) -> bool:
    return any(
        isinstance(message, WordsShown) and message.words_id == words for message in agent.received
    )


async def _end(stage: Stage, agent: DeskEnd, session: str) -> None:
    try:
        await agent.link.hang_up(session)
        await stage.findings.seen(
            lambda: any(isinstance(message, KioskWiped) for message in agent.received), 20
        )
        await agent.close_call()
        await agent.link.close(session)
    except SessionError:
        agent.forget(session)


CASES = (
    Case("a sealed conversation", ("P-501", "P-502", "P-503", "P-504", "P-505", "P-506"), sealed),
)
