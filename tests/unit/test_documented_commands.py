# SPDX-License-Identifier: GPL-3.0-only
"""Every command that a document names exists, with the options that it is given there."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from expert_app.__main__ import _parser

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


def _fault(words: list[str]) -> str:
    """What the program does not know, "" for nothing."""
    parser, known, is_value = _parser(), dict[str, argparse.Action](), False
    for word in words:
        if is_value and not word.startswith("--"):
            is_value = False
            continue
        known |= parser._option_string_actions
        branches = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        option, equals, _value = word.partition("=")
        if word.startswith("--"):
            if option not in known:
                return option
            is_value = not equals and known[option].nargs != 0
        elif branches and re.fullmatch(r"[a-z][a-z-]*", word):
            if word not in branches[0].choices:
                return word
            parser = branches[0].choices[word]
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
