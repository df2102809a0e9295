# SPDX-License-Identifier: GPL-3.0-only
"""The questions to the caller while both sides of a pile are scanned by a feeder that sees
one side. Used by the scan panel.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame

from resources.texts import _, ngettext
from views.widgets.parts import column, label, push_button, row
from views.widgets.theme import SPACE


class PileBar(QFrame):
    """Shown between fronts and backs.

    Attributes:
        backs: the caller has turned the pile; scan the other sides.
        fronts: scan more first sides.
        end: leave it as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pile_bar")
        self._words = label(role="strong", name="pile_words", wrap=True)
        self._advice = label(role="small", name="pile_advice", wrap=True)
        self.backs = push_button(
            _("Scan the other sides"), "scanner", "primary", name="pile_backs", keys="F7"
        )
        self.fronts = push_button(_("More first sides"), "add", "quiet", name="pile_fronts")
        self.end = push_button(_("Leave it so"), "close", "quiet", name="pile_end")
        acts = row(None, self.fronts, 0, self.end)
        column(self, self._words, self._advice, self.backs, acts, space=SPACE[0])
        self.hide()

    def show_pile(self, sheets: int, missing: int, is_turned: bool) -> None:
        """`sheets` first sides are here; `missing` other sides are still to come."""
        if is_turned:
            words = ngettext("One other side to come", "{count} other sides to come", missing)
            self._words.setText(words.format(count=missing))
            self._advice.setText(_("Put the rest of the pile into the feeder the same way."))
        else:
            words = ngettext(
                "One first side. Now turn the pile over.",
                "{count} first sides. Now turn the pile over.",
                sheets,
            )
            self._words.setText(words.format(count=sheets))
            self._advice.setText(
                _(
                    "Ask the caller to take the whole pile, turn it over and put it back, last "
                    "page in front."
                )
            )
        self.fronts.setVisible(not is_turned)
        self.show()

    def set_possible(self, can: bool) -> None:
        """Set whether a scan may begin now."""
        self.backs.setEnabled(can)
        self.fronts.setEnabled(can)
