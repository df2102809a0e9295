# SPDX-License-Identifier: GPL-3.0-only
"""A port for a server that is started for a while is free, and stays so."""

from __future__ import annotations

import socket

import pytest

from expert_app.runtime import ports


def test_a_free_port_can_be_had_and_is_none_that_outgoing_connections_get() -> None:
    port = ports.free_port()
    assert port in ports.PORTS
    assert port < 32_768
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_that_somebody_has_is_not_given(
    kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ports.free_port()
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", first))
        monkeypatch.setattr(ports, "PORTS", range(first, first + 1))
        with pytest.raises(OSError, match="no free port"):
            ports.free_port()
