# SPDX-License-Identifier: GPL-3.0-only
"""An address that another program opens comes to the window that is there already."""

from __future__ import annotations

import stat
import subprocess
import sys
from datetime import time
from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from expert_app.helpdesk.address import SessionAddress
from expert_app.helpdesk.wiring.one_window import AddressDoor, door_name, hand_over
from session.core.spoken_letters import short_number

NUMBER = short_number("0125223b7b7c9c164ce6_68fe9493")
ADDRESS = f"poste-expert://session/{NUMBER}?at=12:30"

_OTHER = """
import sys
from pathlib import Path
from expert_app.helpdesk.wiring.one_window import hand_over
sys.exit(0 if hand_over(Path(sys.argv[1]), sys.argv[2]) else 3)
"""


def _is_closed(socket: QLocalSocket) -> bool:
    return socket.state() == QLocalSocket.LocalSocketState.UnconnectedState


@pytest.fixture
def door(qtbot: QtBot, tmp_path: Path) -> AddressDoor:
    made = AddressDoor(tmp_path)
    made.destroyed.connect(lambda: None)
    return made


def test_another_programs_address_is_taken_and_nothing_else(
    qtbot: QtBot, door: AddressDoor, tmp_path: Path
) -> None:
    heard: list[SessionAddress] = []
    door.opened.connect(heard.append)
    command = [sys.executable, "-c", _OTHER, str(tmp_path)]
    first = subprocess.Popen([*command, ADDRESS])
    qtbot.waitUntil(lambda: first.poll() is not None, timeout=20_000)
    assert first.returncode == 0
    assert heard == [SessionAddress(NUMBER, time(12, 30))]
    for wrong in (b"file:///etc/passwd\n", b"x" * 5000):
        socket = QLocalSocket()
        socket.connectToServer(door_name(tmp_path))
        assert socket.waitForConnected(20_000)
        socket.write(wrong)
        qtbot.waitUntil(partial(_is_closed, socket), timeout=20_000)
        assert socket.readAll().data() == b""
    assert len(heard) == 1
    if sys.platform != "win32":
        assert stat.S_IMODE(Path(door_name(tmp_path)).stat().st_mode) & 0o077 == 0
    door.close()


def test_nobody_takes_it_where_no_window_is_and_a_killed_ones_socket_is_no_obstacle(
    qtbot: QtBot, tmp_path: Path
) -> None:
    assert not hand_over(tmp_path, ADDRESS)
    if sys.platform != "win32":
        Path(door_name(tmp_path)).touch()
    door = AddressDoor(tmp_path)
    heard: list[SessionAddress] = []
    door.opened.connect(heard.append)
    other = subprocess.Popen([sys.executable, "-c", _OTHER, str(tmp_path), ADDRESS])
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=20_000)
    assert other.returncode == 0
    assert len(heard) == 1
    door.close()


def test_a_folder_with_a_long_name_has_a_door_too(tmp_path: Path) -> None:
    assert len(door_name(tmp_path / ("x" * 200))) < 60
