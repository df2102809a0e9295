# SPDX-License-Identifier: GPL-3.0-only
"""Who was heard last, and with which version."""

from __future__ import annotations

from pathlib import Path

import msgspec

from expert_app.runtime.paths import paths_for
from expert_app.stores.last_seen import read_sightings, write_sightings
from session.bus.transport.connection import Incoming
from session.core.clock import ManualClock
from session.hub.access.sightings import Sighting, Sightings
from session.protocol.wire.program import AUTHORITIES, PROGRAM
from session.protocol.wire.roles import Role


def test_the_last_sign_counts_and_the_version_is_kept() -> None:
    clock = ManualClock()
    sightings = Sightings(clock)
    sightings.on_message(Incoming("hb.caf.k.borne1", b"", {PROGRAM: "0.1.0"}))
    clock.advance(5)
    sightings.on_message(Incoming("svc.caf.k.borne1.services", b"", {}))
    sightings.on_message(Incoming("svc.caf.a.agent1.queue", b"", {PROGRAM: "x" * 500}))
    sightings.on_message(Incoming("hb.caf.a.agent2", b"", {PROGRAM: "0.1\n"}))
    now = clock.utc_now()
    assert sightings.all() == [
        Sighting("caf", Role.KIOSK, "borne1", now, "0.1.0"),
        Sighting("caf", Role.AGENT, "agent1", now, "x" * 40),
        Sighting("caf", Role.AGENT, "agent2", now, ""),
    ]


def test_each_computer_names_the_authorities_that_it_believes(tmp_path: Path) -> None:
    sightings = Sightings(ManualClock())
    for text in ("UAAA:ONE", "UBBB:ONE,TWO", "UAAA:ONE,TWO", "", "none", "b d:ONE", ":"):
        sightings.on_message(Incoming("hb.caf.a.alice", b"", {AUTHORITIES: text}))
    (sighting,) = sightings.all()
    assert sighting.believes == {"UBBB": ("ONE", "TWO"), "UAAA": ("ONE", "TWO")}

    # a hub that starts anew has heard one of them, and keeps what it knew of the other
    paths = paths_for("hub", tmp_path)
    write_sightings(paths, [sighting])
    later = msgspec.structs.replace(sighting, believes={"UAAA": ("TWO",)})
    write_sightings(paths, [later])
    assert read_sightings(paths)[0].believes == {"UBBB": ("ONE", "TWO"), "UAAA": ("TWO",)}


def test_computers_that_were_replaced_are_forgotten() -> None:
    sightings = Sightings(ManualClock())
    for number in range(20):
        header = {AUTHORITIES: f"U{number}:ONE"}
        sightings.on_message(Incoming("hb.caf.a.alice", b"", header))
    assert list(sightings.all()[0].believes) == [f"U{number}" for number in range(12, 20)]


def test_what_names_no_identity_is_dropped_and_counted_and_the_list_goes_on() -> None:
    sightings = Sightings(ManualClock())
    for subject in ("hb.caf.rAZcE8.1wAu4s", "hb.caf.k.a b", "hb.caf.k", "hb.caf", "hb", "hb..k.x"):
        sightings.on_message(Incoming(subject, b"", {}))
    sightings.on_message(Incoming("hb.caf.k.borne1", b"", {}))
    sightings.on_message(Incoming("svc.other:caf.k.borne2.status", b"", {}))
    assert [(one.organisation, one.user) for one in sightings.all()] == [
        ("caf", "borne1"),
        ("other:caf", "borne2"),
    ]
    assert sightings.dropped == 6
