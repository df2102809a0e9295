# SPDX-License-Identifier: GPL-3.0-only
"""The menu of what the cleaning did to a page; each step can be taken back or done again.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QMenu, QWidget

from documents.imaging.edits import CleaningStage
from resources.texts import N_, _
from views.widgets.plain_words import face_words

STAGE_WORDS: dict[CleaningStage, str] = {
    CleaningStage.TURN: N_("Turned upright"),
    CleaningStage.LEVEL: N_("Straightened"),
    CleaningStage.CUT: N_("Cut to the sheet"),
    CleaningStage.LIGHT: N_("Lit evenly, on white paper"),
    CleaningStage.GREY: N_("Grey where there is no colour"),
}


def ask_stages(
    over: QWidget,
    left_out: Collection[CleaningStage],
    chosen: Callable[[CleaningStage, bool], object],
) -> QMenu:
    """Opens the list of steps; the steps in use have a tick. The digits 1 to 5 change one.

    Args:
        chosen: called with a step and whether it is wanted from now on.
    """
    menu = QMenu(over)
    menu.setObjectName("cleaning_menu")
    menu.setAccessibleName(_("What was done to the page"))
    heading = menu.addAction(_("What was done to the page"))
    assert heading is not None
    heading.setEnabled(False)
    menu.addSeparator()
    for place, (stage, words) in enumerate(STAGE_WORDS.items(), start=1):
        action = menu.addAction(f"&{place}  {face_words(_(words))}")
        assert action is not None
        action.setCheckable(True)
        action.setChecked(stage not in left_out)
        action.triggered.connect(lambda is_in_use, stage=stage: chosen(stage, is_in_use))
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(over.mapToGlobal(QPoint(0, over.height())))
    menu.setActiveAction(menu.actions()[2])
    return menu
