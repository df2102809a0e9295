# SPDX-License-Identifier: GPL-3.0-only
"""Our own programs as child processes: one way to start them, none that only Linux knows."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from session.core.child_process import (
    ask_windows_for_no_dump,
    kill_at_once,
    own_python,
    tied_command,
)

ROOT = Path(__file__).parents[4]
PRODUCT = ("expert_app", "session", "views", "documents", "resources")
PLACE = Path("session/core/child_process.py")
STARTERS = ("create_subprocess_exec", "create_subprocess_shell", "Popen", "check_output")


@cache
def modules() -> dict[Path, ast.Module]:
    """The modules that say any of the words that are looked for here."""
    found = {}
    for package in PRODUCT:
        for file in sorted((ROOT / package).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            if any(word in text for word in (*STARTERS, "subprocess", "sys.executable")):
                found[file.relative_to(ROOT)] = ast.parse(text)
    return found


def starts(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that start a program."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, node.func.attr
            of_subprocess = isinstance(owner, ast.Name) and owner.id == "subprocess"
            if name in STARTERS or (of_subprocess and name == "run"):
                yield node


def test_one_place_names_the_python_that_runs_us() -> None:
    named = {
        str(path)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "executable"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    }
    assert named == {str(PLACE)}


def test_no_child_opens_a_console_of_its_own() -> None:
    found = [(path, call) for path, tree in modules().items() for call in starts(tree)]
    assert len(found) > 8
    silent = [
        f"{path}:{call.lineno}"
        for path, call in found
        if "creationflags" not in {word.arg for word in call.keywords}
        and path != Path("expert_app/runtime/ice_settings.py")  # not on Windows
    ]
    assert silent == []


def test_a_child_imports_nothing_from_the_folder_it_is_started_in(tmp_path: Path) -> None:
    (tmp_path / "session.py").write_text("raise SystemExit('somebody else')")
    told = subprocess.run(
        [*own_python(), "-c", "import session.core; print('ours')"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "ours"


def test_whoever_was_started_apart_from_the_environment_starts_its_children_so() -> None:
    code = "from session.core.child_process import own_python; print(own_python()[1])"
    for given, expected in (("-I", "-I"), ("-P", "-P")):
        told = subprocess.run(
            [sys.executable, given, "-c", code], capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == expected


def test_a_frozen_program_is_its_own_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_python() == [sys.executable]
    if sys.platform == "linux":
        assert tied_command(["/bin/true"])[:3] == [
            sys.executable, "-m", "session.core.tied_launch"
        ]  # fmt: skip


FROZEN = """
import sys
sys.frozen, sys.argv[0] = True, "expert-app"
from expert_app.__main__ import command
command()
"""


def test_a_frozen_program_runs_a_module_of_its_own(tmp_path: Path) -> None:
    program = tmp_path / "frozen.py"
    program.write_text(FROZEN)
    told = subprocess.run(
        [sys.executable, str(program), "-m", "expert_app", "--version"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("expert-app")


def test_a_process_is_ended_as_by_a_power_cut() -> None:
    held = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    kill_at_once(held.pid)
    assert held.wait(30) != 0
    assert held.stdin is not None
    held.stdin.close()


def test_what_a_child_prints_is_utf_8_whatever_the_system_speaks() -> None:
    told = subprocess.run(
        [*own_python(), "-c", "print('Arrêtez-le d’abord')"],
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        capture_output=True,
        check=True,
    )
    assert told.stdout.decode("utf-8").strip() == "Arrêtez-le d’abord"


def test_windows_is_asked_for_no_dump_and_keeps_what_was_asked_before() -> None:
    asked: dict[str, int] = {}
    kernel = SimpleNamespace(
        GetErrorMode=lambda: 0x8000,
        SetErrorMode=lambda mode: asked.update(mode=mode),
        WerSetFlags=lambda flags: asked.update(flags=flags),
    )
    ask_windows_for_no_dump(kernel)
    assert asked == {"mode": 0x8003, "flags": 1}


_ITS_LIMIT = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_no_program_of_ours_leaves_its_memory_behind(tmp_path: Path) -> None:
    """Its children neither: the engine of the caller's browser."""
    code = (
        "import subprocess, sys; from expert_app.__main__ import main; main(['verify', '']);"
        f"subprocess.run([sys.executable, '-c', '{_ITS_LIMIT}']); sys.stdout.flush();"
        "import os; os.abort()"
    )
    done = subprocess.run(
        [*own_python(), "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    most = done.stdout.splitlines()[-1]
    assert most in ("(1, 1)", "(0, 0)"), done.stderr
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
