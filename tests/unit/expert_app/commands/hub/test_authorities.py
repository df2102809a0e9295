# SPDX-License-Identifier: GPL-3.0-only
"""Who has the next authority: each computer with a key is counted, those that are missing are
listed fifty at a time, and nothing is changed by a command that does not say what it wants.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.commands.hub.authorities import Computer, missing_lines, without
from expert_app.commands.hub.context import HubContext
from expert_app.hub.certificates import make_ca
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.stores.identities import open_book
from expert_app.stores.last_seen import write_sightings
from expert_app.stores.next_authority import read_offer
from session.bus.transport.authority import fingerprints_in
from session.bus.transport.nkeys import new_seed, public_key
from session.hub.access.identities import Identity
from session.hub.access.sightings import Sighting
from session.protocol.wire.program import KEY_LETTERS
from session.protocol.wire.roles import Role

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The options of a hub with the example's convention."""
    (tmp_path / "c.toml").write_text(EXAMPLE, encoding="utf-8")
    catalogue = (tmp_path / "c.toml").as_posix()
    (tmp_path / "hub.toml").write_text(f'catalogue = "{catalogue}"\n', encoding="utf-8")
    make_ca(tmp_path / "ca-2")
    return ["--settings", str(tmp_path / "hub.toml"), "--folder", str(tmp_path), "--language", "en"]


def test_each_computer_of_a_person_is_counted(
    tmp_path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = paths_for("hub", tmp_path)
    book, agent = open_book(paths), Identity("valdore", Role.AGENT, "agent1")
    keys = [public_key(new_seed()) for _ in range(2)]
    book.admit(agent, keys[0], AT)
    code = book.invite(agent, AT, timedelta(minutes=15), adds=True)
    book.enrol(code, keys[1], AT, computer="PC 2")
    assert main(["hub", "authorities", *words]) == 2
    assert main(["hub", "trust-authority", "--ca", str(tmp_path / "ca-2"), *words]) == 0
    offered = read_offer(paths)
    (name,) = fingerprints_in(offered.encode())
    believes = {keys[0][:KEY_LETTERS]: ("OLD", name), keys[1][:KEY_LETTERS]: ("OLD",)}
    write_sightings(paths, [Sighting("valdore", Role.AGENT, "agent1", AT, "0.2.0", believes)])
    capsys.readouterr()
    assert main(["hub", "authorities", *words]) == 1
    said = capsys.readouterr().out
    assert said.startswith("1 of 2 computers have it.")
    assert "agent1 (Camille R.), PC 2: seen" in said

    assert main(["hub", "trust-authority", *words]) == 2
    assert read_offer(paths) == offered
    assert main(["hub", "trust-authority", "--stop", *words]) == 0
    assert read_offer(paths) == ""


def test_those_that_are_missing_are_listed_fifty_at_a_time(tmp_path: Path) -> None:
    hub = HubContext(HubSettings(), paths_for("hub", tmp_path))
    computers = [
        Computer(
            organisation="caf",
            role="agent",
            user=f"a{number}",
            name=f"a{number}",
            believes=("NEW",) if number < 60 else ("OLD",),
            last_seen_utc=AT,
        )
        for number in range(180)
    ]
    missing = without(computers, "NEW")
    assert len(missing) == 120
    first, second = (list(missing_lines(hub, missing, page)) for page in (1, 2))
    last = list(missing_lines(hub, missing, 3))
    assert len(first) == 1 + 50 + 1
    assert "a60" in first[1]
    assert first[-1].strip().startswith("70")
    assert "--page 2" in first[-1]
    assert "a110" in second[1]
    assert len(last) == 1 + 20
