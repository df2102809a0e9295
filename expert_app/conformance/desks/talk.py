# SPDX-License-Identifier: GPL-3.0-only
"""The level "talk" of a desk: enrol, accept, talk, end. Used by `run`."""

from __future__ import annotations

import asyncio
import time

from expert_app.conformance.desks.instructions import (
    CallIn,
    EndCall,
    Hide,
    HoldCaller,
    Restart,
    WriteWords,
)
from expert_app.conformance.desks.stage import DeskStage, DeskTalk
from expert_app.conformance.driver import CannotDo
from expert_app.conformance.playing import Case
from expert_app.conformance.throw_away_hub import COLLEAGUE, COLLEAGUE_NAME
from expert_app.conformance.trial import check_all_sent
from session.core.child_process import kill_at_once
from session.core.errors import NotAllowed, SessionError
from session.protocol.codec import decode_request
from session.protocol.conversation.chat_and_privacy import PrivacyAsked, WordsSaid, WordsShown
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
from session.protocol.hub.third_parties import BannerShown
from session.protocol.wire.ids import new_id

QUIET_S = 1.5
"""No media for so long: none travels."""

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


async def called(stage: DeskStage, talk: DeskTalk) -> None:
    """Our kiosk offers a call, and both see and hear each other."""
    findings, kiosk = stage.findings, stage.kiosk
    call_id = await kiosk.offer()
    await findings.eventually(
        "D-110",
        lambda: call_id in [answer.call_id for answer in stage.sent(talk, CallAnswered)],
        within_s=15,
        otherwise=f"no CallAnswered with its id came, but {stage.sent(talk, CallFailed)[-1:]}",
    )
    await _travels(stage, "D-111", "no picture and no voice came")


async def _travels(stage: DeskStage, rule: str, otherwise: str) -> None:
    kiosk = stage.kiosk
    await stage.findings.eventually(
        rule,
        lambda: kiosk.peer is not None and kiosk.peer.frames > 0 and kiosk.peer.audio_packets > 5,
        within_s=20,
        otherwise=otherwise,
    )


async def converse(stage: DeskStage) -> None:
    """A whole conversation, ended by the agent."""
    talk = await stage.converse()
    await called(stage, talk)
    await _asks_how_it_is(stage, talk)
    await _broken_offer(stage, talk)
    await _called_anew(stage, talk)
    await _writes(stage, talk)
    await _pauses(stage, talk)
    await _holds(stage, talk)
    await _early_wipe(stage, talk)
    await _ends(stage, talk)


async def _asks_how_it_is(stage: DeskStage, talk: DeskTalk) -> None:
    kinds: tuple[type[SessionMessage], ...] = (GrantsRequested, DevicesRequested)
    await stage.findings.seen(lambda: all(stage.sent(talk, kind) for kind in kinds), 5)
    missing = [kind.__name__ for kind in kinds if not stage.sent(talk, kind)]
    stage.findings.check("D-117", not missing, f"no {', '.join(missing)} came")


async def _broken_offer(stage: DeskStage, talk: DeskTalk) -> None:
    offer = CallOffered(call_id=new_id(), sdp="v=0\r\nnothing else", simulated_camera=True)
    await stage.kiosk.send("call", offer)

    def failed() -> list[CallFailed]:
        return [
            failure for failure in stage.sent(talk, CallFailed) if failure.call_id == offer.call_id
        ]

    await stage.findings.seen(failed, 10)
    good = bool(failed()) and bool(failed()[0].code)
    stage.findings.check("D-113", good, f"it said {failed()[:1]}")


async def _called_anew(stage: DeskStage, talk: DeskTalk) -> None:
    call_id = await stage.kiosk.offer()
    await stage.findings.seen(lambda: call_id in stage.kiosk.calls, 15)
    answered = call_id in [answer.call_id for answer in stage.sent(talk, CallAnswered)]
    stage.findings.demand("D-112", answered, "the second offer was not answered")
    await _travels(stage, "D-112", "no picture and no voice came in the second call")


