# SPDX-License-Identifier: GPL-3.0-only
"""The level "sealed": a conversation with an organisation that has a vault. Used by `run`."""

from __future__ import annotations

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.driver import Press
from expert_app.conformance.hostile import NOT_FOLLOWED_S, plain_words
from expert_app.conformance.playing import Case
from expert_app.conformance.stage import Stage
from expert_app.conformance.throw_away_hub import CALLER_NUMBER, SEALED_AGENT, SEALED_SERVICE
from session.bus.sealing.box import SEAL_HEADER
from session.bus.sealing.channel import SEALED_TOPICS
from session.core.errors import SessionError
from session.protocol.codec import decode_request
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import CallOffered, KioskWiped
from session.protocol.hub.requests import TicketRequested
from session.protocol.sealing import SealOffered
from session.protocol.wire.ids import new_id


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
    since, found = stage.overheard.mark(), stage.findings
    await stage.wish(Press(service=SEALED_SERVICE, number=CALLER_NUMBER))
    await stage.until(lambda: stage.overheard.requests("call", since), "it did not call")
    asked = decode_request(TicketRequested, stage.overheard.requests("call", since)[0].payload)
    found.check(
        "P-504",
        not asked.caller_number and bool(asked.sealed_number),
        "the number went in `caller_number`" if asked.caller_number else "no number was sent",
    )
    await stage.until(lambda: agent.link.queue, "the hub has no ticket of the kiosk")
    session = (await agent.accept(agent.link.queue[0])).id
    try:
        await _talk(stage, agent, session)
    finally:
        await _end(stage, agent, session)


async def _talk(stage: Stage, agent: DeskEnd, session: str) -> None:
    found, overheard = stage.findings, stage.overheard
    await found.eventually(
        "P-501",
        lambda: overheard.messages(session, SealOffered),
        within_s=15,
        otherwise="no SealOffered came",
    )
    await found.eventually(
        "P-502",
        lambda: any(isinstance(one, CallOffered) for one in agent.said),
        within_s=15,
        otherwise="no CallOffered came that could be opened",
    )
    words = new_id()
    await agent.send(session, "beside", WordsSaid(words_id=words, text="Bonjour."))
    shown = await found.seen(lambda: _shown(agent, words), 10)
    found.check("P-502", shown, "sealed words were not answered by a sealed WordsShown")
    words, payload = plain_words()
    await stage.world.tell(f"ses.{session}.beside", payload)
    await found.never(
        "P-503",
        lambda: _shown(agent, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed unsealed words",
    )
    clear = {
        one.topic
        for one in overheard.said
        if one.session == session and one.topic in SEALED_TOPICS and SEAL_HEADER not in one.headers
    }
    found.check("P-502", not clear, f"in clear on {sorted(clear)} without being sealed")


def _shown(agent: DeskEnd, words: str) -> bool:
    return any(isinstance(one, WordsShown) and one.words_id == words for one in agent.said)


async def _end(stage: Stage, agent: DeskEnd, session: str) -> None:
    try:
        await agent.link.hang_up(session)
        await stage.findings.seen(
            lambda: any(isinstance(one, KioskWiped) for one in agent.said), 20
        )
        await agent.close_call()
        await agent.link.close(session)
    except SessionError:
        agent.forget(session)


CASES = (Case("a sealed conversation", ("P-501", "P-502", "P-503", "P-504"), sealed),)
