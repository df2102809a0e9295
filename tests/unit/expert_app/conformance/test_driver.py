# SPDX-License-Identifier: GPL-3.0-only
"""How the kiosk under test is told what its caller does."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from expert_app.conformance.driver import CannotDo, PersonDriver, driver_program
from expert_app.conformance.instructions import (
    AnyDeskInstruction,
    AnyInstruction,
    Finish,
    Leave,
    Press,
)

ROOT = Path(__file__).parents[4]

DRIVER = """
import json, sys
for line in sys.stdin:
    instruction = json.loads(line)
    if instruction["do"] == "press":
        known = instruction["service"] == "housing"
        print("done" if known else "cannot no such button", flush=True)
    elif instruction["do"] == "leave":
        break
"""


async def test_a_program_is_told_one_instruction_a_line(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    async with driver_program(f"{sys.executable} {script}") as driver:
        await driver.instruct(Press(service="housing"))
        with pytest.raises(CannotDo, match="no such button"):
            await driver.instruct(Press(service="rights"))
        with pytest.raises(CannotDo, match="has ended"):
            await driver.instruct(Leave())


async def test_a_person_says_done_with_enter_and_why_not_in_words() -> None:
    said: list[str] = []

    def ask(words: str) -> str:
        said.append(words)
        return "" if len(said) == 1 else "there is no such button"

    driver = PersonDriver(ask)
    await driver.instruct(Press(service="housing", number="1234567"))
    with pytest.raises(CannotDo, match="no such button"):
        await driver.instruct(Finish())
    assert "press the button of the service 'housing' and type 1234567" in said[0]


@pytest.mark.parametrize(
    ("end", "every"), [(0, AnyInstruction), (1, AnyDeskInstruction)], ids=["kiosk", "desk"]
)
def test_the_document_has_every_instruction_as_it_is(end: int, every: Any) -> None:
    text = (ROOT / "docs/conformance.md").read_text("utf-8").split("\n## A desk\n")[end]
    told = [msgspec.json.decode(line) for line in re.findall(r"^\| `(\{.*?\})` \|", text, re.M)]
    instructions = [msgspec.convert(one, every) for one in told]
    assert {type(one) for one in instructions} == set(get_args(every))
    assert [msgspec.json.decode(msgspec.json.encode(one)).keys() for one in instructions] == [
        one.keys() for one in told
    ]
    assert all(str(one) for one in instructions)
