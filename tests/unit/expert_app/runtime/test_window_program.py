# SPDX-License-Identifier: GPL-3.0-only
"""A program with a window, where there is no screen."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expert_app.runtime.credentials import SEED_VARIABLE
from session.bus.transport.nkeys import new_seed
from session.log.reader import write_log
from tests.support.log_story import whole_session
from tests.support.waiting import until

SCREEN = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
PROGRAMS = {
    "agent": ["desk"],
    "supervisor": ["desk"],
    "operator": ["desk"],
    "helpdesk": ["desk"],
    "kiosk": ["kiosk"],
    "display": ["display"],
    "replay": ["replay", "session.jsonl"],
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always one")


@pytest.mark.parametrize(
    ("program", "screen"),
    [*((program, "") for program in PROGRAMS), ("agent", ":4711"), ("kiosk", ":4711")],
)
def test_a_window_without_a_screen_is_one_sentence(
    program: str, screen: str, tmp_path: Path
) -> None:
    write_log(tmp_path / "session.jsonl", "s1", whole_session())
    environment = {name: value for name, value in os.environ.items() if name not in SCREEN}
    environment |= {SEED_VARIABLE: new_seed().decode()} | ({"DISPLAY": screen} if screen else {})
    role = program if PROGRAMS[program] == ["desk"] else "agent"
    (tmp_path / "desk.toml").write_text(f'role = "{role}"\n', encoding="utf-8")
    settings = [] if program in ("kiosk", "display") else ["--settings", "desk.toml"]
    command = [*PROGRAMS[program], "--folder", str(tmp_path), "--language", "en", *settings]
    ended = subprocess.run(
        [sys.executable, "-m", "expert_app", *command],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[4])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if "WARNING" not in line]
    assert ended.returncode == 2
    assert len(said) == 1, said
    assert said[0].startswith("There is no screen here, and this program is a window.")


AGAIN = """
import os, sys
from pathlib import Path
import expert_app.__main__ as program
from expert_app.runtime.window_program import Program, run_application

async def main(program: Program) -> None:
    lives = Path(sys.argv[1])
    with lives.open("a") as file:
        file.write(f"{os.getpid()}\\n")
    if len(lives.read_text().split()) == 1:
        program.restart()
    else:
        program.stop.set()
    await program.stop.wait()

program.main = lambda: run_application(main, "fr")
program.command()  # whose process ends without Qt's own end
"""


async def test_a_program_that_is_to_start_again_does_so_after_its_end(tmp_path: Path) -> None:
    script, lives = tmp_path / "again.py", tmp_path / "lives"
    script.write_text(AGAIN, encoding="utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment["PYTHONPATH"] = str(Path(__file__).parents[4])
    command = [sys.executable, str(script), str(lives)]
    first = await asyncio.to_thread(
        subprocess.run, command, env=environment, timeout=60, check=False
    )
    assert first.returncode == 0
    await until(lambda: len(lives.read_text().split()) == 2)
