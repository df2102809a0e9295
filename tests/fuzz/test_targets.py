# SPDX-License-Identifier: GPL-3.0-only
"""Every seed, and everything that fuzzing ever found, is read or refused properly; so are some
changes of each.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.fuzz.target import FuzzTarget
from tests.fuzz.targets import TARGETS

KEPT = Path(__file__).parents[1] / "data" / "fuzz"
CHANGES = 60


def _changed(example: bytes, chance: random.Random) -> bytes:
    """A few bytes other, gone, twice or more, as a broken line or a liar would send them."""
    data = bytearray(example)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(1, 9)]
            case 2:
                data[at:at] = data[at : at + 40] * chance.randrange(1, 9)
            case 3:
                del data[at:]
            case _:
                odd = (
                    b"-1",
                    b"1e309",
                    b"null",
                    b"9" * 400,
                    b'"',
                    b"\\ud800",
                    b"\0",
                    b"[" * 99,
                    b"\xff",
                )
                data[at:at] = chance.choice(odd)
    return bytes(data)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_what_was_found_is_read_or_refused(target: FuzzTarget) -> None:
    kept = sorted((KEPT / target.name).glob("*")) if (KEPT / target.name).is_dir() else []
    for path in kept:
        target.try_it(path.read_bytes())


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_changed_examples_are_read_or_refused(target: FuzzTarget) -> None:
    chance = random.Random(target.name)
    for seed in target.seeds:
        target.try_it(seed)
        for _ in range(CHANGES):
            target.try_it(_changed(seed, chance))


def test_every_kept_example_belongs_to_a_target() -> None:
    names = {target.name for target in TARGETS}
    assert not KEPT.is_dir() or {folder.name for folder in KEPT.iterdir()} <= names


_ODD_JSON = (
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"9" * 5_000,
    b'"\xed\xa0\x80"',
)
"""Nested without end, an endless number, half a letter."""


@pytest.mark.parametrize(
    "target",
    [target for target in TARGETS if any(seed[:1] in (b"{", b"[") for seed in target.seeds)],
    ids=lambda target: target.name,
)
def test_odd_json_is_refused_properly_wherever_it_stands(target: FuzzTarget) -> None:
    for seed in target.seeds:
        for odd in _ODD_JSON:
            for at in (m.end() for m in re.finditer(rb"\{", seed[:3_000])):
                target.try_it(seed[:at] + b'"unknown":' + odd + b"," + seed[at:])
