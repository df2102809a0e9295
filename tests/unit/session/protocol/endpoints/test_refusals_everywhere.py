# SPDX-License-Identifier: GPL-3.0-only
"""No end drops a message in silence, as far as the code itself can tell: every message that an end
may hear has a receiver there that takes it in any case, and a receiver returns early only after it
has answered or counted.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from session.protocol.topics import (
    ASIDE_TOPIC,
    CONTROL_TOPICS,
    MESSAGE_ROWS,
    SEAL_TOPIC,
    SendingEnd,
    may_send,
)

ROOT = Path(__file__).parents[5]

ENDS = {
    SendingEnd.DESK: ("session/desk", "session/protocol/endpoints", "session/media/line"),
    SendingEnd.KIOSK: ("session/kiosk", "session/protocol/endpoints", "session/media/line"),
}

RECEIVERS = {"_on_message", "_on_end", "_on_question"}
"""What listens to a topic with messages."""

BYTES = {"_on_chunk", "_on_mirror", "on_chunk", "_take_chunk"}

TAKES = {"refuse", "_refuse", "_drop", "_answer", "_on_unreadable", "_on_damaged"}
"""Answers, or counts with a code."""

KNOWN = {
    ("consent", "_on_message"): "other messages of the topic are not a desk's to hear",
    ("privacy", "_on_message"): "the chat takes the others of the topic",
    ("shared_page", "_on_chunk"): "pages take the chunks that are of no picture",
    ("shown_document", "_on_chunk"): "prints take the chunks that are of no shown document",
    ("quick_copies", "on_chunk"): "not all chunks are here yet",
}
"""Early returns that drop nothing, and why."""


def functions(folder: str, names: set[str]) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Module's name and function."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in names:
                yield path.stem, node


def is_total(pattern: ast.pattern) -> bool:
    """Whether a pattern takes every message of its class."""
    if isinstance(pattern, ast.MatchClass):
        return all(
            isinstance(one, ast.MatchAs) for one in (*pattern.patterns, *pattern.kwd_patterns)
        )
    return isinstance(pattern, ast.MatchAs)


def taken(function: ast.FunctionDef) -> tuple[set[str], bool]:
    """Classes of messages that a receiver takes in any case; whether it takes all."""
    classes, takes_all, mentioned = set[str](), False, set[str]()
    for node in ast.walk(function):
        if isinstance(node, ast.match_case):
            patterns = (
                node.pattern.patterns if isinstance(node.pattern, ast.MatchOr) else [node.pattern]
            )
            for pattern in patterns:
                if isinstance(pattern, ast.MatchClass) and isinstance(pattern.cls, ast.Name):
                    mentioned.add(pattern.cls.id)
                    if node.guard is None and is_total(pattern):
                        classes.add(pattern.cls.id)
                elif isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
                    takes_all = True
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            kinds = node.args[1]
            names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
            classes |= {one.id for one in names if isinstance(one, ast.Name)}
    return classes | (mentioned if takes_all else set()), takes_all


def test_each_message_has_a_receiver_that_takes_it_in_any_case() -> None:
    for end, folders in ENDS.items():
        heard = defaultdict[str, set[str]](set)
        for topic in CONTROL_TOPICS:
            heard[topic] = {
                row.message.__name__
                for row in MESSAGE_ROWS
                if may_send(row.message, topic, end.other)
            }
        heard.pop(SEAL_TOPIC)  # the seal itself takes these
        if end is SendingEnd.KIOSK:
            heard.pop(ASIDE_TOPIC)  # between desks
        known, bases = set[str](), {row.message: row.message.__mro__ for row in MESSAGE_ROWS}
        for folder in folders:
            for _module, function in functions(folder, RECEIVERS):
                classes, _takes_all = taken(function)
                known |= classes
        covered = {
            message.__name__
            for message, mro in bases.items()
            if known & {one.__name__ for one in mro if one.__name__ != "SessionMessage"}
        }
        missing = {topic: names - covered for topic, names in heard.items() if names - covered}
        assert missing == {}, f"nobody at the {end} takes these in any case"


def early_returns(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """The statements before each bare `return`, in its block."""
    for node in ast.walk(function):
        for name in ("body", "orelse", "handlers", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                for at, one in enumerate(block):
                    if isinstance(one, ast.Return) and one.value is None:
                        yield block[:at]


def answers(statements: list[ast.stmt]) -> bool:
    """Whether one of the statements answers or counts."""
    calls = [one for each in statements for one in ast.walk(each) if isinstance(one, ast.Call)]
    return any(getattr(one.func, "attr", "") in TAKES for one in calls)


def test_a_receiver_returns_early_only_after_it_has_answered_or_counted() -> None:
    silent = set()
    for folder in ("session/desk", "session/kiosk", "session/protocol/endpoints"):
        for module, function in functions(folder, RECEIVERS | BYTES):
            if not all(answers(block) for block in early_returns(function)):
                silent.add((module, function.name))
    assert silent - KNOWN.keys() == set()
    assert KNOWN.keys() - silent == set(), "no longer there: take it off the list"


def test_bus_and_relay_return_early_only_after_they_have_answered_or_counted() -> None:
    kept = {"_keep_early", "_send", "_hold", "_forward", "_drop", "refuse", "_leave_out"}
    names = {"_deliver_raw", "_deliver_message", "_on_session", "_on_notification", "take", "_send"}
    for file in ("session/bus/channel.py", "session/bus/client.py", "session/hub/network/relay.py"):
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name in names:
                for block in early_returns(node):
                    calls = [
                        getattr(one.func, "attr", "")
                        for each in block
                        for one in ast.walk(each)
                        if isinstance(one, ast.Call)
                    ]
                    assert kept & {*calls}, f"{file}: {node.name} drops in silence"
