# SPDX-License-Identifier: GPL-3.0-only
"""The card under the list of conversations: the chosen one, and the reason to read it.
Used by the list's page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtWidgets import QLineEdit

from resources.texts import _
from session.protocol.helpdesk.log_list import LogRow
from session.protocol.hub.log import MOST_REASON
from views.helpdesk.columns import place_words
from views.helpdesk.words import model_words, row_start_words
from views.widgets.field import type_anew
from views.widgets.parts import Card, ElidedLabel, label, push_button, row
from views.widgets.theme import SPACE


class OpeningCard(Card):
    """Asks why a conversation is read.

    Attributes:
        reason_line: where the reason is typed.
        open: the button.
    """

    def __init__(self) -> None:
        super().__init__("list_opening", padding=SPACE[1])
        self._about = ElidedLabel(role="body", name="list_about")
        self._why = label(_("Reason"), "caption")
        self.reason_line = QLineEdit()
        self.reason_line.setObjectName("list_reason")
        self.reason_line.setMaxLength(MOST_REASON)
        self.reason_line.setPlaceholderText(_("Kept with your name; the supervisor sees it"))
        self.reason_line.setAccessibleName(_("Why you read it"))
        self._why.setBuddy(self.reason_line)
        self.open = push_button(_("Open"), "file", "primary", name="list_open")
        line = row(None, self._why, self.reason_line, self.open)
        line.setStretch(1, 1)
        self.body.addWidget(self._about)
        self.body.addLayout(line)

    def show_chosen(self, chosen: LogRow | None, now: datetime) -> None:
        """Show which conversation is chosen."""
        self._about.setText(_about(chosen, now) if chosen is not None else "")

    def show_busy(self, busy: bool) -> None:
        """A log is being brought."""
        self.open.setText(_("Opening…") if busy else _("Open"))

    def reason(self) -> str:
        """Why conversations are read."""
        return " ".join(self.reason_line.text().split())

    def ask_reason(self, number: str) -> None:
        """Asks why this conversation is read."""
        self._why.setText(_("Why do you read {number}?").format(number=number))
        type_anew(self.reason_line)

    def end_question(self) -> None:
        """No conversation is asked about in particular."""
        self._why.setText(_("Reason"))


def _about(chosen: LogRow, now: datetime) -> str:
    """The chosen conversation in a line: what the columns have no room for."""
    facts: Sequence[tuple[str, str]] = (
        (_("Kiosk's program"), chosen.kiosk_version),
        (_("Desk's program"), chosen.desk_version),
        (_("Devices"), ", ".join(model_words(device.model) for device in chosen.devices)),
        (_("Agent"), chosen.agent),
        (_("Missing events"), str(chosen.gaps) if chosen.gaps else ""),
    )
    head = [
        chosen.short_number or chosen.session_id,
        row_start_words(chosen, now),
        place_words(chosen),
    ]
    parts = [*head, *(_("{name}: {value}").format(name=n, value=v) for n, v in facts if v)]
    if chosen.worst_minute is not None:
        worst = chosen.worst_minute
        parts.append(
            _("worst minute of the line: {kbps} kb/s, {loss} % lost").format(
                kbps=round(worst.kbps), loss=round(worst.loss_percent)
            )
        )
    return "  ·  ".join(part for part in parts if part)
