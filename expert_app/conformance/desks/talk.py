# SPDX-License-Identifier: GPL-3.0-only
"""The level "talk" of a desk: enrol, accept, talk, end. Used by `run`."""

from __future__ import annotations

import asyncio
import time

from expert_app.conformance.conversation import (
    QUIET_S,
    THEIR_WORDS,
    has_media,
    is_cut,
    names_the_colleague,
    writes,
)
from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.instructions import CallIn, Hide, HoldCaller, Restart, WriteWords
from expert_app.conformance.stage import Case, TriedTalk, numbers
from expert_app.conformance.throw_away_hub import COLLEAGUE, COLLEAGUE_NAME
from session.core.errors import NotAllowed
from session.protocol.conversation.chat_and_privacy import PrivacyAsked
from session.protocol.conversation.messages import (
    AddressRequested,
    CallAnswered,
    CallFailed,
    CallOffered,
    CallRequested,
    DevicesRequested,
    GrantRequested,
    GrantsRequested,
    KioskWiped,
    MessageRefused,
    PrintOffered,
    ScanRequested,
    SessionMessage,
    SnapshotRequested,
)
from session.protocol.conversation.remote_control import PageCommand
from session.protocol.conversation.shown_document import ShowStarted
from session.protocol.wire.ids import new_id

UNDER_WAY_S = 3.0
"""So long what was sent before the end may still be decoded, on a machine with much to do."""


NEW_INSTRUCTIONS: tuple[type[SessionMessage], ...] = (
    AddressRequested,
    CallRequested,
    GrantRequested,
    PageCommand,
    PrintOffered,
    ScanRequested,
    ShowStarted,
    SnapshotRequested,
)
"""What asks something new of a kiosk."""


async def called(stage: DeskStage, talk: TriedTalk) -> None:
    """Our kiosk offers a call, and both see and hear each other."""
    call_id = await stage.kiosk.offer()
    await stage.findings.eventually(
        "D-110",
        lambda: talk.sent(CallAnswered, call_id=call_id),
        otherwise=lambda: f"no CallAnswered with its id came, but {talk.sent(CallFailed)[-1:]}",
    )
    await has_media(stage, stage.kiosk, "D-111", "no picture and no voice came")


async def converse(stage: DeskStage) -> None:
    """A whole conversation, ended by the agent."""
    talk = await stage.converse()
    await called(stage, talk)
    await _asks_how_it_is(stage, talk)
    await _broken_offer(stage, talk)
    await _called_anew(stage, talk)
    await writes(stage, talk, WriteWords(text=THEIR_WORDS))
    await _pauses(stage, talk)
    await _holds(stage, talk)
    await _early_wipe(stage, talk)
    await _ends(stage, talk)


async def _asks_how_it_is(stage: DeskStage, talk: TriedTalk) -> None:
    kinds: tuple[type[SessionMessage], ...] = (GrantsRequested, DevicesRequested)
    await stage.findings.seen(lambda: all(talk.sent(kind) for kind in kinds), 5)
    missing = [kind.__name__ for kind in kinds if not talk.sent(kind)]
    stage.findings.check("D-117", not missing, f"no {', '.join(missing)} came")


async def _broken_offer(stage: DeskStage, talk: TriedTalk) -> None:
    offer = CallOffered(call_id=new_id(), sdp="v=0\r\nnothing else", simulated_camera=True)
    failures = await talk.answers("call", offer, CallFailed, within_s=10, call_id=offer.call_id)
    good = bool(failures) and bool(failures[0].code)
    stage.findings.check("D-113", good, f"it said {failures[:1]}")


async def _called_anew(stage: DeskStage, talk: TriedTalk) -> None:
    call_id = await stage.kiosk.offer()
    await stage.findings.seen(lambda: call_id in stage.kiosk.calls, 15)
    answers = talk.sent(CallAnswered, call_id=call_id)
    stage.findings.demand("D-112", bool(answers), "the second offer was not answered")
    otherwise = "no picture and no voice came in the second call"
    await has_media(stage, stage.kiosk, "D-112", otherwise)


async def _pauses(stage: DeskStage, talk: TriedTalk) -> None:
    for on in (True, False):
        since = stage.traffic.mark()
        if not await stage.can(Hide(on=on), "D-116"):
            return
        pauses = [message.on for message in await talk.comes(PrivacyAsked, since)]
        stage.findings.check("D-116", pauses[-1:] == [on], f"for on={on} it said {pauses}")


