# SPDX-License-Identifier: GPL-3.0-only
"""The command line: a command is a typed function, and each option is declared once, at the
parameter that receives it. Used by `__main__` and by every function that is a command.

Positional parameters are words, keyword-only ones are options; a parameter that is a dataclass
stands for its fields, or for those of its `from_options`. A command's module is loaded only when
the line names that command. Stands on argparse: it has the help texts, the sentences about wrong
words, and exit code 2. (cyclopts has the same form; loading it takes as long as our whole start.)
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from expert_app.runtime.config import Language
from resources.this_machine import as_here

Target = Callable[..., Any]
"""A command's function, or a dataclass of options."""


@dataclass(frozen=True)
class OneOf:
    """Options of which a line has at most one."""

    name: str
    is_required: bool = False


@dataclass(frozen=True)
class Argument:
    """The facts about a word or an option that its parameter's name, type and default do not say.

    Attributes:
        words: for the help.
        name: when it is not the parameter's, with dashes.
        short: a second name, of one letter.
        read: makes the value from what was typed; raises `argparse.ArgumentTypeError`.
        is_of_group: typed after a group's own name only; the commands below see its value.
        is_hidden: not in the help.
    """

    words: str = ""
    metavar: str | None = None
    name: str = ""
    short: str = ""
    read: Callable[[str], Any] | None = None
    one_of: OneOf | None = None
    is_of_group: bool = False
    is_hidden: bool = False


Json = Annotated[bool, Argument("for programs", name="--json")]


@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """The options of every command."""

    settings: Annotated[
        Path | None, Argument("settings file (default: found by itself; see the handbook)")
    ] = None
    folder: Annotated[Path | None, Argument("keep everything below this folder")] = None
    language: Annotated[Language | None, Argument("language of the screen")] = None
    driven: Annotated[bool, Argument(is_hidden=True)] = False
    log_format: Annotated[Literal["text", "json"], Argument("of the developer log")] = "text"
    verbose: Annotated[bool, Argument("developer log on standard error", short="-v")] = False


class PackageMissing(Exception):
    """A command needs what this machine, a hub, does without; `package` brings it."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        words: for the help.
        place: where its function is, "module:function", below `expert_app`; "" when only the
            commands below it do something.
        below: commands below this one, by name.
        package: the Debian package that brings it, where a hub does without.
    """

    words: str
    place: str = ""
    below: Mapping[str, Command] = field(default_factory=dict)
    package: str = ""

    def load(self) -> Target:
        """Return the function. Raises `PackageMissing`."""
        if self.package and find_spec("PyQt6") is None:
            raise PackageMissing(self.package)
        module, _colon, name = self.place.partition(":")
        function: Target = getattr(import_module(f"expert_app.{module}"), name)
        return function


@dataclass(frozen=True)
class Entry:
    """A parameter that is read from the command line, or (`group`) a dataclass of such."""

    name: str
    kind: Any
    options: tuple[Argument, ...]
    is_word: bool
    is_required: bool
    is_many: bool
    group: Target | None = None

    @property
    def choices(self) -> Sequence[str] | None:
        """The words that it can be, None for any."""
        if get_origin(self.kind) is Literal:
            return get_args(self.kind)
        if self.is_enum:
            return [member.name.lower() for member in self.kind]
        return None

    @property
    def is_enum(self) -> bool:
        """Typed as the name of a member, in small letters."""
        return isinstance(self.kind, type) and issubclass(self.kind, Enum)

    def value(self, typed: Any) -> Any:
        """Return the value for the parameter, of what argparse has read."""
        if self.is_many:
            return tuple(map(self._single, typed))
        return self._single(typed)

    def _single(self, typed: Any) -> Any:
        if self.is_enum:
            return self.kind[typed.upper()]
        return typed


def entries_of(target: Target) -> Iterator[Entry]:
    """Yield what the command line can say to a function or a dataclass, in its order."""
    hints = get_type_hints(target, include_extras=True)
    for name, parameter in inspect.signature(target).parameters.items():
        kind, *options = _parts(hints[name])
        is_many = get_origin(kind) in (tuple, Sequence)
        if is_many:
            kind = get_args(kind)[0]
        maker: Target = getattr(kind, "from_options", kind)
        yield Entry(
            name,
            kind,
            tuple(options) or (Argument(),),
            is_word=parameter.kind is not parameter.KEYWORD_ONLY,
            is_required=parameter.default is parameter.empty,
            is_many=is_many,
            group=maker if is_dataclass(kind) else None,
        )


