# SPDX-License-Identifier: GPL-3.0-only
"""Two desks' whole jobs: hold over a restart, a colleague who is asked and takes over, a caller who
is passed on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from documents.workers import Workers
from session.log.events import CallerPassedOn, HeldChanged, ThirdChanged
from session.media.engine import MediaState
from session.protocol.hub.talk_state import HoldReason, PassReason, ThirdState
from session.protocol.hub.tickets import TicketState
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.waiting import until
from tests.unit.expert_app.desk.desk_at_work import Office
from tests.unit.expert_app.desk.talkers import let_in, talker


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as started:
        yield started


@pytest.fixture
async def office(tmp_path: Path, workers: Workers) -> AsyncIterator[Office]:
    async with hub_world(tmp_path / "hub") as world:
        made = Office(world, tmp_path, workers=workers)
        yield made
        await made.close()


async def test_a_caller_on_hold_is_on_hold_after_a_restart_of_the_desk(office: Office) -> None:
    alice = await talker(office, "alice")
    alice.desk.app.accept(await office.caller())
    await until(lambda: alice.desk.app.session is not None)
    alice.talks.hold(HoldReason.PAPERS)
    await until(lambda: bool(alice.seen) and alice.seen[-1].talk.held)
    session = alice.desk.opened[0]
    assert session.call.state == MediaState.HELD
    await alice.desk.tasks.close()
    again = await talker(office, "alice")
    await until(
        lambda: again.desk.app.session is not None and again.desk.opened[0].third_parties.talk.held
    )
    assert again.desk.opened[0].call.state == MediaState.HELD
    again.talks.resume()
    await until(lambda: again.desk.opened[0].call.state != MediaState.HELD)


async def test_a_colleague_is_asked_comes_and_takes_the_caller_over(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await talker(office, "alice"), await talker(office, "bob")
    assert office.world.hub is not None
    presence = office.world.hub.queue.presence
    await until(lambda: presence.is_there("valdore", Role.AGENT, "bob"))
    kiosk = await office.world.kiosk("kiosk1")
    ticket = (await kiosk.call("rights", "1234567", "r1")).ticket.id
    alice.desk.app.accept(ticket)
    await until(lambda: alice.desk.app.session is not None and bool(alice.desk.dossiers))
    first = alice.desk.opened[0].facts.id
    written: list[object] = []
    monkeypatch.setattr(alice.desk.opened[0].event_log, "write", written.append)
    alice.talks.find_targets()
    await until(lambda: bool(alice.targets))
    assert "bob" in [one.id for one in alice.targets[0].agents]

    alice.talks.invite("bob", True)
    await until(lambda: bool(bob.calls) and bob.calls[-1] is not None)
    call = bob.calls[-1]
    assert call is not None
    assert (call.by_name, call.ticket.id) == ("Alice M.", ticket)
    bob.talks.answer_invitation(accept=True)
    await until(lambda: bool(bob.visits))
    assert not bob.visits[0].is_in
    await until(
        lambda: (third := alice.third()) is not None and third.state is ThirdState.ANNOUNCED
    )
    await let_in(kiosk, alice, bob)
    alice.talks.hand_over("suite")
    await until(lambda: bool(bob.left) and bob.desk.app.session is not None)
    await until(lambda: bool(bob.notes))
    assert bob.desk.opened[0].facts.id != first
    assert (bob.notes[0].by_name, bob.notes[0].note) == ("Alice M.", "suite")
    await until(lambda: [ended.reason for ended in alice.desk.ended] == ["passed_on"])
    await alice.desk.app.close("done")
    assert alice.desk.closed == ["done"]
    assert HeldChanged(held=True, reason="colleague") in written
    assert ThirdChanged(role="agent", state="in") in written
    assert CallerPassedOn(reason="specialist", to_agent=True) in written
    assert not any("suite" in str(event) for event in written)
    assert office.world.hub.queue.view.of_agent("valdore", "bob")[0].state is TicketState.IN_SESSION


async def test_who_wraps_up_after_passing_on_is_busy_until_it_is_finished(office: Office) -> None:
    alice, bob = await talker(office, "alice"), await talker(office, "bob")
    assert office.world.hub is not None
    view, presence = office.world.hub.queue.view, office.world.hub.queue.presence
    await until(lambda: presence.is_there("valdore", Role.AGENT, "bob"))
    ticket = await office.caller()
    alice.desk.app.accept(ticket)
    await until(lambda: alice.desk.app.session is not None)
    alice.talks.pass_on("bob", "", PassReason.LANGUAGE, "parle occitan")
    await until(lambda: bool(alice.desk.ended) and bool(view.helping("valdore", "alice")))
    bob.desk.app.accept(ticket)
    await until(lambda: "parle occitan" in [one.note for one in bob.notes])
    await alice.desk.app.close("done")
    await until(lambda: not view.helping("valdore", "alice"))
    assert view.of_agent("valdore", "bob")[0].id == ticket
