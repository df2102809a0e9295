# SPDX-License-Identifier: GPL-3.0-only
"""The level "talk": enrol, call, talk, end. Used by `run`."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from expert_app.conformance.conversation import (
    OUR_WORDS,
    QUIET_S,
    THEIR_WORDS,
    goes_on,
    has_media,
    is_cut,
    names_the_colleague,
    writes,
)
from expert_app.conformance.desk_end import BLACK
from expert_app.conformance.impostor import authority_in, impostor
from expert_app.conformance.instructions import EnrolElsewhere, HangUp, Leave, Pause, Press, Write
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.kiosks.written_log import check_log
from expert_app.conformance.stage import Case, TriedTalk, numbers
from expert_app.conformance.throw_away_hub import CALLER_NUMBER, COLLEAGUE, LOOPBACK, SERVICE
from session.protocol.conversation.chat_and_privacy import PrivacyAsked, PrivacyShown
from session.protocol.conversation.messages import (
    CallOffered,
    CallRequested,
    KioskWiped,
    MediaSeen,
)
from session.protocol.hub.requests import HangUpRequest, LeaveRequest, TicketRequested
from session.protocol.hub.talk_state import Third, ThirdState
from session.protocol.hub.tickets import Ticket, TicketState
from session.protocol.topics import THIRD_TOPIC
from session.protocol.wire.ids import new_id


async def offered(stage: KioskStage, talk: TriedTalk) -> None:
    """The kiosk offers the call, the desk answers, both see and hear each other."""
    findings, desk = stage.findings, stage.desk
    sdp = (await talk.says("P-110", CallOffered)).sdp
    lacks = [
        words
        for words in ("m=audio", "m=video", "a=candidate")
        if not re.search(f"^{words}", sdp, re.MULTILINE)
    ]
    findings.check("P-110", not lacks, f"the SDP has no {', '.join(lacks)}")
    await has_media(stage, desk, "P-111", desk.refused_offer or "no picture and no voice came")

    def has_reported() -> bool:
        return any(
            media_seen.call_id == desk.call_id and media_seen.frames > 0
            for media_seen in talk.sent(MediaSeen)
        )

    otherwise = "no MediaSeen with a picture came"
    await findings.eventually("P-112", has_reported, otherwise=otherwise)


async def converse(stage: KioskStage) -> None:
    """A whole conversation, ended by the agent."""
    talk = await stage.converse()
    await offered(stage, talk)
    await _offers_again(stage, talk)
    await writes(stage, talk, Write(text=THEIR_WORDS))
    await _pauses(stage, talk)
    await _holds(stage, talk)
    await stage.end(talk)
    await _is_silent(stage, talk)
    await check_log(stage, talk, [OUR_WORDS, THEIR_WORDS])


async def _offers_again(stage: KioskStage, talk: TriedTalk) -> None:
    offers = talk.sent(CallOffered)
    ids = {offer.call_id for offer in offers}
    await talk.say("call", CallRequested())

    def evidence() -> str:
        if len(talk.sent(CallOffered)) == len(offers):
            return "no further offer came"
        return "it had the call_id of before"

    await stage.findings.expect(
        "P-113",
        lambda: {offer.call_id for offer in talk.sent(CallOffered)} - ids,
        otherwise=evidence,
    )


async def _pauses(stage: KioskStage, talk: TriedTalk) -> None:
    picture_came = bool(await stage.findings.seen(stage.desk.picture, 15))
    for on in (True, False):
        reported = await talk.answers("beside", PrivacyAsked(on=on), PrivacyShown)
        good = bool(reported) and reported[-1].on == on and reported[-1].agent == on
        stage.findings.check("P-116", good, f"after on={on} it said {reported[-1:]}")
        if on:
            await _hides_face(stage, picture_came=picture_came)
    await _caller_pauses(stage, talk)


async def _hides_face(stage: KioskStage, *, picture_came: bool) -> None:
    """A face is never twice the same; black, or a card in its place, is."""
    desk, findings = stage.desk, stage.findings
    if not picture_came:
        findings.leave_untried(("P-132",), "no picture had come before the pause")
        return
    await asyncio.sleep(1.0 * findings.patience)  # Pictures that are under way still come.
    picture = desk.picture()
    await findings.never(
        "P-132",
        lambda: desk.picture() not in (picture, BLACK),
        for_s=QUIET_S,
        otherwise="the picture went on changing during the pause",
    )


async def _caller_pauses(stage: KioskStage, talk: TriedTalk) -> None:
    since = stage.traffic.mark()
    if not await stage.can(Pause(on=True), "P-117"):
        return
    await talk.comes(PrivacyShown, since)
    # the agent's own pause begins and ends within the caller's, which goes on
    for on in (True, False):
        await talk.answers("beside", PrivacyAsked(on=on), PrivacyShown)
    during = talk.sent(PrivacyShown, since)
    since = stage.traffic.mark()
    await stage.instruct(Pause(on=False))
    await talk.comes(PrivacyShown, since)
    after = talk.sent(PrivacyShown, since)
    good = bool(during and after)
    good = good and all(message.on and message.caller for message in during) and not after[-1].on
    stage.findings.check("P-117", good, f"it said {during} and then {after}")


async def _holds(stage: KioskStage, talk: TriedTalk) -> None:
    desk, findings = stage.desk, stage.findings
    await findings.seen(lambda: desk.media_count() > 0, 15)
    await desk.talk.hold(talk.id, True)
    await asyncio.sleep(1.0 * findings.patience)  # what is under way still comes
    count, offers = desk.media_count(), len(talk.sent(CallOffered))

    def offers_again() -> bool:
        return len(talk.sent(CallOffered)) > offers

    await findings.never(
        "P-118",
        lambda: desk.media_count() > count or offers_again(),
        for_s=QUIET_S,
        otherwise="voice or picture, or a new offer, came during the hold",
    )
    await desk.close_call()
    await desk.talk.hold(talk.id, False)
    await findings.eventually("P-119", offers_again, otherwise="no offer came after the hold")


async def _is_silent(stage: KioskStage, talk: TriedTalk) -> None:
    """After the end."""
    sent = [record for record in stage.traffic.sent if record.session == talk.id]
    at = max(place for place, record in enumerate(sent) if isinstance(record.message(), KioskWiped))
    await asyncio.sleep(1.0)
    later = [record for record in stage.traffic.sent if record.session == talk.id][at + 1 :]
    topics = sorted({record.topic for record in later})
    stage.findings.check("P-121", not later, f"it went on to say something on {topics}")


async def hang_up(stage: KioskStage) -> None:
    """The caller ends the conversation."""
    talk = await stage.converse()
    await stage.instruct(HangUp())
    await stage.findings.eventually(
        "P-122",
        lambda: stage.traffic.asked(HangUpRequest, talk.began),
        within_s=10,
        otherwise="no `hang_up` came",
    )
    await stage.wiped(talk)


async def leave(stage: KioskStage) -> None:
    """The caller goes before anybody has accepted."""
    ticket = await stage.press()
    since = stage.traffic.mark()
    await stage.instruct(Leave())
    await stage.findings.expect(
        "P-123",
        lambda: stage.traffic.asked(LeaveRequest, since) and stage.ticket() is None,
        otherwise=f"the ticket {ticket.number} still waits",
    )


async def repeat(stage: KioskStage) -> None:
    """The hub does not answer for a while."""
    server, since = stage.world.hub.server, stage.traffic.mark()

    def is_repeated() -> bool:
        requests = stage.traffic.requests("call", since)
        return len([request for request in requests if request.subject.startswith("svc.")]) > 1

    await server.stop()
    pressing = asyncio.ensure_future(stage.instruct(Press(service=SERVICE, number=CALLER_NUMBER)))
    try:
        came_again = await stage.findings.seen(is_repeated, 30)
    finally:
        await server.start()
    if not came_again:
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
        stage.findings.demand("P-104", False, "it asked once and gave up")
    await pressing
    ids = {request.request_id for request in stage.traffic.asked(TicketRequested, since)}
    stage.findings.check("P-104", len(ids) == 1, f"it asked with {len(ids)} different request_ids")
    await stage.until(stage.ticket, "the hub has no ticket of the kiosk")


async def desk_lost(stage: KioskStage) -> None:
    """The desk loses its power, and comes back."""
    talk = await stage.converse()
    since = stage.traffic.mark()
    await stage.desk.close()
    await asyncio.sleep(1.0)
    # the desk that comes back does not resume: its sign of life would keep the session
    await stage.desk_comes_back()
    await stage.desk.close()
    await stage.until(lambda: _ended(stage, talk.id), "the hub did not end the session", 40)
    await stage.desk_comes_back()

    def waiting() -> list[Ticket]:
        ticket = stage.ticket()
        return [ticket] if ticket is not None and ticket.state is TicketState.WAITING else []

    await stage.until(waiting, "the ticket does not wait again")
    next_talk = await stage.accept(waiting()[0], since)
    otherwise = "no CallOffered came in the next session"
    await next_talk.says("P-124", CallOffered, otherwise=otherwise)
    _calls_no_second_time(stage, "P-124", since)
    await stage.end(next_talk)


def _calls_no_second_time(stage: KioskStage, rule: str, since: int) -> None:
    calls = stage.traffic.requests("call", since)
    stage.findings.check(rule, not calls, "it called a second time")


def _ended(stage: KioskStage, session: str) -> bool:
    return any(
        b'"SessionEnded"' in record.payload and session.encode() in record.payload
        for record in stage.traffic.received
    )


async def third(stage: KioskStage) -> None:
    """A colleague is called in."""
    await stage.colleague_comes()
    talk = await stage.converse()
    findings, desk, colleague = stage.findings, stage.desk, stage.colleague
    await desk.talk.invite(talk.id, COLLEAGUE, is_on_hold=False)
    await colleague.talk.answer_invitation(talk.id, True)
    colleague.listen_as_third(talk.id)
    await names_the_colleague(stage, talk)
    early = stage.traffic.raw(talk.id, THIRD_TOPIC)
    announced = await findings.seen(lambda: _announced(stage), 5)
    findings.check("P-127", not early, "something was said on `third` before the person was in")
    if announced is not None:
        await desk.talk.banner_shown(talk.id, announced)
    await findings.eventually(
        "P-127",
        lambda: stage.traffic.raw(talk.id, THIRD_TOPIC),
        otherwise="nothing was offered on `third`",
    )
    await colleague.talk.leave(talk.id)
    await colleague.close_call()
    await stage.end(talk)


def _announced(stage: KioskStage) -> Third | None:
    ticket = stage.ticket()
    if ticket is None or ticket.talk is None or ticket.talk.third is None:
        return None
    third = ticket.talk.third
    return third if third.state is ThirdState.ANNOUNCED else None


async def cut(stage: KioskStage) -> None:
    """The server loses its power in a conversation."""
    talk = await stage.converse()
    await is_cut(stage, talk)
    await stage.end(talk)


async def shut_out(stage: KioskStage) -> None:
    """The kiosk loses its key for a minute, as who floods the hub does."""
    talk = await stage.converse()
    since = stage.traffic.mark()
    await stage.is_shut_out()
    _calls_no_second_time(stage, "P-129", since)
    await goes_on(stage, talk, "P-129")
    await stage.end(talk)


async def certificates(stage: KioskStage) -> None:
    """Somebody else answers at the bus's address. Before that the right one does: a kiosk that
    speaks with neither has not looked at a certificate.
    """
    folder, host = stage.world.folder, urlsplit(stage.world.url).hostname or LOOPBACK
    right, other = (authority_in(folder / f"certificates-{new_id()}") for _ in range(2))
    spoke = []
    for signer in (right, other):
        async with impostor(signer, host) as answering:
            elsewhere = EnrolElsewhere(
                servers=[f"tls://{host}:{answering.port}"],
                websocket=f"wss://{host}:{answering.port}",
                code=stage.world.invite(),
                ca_file=str(right / "ca.pem"),
            )
            await stage.instruct(elsewhere)
            spoke.append(answering.believed)
            if not answering.calls or (signer is right and not answering.believed):
                stage.findings.leave_untried(("P-133",), "it does not speak with this bus by TLS")
                return
    words = f"it said {spoke[1]} bytes to a bus whose certificate another authority had signed"
    stage.findings.check("P-133", spoke[1] == 0, words)


CASES = (
    Case(
        "a conversation",
        numbers("P", 102, 103, (110, 121), (130, 132)),
        converse,
    ),
    Case("the caller hangs up", ("P-122",), hang_up),
    Case("the caller goes", ("P-123",), leave),
    Case("a third person", ("P-126", "P-127"), third),
    Case("another hub answers", ("P-133",), certificates),
    Case("the hub does not answer", ("P-104",), repeat, slow=True),
    Case("the desk is lost", ("P-124",), desk_lost, slow=True),
    Case("the connection is cut", ("P-128",), cut, slow=True),
    Case("it is shut out", ("P-129",), shut_out, slow=True),
)
