# SPDX-License-Identifier: GPL-3.0-only
"""A port for a server that is started for a while is free, and stays so."""

from __future__ import annotations

import socket
import subprocess
import sys

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
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
        with pytest.raises(OSError, match="no free port"):
            ports.free_port()


CHOOSE = """
import sys
from expert_app.runtime import ports
ports.PORTS = range(int(sys.argv[1]), int(sys.argv[1]) + 1)
try:
    print("given", ports.free_port())
except OSError:
    print("none")
"""


def choice_of_another_program(port: int) -> str:
    """What another program gets that has this one port to choose from."""
    return subprocess.run(
        [sys.executable, "-c", CHOOSE, str(port)], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="the abstract namespace is Linux's")
def test_two_programs_never_choose_the_same_port_before_they_listen() -> None:
    assert choice_of_another_program(ports.free_port()) == "none"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert choice_of_another_program(free) == f"given {free}"
