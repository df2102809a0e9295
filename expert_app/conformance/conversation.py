# SPDX-License-Identifier: GPL-3.0-only
"""The parts of the level "talk" that both ends play alike. Used by `talk` of both ends."""

from __future__ import annotations

import contextlib
import math
import time
from itertools import pairwise

from expert_app.conformance.instructions import Instruction
from expert_app.conformance.our_end import OurEnd
from expert_app.conformance.stage import BEAT_GAP_S, Case, Stage, TriedTalk, numbers
from expert_app.conformance.throw_away_hub import COLLEAGUE, is_whole
from session.bus.sealing.box import SEAL_HEADER
from session.core.child_process import kill_at_once
from session.core.errors import SessionError
from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.endpoints.refusals import HUB_TOPIC
from session.protocol.hub.third_parties import BannerShown
from session.protocol.topics import RAW_TOPICS
from session.protocol.wire.ids import new_id

OUR_WORDS, THEIR_WORDS = "Bonjour, je vous lis.", "Je vous entends mal."

QUIET_S = 1.5
"""No media for so long: none travels."""


async def writes(stage: Stage, talk: TriedTalk, write: Instruction) -> None:
    """Words go to the end under test and come from it; `write` has `THEIR_WORDS`."""
    words, come, answered = new_id(), stage.rule(114), stage.rule(115)
    await talk.say("beside", WordsSaid(words_id=words, text=OUR_WORDS))
    otherwise = "no WordsShown with the id came"
    await stage.findings.expect(come, lambda: stage.shows(words), otherwise=otherwise)
    if await stage.can(write, answered):
        texts = [message.text for message in await talk.comes(WordsSaid)]
        stage.findings.check(answered, THEIR_WORDS in texts, f"it sent {texts}")


async def has_media(stage: Stage, end: OurEnd, rule: str, otherwise: str) -> None:
    """Voice and picture of the end under test reach ours. Raises `RuleBroken`."""
    await stage.findings.eventually(rule, end.has_media, within_s=20, otherwise=otherwise)


async def names_the_colleague(stage: Stage, talk: TriedTalk) -> None:
    """The screen of the end under test names the third person. Raises `RuleBroken`."""

    def is_named() -> bool:
        banners = stage.traffic.asked(BannerShown, talk.began)
        return COLLEAGUE in [banner.user for banner in banners]

    otherwise = "no `banner_shown` with the colleague's name came"
    await stage.findings.eventually(stage.rule(126), is_named, within_s=10, otherwise=otherwise)


async def is_cut(stage: Stage, talk: TriedTalk) -> None:
    """The server loses its power in the conversation. Raises `RuleBroken`."""
    since, rule = stage.traffic.mark(), stage.rule(128)
    kill_at_once(stage.world.server_pid)
    await stage.findings.eventually(
        rule,
        lambda: stage.traffic.beats()[-1] in stage.traffic.sent[since:],
        within_s=40,
        otherwise="no sign of life came after its connection was cut",
    )
    await goes_on(stage, talk, rule)


async def goes_on(stage: Stage, talk: TriedTalk, rule: str) -> None:
    """The end under test still takes what ours says. Raises `RuleBroken`."""
    words = new_id()
    for _ in range(5):  # our own end may come back later
        with contextlib.suppress(SessionError):
            await talk.say("beside", WordsSaid(words_id=words, text="Nous revoilà."))
        if await stage.findings.seen(lambda: stage.shows(words), 4):
            break
    stage.findings.demand(rule, stage.shows(words), "its session did not go on")


# ---- everything that was said


def last_case(letter: str) -> Case[Stage]:
    """Return the story that is played last, whatever was chosen."""
    return Case("all that was said", numbers(letter, (105, 107)), _all_of_it)


async def _all_of_it(stage: Stage) -> None:
    """Check what holds for everything that the end under test has said."""
    _beats(stage)
    findings, sent = stage.findings, stage.traffic.sent
    requests = [record for record in sent if record.subject.startswith(("svc.", "all."))]
    messages = [
        record
        for record in sent
        if record.session and record.topic not in RAW_TOPICS and SEAL_HEADER not in record.headers
    ]
    bare = [record for record in requests if not is_whole(record)]
    bare += [record for record in messages if record.payload[:1] == b"{" and not is_whole(record)]
    topics = sorted({record.topic for record in bare})
    findings.check(stage.rule(106), not bare, f"not so on {topics}")
    wrong = {
        f"{record.topic}: {record.why_not()}" for record in messages if record.message() is None
    }
    refused = [
        record.payload
        for record in stage.traffic.received
        # a session may be over before this end has heard of it
        if record.topic == HUB_TOPIC
        and record.payload not in stage.world.injected
        and b'"ticket_unknown"' not in record.payload
    ]
    findings.check(
        stage.rule(107),
        not wrong and not refused,
        f"wrong on {sorted(wrong)[:3]}; the hub refused {refused[:2]!r}"[:500],
    )


def _beats(stage: Stage) -> None:
    beats = [record.at_s for record in stage.traffic.beats()]
    gaps = [
        later - earlier
        for earlier, later in pairwise([stage.traffic.sent[0].at_s, *beats, time.monotonic()])
        if not any(earlier <= away <= later for away in stage.away_s)
    ]
    longest_s = max(gaps, default=0.0)
    if not beats:
        longest_s = math.inf
    is_kept = longest_s <= BEAT_GAP_S * max(1.0, stage.findings.patience)
    stage.findings.check(stage.rule(105), is_kept, f"none for {longest_s:.0f} s")
