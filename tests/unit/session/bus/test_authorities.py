# SPDX-License-Identifier: GPL-3.0-only
"""A program keeps the network's next authority beside the one it has."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from session.bus.authorities import LEAST_S, Authorities
from session.bus.client import BusClient
from session.bus.transport.authority import fingerprints_in
from session.bus.transport.nkeys import new_seed
from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.protocol.hub.requests import AuthorityOffered
from session.protocol.wire.program import AUTHORITIES, MOST_AUTHORITIES
from session.protocol.wire.roles import Role
from tests.support.tls_files import tls_files


def opened(file: Path) -> tuple[Authorities, ssl.SSLContext]:
    tls = ssl.create_default_context(cafile=str(file))
    return Authorities(file, tls), tls


def test_the_next_authority_is_kept_once_and_believed_at_once(tmp_path: Path) -> None:
    file = tls_files(tmp_path / "ca").ca
    file.chmod(0o640)
    before = fingerprints_in(file.read_bytes())
    new = tls_files(tmp_path / "new").ca.read_text(encoding="ascii")
    authorities, tls = opened(file)
    assert authorities.add(new)
    assert authorities.add(new)
    assert authorities.fingerprints() == [*before, *fingerprints_in(new.encode())]
    assert len(tls.get_ca_certs()) == 2
    assert file.stat().st_mode & 0o777 == 0o640


def test_what_is_no_authority_is_not_kept(tmp_path: Path) -> None:
    files = tls_files(tmp_path / "ca")
    text = files.ca.read_bytes()
    authorities, tls = opened(files.ca)
    server = files.certificate.read_text(encoding="ascii")
    for wrong in ("", "-----BEGIN CERTIFICATE-----", server):
        assert not authorities.add(wrong)
    assert files.ca.read_bytes() == text
    assert len(tls.get_ca_certs()) == 1


def test_a_file_of_authorities_does_not_grow_without_end(tmp_path: Path) -> None:
    file = tls_files(tmp_path / "ca").ca
    authorities, _tls = opened(file)
    taken = [
        authorities.add(tls_files(tmp_path / str(number)).ca.read_text(encoding="ascii"))
        for number in range(MOST_AUTHORITIES)
    ]
    assert taken == [True] * (MOST_AUTHORITIES - 1) + [False]


async def test_a_flood_of_offers_is_examined_now_and_then_and_is_one_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tls_files(tmp_path / "ca").ca
    new = [tls_files(tmp_path / name).ca.read_text(encoding="ascii") for name in ("b", "c")]
    authorities, _tls = opened(file)
    clock, tasks, seed = ManualClock(), Tasks(), new_seed()
    bus = BusClient(
        ["nats://127.0.0.1:1"], Role.KIOSK, user="k1", seed=seed, tasks=tasks, clock=clock
    )
    authorities.follow(bus, seed)
    for _again in range(1000):
        for certificate in ("no certificate", *new):
            bus.notifications.emit(AuthorityOffered(certificate=certificate))
    assert len(authorities.fingerprints()) == 1
    for certificate in new:
        clock.advance(LEAST_S)
        for _again in range(1000):
            bus.notifications.emit(AuthorityOffered(certificate=certificate))
    assert len(authorities.fingerprints()) == 3
    assert bus.beat_headers[AUTHORITIES].count(",") == 2
    clock.advance(LEAST_S)
    bus.notifications.emit(AuthorityOffered(certificate="no certificate"))
    warnings = [line.message for line in caplog.records if line.levelname == "WARNING"]
    assert warnings == [
        "the hub gives something that is no authority",
        "the hub gives authorities faster than they are examined: the rest is left",
    ]
    await tasks.close()


def test_a_file_that_cannot_be_written_is_left_and_not_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tls_files(tmp_path / "ca").ca
    new = tls_files(tmp_path / "new").ca.read_text(encoding="ascii")
    authorities, tls = opened(file)

    def refuse(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("session.core.disk.os.fsync", refuse)
    assert not authorities.add(new)
    assert len(authorities.fingerprints()) == 1
    assert len(tls.get_ca_certs()) == 1
