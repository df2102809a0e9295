# SPDX-License-Identifier: GPL-3.0-only
"""What a screen reader gets of our windows, on a real AT-SPI bus: every control has a name and
a role, keys alone reach it, and what happens is announced.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.accessibility.bus import Desktop, missing, was_announced
from tests.accessibility.kiosk_story import VISIT
from tests.support.waiting import LONGEST_S

WALKED = (
    "desk/idle",
    "desk/page",
    "desk/preview",
    "desk/wrap_up",
    "board/board",
    "board/board_curves",
    "kiosk/start-6",
    "kiosk/number-typing",
    "kiosk/waiting",
    "kiosk/session-page",
    "kiosk/session-ask-fill",
    "kiosk/goodbye-all",
    "site/host",
    "others/sign-in",
    "settings/media",
)
"""One state of each kind of page: a walk costs some hundred calls over the bus. What needs no
bus is looked at in all of them (`test_every_window.py`).
"""
CONTROLS = {
    "push button",
    "button",
    "toggle button",
    "check box",
    "radio button",
    "combo box",
    "text",
    "password text",
    "entry",
    "slider",
    "spin button",
    "page tab",
    "menu item",
    "link",
    "table",
    "tree table",
    "list",
}


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    if lacking := missing():
        pytest.skip(f"not installed: {lacking}")
    with Desktop(tmp_path_factory.mktemp("desktop")) as started:
        yield started


def wrong_with(part: dict[str, Any]) -> str:
    """Why a screen reader could not say what this is, "" when it can."""
    where = f"{part['role']} {part['name']!r} {part['description']!r}"
    if part["role"] == "table cell" or (part["role"], part["in"]) == ("unknown", "split pane"):
        return ""  # an empty cell; the grip between two panes, which Qt knows and AT-SPI does not
    if part["role"] in ("unknown", "invalid", ""):
        return f"no role: {where}"
    if part["role"] in CONTROLS and not part["name"].strip():
        return f"no name: {where}"
    if "focusable" in part["states"] and not part["name"].strip():
        return f"takes the keyboard and has no name: {where}"
    if part["role"] in CONTROLS and "showing" in part["states"] and "visible" not in part["states"]:
        return f"shows and is not visible: {where}"
    return ""


@pytest.mark.parametrize("name", WALKED)
def test_a_screen_reader_can_say_what_every_control_is(name: str, desktop: Desktop) -> None:
    title = desktop.windows.ask(show=name)
    parts = desktop.ears.ask(ask="tree", title=title)
    assert len(parts) > 5
    wrong = [said for part in parts if (said := wrong_with(part))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["desk/usual_day", "desk/page", "desk/wrap_up"])
def test_regions_of_the_desk_have_names_and_none_is_a_layered_pane_of_nothing(
    name: str, desktop: Desktop
) -> None:
    """Those of Qt's own tabs cannot be replaced."""
    parts = desktop.ears.ask(ask="tree", title=desktop.windows.ask(show=name))
    panes = [part["in"] for part in parts if part["role"] == "layered pane"]
    assert len(panes) <= (0 if name == "desk/usual_day" else 1), panes
    panels = [part["name"] for part in parts if part["role"] == "panel"]
    if name == "desk/usual_day":
        assert "File" in panels
        assert {"Collègues", "Touches", "Attente par service"} <= set(panels)
    if name == "desk/wrap_up":
        outcomes = [part for part in parts if part["role"] == "radio button"]
        assert len(outcomes) >= 3, "one of several, no box to tick"


@pytest.mark.parametrize("name", ["desk/idle", "board/board", "kiosk/start-2"])
def test_words_are_announced_in_the_window_in_which_it_happened(
    name: str, desktop: Desktop
) -> None:
    title = desktop.windows.ask(show=name)
    desktop.ears.ask(ask="heard")
    desktop.windows.ask(announce="Un usager vous attend", urgent=False)
    said = desktop.heard("Un usager vous attend")
    desktop.windows.ask(announce="La ligne est coupée", urgent=True)
    said += desktop.heard("La ligne est coupée")
    ours = [one for one in said if re.search("Un usager vous|La ligne est", str(one["text"]))]
    assert [one["urgent"] for one in ours] == [False, True]
    assert all(title in [name for _role, name in one["in"]] for one in ours)


def tabbed(desktop: Desktop, times: int) -> list[str]:
    """What a screen reader says of each stop of Tab, in order."""
    desktop.ears.ask(ask="heard")
    for _stop in range(times):
        desktop.windows.ask(press="Tab")
    desktop.windows.ask(announce="Fin des arrêts", urgent=False)
    heard = desktop.heard("Fin des arrêts")
    return [one["text"] for one in heard if one["type"] == "focus"]


