# SPDX-License-Identifier: GPL-3.0-only
"""Connects the board's page of copies for the agency's own systems with the work behind it.
Used by the board.
"""

from __future__ import annotations

from expert_app.board.deliveries import BoardGed, Decided
from expert_app.board.dossier_export import BoardExport, Exporter
from expert_app.runtime.window_program import Program
from resources.texts import _
from session.bus.client import BusClient
from session.core.errors import SessionError
from session.desk.hub.deliveries import DeliveryLink
from views.board.window import BoardWindow
from views.desk.dossier.history_words import export_words
from views.widgets.message_bar import Level
from views.words.deliveries import copy_words
from views.words.errors import sentence

KEY, EXPORT = "ged", "export"


class GedConnections:
    """Wishes of the page to the job, facts of the job to the window."""

    def __init__(
        self, window: BoardWindow, bus: BusClient, *, program: Program, exporter: Exporter
    ) -> None:
        self._window = window
        link = DeliveryLink(bus)
        self.job = BoardGed(
            link, copy_words, tasks=program.tasks, observations=program.observations
        )
        self.export = BoardExport(
            link, export_words, exporter=exporter, clock=program.clock, tasks=program.tasks
        )
        window.export_requested.connect(self.export.export)
        self.export.progressed.connect(self._on_exporting)
        self.export.exported.connect(self._on_exported)
        self.export.troubled.connect(self._on_export_trouble)
        self.export.failed.connect(self._on_not_saved)
        job, page = self.job, window.ged
        page.wanted.connect(job.show)
        page.retry_wanted.connect(job.retry)
        page.file_wanted.connect(job.save)
        window.copies_given_up.connect(job.give_up)
        job.told.connect(page.show_deliveries)
        job.decided.connect(self._on_decided)
        job.troubled.connect(self._on_trouble)
        job.saved.connect(lambda path: self._say(_("Saved: {path}").format(path=path)))
        job.failed.connect(self._on_not_saved)

    def show(self, in_front: bool) -> None:
        """The page came to the front, or left it."""
        if in_front:
            self._window.ged.ask()
        else:
            self.job.rest()

    def _say(self, text: str, level: Level = Level.INFO) -> None:
        self._window.messages.show_message(level, text, key=KEY)

    def _on_decided(self, decided: Decided) -> None:
        if decided.given_up:
            self._say(_("Given up: {count}").format(count=decided.copies))
        else:
            self._say(_("Tried again now: {count}").format(count=decided.copies))

    def _on_trouble(self, error: SessionError) -> None:
        self._say(sentence(error.code, error.detail).sentence, Level.ERROR)

    def _on_exporting(self, percent: int) -> None:
        self._window.messages.show_progress(EXPORT, _("Exporting the dossier…"), percent)

    def _on_exported(self, path: str) -> None:
        self._window.messages.clear(EXPORT)
        words = _(
            "The dossier is in {path}. It holds personal data: keep it locked. expert-app verify "
            "checks it."
        )
        self._say(words.format(path=path))

    def _on_export_trouble(self, error: SessionError) -> None:
        self._window.messages.clear(EXPORT)
        self._on_trouble(error)

    def _on_not_saved(self, why: str) -> None:
        self._window.messages.clear(EXPORT)
        self._say(
            _("The file was not written ({why}). Choose another place.").format(why=why),
            Level.ERROR,
        )
