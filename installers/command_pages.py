# SPDX-License-Identifier: GPL-3.0-only
"""Writes man pages and completions of shells from the commands' own declarations, into a folder
that stands for /: `command_pages.py FOLDER`. Used by the builder of the Debian packages.

A new command or option is in them without a further line. shtab makes the completions: a shell
reads a file of words, and no program of ours starts at the key Tab.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import shtab

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from expert_app.__main__ import COMMANDS, parser_of_line  # noqa: E402
from expert_app.runtime.command_line import (  # noqa: E402
    Argument,
    Command,
    CommandParser,
    CommonOptions,
    Entry,
    Target,
    entries_of,
    option_name,
)

HANDBOOK = "/usr/share/doc/poste-expert/handbook"
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/{program}",
    "zsh": "usr/share/zsh/vendor-completions/_{program}",
    "fish": "usr/share/fish/vendor_completions.d/{program}.fish",
}
FILES = ("complete -o bashdefault ", "complete -o bashdefault -o default ")
"""Names of files, where no word of ours fits: shtab's line for bash, and ours."""


@dataclass(frozen=True)
class Program:
    """A program in PATH.

    Attributes:
        package: that has it.
        section: of the manual; 8 for what root starts.
        has_options: False where a script passes on words alone.
    """

    name: str
    package: str
    section: int
    command: Command
    has_options: bool = True


PROGRAMS = (
    Program(
        "expert-app",
        "poste-expert",
        1,
        Command("Desk, hub and kiosk of Poste Expert", below=COMMANDS),
    ),
    Program("poste-expert-hub", "poste-expert-hub", 8, COMMANDS["hub"]),
    Program(
        "poste-expert-kiosk-enrol",
        "poste-expert-kiosk",
        8,
        Command("make the kiosk's key, and show the kiosk from now on", COMMANDS["enrol"].place),
        has_options=False,
    ),
)


# ---- man pages (groff_man(7)) ----


def roff(text: str) -> str:
    """Text as it is shown: no letter of it is an instruction."""
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{shown}" if shown.startswith((".", "'")) else shown


def arguments_of(target: Target) -> Iterator[tuple[Entry, Argument]]:
    """Yield all words and options that a line can say to a function."""
    for entry in entries_of(target):
        if entry.group is not None:
            yield from arguments_of(entry.group)
        else:
            yield from ((entry, option) for option in entry.options if not option.is_hidden)


def own_arguments(command: Command) -> list[tuple[Entry, Argument]]:
    """Those of a command, without those of every command, each once."""
    if not command.place:
        return []
    names = {option_name(*pair) for pair in arguments_of(CommonOptions)}
    own = []
    for entry, option in arguments_of(command.load()):
        name = option_name(entry, option)
        if name not in names and (command.below or not option.is_of_group):
            names.add(name)
            own.append((entry, option))
    return own


def value_name(entry: Entry, option: Argument) -> str:
    """The name of what is typed after an option, or instead of a word."""
    if entry.choices and option.metavar is None:
        return "{" + ",".join(entry.choices) + "}"
    return option.metavar or entry.name.upper()


def paragraph(entry: Entry, option: Argument) -> Iterator[str]:
    """The lines of one word or option."""
    typed = roff(value_name(entry, option))
    yield ".TP"
    if entry.is_word:
        yield f"\\fI{typed}\\fR"
    else:
        names = ", ".join(
            f"\\fB{roff(name)}\\fR" for name in (option.short, option_name(entry, option)) if name
        )
        yield names if entry.kind is bool else f"{names} \\fI{typed}\\fR"
    yield roff(option.words) or "\\&"


def synopsis(line: str, command: Command, *, has_options: bool) -> str:
    """One line to type."""
    words = [f"\\fB{roff(line)}\\fR"]
    arguments = own_arguments(command)
    if has_options:
        words.append("[\\fIoptions\\fR]")
    if command.below:
        words.append("\\fICOMMAND\\fR" if not command.place else "[\\fICOMMAND\\fR]")
    for entry, option in arguments:
        if entry.is_word:
            typed = f"\\fI{roff(value_name(entry, option))}\\fR"
            typed = f"{typed} ..." if entry.is_many else typed
            is_needed = entry.is_required or not has_options
            words.append(typed if is_needed else f"[{typed}]")
    return " ".join(words)


def sections_of(line: str, command: Command) -> Iterator[str]:
    """The lines of a command and of those below it."""
    for name, below in command.below.items():
        yield f".SS {roff(f'{line} {name}')}"
        yield synopsis(f"{line} {name}", below, has_options=True)
        yield ".PP"
        yield roff(below.words)
        for pair in own_arguments(below):
            yield from paragraph(*pair)
        yield from sections_of(f"{line} {name}", below)


def man_page(program: Program) -> str:
    """The page in groff's language; no date, so that two builds are the same."""
    command = program.command
    lines = [
        f'.TH {roff(program.name).upper()} {program.section} "" "Poste Expert" "Poste Expert"',
        ".SH NAME",
        f"{roff(program.name)} \\- {roff(command.words)}",
        ".SH SYNOPSIS",
        synopsis(program.name, command, has_options=program.has_options),
        ".SH OPTIONS",
    ]
    for entry, option in own_arguments(command):
        if program.has_options or entry.is_word:
            lines += paragraph(entry, option)
    if program.command.below is COMMANDS:
        lines += [".TP", "\\fB\\-\\-version\\fR", "versions of the program and its formats"]
    if program.has_options:
        lines += [".SS Options of every command", ".TP", "\\fB\\-h, \\-\\-help\\fR"]
        lines += [roff("what the command takes, in short")]
        for pair in arguments_of(CommonOptions):
            lines += paragraph(*pair)
    if command.below:
        lines += [".SH COMMANDS", *sections_of(program.name, command)]
    lines += [
        ".SH FILES",
        ".TP",
        f"\\fI{roff(HANDBOOK)}/index.html\\fR",
        "the handbook; in French, on the protocol in English",
        ".SH SEE ALSO",
        ", ".join(
            f"\\fB{roff(other.name)}\\fR({other.section})" for other in PROGRAMS if other != program
        ),
    ]
    return "\n".join(lines) + "\n"


# ---- completions ----


def completion(program: Program, shell: str) -> str:
    """The file that teaches a shell a program's commands and options."""
    if program.name == "expert-app":
        parser: argparse.ArgumentParser = parser_of_line(whole=True)
    else:
        parser = CommandParser(program.command, CommonOptions, prog=program.name)
        parser.fill(whole=True)
    text: str = shtab.complete(parser, shell=shell)
    return text.replace(*FILES) if shell == "bash" else text


def write(root: Path, package: str) -> None:
    """Write what a package has of both."""
    for program in PROGRAMS:
        if program.package != package:
            continue
        pages = root / f"usr/share/man/man{program.section}"
        pages.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(man_page(program).encode(), 9, mtime=0)
        (pages / f"{program.name}.{program.section}.gz").write_bytes(packed)
        for shell, place in COMPLETIONS.items() if program.has_options else ():
            file = root / place.format(program=program.name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(completion(program, shell), "utf-8")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("package", nargs="+")
    arguments = parser.parse_args()
    for package in arguments.package:
        write(arguments.root, package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
