# SPDX-License-Identifier: GPL-3.0-only
"""A screen reader's ears: a program for Debian's own Python (python3-gi, gir1.2-atspi-2.0) that
hears what windows say on the AT-SPI bus. `tests.accessibility.bus` starts it and talks to it by
lines of JSON.

Each line asks one thing and gets one line: `{"ask": "tree"}` all that is showing, `{"ask":
"heard"}` what was said since the last question, `{"ask": "focus"}` what has the keyboard.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

EVENTS = ("object:announcement", "object:state-changed:focused")

heard: list[dict[str, Any]] = []
focused: list[Any] = []


def chain(one: Any) -> list[list[str]]:
    """Role and name of what holds it, from the outside in."""
    found: list[list[str]] = []
    while one is not None and len(found) < 40:
        found.insert(0, [one.get_role_name(), one.get_name() or ""])
        one = one.get_parent()
    return found


def on_event(event: Any) -> None:
    """Notes one event as a screen reader would get it; not of what is gone already."""
    try:
        note(event)
    except GLib.Error:
        return


def note(event: Any) -> None:
    """An announcement and where it comes from, or what has the keyboard now."""
    kind = event.type.removeprefix("object:").partition(":")[0]
    if kind == "state-changed":
        if event.detail1:
            role, name = event.source.get_role_name(), event.source.get_name() or ""
            still = event.source.get_state_set().contains(Atspi.StateType.FOCUSED)
            if not name and not still:  # gone while it was asked after
                return
            focused[:] = [event.source]
            heard.append({"type": "focus", "text": name, "role": role})
        return
    heard.append(
        {
            "type": kind,
            "text": event.any_data,
            "urgent": event.detail1 == 2,
            "in": chain(event.source)[1:],
        }
    )


def walk(one: Any, depth: int, inside: str, found: list[dict[str, Any]]) -> None:
    """Adds all that shows, in the order in which a screen reader meets it."""
    states = one.get_state_set()
    if depth and not states.contains(Atspi.StateType.SHOWING):
        return
    found.append(
        {
            "depth": depth,
            "role": one.get_role_name(),
            "in": inside,
            "name": one.get_name() or "",
            "description": one.get_description() or "",
            "states": sorted(state.value_nick for state in states.get_states()),
        }
    )
    for place in range(one.get_child_count()):
        child = one.get_child_at_index(place)
        if child is not None:
            walk(child, depth + 1, one.get_role_name(), found)


def tree(title: str) -> list[dict[str, Any]]:
    """What shows of the window with this title."""
    desktop, found = Atspi.get_desktop(0), []  # type: ignore[var-annotated]
    for number in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(number)
        for place in range(application.get_child_count() if application is not None else 0):
            window = application.get_child_at_index(place)
            if window is not None and window.get_name() == title:
                walk(window, 0, "application", found)
    return found


def answer(asked: dict[str, Any]) -> Any:
    """What is asked for."""
    if asked["ask"] == "tree":
        return tree(asked["title"])
    if asked["ask"] == "focus":
        return chain(focused[0]) if focused else []
    said = list(heard)
    heard.clear()
    return said


def on_line(source: Any, condition: Any) -> bool:
    """Answers one question."""
    line = sys.stdin.readline()
    if not line:
        Atspi.event_quit()
        return False
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
    sys.stdout.flush()
    return True


def main() -> None:
    """Listens until the other end closes."""
    Atspi.init()
    listener = Atspi.EventListener.new(on_event)
    for name in EVENTS:
        listener.register(name)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, on_line)
    sys.stdout.write(json.dumps("listening") + "\n")
    sys.stdout.flush()
    Atspi.event_main()


if __name__ == "__main__":
    main()
