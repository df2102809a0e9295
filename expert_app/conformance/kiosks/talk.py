# SPDX-License-Identifier: GPL-3.0-only
"""The level "talk": enrol, call, talk, end. Used by `run`."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from expert_app.conformance.desk_end import BLACK
from expert_app.conformance.driver import (
    CannotDo,
    EnrolElsewhere,
    HangUp,
    Leave,
    Pause,
    Press,
    Write,
)
from expert_app.conformance.impostor import authority_in, impostor
from expert_app.conformance.kiosks.stage import Conversation, Stage
from expert_app.conformance.kiosks.written_log import check_log
from expert_app.conformance.playing import Case
from expert_app.conformance.throw_away_hub import (
    CALLER_NUMBER,
    COLLEAGUE,
    LOOPBACK,
    SERVICE,
    RecordedMessage,
)
from expert_app.conformance.trial import check_all_sent
from session.core.child_process import kill_at_once
from session.core.errors import SessionError
from session.protocol.codec import decode_request
from session.protocol.conversation.chat_and_privacy import (
    PrivacyAsked,
    PrivacyShown,
    WordsSaid,
    WordsShown,
)
from session.protocol.conversation.messages import (
    CallOffered,
    CallRequested,
    KioskWiped,
    MediaSeen,
)
from session.protocol.hub.requests import HangUpRequest, LeaveRequest, TicketRequested
from session.protocol.hub.talk_state import Third, ThirdState
from session.protocol.hub.third_parties import BannerShown
from session.protocol.hub.tickets import TicketState
from session.protocol.topics import THIRD_TOPIC
from session.protocol.wire.ids import new_id

AGENTS_WORDS, CALLERS_WORDS = "Bonjour, je vous lis.", "Je vous entends mal."

QUIET_S = 1.5
"""No media for so long: none travels."""


async def offered(stage: Stage, talk: Conversation) -> None:
    """The kiosk offers the call, the desk answers, both see and hear each other."""
    findings = stage.findings
    await findings.eventually(
        "P-110",
        lambda: stage.sent(talk, CallOffered),
        within_s=15,
        otherwise="no CallOffered came",
    )
    sdp = stage.sent(talk, CallOffered)[-1].sdp
    lacks = [
        words
        for words in ("m=audio", "m=video", "a=candidate")
        if not re.search(f"^{words}", sdp, re.MULTILINE)
    ]
    findings.check("P-110", not lacks, f"the SDP has no {', '.join(lacks)}")
    desk = stage.desk
    await findings.eventually(
        "P-111",
        lambda: desk.peer is not None and desk.peer.frames > 0 and desk.peer.audio_packets > 5,
        within_s=20,
        otherwise=desk.refused_offer or "no picture and no voice came",
    )
    await findings.eventually(
        "P-112",
        lambda: any(
            media_seen.call_id == desk.call_id and media_seen.frames > 0
            for media_seen in stage.sent(talk, MediaSeen)
        ),
        within_s=15,
        otherwise="no MediaSeen with a picture came",
    )


async def converse(stage: Stage) -> None:
    """A whole conversation, ended by the agent."""
    talk = await stage.converse()
    await offered(stage, talk)
    await _offers_again(stage, talk)
    await _writes(stage, talk)
    await _pauses(stage, talk)
    await _holds(stage, talk)
    await stage.end(talk)
    await _is_silent(stage, talk)
    await check_log(stage, talk, [AGENTS_WORDS, CALLERS_WORDS])


async def _offers_again(stage: Stage, talk: Conversation) -> None:
    before = {offer.call_id for offer in stage.sent(talk, CallOffered)}
    await stage.send(talk, "call", CallRequested())
    await stage.findings.seen(
        lambda: {offer.call_id for offer in stage.sent(talk, CallOffered)} - before, 10
    )
    after = stage.sent(talk, CallOffered)
    stage.findings.check(
        "P-113",
        bool({offer.call_id for offer in after} - before),
        "no further offer came" if len(after) == len(before) else "it had the call_id of before",
    )


async def _writes(stage: Stage, talk: Conversation) -> None:
    words = new_id()
    await stage.send(talk, "beside", WordsSaid(words_id=words, text=AGENTS_WORDS))
    await stage.findings.seen(lambda: _shown(stage, talk, words), 10)
    stage.findings.check("P-114", _shown(stage, talk, words), "no WordsShown with the id came")
    text = CALLERS_WORDS
    try:
        await stage.instruct(Write(text=text))
    except CannotDo as cannot:
        stage.findings.leave_untried(("P-115",), str(cannot))
        return
    await stage.findings.seen(lambda: stage.sent(talk, WordsSaid), 5)
    sent = [message.text for message in stage.sent(talk, WordsSaid)]
    stage.findings.check("P-115", text in sent, f"it sent {sent}")


def _shown(stage: Stage, talk: Conversation, words: str) -> bool:
    return any(message.words_id == words for message in stage.sent(talk, WordsShown))


async def _pauses(stage: Stage, talk: Conversation) -> None:
    picture_came = await stage.findings.seen(stage.desk.picture, 15)
    for on in (True, False):
        since = stage.traffic.mark()
        await stage.send(talk, "beside", PrivacyAsked(on=on))
        await stage.comes(talk, PrivacyShown, since)
        reported = stage.sent(talk, PrivacyShown, since)
        good = bool(reported) and reported[-1].on == on and reported[-1].agent == on
        stage.findings.check("P-116", good, f"after on={on} it said {reported[-1:]}")
        if on:
            await _hides_face(stage, picture_came=picture_came)
    await _caller_pauses(stage, talk)


async def _hides_face(stage: Stage, *, picture_came: bool) -> None:
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


async def _caller_pauses(stage: Stage, talk: Conversation) -> None:
    since = stage.traffic.mark()
    try:
        await stage.instruct(Pause(on=True))
    except CannotDo as cannot:
        stage.findings.leave_untried(("P-117",), str(cannot))
        return
    await stage.findings.seen(lambda: stage.sent(talk, PrivacyShown, since), 5)
    # the agent's own pause begins and ends within the caller's, which goes on
    await stage.send(talk, "beside", PrivacyAsked(on=True))
    await stage.findings.seen(lambda: len(stage.sent(talk, PrivacyShown, since)) > 1, 5)
    await stage.send(talk, "beside", PrivacyAsked(on=False))
    await stage.findings.seen(lambda: len(stage.sent(talk, PrivacyShown, since)) > 2, 5)
    during = stage.sent(talk, PrivacyShown, since)
    since = stage.traffic.mark()
    await stage.instruct(Pause(on=False))
    await stage.findings.seen(lambda: stage.sent(talk, PrivacyShown, since), 5)
    after = stage.sent(talk, PrivacyShown, since)
    good = bool(during and after)
    good = good and all(message.on and message.caller for message in during) and not after[-1].on
    stage.findings.check("P-117", good, f"it said {during} and then {after}")


async def _holds(stage: Stage, talk: Conversation) -> None:
    desk, findings = stage.desk, stage.findings
    await findings.seen(lambda: desk.media_count() > 0, 15)
    await desk.talk.hold(talk.id, True)
    await asyncio.sleep(1.0 * findings.patience)  # what is under way still comes
    count, offers = desk.media_count(), len(stage.sent(talk, CallOffered))
    await findings.never(
        "P-118",
        lambda: desk.media_count() > count or len(stage.sent(talk, CallOffered)) > offers,
        for_s=QUIET_S,
        otherwise="voice or picture, or a new offer, came during the hold",
    )
    await desk.close_call()
    await desk.talk.hold(talk.id, False)
    await findings.eventually(
        "P-119",
        lambda: len(stage.sent(talk, CallOffered)) > offers,
        within_s=15,
        otherwise="no offer came after the hold",
    )


async def _is_silent(stage: Stage, talk: Conversation) -> None:
    """After the end."""
    sent = [record for record in stage.traffic.sent if record.session == talk.id]
    at = max(place for place, record in enumerate(sent) if isinstance(record.message(), KioskWiped))
    await asyncio.sleep(1.0)
    later = [record for record in stage.traffic.sent if record.session == talk.id][at + 1 :]
    topics = sorted({record.topic for record in later})
    stage.findings.check("P-121", not later, f"it went on to say something on {topics}")


async def hang_up(stage: Stage) -> None:
    """The caller ends the conversation."""
    talk = await stage.converse()
    await stage.findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    await stage.instruct(HangUp())
    await stage.findings.eventually(
        "P-122",
        lambda: any(
            _asks(record, HangUpRequest) for record in stage.traffic.requests("hang_up", talk.began)
        ),
        within_s=10,
        otherwise="no `hang_up` came",
    )
    await stage.wiped(talk)


def _asks(sent: RecordedMessage, kind: type[HangUpRequest] | type[LeaveRequest]) -> bool:
    try:
        decode_request(kind, sent.payload)
    except SessionError:
        return False
    return True


async def leave(stage: Stage) -> None:
    """The caller goes before anybody has accepted."""
    ticket = await stage.press()
    since = stage.traffic.mark()
    await stage.instruct(Leave())

    def left() -> bool:
        return any(_asks(record, LeaveRequest) for record in stage.traffic.requests("leave", since))

    await stage.findings.seen(lambda: left() and stage.ticket() is None, 10)
    good = left() and stage.ticket() is None
    stage.findings.check("P-123", good, f"the ticket {ticket.number} still waits")


async def repeat(stage: Stage) -> None:
    """The hub does not answer for a while."""
    server, since = stage.world.hub.server, stage.traffic.mark()
    await server.stop()
    pressing = asyncio.ensure_future(stage.instruct(Press(service=SERVICE, number=CALLER_NUMBER)))
    try:
        is_repeated = await stage.findings.seen(
            lambda: (
                len(
                    [
                        record
                        for record in stage.traffic.requests("call", since)
                        if record.subject.startswith("svc.")
                    ]
                )
                > 1
            ),
            30,
        )
    finally:
        await server.start()
    if not is_repeated:
        pressing.cancel()
        await asyncio.gather(pressing, return_exceptions=True)
        stage.findings.demand("P-104", False, "it asked once and gave up")
    await pressing
    requests = [
        decode_request(TicketRequested, record.payload)
        for record in stage.traffic.requests("call", since)
    ]
    ids = {request.request_id for request in requests}
    stage.findings.check("P-104", len(ids) == 1, f"it asked with {len(ids)} different request_ids")
    await stage.until(stage.ticket, "the hub has no ticket of the kiosk")


async def desk_lost(stage: Stage) -> None:
    """The desk loses its power, and comes back."""
    talk = await stage.converse()
    await stage.findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    since = stage.traffic.mark()
    await stage.desk.close()
    await asyncio.sleep(1.0)
    await stage.desk_comes_back()
    # the desk that comes back does not resume: its sign of life would keep the session
    await stage.until(lambda: stage.desk.link.is_ready, "the desk has no queue")
    await stage.desk.close()
    await stage.until(lambda: _ended(stage, talk.id), "the hub did not end the session", 40)
    await stage.desk_comes_back()
    await stage.until(lambda: stage.desk.link.is_ready, "the desk has no queue")
    await stage.until(
        lambda: (one := stage.ticket()) is not None and one.state is TicketState.WAITING,
        "the ticket does not wait again",
    )
    ticket = stage.ticket()
    if ticket is None:
        raise CannotDo("the ticket is gone")
    next_talk = Conversation(await stage.desk.accept(ticket), since)
    await stage.findings.eventually(
        "P-124",
        lambda: stage.sent(next_talk, CallOffered),
        within_s=15,
        otherwise="no CallOffered came in the next session",
    )
    calls = stage.traffic.requests("call", since)
    stage.findings.check("P-124", not calls, "it called a second time")
    await stage.end(next_talk)


def _ended(stage: Stage, session: str) -> bool:
    return any(
        b'"SessionEnded"' in record.payload and session.encode() in record.payload
        for record in stage.traffic.received
    )


async def third(stage: Stage) -> None:
    """A colleague is called in."""
    await stage.colleague_comes()
    talk = await stage.converse()
    findings, desk = stage.findings, stage.desk
    await findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    await stage.until(
        lambda: stage.world.hub.queue.presence.is_there(
            "valdore", stage.colleague.talk.me[0], COLLEAGUE
        ),
        "the colleague is not there",
    )
    await desk.talk.invite(talk.id, COLLEAGUE, is_on_hold=False)
    await stage.colleague.talk.answer_invitation(talk.id, True)
    stage.colleague.listen_as_third(talk.id)
    await findings.eventually(
        "P-126",
        lambda: any(
            decode_request(BannerShown, record.payload).user == COLLEAGUE
            for record in stage.traffic.requests("banner_shown", talk.began)
        ),
        within_s=10,
        otherwise="no `banner_shown` with the colleague's name came",
    )
    early = stage.traffic.raw(talk.id, THIRD_TOPIC)
    announced = await _third(stage, ThirdState.ANNOUNCED)
    findings.check("P-127", not early, "something was said on `third` before the person was in")
    if announced is not None:
        await desk.talk.banner_shown(talk.id, announced)
    await findings.eventually(
        "P-127",
        lambda: stage.traffic.raw(talk.id, THIRD_TOPIC),
        within_s=15,
        otherwise="nothing was offered on `third`",
    )
    await stage.colleague.talk.leave(talk.id)
    await stage.colleague.close_call()
    await stage.end(talk)


async def _third(stage: Stage, state: ThirdState) -> Third | None:
    def now() -> Third | None:
        ticket = stage.ticket()
        if ticket is not None and ticket.talk is not None:
            third = ticket.talk.third
        else:
            third = None
        if third is not None and third.state is state:
            return third
        return None

    await stage.findings.seen(now, 5)
    return now()


async def cut(stage: Stage) -> None:
    """The server loses its power in a conversation."""
    talk = await stage.converse()
    await stage.findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    since = stage.traffic.mark()
    kill_at_once(stage.world.server_pid)
    await stage.findings.eventually(
        "P-128",
        lambda: stage.traffic.beats()[-1] in stage.traffic.sent[since:],
        within_s=40,
        otherwise="no sign of life came after its connection was cut",
    )
    words = new_id()
    await stage.until(lambda: stage.desk.link.is_ready, "the desk is not connected again")
    await stage.send(talk, "beside", WordsSaid(words_id=words, text="Nous voilà de nouveau."))
    await stage.findings.eventually(
        "P-128",
        lambda: _shown(stage, talk, words),
        within_s=10,
        otherwise="its session did not go on",
    )
    await stage.end(talk)


async def shut_out(stage: Stage) -> None:
    """The kiosk loses its key for a minute, as who floods the hub does."""
    talk = await stage.converse()
    await stage.findings.seen(lambda: stage.sent(talk, CallOffered), 15)
    since = stage.traffic.mark()
    await stage.is_shut_out("P-129")
    calls = stage.traffic.requests("call", since)
    stage.findings.check("P-129", not calls, "it called a second time")
    words = new_id()
    await stage.send(talk, "beside", WordsSaid(words_id=words, text="Nous voilà de nouveau."))
    await stage.findings.eventually(
        "P-129",
        lambda: _shown(stage, talk, words),
        within_s=10,
        otherwise="its session did not go on",
    )
    await stage.end(talk)


async def certificates(stage: Stage) -> None:
    """Somebody else answers at the bus's address. Before that the right one does: a kiosk that
    speaks with neither has not looked at a certificate.
    """
    folder, host = stage.world.folder, urlsplit(stage.world.url).hostname or LOOPBACK
    known, other = (authority_in(folder / f"certificates-{new_id()}") for _ in range(2))
    spoke = []
    for signer in (known, other):
        async with impostor(signer, host) as answering:
            elsewhere = EnrolElsewhere(
                servers=[f"tls://{host}:{answering.port}"],
                websocket=f"wss://{host}:{answering.port}",
                code=stage.world.invite(),
                ca_file=str(known / "ca.pem"),
            )
            await stage.instruct(elsewhere)
            spoke.append(answering.believed)
            if not answering.calls or (signer is known and not answering.believed):
                stage.findings.leave_untried(("P-133",), "it does not speak with this bus by TLS")
                return
    words = f"it said {spoke[1]} bytes to a bus whose certificate another authority had signed"
    stage.findings.check("P-133", spoke[1] == 0, words)


async def all_of_it(stage: Stage) -> None:
    """Check what holds for everything that the kiosk has said."""
    check_all_sent(stage, beats="P-105", complete="P-106", right="P-107")


CASES = (
    Case(
        "a conversation",
        (
            "P-102",
            "P-103",
            *(f"P-{n}" for n in range(110, 122)),
            "P-130",
            "P-131",
            "P-132",
        ),
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

LAST = Case("all that was said", ("P-105", "P-106", "P-107"), all_of_it)
