# SPDX-License-Identifier: GPL-3.0-only
"""No pattern's time grows faster than its text: pages, kiosks, scanners and files are strangers.

Every pattern of the product is tried, those that modules keep and those that are written where they
are used, against texts of its own letters. A pattern that begins anew at every letter needs minutes
for what others do in milliseconds: it is stopped by its own process's limit, and named.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import documents
import expert_app
import resources
import session
import views

PACKAGES = (session, documents, views, expert_app, resources)
ROOT = Path(session.__file__).parent.parent
CALLS = {"compile", "sub", "subn", "search", "match", "fullmatch", "split", "findall", "finditer"}
LETTERS = 30_000
MOST_S = 0.15
"""Of the processor, for one text: twice what the slowest pattern takes that reads once; one that
begins anew at each letter takes half a second and more.
"""
TENTH_S = 0.001
"""Of the processor, for a tenth of the text: what takes less would read the whole in a tenth of a
second even if it began anew at each letter, a hundredfold, and is not asked to.
"""

STARTS = ("", "a", '"', "<", "://", "1 ", "0", "a=candidate:", "allocataire n° ", "né le ")
UNITS = (
    *("a", "0", " ", "\t", "\n", '"', "\\", '\\"', "?", "#", "=", "@", "_", "-", ".", "é", "•"),
    *("a@", "a.", "1 ", "1-", "1 1", "AA11", "AA11 ", "1 85 05 ", "06 12 ", "12 rue ", "1/1/"),
    *("allocataire n° ", "allocataire", "<dc:source>", "<dc:identifier>seal:", "a=x\r\n", "m="),
    *("a=candidate:1 1 udp 1 ", "{a", "::", "%20", "+33 ", "0 0 0 ", "[a", "(a", "1er mai "),
)


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and not found.name.endswith("__main__"):
                yield found.name


def _kept() -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """Patterns that modules keep."""
    for name in _modules():
        try:
            module = importlib.import_module(name)
        except ImportError:  # of another system
            continue
        yield from (value for value in vars(module).values() if isinstance(value, re.Pattern))


def _written() -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """Patterns in the place where they are used."""
    for package in PACKAGES:
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "re." in text else ():
                if isinstance(node, ast.Call) and (pattern := _pattern_of(node)):
                    yield re.compile(pattern, _flags(node))


def _pattern_of(call: ast.Call) -> str | bytes | None:
    function = call.func
    if not (isinstance(function, ast.Attribute) and function.attr in CALLS and call.args):
        return None
    first = call.args[0]
    is_use = isinstance(function.value, ast.Name) and function.value.id == "re"
    if is_use and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
        return first.value
    return None


def _flags(node: ast.AST) -> int:
    """The flags that a call names, e.g. `re.IGNORECASE | re.DOTALL`."""
    names = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    flags = 0
    for name in names & set(re.RegexFlag.__members__):
        flags |= re.RegexFlag[name]
    return flags


_LITERAL = re.compile(
    r"(?<=[=(,:!&|?] )/((?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)"
)
_LITERAL_IN_CALL = re.compile(
    r"(?<=\()/((?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)"
)
_LINE_LITERAL = re.compile(
    r"(?m)^\s+/((?![*/])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)"
)


def _of_scripts() -> Iterator[re.Pattern[str]]:
    """Patterns of the pages' scripts: the two languages write these alike."""
    for path in sorted((ROOT / "resources" / "pages").rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        for finder in (_LITERAL, _LITERAL_IN_CALL, _LINE_LITERAL):
            for pattern, flags in finder.findall(text):
                yield re.compile(
                    pattern, (re.IGNORECASE if "i" in flags else 0) | (re.M if "m" in flags else 0)
                )


def all_patterns() -> list[re.Pattern[str] | re.Pattern[bytes]]:
    """Every pattern of the product once."""
    found = {(one.pattern, one.flags): one for one in (*_kept(), *_written(), *_of_scripts())}
    return list(found.values())


def _units(pattern: re.Pattern[str] | re.Pattern[bytes]) -> list[str]:
    """What is said again and again: the common ones, and pieces of the pattern's own letters."""
    own = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    letters = re.findall(r"[A-Za-z0-9<>/:@=+é° -]{2,24}", re.sub(r"\\[A-Za-z]", " ", own))
    signs = re.findall(r"\\?[^A-Za-z0-9()\[\]{}|\\]", own)
    return list(dict.fromkeys([*UNITS, *letters[:12], *(sign[-1] for sign in signs[:12])]))


def slow_texts(
    pattern: re.Pattern[str] | re.Pattern[bytes], starts: tuple[str, ...] = STARTS
) -> Iterator[tuple[str, str]]:
    """(start, unit) of the texts that take the pattern too long."""
    for unit in _units(pattern):
        for start in starts if unit in UNITS[:8] else ("",):
            times = LETTERS // len(unit)
            if _search_s(pattern, start + unit * (times // 10) + "!") < TENTH_S:
                continue
            if _search_s(pattern, start + unit * times + "!") > MOST_S:
                yield start, unit
                return


def _search_s(pattern: re.Pattern[str] | re.Pattern[bytes], text: str) -> float:
    """Time of the processor until the whole text is read."""
    looked_in: Any = text if isinstance(pattern.pattern, str) else text.encode()
    begun_s = time.process_time()
    for _found in pattern.finditer(looked_in):
        pass
    return time.process_time() - begun_s


def _main(starts: tuple[str, ...]) -> None:
    """In a process of its own: says which pattern is tried, before it is."""
    for number, pattern in enumerate(all_patterns()):
        print(json.dumps(["begun", number, str(pattern.pattern)]), flush=True)
        for start, unit in slow_texts(pattern, starts):
            print(json.dumps(["slow", number, str(pattern.pattern), start, unit]), flush=True)
    print(json.dumps(["end"]), flush=True)


LIMIT_S = 500
"""For some fifteen seconds of a processor that others use, too."""


@pytest.mark.timeout(LIMIT_S + 60)
@pytest.mark.parametrize(
    "starts",
    [
        pytest.param(STARTS[:3], id="few starts"),
        pytest.param(STARTS, marks=pytest.mark.long, id="all"),
    ],
)
def test_every_pattern_reads_its_text_once(starts: tuple[str, ...]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.unit.test_patterns", *starts],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as child:
        try:
            said, _ = child.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            said, _ = child.communicate()
    lines = [json.loads(line) for line in said.splitlines()]
    slow = [line for line in lines if line[0] == "slow"]
    assert slow == []
    assert lines[-1] == ["end"], "this one did not come to its end"


def test_a_pattern_that_begins_anew_is_found() -> None:
    assert list(slow_texts(re.compile(r"a+@")))


if __name__ == "__main__":
    _main(tuple(sys.argv[1:]))
