# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub people`: who has come, who is invited, who was seen when and with what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from expert_app.__main__ import main
from expert_app.commands.hub.context import HubContext
from expert_app.commands.setup.people import Person, list_people, read_people
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths, paths_for
from expert_app.stores.identities import open_book
from expert_app.stores.last_seen import write_sightings
from session.bus.transport.nkeys import new_seed, public_key
from session.hub.access.identities import Identity, SignedOn
from session.hub.access.sightings import Sighting
from session.protocol.wire.roles import Role

AGENT = Identity("valdore", Role.AGENT, "agent1")
GONE = Identity("valdore", Role.AGENT, "left")
KIOSK = Identity("valdore", Role.KIOSK, "borne1")
NOW = datetime.now(UTC)


@pytest.fixture
def hub(tmp_path: Path) -> tuple[HubSettings, Paths]:
    (tmp_path / "c.toml").write_text(EXAMPLE, encoding="utf-8")
    text = f'catalogue = "{(tmp_path / "c.toml").as_posix()}"\n'
    (tmp_path / "hub.toml").write_text(text, encoding="utf-8")
    paths = paths_for("hub", tmp_path)
    book = open_book(paths)
    for one in (AGENT, GONE):
        book.enrol(book.invite(one, NOW, timedelta(minutes=5)), public_key(new_seed()), NOW)
    book.invite(KIOSK, NOW, timedelta(days=7))
    seen = Sighting("valdore", Role.AGENT, "agent1", NOW - timedelta(days=2), "0.1.0")
    write_sightings(paths, [seen])
    return HubSettings(catalogue=str(tmp_path / "c.toml")), paths


def test_everybody_is_listed_with_key_invitation_and_version(
    hub: tuple[HubSettings, Paths],
) -> None:
    people = {one.user: one for one in read_people(*hub, NOW)}
    assert set(people) == {"borne1", "ecran1", "agent1", "left"}
    agent = people["agent1"]
    assert (agent.key, agent.version, agent.name) == ("enrolled", "0.1.0", "Camille R.")
    assert agent.last_seen_utc == NOW - timedelta(days=2)
    assert agent.enrolled_at_utc == NOW
    assert people["borne1"].key == "invited"
    assert people["borne1"].invited_until_utc == NOW + timedelta(days=7)
    assert people["ecran1"].key == "none"
    assert not people["left"].in_convention
    assert isinstance(agent, Person)


def test_the_list_is_for_people_and_for_programs(
    hub: tuple[HubSettings, Paths], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["hub", "people", "--folder", str(tmp_path), "--language", "en"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "agent1 (Camille R.)" in said
    assert "not in the convention" in said
    assert "never seen" in said
    assert main([*words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {one["user"] for one in data["people"]} == {"borne1", "ecran1", "agent1", "left"}
    assert data["hub_version"]


def test_what_is_seen_later_wins_and_a_damaged_file_is_no_harm(
    hub: tuple[HubSettings, Paths],
) -> None:
    settings, paths = hub
    write_sightings(paths, [Sighting("valdore", Role.KIOSK, "borne1", NOW)])
    write_sightings(paths, [Sighting("valdore", Role.AGENT, "agent1", NOW, "0.2.0")])
    people = {one.user: one for one in read_people(settings, paths, NOW)}
    assert people["agent1"].version == "0.2.0"
    assert people["borne1"].last_seen_utc == NOW
    (paths.folder("identities") / "last_seen.json").write_text("no list")
    assert all(one.last_seen_utc is None for one in read_people(settings, paths, NOW))


def test_who_signed_in_with_the_organisation_is_listed_and_revoked_by_name(
    hub: tuple[HubSettings, Paths], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who, until = Identity("valdore", Role.AGENT, "o_camille"), NOW + timedelta(hours=10)
    signed_on = SignedOn(who, public_key(new_seed()), "Camille Roc", ("rights",), "sso", until)
    open_book(hub[1]).sign_on(signed_on, NOW)
    person = {one.user: one for one in read_people(*hub, NOW)}["o_camille"]
    assert (person.name, person.key) == ("Camille Roc", "signed_on")
    assert person.signed_on_until_utc == until
    words = ["--role", "agent", "--org", "valdore", "--name", "Camille Roc"]
    common = ["--folder", str(tmp_path), "--settings", str(tmp_path / "hub.toml")]
    assert main(["hub", "revoke", *words, *common, "--language", "en"]) == 0
    assert "can do so again" in capsys.readouterr().out
    assert "o_camille" not in {one.user for one in read_people(*hub, NOW)}


def test_hours_are_those_of_the_hub_as_on_the_sheets(
    hub: tuple[HubSettings, Paths], capsys: pytest.CaptureFixture[str]
) -> None:
    """A server's own clock is often set to UTC."""
    settings, paths = hub
    settings = msgspec.structs.replace(settings, time_zone="Pacific/Kiritimati")
    list_people(HubContext(settings, paths))
    until = (NOW + timedelta(days=7)).astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert f"{until:%d/%m/%Y %H:%M}" in capsys.readouterr().out
