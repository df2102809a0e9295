# SPDX-License-Identifier: GPL-3.0-only
"""The level "sealed": a conversation of an organisation that has a vault. Used by `run`; a desk
plays it at a hub where it is that organisation's.
"""

from __future__ import annotations

from dataclasses import dataclass

from expert_app.conformance.desk_end import DeskEnd
from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.hostile import NOT_FOLLOWED_S, plain_words
from expert_app.conformance.instructions import Press
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.stage import Case, TriedTalk, numbers
from expert_app.conformance.throw_away_hub import (
    CALLER_NUMBER,
    SEALED_AGENT,
    SEALED_SERVICE,
    RecordedMessage,
)
from session.bus.sealing.box import SEAL_HEADER, Stamp
from session.bus.sealing.channel import SEALED_TOPICS
from session.core.errors import SealBroken, SessionError
from session.protocol.codec import encode
from session.protocol.conversation.chat_and_privacy import WordsSaid, WordsShown
from session.protocol.conversation.messages import (
    CallOffered,
    KioskWiped,
    MessageRefused,
)
from session.protocol.hub.requests import TicketRequested
from session.protocol.sealing import SealNeeded, SealOffered, SealRequested
from session.protocol.topics import SEAL_TOPIC
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role

FAR_AHEAD = 100
"""A number that no message has had yet."""


@dataclass(frozen=True)
class SealedTalk(TriedTalk):
    """A sealed conversation of the end under test with our end.

    Attributes:
        role: of the end under test.
        broken: number of the rule that what comes twice, or was changed, is refused.
    """

    role: Role
    broken: int

    def shows(self, words: str) -> bool:
        """Return True if the end under test has said so, sealed."""
        return any(
            isinstance(message, WordsShown) and message.words_id == words
            for message in self.ours.received
        )

    async def talks(self) -> None:
        """Sealed words are taken, and answered sealed."""
        words = new_id()
        await self.say("beside", WordsSaid(words_id=words, text="Bonjour."))
        otherwise = "sealed words were not answered by a sealed WordsShown"
        rule = self.stage.rule(502)
        await self.stage.findings.expect(rule, lambda: self.shows(words), otherwise=otherwise)

    async def refuses(self) -> None:
        """Check that it takes nothing in clear, and nothing that the server could send again."""
        words, payload = plain_words()
        await self.stage.world.inject(f"ses.{self.id}.beside", payload)
        await self.stage.findings.never(
            self.stage.rule(503),
            lambda: self.shows(words),
            for_s=NOT_FOLLOWED_S,
            otherwise="it followed unsealed words",
        )
        rule = self.stage.rule(self.broken)
        messages = self.stage.traffic.received_with(self.id, "beside", SEAL_HEADER)
        if not messages:
            self.stage.findings.leave_untried((rule,), "no sealed message was told")
            return
        for seal, changed in _sent_again(messages[-1]):
            await self._is_refused(rule, seal, changed)

    async def _is_refused(self, rule: str, seal: str, payload: bytes) -> None:
        before = len(self.ours.received)
        headers = {SEAL_HEADER: seal}
        await self.stage.world.inject(f"ses.{self.id}.beside", payload, headers=headers)

        def is_refused() -> bool:
            return any(
                isinstance(message, MessageRefused) and message.code == SealBroken.code
                for message in self.ours.received[before:]
            )

        otherwise = "it was not refused with `seal_broken`"
        await self.stage.findings.expect(rule, is_refused, within_s=5, otherwise=otherwise)

    def check_topics(self) -> None:
        """Check that nothing went in clear that must be sealed."""
        clear = {
            record.topic
            for record in self.stage.traffic.sent
            if record.session == self.id
            and record.topic in SEALED_TOPICS
            and SEAL_HEADER not in record.headers
        }
        evidence = f"in clear on {sorted(clear)} without being sealed"
        self.stage.findings.check(self.stage.rule(502), not clear, evidence)

    async def check_log(self) -> None:
        """Check where the log went, once the conversation is over."""
        world = self.stage.world
        log = await self.stage.findings.seen(lambda: world.sealed_log(self.id, self.role), 10)
        in_clear = self.stage.traffic.requests("log", self.began)
        evidence = "the vault has nothing of it"
        if in_clear:
            evidence = "it went to the hub"
        self.stage.findings.check(self.stage.rule(506), bool(log) and not in_clear, evidence)


