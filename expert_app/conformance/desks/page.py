# SPDX-License-Identifier: GPL-3.0-only
"""The level "page" of a desk: grants, and the page that the kiosk shares. Used by `run`."""

from __future__ import annotations

from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.instructions import LoadAgain, OpenPage
from expert_app.conformance.kiosk_end import EPOCH, MOVE
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.protocol.conversation.messages import (
    AddressRequested,
    Grant,
    GrantReason,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror_messages import MirrorReceived
from session.protocol.conversation.remote_control import PageCommand

ACK = 4711
QUIET_S = 2.5
AGAIN_S = 8.0


async def grants(stage: DeskStage) -> None:
    """The agent opens a page, sees it and acts in it; the caller takes it back."""
    talk = await stage.converse()
    await _repeats(stage, talk)
    await _opens(stage, talk)
    await stage.ask(talk, Grant.SEE_PAGE)
    await _acks(stage, talk)
    await _loses(stage, talk)
    await _acts(stage, talk)
    await _lets_go(stage, talk)
    await stage.finish(talk)


async def _repeats(stage: DeskStage, talk: TriedTalk) -> None:
    """The kiosk has lost the request, and tells how it is with the grant."""
    kiosk = stage.kiosk
    kiosk.answers.pop(Grant.SCAN)
    first = await stage.begins_to_ask(talk, Grant.SCAN)
    since = stage.traffic.mark()
    await kiosk.send("grant", kiosk.change(Grant.SCAN, GrantReason.TOLD))
    requests = await stage.findings.seen(lambda: stage.asks(talk, Grant.SCAN, since), 5)
    repeated_ids = [request.request_id for request in requests]
    stage.findings.check(
        "D-202", {*repeated_ids} == {first.request_id}, f"it asked again by {repeated_ids}"
    )
    kiosk.answers[Grant.SCAN] = kiosk.given[Grant.SCAN] = False
    await kiosk.send("grant", kiosk.change(Grant.SCAN, request_id=first.request_id))
    kiosk.answers[Grant.SCAN] = True


async def _opens(stage: DeskStage, talk: TriedTalk) -> None:
    address = stage.world.pages
    await stage.instruct(OpenPage(address=address))

    def addresses() -> list[str]:
        return [request.address for request in talk.sent(AddressRequested)]

    await stage.findings.expect(
        "D-203",
        lambda: any(name.startswith(address.rstrip("/")) for name in addresses()),
        otherwise=lambda: f"it said {addresses()[-1:]}",
    )


async def _acks(stage: DeskStage, talk: TriedTalk) -> None:
    await stage.kiosk.picture()
    await stage.kiosk.send_mirror(MOVE, start=False, ack=ACK)

    def reported() -> list[int]:
        return [receipt.ack for receipt in talk.sent(MirrorReceived)]

    await stage.findings.expect(
        "D-204",
        lambda: ACK in reported(),
        within_s=5,
        otherwise=lambda: f"it said {reported()}",
    )


async def _loses(stage: DeskStage, talk: TriedTalk) -> None:
    """A payload gets lost, and what comes after it does not make up for it."""
    since = stage.traffic.mark()
    await stage.kiosk.send_mirror(MOVE, start=False, skip=True)
    for _ in range(3):
        await stage.kiosk.send_mirror(MOVE, start=False)
    requests = await talk.comes(SnapshotRequested, since, within_s=AGAIN_S)
    stage.findings.check("D-205", bool(requests), "a gap in `seq` was not noticed")


async def _acts(stage: DeskStage, talk: TriedTalk) -> None:
    await stage.ask(talk, Grant.CONTROL)
    since = stage.traffic.mark()
    if not await stage.can(LoadAgain(), "D-206"):
        return
    commands = await talk.comes(PageCommand, since)
    good = bool(commands) and commands[0].epoch == EPOCH and bool(commands[0].command_id)
    stage.findings.check("D-206", good, f"it said {commands[:1]}, the page has epoch {EPOCH}")


async def _lets_go(stage: DeskStage, talk: TriedTalk) -> None:
    kiosk = stage.kiosk
    for grant in (Grant.SEE_PAGE, Grant.CONTROL):
        await kiosk.withdraw(grant)
        kiosk.answers.pop(grant)
    await kiosk.send("cobrowse", SharingChanged(sharing=False))
    await kiosk.send_mirror(MOVE, start=False, skip=True)
    await stage.until_shown()
    since = stage.traffic.mark()
    await stage.findings.never(
        "D-207",
        lambda: talk.sent(SnapshotRequested, since) or talk.sent(PageCommand, since),
        for_s=QUIET_S,
        otherwise="it went on to ask for the page, or to act in it",
    )


CASES = (Case("grants and a page", numbers("D", (201, 207)), grants),)
