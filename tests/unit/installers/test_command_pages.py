# SPDX-License-Identifier: GPL-3.0-only
"""Man pages and completions know every command and option, from the commands' own declarations."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from expert_app.__main__ import COMMANDS, main
from expert_app.runtime.command_line import Command

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "installers"))
import command_pages  # type: ignore[import-not-found]  # noqa: E402

PROGRAMS = {program.name: program for program in command_pages.PROGRAMS}
OF_EVERY_COMMAND = {"--help", "--settings", "--folder", "--language", "--log-format", "--verbose"}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("machine")
    for program in PROGRAMS.values():
        command_pages.write(root, program.package)
    return root


def page(machine: Path, name: str) -> str:
    file = next((machine / "usr/share/man").glob(f"man?/{name}.?.gz"))
    return gzip.decompress(file.read_bytes()).decode().replace("\\-", "-")


def lines_of(commands: Mapping[str, Command], *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in commands.items():
        yield (*before, name)
        yield from lines_of(command.below, *before, name)


@pytest.mark.parametrize("line", list(lines_of(COMMANDS)), ids=" ".join)
def test_each_command_and_option_is_in_the_manual(
    machine: Path, line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*line, "--help"])
    options = set(
        re.findall(r"(?<![\w-])--[a-z][a-z-]+", capsys.readouterr().out.split("]", 1)[-1])
    )
    heading = f".SS expert-app {' '.join(line)}\n"
    text = page(machine, "expert-app")
    section = text.partition(heading)[2].partition(".SS ")[0]
    assert section
    assert [name for name in options - OF_EVERY_COMMAND if name not in section] == []
    assert [name for name in OF_EVERY_COMMAND if name not in text] == []


def test_each_program_in_path_has_a_page_in_its_package() -> None:
    lists = list((ROOT / "installers/debian").glob("*/install"))
    places = {
        (Path(line.split()[0]).name, file.parent.name)
        for file in lists
        for line in file.read_text("utf-8").splitlines()
        if re.search(r" /usr/s?bin/", line)
    }
    assert len(places) >= 2
    pages = {(program.name, program.package) for program in PROGRAMS.values()}
    assert pages == {*places, ("expert-app", "poste-expert")}


@pytest.mark.skipif(shutil.which("man") is None, reason="no man here")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_page_is_shown_without_a_warning(machine: Path, name: str) -> None:
    file = next((machine / "usr/share/man").glob(f"man?/{name}.?.gz"))
    command = ["man", "--warnings=w", "--encoding=UTF-8", "--local-file", str(file)]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    shown = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert name in shown.stdout


COMPLETED: tuple[tuple[str, str, set[str]], ...] = (
    ("expert-app", "hub re", {"report", "restore", "revoke", "readings", "register"}),
    ("expert-app", "hub dossiers imp", {"import"}),
    ("expert-app", "hub invite --ro", {"--role"}),
    ("expert-app", "hub invite --role kio", {"kiosk"}),
    ("expert-app", "kiosk --dri", set()),
    ("poste-expert-hub", "inv", {"invite"}),
    ("poste-expert-hub", "invite --she", {"--sheets"}),
)
ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
function=$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" "$1" "${@: -1}" "${@: -2:1}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(("program", "line", "words"), COMPLETED)
def test_bash_completes(machine: Path, program: str, line: str, words: set[str]) -> None:
    file = machine / "usr/share/bash-completion/completions" / program
    command = ["bash", "--norc", "-c", ASK, "ask", str(file), program, *line.split()]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    completed = set(answer.stdout.split())
    assert words <= completed
    if not words:
        assert completed == set()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_the_file(machine: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    file = machine / command_pages.COMPLETIONS[shell].format(program="expert-app")
    subprocess.run([shell, "-n", str(file)], check=True)


def test_the_same_declarations_give_the_same_files(machine: Path, tmp_path: Path) -> None:
    for program in PROGRAMS.values():
        command_pages.write(tmp_path, program.package)
    files = [path.relative_to(machine) for path in machine.rglob("*") if path.is_file()]
    assert len(files) == 9
    assert [
        name for name in files if (machine / name).read_bytes() != (tmp_path / name).read_bytes()
    ] == []
