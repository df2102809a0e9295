# SPDX-License-Identifier: GPL-3.0-only
"""On a real X display the caller types into the page's process, and STOP beside it answers: also
after Escape, after the page had the keyboard, and while the page never comes back. No window of
the toolkit's own, as a colour picker, takes keyboard or screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("Xvfb") is None or find_library("Xtst") is None,
    reason="Xvfb or libXtst is not installed",
)


@pytest.fixture
def display(request: pytest.FixtureRequest) -> Iterator[str]:
    """A display of its own, with a screen of the reference size or another one."""
    read, write = os.pipe()
    size = getattr(request, "param", "1000x760x24")
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "the X server does not start"
        yield f":{number}"
        server.terminate()


def test_the_page_has_the_keyboard_and_stop_is_never_behind_it(
    display: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    program = [sys.executable, "-m", "tests.integration.display.kiosk_screen", str(tmp_path)]
    ran = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=110)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found.pop("stop_beside_a_busy_page_ms") < 10_000  # the page spins without end
    assert found == {
        "typed": True,
        "escape": True,
        "still_there": True,
        "stop": True,
        "typed_after_stop": True,
        "colour_touched": True,
        "typed_after_colour": True,  # no picker of the toolkit has taken the keyboard
    }


@pytest.mark.parametrize("display", ["1080x1920x24"], indirect=True)
def test_a_page_that_covers_everything_covers_no_question_and_not_the_bar(
    display: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    program = [sys.executable, "-m", "tests.integration.display.covering_screen", str(tmp_path)]
    ran = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "outside_of_the_page": 0,
        "over_the_question": 0,
        "outside_while_asked": 0,
        "sign": True,
        "windows": 1,
        "calm": True,
    }