async def _writes(stage: DeskStage, talk: DeskTalk) -> None:
    words = new_id()
    await stage.kiosk.send("beside", WordsSaid(words_id=words, text="Bonjour, je vous lis."))

    def shown() -> bool:
        return words in [message.words_id for message in stage.sent(talk, WordsShown)]

    await stage.findings.seen(shown, 10)
    stage.findings.check("D-114", shown(), "no WordsShown with the id came")
    text = "Je vous entends mal."
    try:
        await stage.instruct(WriteWords(text=text))
    except CannotDo as cannot:
        stage.findings.leave_untried(("D-115",), str(cannot))
        return
    await stage.findings.seen(lambda: stage.sent(talk, WordsSaid), 5)
    sent = [message.text for message in stage.sent(talk, WordsSaid)]
    stage.findings.check("D-115", text in sent, f"it sent {sent}")


async def _pauses(stage: DeskStage, talk: DeskTalk) -> None:
    for on in (True, False):
        since = stage.traffic.mark()
        try:
            await stage.instruct(Hide(on=on))
        except CannotDo as cannot:
            stage.findings.leave_untried(("D-116",), str(cannot))
            return
        await stage.comes(talk, PrivacyAsked, since)
        pauses = [message.on for message in stage.sent(talk, PrivacyAsked, since)]
        stage.findings.check("D-116", pauses[-1:] == [on], f"for on={on} it said {pauses}")


async def _holds(stage: DeskStage, talk: DeskTalk) -> None:
    findings, kiosk, since = stage.findings, stage.kiosk, stage.traffic.mark()
    try:
        await stage.instruct(HoldCaller(on=True))
    except CannotDo as cannot:
        findings.leave_untried(("D-118", "D-119"), str(cannot))
        return
    is_held = await findings.seen(lambda: _held(stage), 10)
    findings.demand(
        "D-118",
        is_held and bool(stage.traffic.requests("hold", since)),
        "the hub was not told by `hold`",
    )
    await asyncio.sleep(UNDER_WAY_S * findings.patience)
    count = kiosk.media_count()
    await findings.never(
        "D-118",
        lambda: kiosk.media_count() > count,
        for_s=QUIET_S,
        otherwise="voice or picture came during the hold",
    )
    await kiosk.close_call()
    await stage.instruct(HoldCaller(on=False))
    await stage.until(lambda: not _held(stage), "the caller is held for ever")
    call_id = await kiosk.offer()
    await findings.seen(lambda: call_id in kiosk.calls, 15)
    findings.demand("D-119", call_id in kiosk.calls, "the offer after the hold was not answered")
    await _travels(stage, "D-119", "no picture and no voice came after the hold")


def _held(stage: DeskStage) -> bool:
    ticket = stage.kiosk.link.ticket
    return ticket is not None and ticket.talk is not None and ticket.talk.held


async def _early_wipe(stage: DeskStage, talk: DeskTalk) -> None:
    """The kiosk says that all is wiped, and the conversation goes on."""
    since = stage.traffic.mark()
    wiped = KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=0)
    await stage.kiosk.send("end", wiped)
    await stage.comes(talk, MessageRefused, since)
    refused = [(refusal.code, refusal.of) for refusal in stage.sent(talk, MessageRefused, since)]
    good = (NotAllowed.code, KioskWiped.__name__) in refused
    stage.findings.check("D-122", good, f"it was answered by {refused}")


