# SPDX-License-Identifier: GPL-3.0-only
"""How the kiosk under test is told what its caller does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from expert_app.conformance.desks.wishes import AnyDeskWish, words_of_desk_wish
from expert_app.conformance.driver import (
    AnyWish,
    Begin,
    CannotDo,
    Finish,
    Leave,
    PersonDriver,
    Press,
    driver_program,
    words_of_wish,
)

ROOT = Path(__file__).parents[4]

DRIVER = """
import json, sys
for line in sys.stdin:
    wish = json.loads(line)
    if wish["wish"] == "press":
        print("done" if wish["service"] == "housing" else "cannot no such button", flush=True)
    elif wish["wish"] == "leave":
        break
"""


async def test_a_program_is_told_one_wish_a_line(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    async with driver_program(f"{sys.executable} {script}") as driver:
        await driver.wish(Press(service="housing"))
        with pytest.raises(CannotDo, match="no such button"):
            await driver.wish(Press(service="rights"))
        with pytest.raises(CannotDo, match="has ended"):
            await driver.wish(Leave())


async def test_a_person_says_done_with_enter_and_why_not_in_words() -> None:
    said: list[str] = []

    def ask(words: str) -> str:
        said.append(words)
        return "" if len(said) == 1 else "there is no such button"

    driver = PersonDriver(ask)
    await driver.wish(Press(service="housing", number="1234567"))
    with pytest.raises(CannotDo, match="no such button"):
        await driver.wish(Finish())
    assert "press the button of the service 'housing' and type 1234567" in said[0]


@pytest.mark.parametrize(
    ("end", "every", "words"),
    [(0, AnyWish, words_of_wish), (1, AnyDeskWish | Begin | Finish, words_of_desk_wish)],
    ids=["kiosk", "desk"],
)
def test_the_document_has_every_wish_as_it_is(end: int, every: Any, words: Any) -> None:
    text = (ROOT / "docs/conformance.md").read_text("utf-8").split("\n## A desk\n")[end]
    told = [msgspec.json.decode(line) for line in re.findall(r"^\| `(\{.*?\})` \|", text, re.M)]
    wishes = [msgspec.convert(one, every) for one in told]
    assert {type(one) for one in wishes} == set(get_args(every))
    assert [msgspec.json.decode(msgspec.json.encode(one)).keys() for one in wishes] == [
        one.keys() for one in told
    ]
    assert all(words(one) for one in wishes)
