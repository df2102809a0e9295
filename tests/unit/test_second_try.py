# SPDX-License-Identifier: GPL-3.0-only
"""The second try of `make test`: who fails once passes and is named, who fails twice fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import second_try

OPTIONS = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-p", "no:xdist"]

ONCE = """
from pathlib import Path

def test_passes(): pass

def test_fails_once():
    seen = Path("seen")
    first = not seen.exists()
    seen.touch()
    assert not first
"""

ALWAYS = "def test_fails(): assert False\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "build").mkdir()
    return tmp_path


def first_try(text: str) -> int:
    Path("test_it.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--failed-to", "build/failed-units.txt"]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_a_test_that_fails_once_passes_and_is_named(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert first_try(ONCE) == 0
    assert second_try.main(OPTIONS, folder / "build") == 0
    assert capfd.readouterr().out.endswith(
        "passed at the second try: test_it.py::test_fails_once\n"
    )
    names = (folder / "build/second-try.txt").read_text(encoding="utf-8")
    assert names == "test_it.py::test_fails_once\n"


def test_a_test_that_fails_twice_fails_the_run(folder: Path) -> None:
    assert first_try(ALWAYS) == 0
    assert second_try.main(OPTIONS, folder / "build") == 1
    assert not (folder / "build/second-try.txt").exists()


def test_many_failures_are_not_tried_again(folder: Path) -> None:
    assert first_try("\n".join(f"def test_{n}(): assert False" for n in range(11))) == 1
    assert second_try.failed_tests(folder / "build") == []


def test_a_run_that_cannot_begin_is_not_tried_again(folder: Path) -> None:
    assert first_try("import nothing_of_this_name\n") != 0


def test_without_failure_there_is_no_second_try(folder: Path) -> None:
    assert first_try("def test_passes(): pass\n") == 0
    assert second_try.main(OPTIONS, folder / "build") == 0
