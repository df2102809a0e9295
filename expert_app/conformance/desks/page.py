# SPDX-License-Identifier: GPL-3.0-only
"""The level "page" of a desk: powers, and the page that the kiosk shares. Used by `run`."""

from __future__ import annotations

from expert_app.conformance.desks.instructions import AskGrant, LoadAgain, OpenPage
from expert_app.conformance.desks.kiosk_end import EPOCH, MOVE
from expert_app.conformance.desks.stage import DeskStage, DeskTalk
from expert_app.conformance.driver import CannotDo
from expert_app.conformance.playing import Case
from session.protocol.conversation.messages import (
    AddressRequested,
    Grant,
    GrantReason,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror_messages import MirrorReceived
from session.protocol.conversation.remote_control import PageCommand
from session.protocol.wire.ids import new_id

ACK = 4711
QUIET_S = 2.5
AGAIN_S = 8.0


async def powers(stage: DeskStage) -> None:
    """The agent opens a page, sees it and acts in it; the caller takes it back."""
    talk = await stage.converse()
    await _repeats(stage, talk)
    await _opens(stage, talk)
    await stage.ask(talk, Grant.SEE_PAGE)
    await _acks(stage, talk)
    await _loses(stage, talk)
    await _acts(stage, talk)
    await _lets_go(stage, talk)
    await stage.end(talk)


async def _repeats(stage: DeskStage, talk: DeskTalk) -> None:
    """The kiosk has lost the request, and tells how it is with the power."""
    kiosk, since = stage.kiosk, stage.traffic.mark()
    kiosk.answers.pop(Grant.SCAN)
    await stage.instruct(AskGrant(grant=Grant.SCAN))
    await stage.findings.eventually(
        "D-201",
        lambda: stage.asks(talk, Grant.SCAN, since),
        within_s=10,
        otherwise="no GrantRequested for scan came",
    )
    first = stage.asks(talk, Grant.SCAN, since)[-1]
    since = stage.traffic.mark()
    await kiosk.send("grant", kiosk.change(Grant.SCAN, GrantReason.TOLD))
    await stage.findings.seen(lambda: stage.asks(talk, Grant.SCAN, since), 5)
    repeated_ids = [request.request_id for request in stage.asks(talk, Grant.SCAN, since)]
    stage.findings.check(
        "D-202", {*repeated_ids} == {first.request_id}, f"it asked again by {repeated_ids}"
    )
    kiosk.answers[Grant.SCAN] = kiosk.given[Grant.SCAN] = False
    await kiosk.send("grant", kiosk.change(Grant.SCAN, request_id=first.request_id))
    kiosk.answers[Grant.SCAN] = True


async def _opens(stage: DeskStage, talk: DeskTalk) -> None:
    address = stage.world.pages
    await stage.instruct(OpenPage(address=address))

    def opened() -> bool:
        return any(
            request.address.startswith(address.rstrip("/"))
            for request in stage.sent(talk, AddressRequested)
        )

    await stage.findings.seen(opened, 10)
    stage.findings.check("D-203", opened(), f"it said {stage.sent(talk, AddressRequested)[-1:]}")


async def _acks(stage: DeskStage, talk: DeskTalk) -> None:
    await stage.kiosk.picture()
    await stage.kiosk.send_mirror(MOVE, start=False, ack=ACK)

    def reported() -> list[int]:
        return [receipt.ack for receipt in stage.sent(talk, MirrorReceived)]

    await stage.findings.seen(lambda: ACK in reported(), 5)
    stage.findings.check("D-204", ACK in reported(), f"it said {reported()}")


async def _loses(stage: DeskStage, talk: DeskTalk) -> None:
    """A payload gets lost, and what comes after it does not make up for it."""
    since = stage.traffic.mark()
    await stage.kiosk.send_mirror(MOVE, start=False, skip=True)
    for _ in range(3):
        await stage.kiosk.send_mirror(MOVE, start=False)
    is_asked = await stage.comes(talk, SnapshotRequested, since, AGAIN_S)
    stage.findings.check("D-205", is_asked, "a gap in `seq` was not noticed")


async def _acts(stage: DeskStage, talk: DeskTalk) -> None:
    await stage.ask(talk, Grant.CONTROL)
    since = stage.traffic.mark()
    try:
        await stage.instruct(LoadAgain())
    except CannotDo as cannot:
        stage.findings.leave_untried(("D-206",), str(cannot))
        return
    await stage.findings.seen(lambda: stage.sent(talk, PageCommand, since), 5)
    commands = stage.sent(talk, PageCommand, since)
    good = bool(commands) and commands[0].epoch == EPOCH and bool(commands[0].command_id)
    stage.findings.check("D-206", good, f"it said {commands[:1]}, the page has epoch {EPOCH}")


async def _lets_go(stage: DeskStage, talk: DeskTalk) -> None:
    kiosk = stage.kiosk
    for grant in (Grant.SEE_PAGE, Grant.CONTROL):
        await kiosk.withdraw(grant)
        kiosk.answers.pop(grant)
    await kiosk.send("cobrowse", SharingChanged(sharing=False))
    await kiosk.send_mirror(MOVE, start=False, skip=True)
    words = new_id()
    await stage.until_shown(talk, words)
    since = stage.traffic.mark()
    await stage.findings.never(
        "D-207",
        lambda: stage.sent(talk, SnapshotRequested, since) or stage.sent(talk, PageCommand, since),
        for_s=QUIET_S,
        otherwise="it went on to ask for the page, or to act in it",
    )


CASES = (Case("powers and a page", tuple(f"D-{n}" for n in range(201, 208)), powers),)