def _sent_again(message: RecordedMessage) -> list[tuple[str, bytes]]:
    """A sealed message as it was, and changed under a number that is new: header and payload."""
    seal = Stamp.read(message.headers[SEAL_HEADER])
    later = Stamp(seal.epoch, seal.number + FAR_AHEAD)
    changed = bytes([message.payload[0] ^ 1]) + message.payload[1:]
    return [(str(seal), message.payload), (str(later), changed)]


# ---- a kiosk


async def sealed_kiosk(stage: KioskStage) -> None:
    """The caller calls the sealed organisation's service."""
    agent = DeskEnd(stage.world, SEALED_AGENT, tasks=stage.tasks)
    await agent.open()
    try:
        await stage.until(lambda: agent.link.is_ready, "the sealed desk has no queue")
        await _with_agent(stage, agent)
    finally:
        await agent.close()


async def _with_agent(stage: KioskStage, agent: DeskEnd) -> None:
    since, findings = stage.traffic.mark(), stage.findings
    await stage.instruct(Press(service=SEALED_SERVICE, number=CALLER_NUMBER))
    await stage.until(lambda: stage.traffic.asked(TicketRequested, since), "it did not call")
    request = stage.traffic.asked(TicketRequested, since)[0]
    evidence = "no number was sent"
    if request.caller_number:
        evidence = "the number went in `caller_number`"
    good = not request.caller_number and bool(request.sealed_number)
    findings.check("P-504", good, evidence)
    await stage.until(lambda: agent.link.queue, "the hub has no ticket of the kiosk")
    session = (await agent.accept(agent.link.queue[0])).id
    talk = SealedTalk(stage, agent, session, since, Role.KIOSK, 505)
    try:
        await talk.says("P-501", SealOffered)
        await findings.eventually(
            "P-502",
            lambda: any(isinstance(message, CallOffered) for message in agent.received),
            otherwise="no CallOffered came that could be opened",
        )
        await talk.talks()
        await talk.refuses()
        talk.check_topics()
    finally:
        await _end(stage, agent, session)
    await talk.check_log()


async def _end(stage: KioskStage, agent: DeskEnd, session: str) -> None:
    try:
        await agent.link.hang_up(session)
        await stage.findings.seen(
            lambda: any(isinstance(message, KioskWiped) for message in agent.received), 20
        )
        await agent.close_call()
        await agent.link.close(session)
    except SessionError:
        agent.link.bus.drop_channel(session)


# ---- a desk


async def sealed_desk(stage: DeskStage) -> None:
    """The agent of the sealed organisation takes a caller; then the kiosk loses its key."""
    kiosk, opened = stage.kiosk, await stage.converse()
    talk = SealedTalk(stage, kiosk, opened.id, opened.began, Role.AGENT, 504)

    def not_agreed() -> str:
        count = len(talk.sent(SealRequested))
        return kiosk.seal_refused or f"it asked for a key {count} times, none was good"

    await stage.findings.eventually("D-501", lambda: kiosk.is_sealed, otherwise=not_agreed)
    call_id = await kiosk.offer()
    await stage.findings.eventually(
        "D-502",
        lambda: call_id in kiosk.calls,
        otherwise="no CallAnswered came that could be opened",
    )
    await talk.talks()
    await talk.refuses()
    keys = {request.key for request in talk.sent(SealRequested)}
    await stage.world.inject(f"ses.{talk.id}.{SEAL_TOPIC}", encode(SealNeeded()))

    def other_keys() -> set[str]:
        return {request.key for request in talk.sent(SealRequested)} - keys

    otherwise = "no SealRequested with another key came"
    if await stage.findings.expect("D-505", other_keys, otherwise=otherwise):
        await talk.talks()
    await stage.finish(talk)
    await talk.check_log()
    talk.check_topics()


NAME = "a sealed conversation"
KIOSK_CASE = Case(NAME, numbers("P", (501, 506)), sealed_kiosk)
DESK_CASE = Case(NAME, numbers("D", (501, 506)), sealed_desk)