def _parts(hint: Any) -> list[Any]:
    """The type, without None, and the options that stand beside it."""
    options: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *options = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        hint = next(part for part in get_args(hint) if part is not NoneType)
    return [hint, *options]


def option_name(entry: Entry, option: Argument) -> str:
    """Return the name that is typed, as in "--key-file"."""
    return option.name or "--" + entry.name.replace("_", "-")


def made[Made](target: Callable[..., Made], values: Mapping[str, Any]) -> Made:
    """Call a function, or make a dataclass, with what the command line says to it."""
    words: list[Any] = []
    options: dict[str, Any] = {}
    for entry in entries_of(target):
        if entry.group is not None:
            value = made(entry.group, values)
        elif entry.name in values:
            value = entry.value(values[entry.name])
        else:
            continue
        if entry.is_word:
            words.append(value)
        else:
            options[entry.name] = value
    return target(*words, **options)


class CommandParser(argparse.ArgumentParser):
    """The parser of one command, which loads the command only when it is to read a line."""

    def __init__(self, command: Command, shared: Target, **more: Any) -> None:
        super().__init__(**more | {"prog": as_here(more["prog"])})
        self._command = command
        self._shared = shared
        self._names: set[str] = set()
        self._one_of: dict[OneOf, Any] = {}

    def fill(self, *, whole: bool = False) -> None:
        """Add what the command takes, and the names of the commands below it.

        Args:
            whole: what those take, too: for whoever describes the line instead of reading it.
        """
        self.set_defaults(command=self._command)
        if self._command.place:
            self._add_all(self._command.load())
        self._add_all(self._shared)
        if self._command.below:
            is_required = not self._command.place
            below = self._command.below
            add_commands(self, below, self._shared, is_required=is_required, whole=whole)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """See `argparse.ArgumentParser.parse_known_args`."""
        self.fill()
        return super().parse_known_args(args, namespace)

    def _add_all(self, target: Target) -> None:
        for entry in entries_of(target):
            if entry.group is not None:
                self._add_all(entry.group)
                continue
            for option in entry.options:
                name = option_name(entry, option)
                if name not in self._names and (self._command.below or not option.is_of_group):
                    self._names.add(name)
                    self._add(entry, option)

    def _add(self, entry: Entry, option: Argument) -> None:
        more: dict[str, Any] = {"default": argparse.SUPPRESS, "help": option.words or None}
        if option.is_hidden:
            more["help"] = argparse.SUPPRESS
        if entry.kind is bool:
            more["action"] = "store_true"
        else:
            more["choices"] = entry.choices
            more["metavar"] = option.metavar
            more["type"] = option.read or (str if more["choices"] else entry.kind)
        if entry.is_word:
            if entry.is_many:
                more["nargs"] = "+"
            elif not entry.is_required:
                more["nargs"] = "?"
            self.add_argument(entry.name, **more)
            return
        if entry.is_many:
            more["action"] = "append"
        names = [option_name(entry, option)]
        if option.short:
            names.insert(0, option.short)
        parent = self._parent(option.one_of)
        parent.add_argument(*names, dest=entry.name, required=entry.is_required, **more)

    def _parent(self, one_of: OneOf | None) -> Any:
        """The parser, or the group of the options that exclude each other."""
        if one_of is None:
            return self
        if one_of not in self._one_of:
            group = self.add_mutually_exclusive_group(required=one_of.is_required)
            self._one_of[one_of] = group
        return self._one_of[one_of]


def add_commands(
    parser: argparse.ArgumentParser,
    commands: Mapping[str, Command],
    shared: Target,
    *,
    is_required: bool,
    whole: bool = False,
) -> None:
    """Add commands to a parser.

    Args:
        shared: the options that every command takes.
        whole: with what they take; else each adds it when it is to read a line.
    """
    names = parser.add_subparsers(
        metavar="COMMAND", required=is_required, parser_class=CommandParser
    )
    for name, command in commands.items():
        below = names.add_parser(name, help=command.words, command=command, shared=shared)
        if whole:
            below.fill(whole=True)