async def _ends(stage: DeskStage, talk: DeskTalk) -> None:
    kiosk = stage.kiosk
    await stage.findings.seen(lambda: kiosk.media_count() > 0, 10)
    since = stage.traffic.mark()
    await stage.instruct(EndCall())
    await stage.until(lambda: stage.is_over(talk), "the hub did not end the session")
    await asyncio.sleep(UNDER_WAY_S * stage.findings.patience)
    count, end_mark = kiosk.media_count(), stage.traffic.mark()
    await stage.findings.never(
        "D-121",
        lambda: kiosk.media_count() > count,
        for_s=QUIET_S,
        otherwise="voice or picture came after the end",
    )
    late_kinds = sorted(
        {
            type(message).__name__
            for new in NEW_INSTRUCTIONS
            for message in _of(stage, talk, new, end_mark)
        }
    )
    stage.findings.check("D-121", not late_kinds, f"after the end it said {late_kinds}")
    await stage.finish(talk, since)


def _of(
    stage: DeskStage, talk: DeskTalk, kind: type[SessionMessage], since: int
) -> list[SessionMessage]:
    return list(stage.sent(talk, kind, since))


async def third(stage: DeskStage) -> None:
    """A colleague is called in."""
    await stage.colleague_comes()
    talk = await stage.converse()
    await stage.until(
        lambda: stage.world.hub.queue.presence.is_there(
            "valdore", stage.colleague.talk.me[0], COLLEAGUE
        ),
        "the colleague is not there",
    )
    await stage.instruct(CallIn(colleague=COLLEAGUE, name=COLLEAGUE_NAME))
    await stage.until(lambda: stage.traffic.requests("invite", talk.began), "nobody was called in")
    await stage.colleague.talk.answer_invitation(talk.id, True)
    await stage.findings.eventually(
        "D-126",
        lambda: any(
            _names(record.payload) for record in stage.traffic.requests("banner_shown", talk.began)
        ),
        within_s=10,
        otherwise="no `banner_shown` with the colleague's name came",
    )
    await stage.colleague.talk.leave(talk.id)
    await stage.end(talk)


def _names(payload: bytes) -> bool:
    try:
        return decode_request(BannerShown, payload).user == COLLEAGUE
    except SessionError:
        return False


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
    await stage.findings.eventually(
        "D-124",
        lambda: stage.sent(talk, CallRequested, since),
        within_s=15,
        otherwise="no CallRequested came",
    )
    await stage.end(talk)


async def cut(stage: DeskStage) -> None:
    """The server loses its power in a conversation."""
    talk = await stage.converse()
    await called(stage, talk)
    since = stage.traffic.mark()
    kill_at_once(stage.world.server_pid)
    await stage.findings.eventually(
        "D-128",
        lambda: stage.traffic.beats()[-1] in stage.traffic.sent[since:],
        within_s=40,
        otherwise="no sign of life came after its connection was cut",
    )
    words = new_id()
    for _ in range(5):  # our own end may come back later than the desk
        await stage.kiosk.send("beside", WordsSaid(words_id=words, text="Nous revoilà."))
        if await stage.comes(talk, WordsShown, since, 4):
            break
    goes_on = words in [message.words_id for message in stage.sent(talk, WordsShown, since)]
    stage.findings.demand("D-128", goes_on, "its session did not go on")
    await stage.end(talk)


async def shut_out(stage: DeskStage) -> None:
    """The desk loses its key for a minute; its caller waits again, and it takes the next one."""
    await called(stage, await stage.converse())
    await stage.is_shut_out("D-129")
    await stage.tidy()
    next_talk = await stage.converse()
    await called(stage, next_talk)
    await stage.end(next_talk)


async def all_of_it(stage: DeskStage) -> None:
    """Check what holds for everything that the desk has said."""
    check_all_sent(stage, beats="D-105", complete="D-106", right="D-107")


CASES = (
    Case(
        "a conversation",
        (
            "D-102",
            "D-103",
            *(f"D-{n}" for n in range(110, 123)),
        ),
        converse,
    ),
    Case("a third person", ("D-126",), third),
    Case("the desk starts again", ("D-124",), restart, slow=True),
    Case("the connection is cut", ("D-128",), cut, slow=True),
    Case("it is shut out", ("D-129",), shut_out, slow=True),
)

LAST = Case("all that was said", ("D-105", "D-106", "D-107"), all_of_it)
