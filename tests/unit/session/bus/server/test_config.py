# SPDX-License-Identifier: GPL-3.0-only
"""The server's configuration and the table of rights; nats-server itself checks the file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from session.bus.server.config import (
    BusAccount,
    BusUser,
    ClusterSettings,
    ServerSettings,
    config_text,
)
from session.bus.server.permissions import rights_of
from session.bus.server.process import server_binary
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import BusRefusedIdentity
from session.protocol.wire.roles import Role


def _accounts() -> list[BusAccount]:
    users = tuple(BusUser(role, f"u{role.name.lower()}", public_key(new_seed())) for role in Role)
    return [BusAccount("valdore", users), BusAccount("marais", ())]


def test_nats_server_takes_the_file(tmp_path: Path) -> None:
    folder = tmp_path / 'a "quoted" folder'
    folder.mkdir()
    text = config_text(
        ServerSettings(folder, 4222), _accounts(), public_key(new_seed()), public_key(new_seed())
    )
    config = folder / "nats-server.conf"
    config.write_text(text, encoding="utf-8")
    check = subprocess.run(
        [server_binary(), "-t", "-c", config], capture_output=True, text=True, timeout=20
    )
    assert check.returncode == 0, check.stderr
    assert "sync_interval: always" in text
    assert "compression" not in text


def test_no_subscription_of_a_client_has_a_shadow_in_another_account(tmp_path: Path) -> None:
    """One that comes while nats-server 2.15.1 reloads its configuration ends it."""
    key = public_key(new_seed())
    text = config_text(ServerSettings(tmp_path, 4222, enrolment=True), _accounts(), key, key)
    clients = text[text.index("  ORG_valdore: {") :]
    assert "  ENROL: {" in clients
    assert "stream: { account:" not in clients


def test_a_node_of_a_cluster_is_told_of_the_others(tmp_path: Path) -> None:
    cluster = ClusterSettings("node1", 6222, ("127.0.0.1:6223", "127.0.0.1:6224"), secret="s3cret")
    key = public_key(new_seed())
    place = ServerSettings(tmp_path, 4222, cluster=cluster)
    text = config_text(place, _accounts(), key, public_key(new_seed()))
    config = tmp_path / "nats-server.conf"
    config.write_text(text, encoding="utf-8")
    check = subprocess.run(
        [server_binary(), "-t", "-c", config], capture_output=True, text=True, timeout=20
    )
    assert check.returncode == 0, check.stderr
    assert "server_name: node1" in text
    broken = ServerSettings(
        tmp_path, 4222, cluster=ClusterSettings("node1", 6222, (), secret='a" }')
    )
    with pytest.raises(ValueError, match="cluster"):
        config_text(broken, _accounts(), key, key)


def test_nobody_has_a_right_beyond_the_own_name() -> None:
    for role in Role:
        rights = rights_of(role, "me")
        own = [subject for subject in rights.publish + rights.subscribe if f".{role}.me" in subject]
        shared = set(rights.publish + rights.subscribe) - set(own)
        queue, vault = {"evt.q.*", "evt.hb"}, {"vin.*.*.*.dossier", "vin.*.*.*.log"}
        expected = {Role.AGENT: queue, Role.SUPERVISOR: queue, Role.VAULT: vault}
        assert shared == expected.get(role, set())
        assert rights.answers == (role is Role.VAULT)
        assert not any(
            subject.startswith(("$", ">", "*")) for subject in rights.publish + rights.subscribe
        )


def test_only_who_may_be_in_a_session_may_talk_in_one() -> None:
    talkers = {
        role
        for role in Role
        if any(subject.startswith("ses.") for subject in rights_of(role, "x").publish)
    }
    # the last one when it joins, visibly; the hub checks
    assert talkers == {Role.KIOSK, Role.AGENT, Role.SUPERVISOR}


@pytest.mark.parametrize("name", ["a.b", "a b", "*", ">", "", "x" * 41, 'a"}'])
def test_a_name_that_would_change_the_file_is_refused(tmp_path: Path, name: str) -> None:
    settings = ServerSettings(tmp_path, 4222)
    key = public_key(new_seed())
    with pytest.raises(ValueError, match="not a name"):
        config_text(settings, [BusAccount(name, ())], key, key)
    with pytest.raises(ValueError, match="not a name"):
        config_text(settings, [BusAccount("valdore", (BusUser(Role.AGENT, name, key),))], key, key)
    with pytest.raises(ValueError, match="not a public user key"):
        config_text(settings, [BusAccount("valdore", (BusUser(Role.AGENT, "a", "U }"),))], key, key)


def test_a_seed_gives_always_the_same_public_key_and_nonsense_none() -> None:
    seed = new_seed()
    assert public_key(seed) == public_key(seed + b"\n")
    assert public_key(seed).startswith("U")
    assert public_key(seed) != public_key(new_seed())
    for nonsense in (b"", b"SU", b"hello", seed[:-1]):
        with pytest.raises(BusRefusedIdentity):
            public_key(nonsense)
