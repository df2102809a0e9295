# SPDX-License-Identifier: GPL-3.0-only
"""Connects receipts on the screen with the desk's work on them."""

from __future__ import annotations

from expert_app.desk.jobs import DeskJobs
from resources.texts import _
from views.desk.window import DeskWindow
from views.widgets.message_bar import Level, MessageAction

KEY = "receipt"


class ReceiptConnections:
    """Shows in the message bar what became of a registration."""

    def __init__(self, window: DeskWindow, jobs: DeskJobs) -> None:
        self._window = window
        receipts = jobs.receipts
        jobs.pieces.procedures_changed.connect(receipts.set_procedures)
        receipts.registered.connect(self._on_registered)
        receipts.followed.connect(self._on_followed)
        receipts.due.connect(self._on_due)

    def _on_registered(self, _number: str) -> None:
        words = _(
            "The store is away: the caller gets a registration. The receipt follows when the "
            "pieces are filed."
        )
        self._window.messages.show_message(Level.WARNING, words, key=KEY)

    def _on_followed(self, number: str) -> None:
        words = _("The pieces of dossier {number} are filed: the receipt is at the kiosk.")
        self._window.messages.show_message(Level.INFO, words.format(number=number), key=KEY)

    def _on_due(self, number: str) -> None:
        words = _(
            "The pieces of dossier {number} are filed, and the caller has only a registration: "
            "send the receipt."
        )
        action = MessageAction(
            _("Save receipt…"), self._window.devices.printing.choose_receipt_file
        )
        self._window.messages.show_message(
            Level.WARNING, words.format(number=number), key=KEY, action=action
        )
