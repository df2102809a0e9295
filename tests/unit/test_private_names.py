# SPDX-License-Identifier: GPL-3.0-only
"""Where the product uses what others have not promised: private names, and C libraries directly.

Whoever adds a module here gives the reason, and a contract test that fails at an upgrade.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.private_names import imports_ctypes, parsed, private_names, sources
from tests.unit.source_files import sources as files

ALLOWED = {
    "session/media/engines/aiortc_internals.py": (
        "aiortc and aioice: AV1, our own encoders, paced sending and early repeats have no public "
        "way; contract: test_aiortc_internals.py. The browser engine does without."
    ),
    "session/bus/transport/nats_client.py": (
        "nats-py: the order of pings, and letting go of a silent network; contract: "
        "test_nats_client.py"
    ),
    "session/bus/transport/websocket_transport.py": "nats-py: its WebSocket with our TLS",
}

DOCUMENTED = {
    "_exit": "os: documented",
    "_replace": "named tuples: documented",
    "excepthook": "sys, threading: made to be replaced",
    "_Pointer": "ctypes: the type of what pointer() gives, as typeshed names it",
}

MOST_IN_TESTS, FALLS_BY = 290, 20
"""Places where tests touch a private name of another object, aiortc's contract included: it only
falls, and is lowered once so many are gone.
"""

C_LIBRARIES = {
    "expert_app/driven/automation.py": "Windows: what waits in a pipe, as documented",
    "expert_app/runtime/window_program.py": "Windows: the taskbar's identity, as documented",
    "expert_app/simulated/program.py": "prctl(2)",
    "expert_app/without_console.py": "Windows: a box with words, as documented",
    "session/core/child_process.py": "Windows: job objects, as documented",
    "session/core/tied_launch.py": "prctl(2)",
    "session/kiosk/drivers/sane_library.py": "libsane: sane.h, which SANE promises",
    "session/kiosk/drivers/sane_worker.py": "the types of libsane's answers",
    "session/media/engines/opus.py": (
        "libopus by opus.h, in PyAV's wheel or the system; contract: test_opus.py"
    ),
    "views/media/speech_program.py": (
        "libespeak-ng by speak_lib.h, in its own wheel; contract: test_voice.py"
    ),
}


def test_a_private_name_of_others_is_used_only_where_a_reason_is_given() -> None:
    guilty = {path for path, tree in sources().items() if _used(tree)}
    assert guilty == ALLOWED.keys()


def test_a_c_library_is_called_only_where_a_reason_is_given() -> None:
    assert {path for path, tree in sources().items() if imports_ctypes(tree)} == C_LIBRARIES.keys()


def test_tests_touch_fewer_private_names_than_before() -> None:
    """A test that knows an object from inside fails when the inside changes, and nothing else."""
    places = [
        node for path in files("tests") for node in ast.walk(parsed(path)) if _is_touched(node)
    ]
    assert len(places) <= MOST_IN_TESTS
    assert len(places) > MOST_IN_TESTS - FALLS_BY, "some are gone: lower the most to what is left"


def _is_touched(node: ast.AST) -> bool:
    """True if the node uses a private name of another object, also by its name in quotes."""
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "cls")):
            return False
        case ast.Attribute(attr=name) | ast.Call(args=[_, ast.Constant(value=str(name)), *_]):
            return re.fullmatch(r"_(?!_)\w+", name) is not None and name not in DOCUMENTED
    return False


def _used(tree: ast.Module) -> list[str]:
    return [name for name in private_names(tree) if name not in DOCUMENTED]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("thing._secret", ["_secret"]),
        ("getattr(thing, '_secret')", ["_secret"]),
        ("setattr(thing, '_Other__secret', 1)", ["_Other__secret"]),
        ("class A(Other):\n  def _Other__secret(self): ...", ["_Other__secret"]),
        ("class A(Other):\n  def _f(self): super()._f()", ["_f"]),
        ("import other\nother.LIST = []", ["LIST"]),
        ("import other\nsetattr(other, 'LIST', [])", ["LIST"]),
        ("from other._hidden import thing", ["_hidden"]),
        ("from other import _thing", ["_thing"]),
        ("class A:\n  def __init__(self): self._mine = 1\n  def f(self): self._mine", []),
        ("from resources.texts import _", []),
        ("thing.__class__", []),
    ],
)
def test_the_search_finds_what_it_should(source: str, names: list[str]) -> None:
    assert private_names(ast.parse(source)) == names
