# SPDX-License-Identifier: GPL-3.0-only
"""Wrong kiosks: each is the headless kiosk with one changed behaviour, and breaks one rule.
Used by `test_mutants`.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Mapping
from pathlib import Path

import msgspec

from expert_app.conformance.instructions import (
    AnswerGrant,
    AnswerPrint,
    HangUp,
    Instruction,
    Leave,
    Press,
    StopAll,
    Withdraw,
)
from expert_app.conformance.throw_away_hub import CALLER_NUMBER
from session.bus.channel import BusChannel
from session.bus.transport.connection import Incoming
from session.bus.transport.tls import client_tls
from session.core.errors import HubUnreachable
from session.kiosk.call.consent import Question
from session.kiosk.cobrowse.guard_frames import FilteredEvent, FilteredPush
from session.kiosk.devices.print_preview import ShownPrint
from session.kiosk.session import KioskSession
from session.media.engines.plain_peer import PlainCallPage
from session.protocol.codec import encode_session
from session.protocol.conversation.chat_and_privacy import (
    PrivacyAsked,
    PrivacyShown,
    WordsSaid,
    WordsShown,
)
from session.protocol.conversation.messages import (
    CallOffered,
    CallRequested,
    ChunksRequested,
    DevicesReported,
    Grant,
    GrantChanged,
    GrantReason,
    GrantRequested,
    KioskWiped,
    MediaSeen,
    PageKept,
    PageOffered,
    PageRefused,
    PagesRequested,
    PrintChanged,
    PrintOffered,
    PrintState,
    ScanEnded,
    SessionMessage,
    SnapshotRequested,
)
from session.protocol.conversation.print_binding import print_binding
from session.protocol.conversation.remote_control import CommandAnswered
from session.protocol.conversation.shown_document import (
    ShowEnded,
    ShownChunksRequested,
    ShownPagePainted,
    ShownPageTurned,
    ShowStarted,
)
from session.protocol.hub.requests import (
    SessionEnded,
    SessionFacts,
    TicketChanged,
    TicketRequested,
)
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.wire.ids import new_id
from tests.conformance.headless_kiosk import HeadlessKiosk
from tests.conformance.wrong_ends import ReceivesOtherBytes, WrongEnds, changed

KIOSKS = WrongEnds(HeadlessKiosk)
breaks, on_bus = KIOSKS.breaks, KIOSKS.on_bus
sends_wrongly, receives_wrongly = KIOSKS.sends_wrongly, KIOSKS.receives_wrongly


# ---- talk


class HastyCall(TicketRequested, frozen=True, kw_only=True, tag="TicketRequested", answer_s=0.7):
    """A call that waits for nothing."""


@breaks("P-104", "asks again with another request_id")
class AsksAnew(HeadlessKiosk):
    async def press(self, instruction: Press) -> None:
        assert self.bus is not None
        while True:
            request = HastyCall(
                request_id=new_id(), service=instruction.service, caller_number=instruction.number
            )
            try:
                answer = await self.bus.ask_once(request)
            except HubUnreachable:
                continue
            self.link._take(answer)
            return


on_bus("P-105", "gives no sign of life", beats=False)
on_bus(
    "P-106",
    "leaves the version out",  # but of the wipe: nobody would hear of it (P-120)
    sent=lambda _topic, data: data if b'"KioskWiped"' in data else data.replace(b'"v":1,', b""),
)
on_bus(
    "P-107",
    "sends half a message",
    sent=lambda _topic, data: b'{"type":"WordsShown","v":1}' if b'"GrantChanged"' in data else data,
)
sends_wrongly(
    "P-110",
    "offers without candidates",
    CallOffered,
    lambda offer: changed(
        offer, sdp="\n".join(one for one in offer.sdp.split("\n") if "a=candidate" not in one)
    ),
)
sends_wrongly("P-110", "offers no call", CallOffered, lambda _offer: None)
sends_wrongly("P-112", "does not say what it received", MediaSeen, lambda _seen: None)
receives_wrongly("P-113", "makes no second offer", CallRequested, lambda _asked: None)
sends_wrongly("P-114", "does not say that words are shown", WordsShown, lambda _shown: None)
sends_wrongly("P-115", "cuts words", WordsSaid, lambda sent: changed(sent, text=sent.text[:5]))
sends_wrongly("P-116", "says nothing of a privacy pause", PrivacyShown, lambda _shown: None)
sends_wrongly(
    "P-116", "says that it shows faces", PrivacyShown, lambda shown: changed(shown, on=False)
)
sends_wrongly("P-120", "leaves something", KioskWiped, lambda wiped: changed(wiped, left_over=2))
sends_wrongly("P-120", "says nothing of its wipe", KioskWiped, lambda _wiped: None)


@breaks("P-117", "ends the caller's pause with the agent's")
class EndsBothPauses(HeadlessKiosk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, PrivacyAsked) and not message.on and self.session is not None:
            self.session.privacy.set_by_caller(False)
        return [message]


class ShowsAlways(PlainCallPage):
    """A page of a call that hides no face."""

    def run(self, script: str) -> Awaitable[object]:
        return super().run(script.replace("setPrivate(true)", "setPrivate(false)"))


@breaks("P-132", "goes on sending the face during a privacy pause")
class SendsFace(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.call_page_kind = ShowsAlways


@breaks("P-218", "goes on sending the page during a privacy pause")
class SendsPage(HeadlessKiosk):
    def made(self, session: KioskSession) -> None:
        super().made(session)
        setattr(session.page, "set_private", lambda _on: None)  # noqa: B010 - mypy knows a method


@breaks("P-118", "goes on during a hold")
class IgnoresHold(HeadlessKiosk):
    def on_ticket(self, change: TicketChanged) -> None:
        if change.ticket.talk is None or not change.ticket.talk.held:
            super().on_ticket(change)


@breaks("P-119", "offers nothing after a hold")
class StaysOnHold(HeadlessKiosk):
    def on_ticket(self, change: TicketChanged) -> None:
        if change.ticket.talk is not None:
            super().on_ticket(change)


@breaks("P-121", "talks on after the end")
class TalksOn(HeadlessKiosk):
    async def ended(self, event: SessionEnded) -> None:
        await super().ended(event)
        words = WordsSaid(words_id=new_id(), text="Au revoir")
        await self.link.bus.channel(event.session_id).send("beside", words)


@breaks("P-122", "hangs up for itself alone")
class HangsUpAlone(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        if not isinstance(instruction, HangUp):
            await super().instruct(instruction)


@breaks("P-123", "lets a caller go without a word")
class ForgetsCaller(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        if isinstance(instruction, Leave):
            self.link.drop_ticket()
        else:
            await super().instruct(instruction)


@breaks("P-126", "shows no banner")
class NoBanner(HeadlessKiosk):
    def _paint(self, session: KioskSession, answer: TalkAnswer) -> None:
        pass


@breaks("P-127", "offers to a third person before it is in")
class OffersEarly(HeadlessKiosk):
    def _paint(self, session: KioskSession, answer: TalkAnswer) -> None:
        if answer.talk.third is not None:
            self.tasks.start(self._early(session, answer.talk.third.user), name="too early")

    async def _early(self, session: KioskSession, user: str) -> None:
        offer = CallOffered(call_id=new_id(), sdp="v=0")
        await self.link.bus.channel(session.facts.id).send("third", offer)
        await asyncio.sleep(0.1)
        session.third_parties.banner_painted(user)


def writes_wrongly(rule: str, wrong: str, old: bytes, new: bytes) -> None:
    """A kiosk that puts other bytes into its log."""

    class Writes(HeadlessKiosk):
        async def write_log(self, session: str, first: int, records: list[bytes]) -> int:
            wrong = [re.sub(old, new, record) for record in records]
            return await super().write_log(session, first, wrong)

    KIOSKS.all[wrong] = (rule, Writes)


@breaks("P-130", "writes no log")
class WritesNothing(HeadlessKiosk):
    async def write_log(self, session: str, first: int, records: list[bytes]) -> int:
        return first + len(records)


@breaks("P-133", "believes any certificate")
class BelievesAnybody(HeadlessKiosk):
    def trusts(self, ca_file: str) -> ssl.SSLContext | None:
        tls = client_tls(Path(ca_file))
        if tls is not None:
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        return tls


NOTHING = rb'{"type":"WordsSent","by":"kiosk"}'
writes_wrongly("P-130", "does not write its wipe", rb'{"type":"KioskWiped"[^}]*}', NOTHING)
writes_wrongly(
    "P-131",
    "writes the caller's number",
    rb'"service":"[a-z]+"',
    b'"service":"%b"' % CALLER_NUMBER.encode(),
)

# ---- page

sends_wrongly(
    "P-201",
    "forgets a power when all are asked for",
    GrantChanged,
    lambda change: None if change.grant is Grant.KEEP else change,
)
sends_wrongly(
    "P-201",
    "gives a power from the start",
    GrantChanged,
    lambda change: changed(change, allowed=True) if change.grant is Grant.SCAN else change,
)


@breaks("P-203", "opens any address")
class OpensAll(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.browser.set_allowed = lambda prefixes: setattr(self.browser, "_allowed", ["http"])  # type: ignore[method-assign]


@breaks("P-204", "shows a page that it was not allowed to show")
class ShowsUnasked(HeadlessKiosk):
    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if type(message).__name__ == "PageShown" and self.session is not None:
            self.session.page._set_sharing(True)
        return [message]


sends_wrongly(
    "P-205",
    "answers no request by its id",
    GrantChanged,
    lambda change: changed(change, request_id=""),
)
sends_wrongly(
    "P-205",
    "gives a power for no time",
    GrantChanged,
    lambda change: changed(change, left_s=0.0),
)


@breaks("P-206", "never begins the mirror anew")
class NoStart(HeadlessKiosk):
    def outgoing_raw(
        self, topic: str, payload: bytes, headers: Mapping[str, str]
    ) -> list[tuple[bytes, Mapping[str, str]]]:
        kept = {name: value for name, value in headers.items() if name != "Start"}
        return [(payload, kept)]


receives_wrongly("P-207", "sends no new picture", SnapshotRequested, lambda _asked: None)


@breaks("P-208", "lets the page mask its password fields itself")
class LeaksPassword(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.browser.masks_fields = False


class _NoGuard:
    """Lets everything through."""

    async def filtered(self, text: str) -> FilteredPush:
        push = msgspec.json.decode(text)
        events = [
            FilteredEvent(one["type"], msgspec.json.encode(one["data"]), one["timestamp"])
            for one in push["events"]
        ]
        return FilteredPush(document=push["document"], address=push["address"], events=events)

    def forget(self) -> None:
        pass


@breaks("P-208", "lets numbers through")
class LeaksNumbers(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.guard = _NoGuard()


@breaks("P-209", "does not answer a request that it knows")
class AsksTwice(HeadlessKiosk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, GrantRequested) and self.session is not None:
            answered = self.session.grants._answered.values()
            return [] if message.request_id in answered else [message]
        return [message]


@breaks("P-210", "takes no for yes")
class NoIsYes(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        await super().instruct(
            changed(instruction, yes=True) if isinstance(instruction, AnswerGrant) else instruction
        )


@breaks("P-211", "takes silence for yes")
class SilenceIsYes(HeadlessKiosk):
    def made(self, session: KioskSession) -> None:
        def soon(question: Question) -> None:
            answer = session.grants.answer
            asyncio.get_running_loop().call_later(0.3, answer, question, question)

        session.grants.asked.connect(soon)


@breaks("P-212", "ignores that a power is taken back")
class IgnoresWithdrawal(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        if not isinstance(instruction, Withdraw):
            await super().instruct(instruction)


@breaks("P-212", "goes on with what needs the power")
class KeepsControl(HeadlessKiosk):
    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        is_end = isinstance(message, GrantChanged) and message.grant is Grant.CONTROL
        gone = is_end and getattr(message, "reason", None) is GrantReason.WITHDRAWN
        return [] if gone else [message]


sends_wrongly(
    "P-214",
    "clicks without the power",
    CommandAnswered,
    lambda answer: changed(answer, code=""),
)


@breaks("P-215", "goes on after STOP")
class IgnoresStop(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        if not isinstance(instruction, StopAll):
            await super().instruct(instruction)


class BriefPowers(HeadlessKiosk):
    """A right kiosk whose powers last for two seconds."""

    lasts_s = 2.0

    def made(self, session: KioskSession) -> None:
        session.grants.changed.connect(lambda change: self.shorten(session, change))

    def shorten(self, session: KioskSession, change: GrantChanged) -> None:
        if change.allowed:
            given, until_s = session.grants._given, self.clock.monotonic_s() + self.lasts_s
            given[change.grant] = given[change.grant]._replace(until_s=until_s)

    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        is_given = isinstance(message, GrantChanged) and message.allowed
        return [changed(message, left_s=self.lasts_s) if is_given else message]


@breaks("P-219", "goes on when a power's time is over")
class NeverEnds(BriefPowers):
    def shorten(self, session: KioskSession, change: GrantChanged) -> None: ...


@breaks("P-219", "says that a power has ended and goes on")
class EndsInWords(BriefPowers):
    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        is_answer = isinstance(message, CommandAnswered)
        return [changed(message, code="")] if is_answer else super().outgoing(topic, message)


writes_wrongly("P-217", "writes no consent", rb'{"type":"GrantChanged"[^}]*}', NOTHING)

# ---- papers

sends_wrongly(
    "P-301",
    "names another key",
    DevicesReported,
    lambda report: changed(report, kiosk_key="U" + "A" * 55),
)
sends_wrongly(
    "P-302",
    "scans without the power",
    ScanEnded,
    lambda ended: changed(ended, code="", pages=1) if ended.code == "grant_missing" else ended,
)
on_bus(
    "P-304",
    "sends oversized chunks",
    sent=lambda topic, data: (
        data.ljust(60 * 1024, b"\0") if topic == "chunk" and not data.startswith(b"RIFF") else data
    ),
)
sends_wrongly(
    "P-304",
    "offers a page with a wrong hash",
    PageOffered,
    lambda offer: changed(offer, sha256="0" * 64) if offer.kind == "page" else offer,
)
sends_wrongly("P-305", "signs wrongly", PageOffered, lambda offer: changed(offer, signature="AAAA"))
sends_wrongly(
    "P-305",
    "signs another resolution than it sends",
    PageOffered,
    lambda offer: changed(offer, dpi=offer.dpi + 1),
)
sends_wrongly(
    "P-305", "does not sign", PageOffered, lambda offer: changed(offer, signer="", signature="")
)
receives_wrongly("P-306", "sends no chunk again", ChunksRequested, lambda _asked: None)
receives_wrongly("P-307", "forgets a page that it has sent", PagesRequested, lambda _asked: None)
receives_wrongly("P-307", "keeps a page for ever", PageKept, lambda _kept: None)
receives_wrongly(
    "P-308",
    "forgets a page that came damaged",
    PageRefused,
    lambda refused: changed(refused, code="page_unreadable"),
)
receives_wrongly(
    "P-308",
    "forgets a page that was not allowed yet",
    PageRefused,
    lambda refused: (
        changed(refused, code="page_unreadable") if refused.code == "page_unasked" else refused
    ),
)
sends_wrongly(
    "P-310",
    "says that a jam is a page",
    ScanEnded,
    lambda ended: changed(ended, code="") if ended.code == "scanner_jammed" else ended,
)
sends_wrongly(
    "P-311",
    "does not count what it wiped",
    KioskWiped,
    lambda wiped: changed(wiped, pages_removed=0),
)
sends_wrongly(
    "P-320",
    "prints without the power",
    PrintChanged,
    lambda told: changed(told, state=PrintState.DONE) if told.state is PrintState.SHOWN else told,
)


@breaks("P-321", "prints without a yes")
class PrintsUnasked(HeadlessKiosk):
    def made(self, session: KioskSession) -> None:
        showing = session.devices.showing
        showing.asked.connect(lambda shown: _answer_soon(session, shown))


def _answer_soon(session: KioskSession, shown: ShownPrint) -> None:
    answer = session.devices.showing.answer
    asyncio.get_running_loop().call_later(0.1, answer, shown.print_id, True)


@breaks("P-322", "prints in spite of a no")
class PrintsAnyway(HeadlessKiosk):
    async def instruct(self, instruction: Instruction) -> None:
        await super().instruct(
            changed(instruction, yes=True) if isinstance(instruction, AnswerPrint) else instruction
        )


@breaks("P-323", "prints what is bound to another session")
class BindsAll(HeadlessKiosk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, PrintOffered) and self.session is not None:
            session = self.session.facts.id
            key = self.session._parts.kiosk_key
            ours = print_binding(session, key, message.sha256, message.copies)
            return [changed(message, bound_to=ours)]
        return [message]


@breaks("P-324", "prints twice")
class PrintsTwice(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._done: set[str] = set()

    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, PrintChanged):
            if message.print_id in self._done and message.state is PrintState.DONE:
                again = changed(message, state=PrintState.PRINTING, job_id=message.job_id + 1)
                return [again, changed(again, state=PrintState.DONE)]
            if message.state is PrintState.DONE:
                self._done.add(message.print_id)
        return [message]


sends_wrongly(
    "P-325",
    "prints what arrived damaged",
    PrintChanged,
    lambda told: (
        changed(told, code="", state=PrintState.SENT) if told.code == "page_damaged" else told
    ),
)

writes_wrongly("P-312", "writes no page", rb'{"type":"PageTaken"[^}]*}', NOTHING)
writes_wrongly("P-326", "writes no print", rb'{"type":"PrintChanged"[^}]*}', NOTHING)
sends_wrongly(
    "P-313",
    "keeps in spite of a no",
    GrantChanged,
    lambda change: changed(change, allowed=True) if change.grant is Grant.KEEP else change,
)
receives_wrongly("P-330", "shows no document", ShowStarted, lambda _started: None)
sends_wrongly("P-331", "waits for lost chunks of a page", ShownChunksRequested, lambda _asked: None)
sends_wrongly(
    "P-332", "paints no marks", ShownPagePainted, lambda painted: changed(painted, marks=0)
)
receives_wrongly("P-333", "turns no page", ShownPageTurned, lambda _turned: None)


@breaks("P-334", "paints a page that came damaged")
class PaintsDamaged(HeadlessKiosk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, ShownPageTurned) and message.page == 2 and self.session is not None:
            painted = ShownPagePainted(show_id=message.show_id, page=2)
            channel = self.link.bus.channel(self.session.facts.id)
            self.tasks.start(channel.send(topic, painted), name="painted")
        return [message]


@breaks("P-335", "shows again what the caller has closed")
class ShowsAgain(HeadlessKiosk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._closed = False

    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, ShowEnded) and message.by_caller:
            again, self._closed = self._closed, True
            return [] if again else [message]
        return [message]


# ---- hostile


KIOSKS.on_hostile("P")


@breaks("P-405", "ends at what is no JSON")
class EndsAtGarbage(ReceivesOtherBytes, HeadlessKiosk):
    _is_dead = False

    def received(self, message: Incoming) -> Incoming | None:
        if message.subject.rpartition(".")[2] == "beside":
            try:
                json.loads(message.payload)
            except ValueError:
                self._is_dead = True
        return None if self._is_dead else message


# ---- sealed


@breaks("P-501", "talks in clear to an end that seals")
class NeverSeals(HeadlessKiosk):
    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        pass


@breaks("P-502", "sends its offer in clear")
class OffersInClear(HeadlessKiosk):
    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if self.session is not None and self.session.facts.seal is not None and self.bus:
            session = self.session.facts.id
            sending = self.bus._publish(session, topic, encode_session(message), None)
            self.tasks.start(sending, name="in clear")
        return [message]


@breaks("P-504", "gives the caller's number in clear")
class NumberInClear(HeadlessKiosk):
    async def press(self, instruction: Press) -> None:
        assert self.bus is not None
        request = TicketRequested(
            request_id=new_id(), service=instruction.service, caller_number=instruction.number
        )
        self.link._take(await self.bus.ask_once(request))


KIOSKS.on_sealed("P", broken_seal="P-505")
