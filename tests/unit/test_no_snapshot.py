# SPDX-License-Identifier: GPL-3.0-only
"""Nobody can keep a picture of a face:
no code leads from a face's frame to a file, the clipboard, a drag or a printer.

Read from the program's own source, so that whoever adds such a way must come by here first.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("session", "views", "expert_app")
    for path in sorted((ROOT / folder).rglob("*.py"))
]

FACES = {
    "VideoFrame",
    "latest_frame",
    "own_frame",
    "as_image",
    "to_screen",
    "FrameSource",
    "SharedCamera",
}
"""Whoever names one of these can hold a face in hand."""

HOLDERS = {
    "session/media/engines/aiortc_call.py",
    "session/media/engines/aiortc_engine.py",
    "session/media/engines/browser_engine.py",
    "session/media/video/picture_encoder.py",
    "session/media/engine.py",
    "session/media/frames.py",
    "session/media/video/picture_receiver.py",
    "session/media/engines/received.py",
    "session/media/engines/plain_peer.py",
    "session/media/devices/shared_devices.py",
    "session/media/devices/sources.py",
    "session/media/engines/tracks.py",
    "session/desk/call/third_party_call.py",
    "views/media/video_pane.py",
    "views/media/stage_painting.py",
    "views/media/calibration_page.py",
    "expert_app/desk/wiring/connections.py",
    "expert_app/desk/wiring/media.py",
    "expert_app/runtime/media_engines.py",
    "expert_app/desk/wiring/life_size.py",
    "expert_app/commands/doctor/windows.py",
}
WAYS_OUT_OF_A_PAGE = [
    "MediaRecorder",
    "clipboard",
    "showSaveFilePicker",
    "download",
    "toDataURL",
    "localStorage",
    "indexedDB",
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "sendBeacon",
    "createDataChannel",
    "requestPictureInPicture",
    "print(",
]
PAGES = (
    "call.html",
    "call.js",
    "call_check.js",
    "call_line.js",
    "call_own.js",
    "call_words.js",
)

WAYS_OUT = {
    "open",
    "write_bytes",
    "write_text",
    "tofile",
    "savez",
    "imwrite",
    "fromarray",
    "grab",
    "grabWindow",
    "clipboard",
    "setMimeData",
    "setImageData",
    "setPixmap",
    "QDrag",
    "QMimeData",
    "QPrinter",
    "QPdfWriter",
    "QImageWriter",
    "QBuffer",
    "render",
    "screenshot",
    "publish",
    "send",
    "send_raw",
    "mux",
    "socket",
}
"""Calls by which a picture could leave the memory of a program."""

ALLOWED = {
    ("session/media/devices/sources.py", "open"): "opens a camera",
    ("session/media/video/picture_encoder.py", "open"): "opens an encoder",
    ("session/media/engines/browser_engine.py", "open"): "reads a sample out of memory",
    ("session/desk/call/third_party_call.py", "send"): "signalling, which has no picture",
    ("expert_app/desk/wiring/media.py", "open"): "shows the dialog",
}


@cache
def words_in(path: Path) -> set[str]:
    """All words of a file: a name that is none of them is nowhere in its tree."""
    return set(re.findall(r"\w+", path.read_text("utf-8")))


def names_in(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    return found


def called_in(tree: ast.AST) -> set[str]:
    made = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            made.add(
                "save with a place" if name == "save" and (node.args or node.keywords) else name
            )
    return made


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def test_who_can_hold_a_face_is_a_short_known_list() -> None:
    holders = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if words_in(path) & FACES and names_in(parsed(path)) & FACES
    }
    assert holders == HOLDERS, "a new module handles faces: is there a way out of it?"


@pytest.mark.parametrize("name", sorted(HOLDERS))
def test_from_whoever_holds_a_face_no_way_leads_out(name: str) -> None:
    made = called_in(parsed(ROOT / name)) & (WAYS_OUT | {"save with a place"})
    assert {way for way in made if (name, way) not in ALLOWED} == set()


def test_windows_are_photographed_and_pictures_dragged_or_copied_nowhere() -> None:
    ways = {
        "grab",
        "grabWindow",
        "clipboard",
        "QDrag",
        "QPrinter",
        "QScreenCapture",
        "QMediaRecorder",
    }
    found = {
        (str(path.relative_to(ROOT)), way)
        for path in SOURCES
        if words_in(path) & ways
        for way in called_in(parsed(path)) & ways
    }
    assert found == {
        ("expert_app/driven/window_driver.py", "grab"),
        ("expert_app/driven/desk_driver.py", "grab"),
        ("views/kiosk/browser/page_view.py", "grab"),
        ("expert_app/helpdesk/wiring/conversation.py", "clipboard"),
        ("expert_app/workplace/wiring/support.py", "clipboard"),
    }, (
        "the script's hands alone, which refuse where a person is seen, or take the mirror without "
        "the face over it; for the small picture in a question the process of the caller's page, "
        "where no face is; the helpdesk copies the address of a moment, and every window the text "
        "of a crash report"
    )


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_the_call_has_no_way_out_either(name: str) -> None:
    text = (ROOT / "resources/pages" / name).read_text("utf-8")
    for way in WAYS_OUT_OF_A_PAGE:
        assert way not in text, way
    samples = re.findall(r"sampled\(([^)]*)\)", text)
    assert all(taken in ("video, width", "remote, width") for taken in samples), (
        "a sample is for the desk's own screen"
    )
