# SPDX-License-Identifier: GPL-3.0-only
"""Connects the board's page of copies for the agency's own systems with the jobs behind it.
Used by `program`.
"""

from __future__ import annotations

from expert_app.board.deliveries import BoardDeliveries, Decided
from expert_app.board.dossier_export import DossierExport
from resources.texts import _, ngettext
from session.core.errors import SessionError
from session.protocol.dossier.deliveries import DeliveriesRequest
from views.board.page_acts import ExportDossier, GiveUpCopies, RetryCopies, SaveList
from views.board.window import BoardWindow
from views.widgets.message_bar import Level
from views.words.errors import sentence

KEY, EXPORT = "ged", "export"

CopiesAct = DeliveriesRequest | RetryCopies | GiveUpCopies | ExportDossier | SaveList


class DeliveryConnections:
    """The page's requests to the jobs, the jobs' results to the window."""

    def __init__(
        self, window: BoardWindow, deliveries: BoardDeliveries, *, export: DossierExport
    ) -> None:
        self._window = window
        self._deliveries = deliveries
        self._dossier_export = export
        page = window.copies
        page.acted.connect(self._on_act)
        deliveries.received.connect(page.show_deliveries)
        deliveries.not_read.connect(self._on_not_read)
        deliveries.decided.connect(self._on_decided)
        deliveries.troubled.connect(self._on_trouble)
        deliveries.saved.connect(self._on_saved)
        deliveries.failed.connect(self._on_not_saved)
        export.progressed.connect(self._on_exporting)
        export.exported.connect(self._on_exported)
        export.troubled.connect(self._on_export_trouble)
        export.failed.connect(self._on_not_saved)

    def show(self, in_front: bool) -> None:
        """The page came to the front, or left it."""
        if in_front:
            self._window.copies.ask()
        else:
            self._deliveries.reading.rest()

    def _on_act(self, act: CopiesAct) -> None:
        match act:
            case DeliveriesRequest():
                self._deliveries.show(act)
            case RetryCopies():
                self._deliveries.retry(act.ids)
            case GiveUpCopies():
                self._deliveries.give_up(act.ids, act.reason)
            case ExportDossier():
                self._dossier_export.export(act.number, act.reason, act.path)
            case SaveList():
                self._deliveries.save(act.path)

    def _show(self, text: str, level: Level = Level.INFO) -> None:
        self._window.messages.show_message(level, text, key=KEY)

    def _on_saved(self, path: str) -> None:
        self._show(_("Saved: {path}").format(path=path))

    def _on_decided(self, decided: Decided) -> None:
        if decided.given_up:
            words = ngettext("One copy given up", "{count} copies given up", decided.copies)
        else:
            words = ngettext("One copy tried again", "{count} copies tried again", decided.copies)
        self._show(words.format(count=decided.copies))

    def _on_not_read(self, error: SessionError) -> None:
        self._window.copies.list.show_refused(sentence(error.code, error.detail).sentence)

    def _on_trouble(self, error: SessionError) -> None:
        self._show(sentence(error.code, error.detail).sentence, Level.ERROR)

    def _on_exporting(self, percent: int) -> None:
        self._window.messages.show_progress(EXPORT, _("Exporting the dossier…"), percent)

    def _on_exported(self, path: str) -> None:
        self._window.messages.clear(EXPORT)
        words = _(
            "The dossier is in {path}. It holds personal data: keep it locked. expert-app verify "
            "checks it."
        )
        self._show(words.format(path=path))

    def _on_export_trouble(self, error: SessionError) -> None:
        self._window.messages.clear(EXPORT)
        self._on_trouble(error)

    def _on_not_saved(self, why: str) -> None:
        self._window.messages.clear(EXPORT)
        self._show(
            _("The file was not written ({why}). Choose another place.").format(why=why),
            Level.ERROR,
        )