@pytest.mark.parametrize(
    ("name", "named"), [("desk/idle", "Accepter"), ("kiosk/start-4", "Emploi")]
)
def test_keys_alone_go_round_the_window_and_every_stop_has_a_name(
    name: str, named: str, desktop: Desktop
) -> None:
    desktop.windows.ask(show=name)
    stops = tabbed(desktop, 20)
    for _again in range(3):  # on a busy machine the bus leaves out stops that are soon left
        if len(set(stops)) == len(stops):
            stops += tabbed(desktop, 20)
    assert all(stops), stops
    assert any(stop.startswith(named) for stop in stops), stops
    assert len(set(stops)) < len(stops), f"Tab does not come round: {stops}"


JOB: tuple[tuple[str, str, list[str]], ...] = (
    # what is pressed, and what is heard then, in this order
    ("", "comes", ["Nouvel usager"]),
    ("F2", "", ["L’entretien commence", "Vous vous voyez"]),
    ("Alt+G", "", []),
    ("1", "", ["autorise\u00a0: Voir la page"]),
    ("", "brings_page", ["Page\u00a0: Aide au logement"]),
    ("Shift+F7", "", ["1 page est numérisée", "autorise\u00a0: Numériser, Garder"]),
    ("Return", "", ["Classé dans le dossier"]),
    ("Return", "", ["imprimé"]),
    ("Ctrl+Shift+H", "", []),
    ("Ctrl+Shift+H", "", ["L’entretien est terminé. Clôture."]),
    ("1", "", []),
    ("Ctrl+Return", "", []),
)


def test_the_whole_job_is_done_by_keys_and_heard_in_order(desktop: Desktop) -> None:
    """From the new caller to the end of the wrap-up; a caller who says yes to everything."""
    desktop.windows.ask(show="story")
    desktop.ears.ask(ask="heard")
    said: list[dict[str, Any]] = []
    for keys, happens, words in JOB:
        desktop.windows.ask(**({"press": keys} if keys else {"happens": happens}))
        for each in words:
            said += desktop.heard(each) if not was_announced(each, said) else []
    spoken = [one["text"] for one in said if one["type"] == "announcement"]
    places = [
        next(place for place, text in enumerate(spoken) if each in text)
        for _keys, _happens, words in JOB
        for each in words
    ]
    assert places == sorted(places), spoken
    focused = [one for one in said if one["type"] == "focus"]
    assert focused, "the keyboard never moved"
    assert all(one["text"].strip() for one in focused), focused
    assert desktop.windows.ask(press="Tab"), "the next caller is not a key away"


def test_a_whole_visit_at_the_kiosk_is_done_by_keys_and_heard_in_order(desktop: Desktop) -> None:
    """From the first page back to it; a caller who says yes, then STOP."""
    desktop.windows.ask(show="visit")
    desktop.ears.ask(ask="heard")
    said: list[dict[str, Any]] = []
    for happens, takes, words in VISIT:
        if happens:
            desktop.windows.ask(happens=happens)
        if takes:
            desktop.windows.ask(take=takes)
        for each in words:
            said += desktop.heard(each) if not was_announced(each, said) else []
    spoken = [one for one in said if one["type"] == "announcement"]
    places = [
        next(place for place, one in enumerate(spoken) if each in one["text"])
        for _happens, _takes, words in VISIT
        for each in words
    ]
    assert places == sorted(places), [one["text"] for one in spoken]
    urgent = [one["text"] for one in spoken if one["urgent"]]
    assert len(urgent) >= 4, f"questions, a print and STOP interrupt: {urgent}"
    focused = [one for one in said if one["type"] == "focus"]
    assert all(one["text"].strip() for one in focused), focused


def test_the_callers_page_is_said_and_read_as_a_list(desktop: Desktop) -> None:
    """Where the keyboard is in it, with what is wrong there; then all of it, line by line."""
    desktop.windows.ask(show="page")
    desktop.windows.ask(happens="acts")
    desktop.windows.ask(happens="goes_on")
    desktop.heard("Téléphone, champ, 12. Erreur\u00a0: Dix chiffres.")
    desktop.windows.ask(press="Ctrl+F10")
    heard_at_list(desktop, "Champ, Téléphone, 12. Erreur\u00a0: Dix chiffres.")
    desktop.windows.ask(press="Home")
    heard_at_list(desktop, "Titre 1, Déclaration")


def heard_at_list(desktop: Desktop, words: str) -> None:
    """Waits until the keyboard is at the line with these words."""
    end = time.monotonic() + LONGEST_S
    said: list[dict[str, Any]] = []
    while not any(one["type"] == "focus" and one["text"] == words for one in said):
        said += desktop.ears.ask(ask="heard")
        assert time.monotonic() < end, said
        time.sleep(0.02)
