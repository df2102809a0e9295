# SPDX-License-Identifier: GPL-3.0-only
"""Typed functions as commands: how words and options reach their parameters."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from expert_app.__main__ import COMMANDS, main
from expert_app.runtime.command_line import Argument, Command, CommandParser, OneOf, made


class Colour(Enum):
    RED = 1
    DARK_BLUE = 2


@dataclass(frozen=True, kw_only=True)
class Shared:
    loud: Annotated[bool, Argument(short="-l")] = False


WHERE = OneOf("where", is_required=True)


@dataclass(frozen=True)
class Paint:
    wall: Path
    _: KW_ONLY
    colours: Annotated[tuple[Colour, ...], Argument(name="--colour")] = ()
    finish: Literal["matt", "gloss"] | None = None
    inside: Annotated[bool, Argument(one_of=WHERE)] = False
    outside: Annotated[bool, Argument(one_of=WHERE)] = False


@dataclass(frozen=True)
class House:
    address: str
    shared: Shared

    @classmethod
    def from_options(cls, shared: Shared, *, street: str = "Main Street", number: int = 1) -> House:
        return cls(f"{street} {number}", shared)


def paint(
    house: House, work: Paint, coats: int = 1, *, dry_run: bool = False
) -> tuple[House, Paint, int, bool]:
    return house, work, coats, dry_run


class PaintCommand(Command):
    def load(self) -> Any:
        return paint


def read(*words: str) -> tuple[House, Paint, int, bool]:
    parser = CommandParser(PaintCommand("paint a wall", "here"), Shared, prog="paint")
    return made(paint, vars(parser.parse_args(words)))


def test_what_is_typed_reaches_its_parameter_and_defaults_are_the_functions() -> None:
    house, work, coats, dry_run = read("north", "--inside")
    assert house == House("Main Street 1", Shared())
    assert work == Paint(Path("north"), inside=True)
    assert (coats, dry_run) == (1, False)
    house, work, coats, dry_run = read(
        *("north", "3", "--outside", "--street", "Elm", "--number", "7", "-l", "--dry-run"),
        *("--colour", "red", "--colour", "dark_blue", "--finish", "matt"),
    )
    assert house == House("Elm 7", Shared(loud=True))
    assert work.colours == (Colour.RED, Colour.DARK_BLUE)
    assert (work.finish, work.outside, coats, dry_run) == ("matt", True, 3, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--inside"], "arguments are required: wall"),
        (["north"], "one of the arguments --inside --outside is required"),
        (["north", "--inside", "--outside"], "not allowed with argument --inside"),
        (["north", "--inside", "--colour", "pink"], "invalid choice: 'pink'"),
        (["north", "--inside", "--number", "one"], "invalid int value: 'one'"),
        (["north", "--inside", "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_a_wrong_word_gives_one_sentence_and_exit_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        read(*words)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def every_command(
    commands: Mapping[str, Command], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    for name, command in commands.items():
        yield (*above, name)
        yield from every_command(command.below, (*above, name))


@pytest.mark.parametrize("words", list(every_command(COMMANDS)), ids=" ".join)
def test_every_command_has_a_help(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*words, "--help"])
    assert stop.value.code == 0
    assert f"expert-app {' '.join(words)}" in capsys.readouterr().out.replace("\n", " ")


def test_help_loads_no_other_program() -> None:
    code = (
        "import atexit, sys; from expert_app.__main__ import main;"
        "atexit.register(lambda: print(*sys.modules)); main(sys.argv[1:])"
    )
    for words, others in (
        (["--help"], {"expert_app.windows", "expert_app.services", "expert_app.commands"}),
        (["kiosk", "--help"], {"expert_app.commands.hub", "expert_app.kiosk", "PyQt6"}),
        (["hub", "--help"], {"expert_app.hub", "expert_app.windows", "sqlalchemy"}),
    ):
        loaded = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
        )
        assert others & set(loaded.stdout.split()) == set()
        assert argparse.__name__ in loaded.stdout.split()
