# SPDX-License-Identifier: GPL-3.0-only
"""The level "page": grants that the caller gives and takes back, and the shared page.
Used by `run`.
"""

from __future__ import annotations

import asyncio
import time

from expert_app.conformance.instructions import AnswerGrant, StopAll, Withdraw
from expert_app.conformance.kiosks.mirror_reading import MirrorReading
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.kiosks.written_log import check_grants
from expert_app.conformance.site import HARMLESS, LATE, secrets_in
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.core.errors import GrantMissing
from session.protocol.conversation.chat_and_privacy import PrivacyAsked, PrivacyShown
from session.protocol.conversation.messages import (
    AddressRefused,
    AddressRequested,
    Grant,
    GrantChanged,
    GrantReason,
    GrantRequested,
    GrantsRequested,
    PageShown,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror import TOPIC as MIRROR
from session.protocol.conversation.remote_control import ClickRequested, CommandAnswered
from session.protocol.topics import RAW_TOPICS
from session.protocol.wire.ids import new_id

ELSEWHERE = "https://ailleurs.example/"

TOLD_S = 4.0
"""Nobody is asked: the answer comes at once."""

SILENCE_S = (25.0, 45.0)
"""Thirty seconds, as a machine that has much to do counts them."""

EARLY_S, LATE_S = 1.0, 10.0
"""A grant ends so much before or after its time, seen from another machine."""


def reading(stage: KioskStage, talk: TriedTalk) -> MirrorReading:
    """The mirror until now."""
    return MirrorReading(stage.traffic.raw(talk.id, MIRROR))


async def grants(stage: KioskStage) -> None:
    """The caller gives grants, refuses and takes them back."""
    talk = await stage.converse()
    await _begins_without(stage, talk)
    await _opens(stage, talk)
    await _commands_without(stage, talk)
    await stage.allow(talk, Grant.SEE_PAGE)
    await _mirrors(stage, talk)
    await _hides_page(stage, talk)
    await _asks_once(stage, talk)
    await _refuses(stage, talk)
    await _withdraws(stage, talk)
    await _asks_first(stage, talk)
    await _stops(stage, talk)
    await stage.end(talk)
    await check_grants(stage, talk)


async def _begins_without(stage: KioskStage, talk: TriedTalk) -> None:
    since = stage.traffic.mark()
    await talk.say("grant", GrantsRequested())

    def reported() -> dict[Grant, bool]:
        return _allowed(stage, talk, since)

    await stage.findings.seen(lambda: len(reported()) == len(Grant), TOLD_S)
    missing = sorted(set(Grant) - reported().keys())
    given_grants = sorted(grant for grant, allowed in reported().items() if allowed)
    stage.findings.check(
        "P-201", not missing and not given_grants, f"not told: {missing}; given: {given_grants}"
    )


def _allowed(stage: KioskStage, talk: TriedTalk, since: int | None = None) -> dict[Grant, bool]:
    """Return what the kiosk last said of each grant."""
    return {change.grant: change.allowed for change in talk.sent(GrantChanged, since)}


async def _opens(stage: KioskStage, talk: TriedTalk) -> None:
    findings, pages = stage.findings, stage.world.pages

    def shown() -> list[str]:
        return [page.address for page in talk.sent(PageShown)]

    elsewhere = AddressRequested(address=ELSEWHERE)
    refused = await talk.answers("cobrowse", elsewhere, AddressRefused)
    opened = any(ELSEWHERE in address for address in shown())
    findings.check("P-203", bool(refused) and not opened, "no AddressRefused came")
    await talk.say("cobrowse", AddressRequested(address=pages))
    await findings.eventually(
        "P-202",
        lambda: any(address.startswith(pages) for address in shown()),
        within_s=20,
        otherwise=lambda: f"it said {talk.sent(AddressRefused)[-1:]}",
    )
    await asyncio.sleep(0.5)
    sent = stage.traffic.raw(talk.id, MIRROR)
    findings.check("P-204", not sent, "events of the page came without the grant")


async def _commands_without(stage: KioskStage, talk: TriedTalk, rule: str = "P-214") -> None:
    click = ClickRequested(command_id=new_id(), epoch=1, node=1, x=0.5, y=0.5)
    command = click.command_id
    sent = await talk.answers("control", click, CommandAnswered, command_id=command)
    good = bool(sent) and sent[0].code == GrantMissing.code
    stage.findings.check(rule, good, f"a click was answered with {sent[:1]}")


async def _mirrors(stage: KioskStage, talk: TriedTalk) -> None:
    findings = stage.findings
    await findings.eventually(
        "P-206",
        lambda: reading(stage, talk).starts > 0,
        otherwise="no payload with `Start` came",
    )
    await findings.seen(
        lambda: LATE in (text := reading(stage, talk).text) and HARMLESS in text, 10
    )
    first_reading = reading(stage, talk)
    shows = HARMLESS in first_reading.text and LATE in first_reading.text
    findings.check(
        "P-206",
        shows and not first_reading.wrong,
        "; ".join(first_reading.wrong) or "the page is not in it",
    )
    _keeps_secrets(stage, f"{first_reading.text}\n{_all_said(stage, talk)}")
    starts = first_reading.starts
    await talk.say("cobrowse", SnapshotRequested())
    await findings.expect(
        "P-207",
        lambda: reading(stage, talk).starts > starts,
        otherwise="no new `Start` came",
    )
    _keeps_secrets(stage, reading(stage, talk).text)


def _keeps_secrets(stage: KioskStage, text: str) -> None:
    leaked = secrets_in(text)
    stage.findings.check("P-208", not leaked, f"it sent {', '.join(leaked)}")


def _all_said(stage: KioskStage, talk: TriedTalk) -> str:
    """Everything but bytes, decoded where that is possible."""
    return "\n".join(
        str(record.message() or record.payload.decode(errors="replace"))
        for record in stage.traffic.sent
        if record.session == talk.id and record.topic not in RAW_TOPICS
    )


async def _hides_page(stage: KioskStage, talk: TriedTalk) -> None:
    await talk.answers("beside", PrivacyAsked(on=True), PrivacyShown)
    await _stands_still(stage, talk, "P-218", "the mirror went on during the pause")
    starts = reading(stage, talk).starts
    await talk.answers("beside", PrivacyAsked(on=False), PrivacyShown)
    await stage.findings.eventually(
        "P-218",
        lambda: reading(stage, talk).starts > starts,
        otherwise="no new `Start` came after the pause",
    )


async def _stands_still(stage: KioskStage, talk: TriedTalk, rule: str, otherwise: str) -> None:
    """Check that nothing of the page comes, asked for or not."""
    await asyncio.sleep(0.5 * stage.findings.patience)  # what is under way still comes
    count = len(stage.traffic.raw(talk.id, MIRROR))
    await talk.say("cobrowse", SnapshotRequested())
    await stage.findings.never(
        rule,
        lambda: len(stage.traffic.raw(talk.id, MIRROR)) > count,
        for_s=1.0,
        otherwise=otherwise,
    )


async def _asks_once(stage: KioskStage, talk: TriedTalk) -> None:
    """The same request, and another one for a grant that is young."""
    answered = talk.sent(GrantChanged, grant=Grant.SEE_PAGE)[-1].request_id
    for rule, request in (("P-209", answered), ("P-213", new_id())):
        repeated = GrantRequested(grant=Grant.SEE_PAGE, request_id=request)
        reported = await talk.answers("grant", repeated, GrantChanged, grant=repeated.grant)
        good = bool(reported) and reported[-1].allowed and reported[-1].request_id == request
        stage.findings.check(rule, good, f"without an answer of the caller it said {reported[-1:]}")


async def _refuses(stage: KioskStage, talk: TriedTalk) -> None:
    change = await stage.ask(talk, Grant.TYPE, yes=False)
    good = change is not None and not change.allowed and change.reason is GrantReason.ANSWERED
    stage.findings.check("P-210", good, f"after no it said {change}")


async def _withdraws(stage: KioskStage, talk: TriedTalk) -> None:
    await stage.allow(talk, Grant.CONTROL)
    since = stage.traffic.mark()
    await stage.instruct(Withdraw(grant=Grant.SEE_PAGE))

    def ended() -> bool:
        allowed = _allowed(stage, talk, since)
        return allowed.get(Grant.SEE_PAGE) is False and allowed.get(Grant.CONTROL) is False

    otherwise = "no GrantChanged said that `see_page` and `control` have ended"
    await stage.findings.expect("P-212", ended, within_s=5, otherwise=otherwise)
    await _stands_still(stage, talk, "P-212", "the mirror went on")
    sharing = talk.sent(SharingChanged)
    stage.findings.check(
        "P-212", bool(sharing) and not sharing[-1].sharing, "no SharingChanged said that it ended"
    )


async def _asks_first(stage: KioskStage, talk: TriedTalk) -> None:
    """`point` needs `see_page`."""
    since, request = stage.traffic.mark(), new_id()
    await stage.greet(talk)
    await talk.say("grant", GrantRequested(grant=Grant.POINT, request_id=request))
    await stage.instruct(AnswerGrant(grant=Grant.SEE_PAGE, yes=True))

    def given() -> list[Grant]:
        return [change.grant for change in talk.sent(GrantChanged, since) if change.allowed]

    if not await stage.findings.seen(lambda: Grant.POINT in given(), 2):  # not asked together
        await stage.instruct(AnswerGrant(grant=Grant.POINT, yes=True))
    await stage.findings.seen(lambda: len(given()) > 1, 5)
    good = given()[:2] == [Grant.SEE_PAGE, Grant.POINT]
    stage.findings.check("P-216", good, f"it gave {given()}")


async def _stops(stage: KioskStage, talk: TriedTalk) -> None:
    await stage.instruct(StopAll())

    def left() -> list[Grant]:
        return sorted(grant for grant, allowed in _allowed(stage, talk).items() if allowed)

    await stage.findings.expect(
        "P-215", lambda: not left(), within_s=5, otherwise=lambda: f"still given: {left()}"
    )


async def silence(stage: KioskStage) -> None:
    """Nobody answers."""
    talk = await stage.converse()
    request, asked_s = new_id(), time.monotonic()
    await stage.greet(talk)
    await talk.say("grant", GrantRequested(grant=Grant.SCAN, request_id=request))

    def answer() -> list[GrantChanged]:
        changes = talk.sent(GrantChanged, grant=Grant.SCAN)
        return [change for change in changes if change.request_id == request or change.allowed]

    reported = await stage.findings.seen(answer, SILENCE_S[1])
    after_s = time.monotonic() - asked_s
    good = bool(reported) and not reported[-1].allowed and after_s >= SILENCE_S[0]
    stage.findings.check("P-211", good, f"after {after_s:.0f} s it said {reported[-1:]}")
    await stage.end(talk)


async def expiry(stage: KioskStage) -> None:
    """A grant ends when its time is over, though nobody does anything."""
    talk = await stage.converse()
    await stage.allow(talk, Grant.CONTROL)
    control = Grant.CONTROL
    since, left_s = stage.traffic.mark(), talk.sent(GrantChanged, grant=control)[-1].left_s
    await asyncio.sleep(max(0.0, left_s - EARLY_S))
    early = talk.sent(GrantChanged, since, grant=control, allowed=False)
    changes = await talk.comes(GrantChanged, since, within_s=LATE_S, grant=control, allowed=False)
    good = not early and bool(changes) and changes[0].reason is GrantReason.EXPIRED
    when = "at the end"
    if early:
        when = "too early"
    words = f"given for {left_s:.0f} s, it said {when} {changes[:1]}"
    if stage.findings.check("P-219", good, words):
        await _commands_without(stage, talk, "P-219")
    await stage.end(talk)


CASES = (
    Case(
        "grants and a page",
        numbers("P", (201, 210), (212, 218)),
        grants,
    ),
    Case("nobody answers", ("P-211",), silence, slow=True),
    Case("a grant's time", ("P-219",), expiry, slow=True),
)
