# SPDX-License-Identifier: GPL-3.0-only
"""What a child has started, and what it holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from session.core.process_tree import memory_bytes, session_members

PARENT = """
import os, subprocess, sys
os.setsid()
held = "held = bytearray(60 << 20); print(1, flush=True); input()"
child = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE)
input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_children_of_a_child_are_found_and_weighed() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        members = session_members(parent.pid)
        assert len(members) == 2
        assert parent.pid in members
        assert memory_bytes(members) > 60 << 20
        parent.kill()
    assert parent.pid not in session_members(parent.pid)


def test_what_is_not_there_weighs_nothing() -> None:
    assert session_members(2**30) == []
    assert memory_bytes([2**30]) == 0


def test_no_file_of_other_processes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may run hundreds; a kiosk looks twice a second, and at the wipe."""
    read = Mock(side_effect=OSError)
    monkeypatch.setattr(Path, "read_text", read)
    assert session_members(2**30) == []
    read.assert_not_called()