async def _is_still(stage: DeskStage, rule: str, when: str) -> int:
    """Check that no media comes once what was under way has come; how much was said until then."""
    await asyncio.sleep(UNDER_WAY_S * stage.findings.patience)
    count, still = stage.kiosk.media_count(), stage.traffic.mark()
    await stage.findings.never(
        rule,
        lambda: stage.kiosk.media_count() > count,
        for_s=QUIET_S,
        otherwise=f"voice or picture came {when}",
    )
    return still


async def _holds(stage: DeskStage, talk: TriedTalk) -> None:
    findings, kiosk, since = stage.findings, stage.kiosk, stage.traffic.mark()
    if not await stage.can(HoldCaller(on=True), "D-118", "D-119"):
        return
    is_held = await findings.seen(lambda: _held(stage), 10)
    good = is_held and bool(stage.traffic.requests("hold", since))
    findings.demand("D-118", good, "the hub was not told by `hold`")
    await _is_still(stage, "D-118", "during the hold")
    await kiosk.close_call()
    await stage.instruct(HoldCaller(on=False))
    await stage.until(lambda: not _held(stage), "the caller is held for ever")
    call_id = await kiosk.offer()
    otherwise = "the offer after the hold was not answered"
    await findings.eventually("D-119", lambda: call_id in kiosk.calls, otherwise=otherwise)
    await has_media(stage, kiosk, "D-119", "no picture and no voice came after the hold")


def _held(stage: DeskStage) -> bool:
    ticket = stage.kiosk.link.ticket
    return ticket is not None and ticket.talk is not None and ticket.talk.held


async def _early_wipe(stage: DeskStage, talk: TriedTalk) -> None:
    """The kiosk says that all is wiped, and the conversation goes on."""
    wiped = KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=0)
    answers = await talk.answers("end", wiped, MessageRefused)
    refused = [(refusal.code, refusal.of) for refusal in answers]
    good = (NotAllowed.code, KioskWiped.__name__) in refused
    stage.findings.check("D-122", good, f"it was answered by {refused}")


async def _ends(stage: DeskStage, talk: TriedTalk) -> None:
    await stage.findings.seen(lambda: stage.kiosk.media_count() > 0, 10)
    since = await stage.end(talk)
    still = await _is_still(stage, "D-121", "after the end")
    messages = [message for kind in NEW_INSTRUCTIONS for message in talk.sent(kind, still)]
    late_kinds = sorted({type(message).__name__ for message in messages})
    stage.findings.check("D-121", not late_kinds, f"after the end it said {late_kinds}")
    await stage.wrap_up(talk, since)


async def third(stage: DeskStage) -> None:
    """A colleague is called in."""
    await stage.colleague_comes()
    talk = await stage.converse()
    await stage.instruct(CallIn(colleague=COLLEAGUE, name=COLLEAGUE_NAME))
    await stage.until(lambda: stage.traffic.requests("invite", talk.began), "nobody was called in")
    await stage.colleague.talk.answer_invitation(talk.id, True)
    await names_the_colleague(stage, talk)
    await stage.colleague.talk.leave(talk.id)
    await stage.finish(talk)


async def restart(stage: DeskStage) -> None:
    """The desk loses its power, and comes back."""
    talk = await stage.converse()
    await called(stage, talk)
    since = stage.traffic.mark()
    stage.away_s.append(time.monotonic())
    await stage.instruct(Restart())
    await stage.findings.eventually(
        "D-124",
        lambda: stage.traffic.requests("resume", since),
        within_s=20,
        otherwise="no `resume` came",
    )
    await talk.says("D-124", CallRequested, since)
    await stage.finish(talk)


async def cut(stage: DeskStage) -> None:
    """The server loses its power in a conversation."""
    talk = await stage.converse()
    await called(stage, talk)
    await is_cut(stage, talk)
    await stage.finish(talk)


async def shut_out(stage: DeskStage) -> None:
    """The desk loses its key for a minute; its caller waits again, and it takes the next one."""
    await called(stage, await stage.converse())
    await stage.is_shut_out()
    await stage.tidy()
    next_talk = await stage.converse()
    await called(stage, next_talk)
    await stage.finish(next_talk)


CASES = (
    Case("a conversation", numbers("D", 102, 103, (110, 122)), converse),
    Case("a third person", ("D-126",), third),
    Case("the desk starts again", ("D-124",), restart, slow=True),
    Case("the connection is cut", ("D-128",), cut, slow=True),
    Case("it is shut out", ("D-129",), shut_out, slow=True),
)
