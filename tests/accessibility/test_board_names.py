# SPDX-License-Identifier: GPL-3.0-only
"""The board's names of services and sites can be read whole on office screens, with letters of
100 and 150 %: a row takes a second line before a name is cut; and rows stay in sight.
"""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtWidgets import QApplication

from resources.texts import use_language
from tests.accessibility.layout import settle
from tests.support.screens.board_scenes import full
from views.board.tables import BoardTable
from views.board.window import BoardWindow
from views.widgets.message_bar import Level
from views.widgets.theme import apply_theme

SCREENS = (
    (1366, 768, 1.0),
    (1440, 900, 1.0),
    (1920, 1080, 1.0),
    (1440, 900, 1.5),
    (1920, 1080, 2.0),
)
SMALL = (1366, 768, 1.5)
"""Here the longest names have a tool tip; what is seen of each tells them apart."""

EDGES_PX, ICON_EDGE_PX = 10, 4
"""What the style leaves free beside a text, and between it and its icon."""


def board(desk_theme: QApplication, screen: tuple[int, int, float]) -> BoardWindow:
    use_language("fr")
    apply_theme(desk_theme, dark=False, text_scale=screen[2])
    window = full()
    window.show()
    window.resize(*screen[:2])
    settle()
    return window


def cut_names(table: BoardTable, column: int) -> set[str]:
    """Return the texts that do not fit into their cells, each line of them."""
    item, below = table.topLevelItem(0), table.room.below(column)
    assert item is not None
    height_px = table.visualItemRect(item).height()
    icons_px = 0 if item.icon(column).isNull() else table.iconSize().width() + ICON_EDGE_PX
    room = QRect(0, 0, table.columnWidth(column) - EDGES_PX - icons_px, 1000)
    cut = set()
    for row_id in table.ids():
        texts = table.texts(row_id)
        lines = [texts[at] for at in ({column, below} if below else {column})]
        flags = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
        needs = table.fontMetrics().boundingRect(room, flags, "\n".join(lines))
        if needs.width() > room.width() or needs.height() > height_px:
            cut |= set(lines)
    return cut


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_no_name_of_a_service_or_site_is_cut(
    desk_theme: QApplication, screen: tuple[int, int, float]
) -> None:
    window = board(desk_theme, screen)
    names = [(window.queues, 0), (window.tickets, 1)]
    if not window.tickets.isColumnHidden(2):
        names.append((window.tickets, 2))  # else below the service's
    assert [cut_names(table, column) for table, column in names] == [set() for _name in names]


def test_sites_are_told_apart_on_a_small_screen_with_large_letters(
    desk_theme: QApplication,
) -> None:
    table = board(desk_theme, SMALL).tickets
    sites = {table.texts(row_id)[2] for row_id in table.ids()}
    room_px = table.columnWidth(1) - table.iconSize().width() - ICON_EDGE_PX - EDGES_PX
    seen = {
        table.fontMetrics().elidedText(site, Qt.TextElideMode.ElideRight, room_px) for site in sites
    }
    assert len(seen) == len(sites)
    assert all(len(site) >= 20 for site in seen)


@pytest.mark.parametrize("screen", [*SCREENS[:3], SMALL], ids=str)
def test_two_messages_leave_callers_in_sight(
    desk_theme: QApplication, screen: tuple[int, int, float]
) -> None:
    window = board(desk_theme, screen)
    window.messages.show_message(Level.WARNING, "B135 attend depuis un quart d’heure", key="long")
    settle()
    table = window.tickets
    viewport = table.viewport()
    assert viewport is not None
    seen = [table.topLevelItem(place) for place in range(table.topLevelItemCount())]
    whole = [item for item in seen if item and viewport.rect().contains(table.visualItemRect(item))]
    assert len(whole) >= 2


def test_a_row_has_one_line_where_that_is_enough(desk_theme: QApplication) -> None:
    window = board(desk_theme, (1920, 1080, 1.0))
    for table in (window.queues, window.tickets):
        item = table.topLevelItem(0)
        assert item is not None
        assert table.visualItemRect(item).height() < 2 * table.fontMetrics().height()
