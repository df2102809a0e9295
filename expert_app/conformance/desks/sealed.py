# SPDX-License-Identifier: GPL-3.0-only
"""The level "sealed" of a desk: a conversation of an organisation that has a vault. Used by `run`,
at a hub where the desk under test is that organisation's.
"""

from __future__ import annotations

from expert_app.conformance.desks.stage import DeskStage, DeskTalk
from expert_app.conformance.kiosks.hostile import NOT_FOLLOWED_S, plain_words
from expert_app.conformance.kiosks.sealed import sent_again
from expert_app.conformance.playing import Case
from session.bus.sealing.box import SEAL_HEADER
from session.bus.sealing.channel import SEALED_TOPICS
from session.core.errors import SealBroken
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import MessageRefused
from session.protocol.sealing import SealNeeded, SealRequested
from session.protocol.topics import SEAL_TOPIC
from session.protocol.wire.ids import new_id


async def sealed(stage: DeskStage) -> None:
    """All of it in one conversation."""
    talk = await stage.converse()
    await _agrees(stage, talk)
    await _called(stage)
    await _talks(stage, talk)
    await _not_sealed(stage, talk)
    await _twice(stage, talk)
    await _key_lost(stage, talk)
    await _log(stage, talk)
    _all_sealed(stage, talk)


async def _agrees(stage: DeskStage, talk: DeskTalk) -> None:
    await stage.findings.eventually(
        "D-501",
        lambda: stage.kiosk.is_sealed,
        within_s=15,
        otherwise=stage.kiosk.seal_refused
        or f"it asked for a key {len(stage.sent(talk, SealRequested))} times, none was good",
    )


async def _called(stage: DeskStage) -> None:
    call_id = await stage.kiosk.offer()
    await stage.findings.eventually(
        "D-502",
        lambda: call_id in stage.kiosk.calls,
        within_s=15,
        otherwise="no CallAnswered came that could be opened",
    )


def _shown(stage: DeskStage, words: str) -> bool:
    return any(
        isinstance(message, WordsShown) and message.words_id == words
        for message in stage.kiosk.received
    )


async def _talks(stage: DeskStage, talk: DeskTalk) -> None:
    words = new_id()
    await stage.kiosk.send("beside", WordsSaid(words_id=words, text="Bonjour."))
    is_shown = await stage.findings.seen(lambda: _shown(stage, words), 10)
    stage.findings.check("D-502", is_shown, "sealed words were not answered by a sealed WordsShown")


async def _not_sealed(stage: DeskStage, talk: DeskTalk) -> None:
    words, payload = plain_words()
    await stage.world.inject(f"ses.{talk.id}.beside", payload)
    await stage.findings.never(
        "D-503",
        lambda: _shown(stage, words),
        for_s=NOT_FOLLOWED_S,
        otherwise="it followed unsealed words",
    )


async def _twice(stage: DeskStage, talk: DeskTalk) -> None:
    """Try what whoever runs the server can do: send again what passed."""
    came = stage.world.traffic.received_with(talk.id, "beside", SEAL_HEADER)
    if not came:
        stage.findings.leave_untried(("D-504",), "no sealed message was told")
        return
    for seal, payload in sent_again(came[-1]):
        before = len(stage.kiosk.received)
        await stage.world.inject(f"ses.{talk.id}.beside", payload, headers={SEAL_HEADER: seal})

        def refused(since: int = before) -> bool:
            return any(
                isinstance(message, MessageRefused) and message.code == SealBroken.code
                for message in stage.kiosk.received[since:]
            )

        await stage.findings.seen(refused, 5)
        stage.findings.check("D-504", refused(), "it was not refused with `seal_broken`")


async def _key_lost(stage: DeskStage, talk: DeskTalk) -> None:
    """Lose the key, as after a restart of the kiosk."""
    before = {request.key for request in stage.sent(talk, SealRequested)}
    await stage.world.inject(f"ses.{talk.id}.{SEAL_TOPIC}", encode(SealNeeded()))

    def others() -> set[str]:
        return {request.key for request in stage.sent(talk, SealRequested)} - before

    await stage.findings.seen(others, 10)
    stage.findings.check("D-505", bool(others()), "no SealRequested with another key came")
    if others():
        await _talks(stage, talk)


async def _log(stage: DeskStage, talk: DeskTalk) -> None:
    await stage.end(talk)
    await stage.findings.seen(lambda: stage.world.sealed_log(talk.id, "a"), 10)
    in_clear = stage.traffic.requests("log", talk.began)
    good = bool(stage.world.sealed_log(talk.id, "a")) and not in_clear
    if in_clear:
        why = "it went to the hub"
    else:
        why = "the vault has nothing of it"
    stage.findings.check("D-506", good, why)


def _all_sealed(stage: DeskStage, talk: DeskTalk) -> None:
    clear = {
        record.topic
        for record in stage.traffic.sent
        if record.session == talk.id
        and record.topic in SEALED_TOPICS
        and SEAL_HEADER not in record.headers
    }
    stage.findings.check("D-502", not clear, f"in clear on {sorted(clear)} without being sealed")


CASES = (Case("a sealed conversation", tuple(f"D-{n}" for n in range(501, 507)), sealed),)
