# SPDX-License-Identifier: GPL-3.0-only
"""Every command that a document names exists, with the options that it is given there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from expert_app.__main__ import COMMANDS
from expert_app.runtime.command_line import Command, CommonOptions, entries_of, option_name

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("installers/**/*.md")],
)
FENCE, SPAN = re.compile(r"^```.*?^```", re.M | re.S), re.compile(r"`([^`\n]+)`")
HUB = "poste-expert-hub"
"""The package's command: `expert-app hub` as the hub's account."""


def _lines(page: Path) -> Iterator[str]:
    """What a person would type, one command a line."""
    text = page.read_text(encoding="utf-8")
    for block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCE.sub("", text))


def _words(line: str) -> Iterator[list[str]]:
    """The words after `expert-app`, of each time that it stands in the line."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # a half quotation in a sentence
        words = line.split()
    for place, word in enumerate(words):
        name = word.rpartition("/")[2]
        if name != "expert-app" and (name != HUB or place):
            continue
        own = ["hub"] if name == HUB else []
        rest = words[place + 1 :]
        if not rest or rest[0].endswith((".service", "=")):
            continue
        end = next((at for at, one in enumerate(rest) if one in ("|", "&&", ";", ">")), len(rest))
        yield own + rest[:end]


def _options(target: Callable[..., Any]) -> Iterator[tuple[str, bool]]:
    """Each option's name, and True if a value follows it."""
    for entry in entries_of(target):
        if entry.group is not None:
            yield from _options(entry.group)
        elif not entry.is_word:
            for option in entry.options:
                yield option_name(entry, option), entry.kind is not bool


def _fault(words: list[str]) -> str:
    """What the program does not know, "" for nothing."""
    below: Mapping[str, Command] = COMMANDS
    known = {"--help": False, "--version": False, **dict(_options(CommonOptions))}
    is_value = False
    for word in words:
        if is_value and not word.startswith("--"):
            is_value = False
            continue
        option, equals, _value = word.partition("=")
        if word.startswith("--"):
            if option not in known:
                return option
            is_value = not equals and known[option]
        elif below and re.fullmatch(r"[a-z][a-z-]*", word):
            if word not in below:
                return word
            command = below[word]
            below = command.below
            if command.place:
                known |= dict(_options(command.load()))
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_document_exists(page: Path) -> None:
    told = [" ".join(words) for line in _lines(page) for words in _words(line) if _fault(words)]
    assert told == []


def test_the_documents_name_commands() -> None:
    told = [words for page in PAGES for line in _lines(page) for words in _words(line)]
    assert len(told) > 200
    assert _fault(["hub", "invite", "--al"])
    assert _fault(["hub", "invites"])
