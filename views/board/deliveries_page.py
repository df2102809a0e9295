# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of copies: what was filed here beside what the agency's own document system
(GED) has of it, line by line.

A copy that waits is tried again without a person. A copy that was refused says why, and a person
tries again or gives up with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QFileDialog, QWidget

from resources.plain_text import plain_text
from resources.texts import _, ngettext
from session.core.clock import Clock
from session.core.dossier_model import Delivery, DeliveryState
from session.protocol.dossier.deliveries import DeliveriesAnswer, DeliveriesRequest, TargetFacts
from views.board.acts import ActBeginner
from views.board.facts import BoardFacts
from views.board.page_acts import ExportDossier, GiveUpCopies, RetryCopies, SaveList
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.field import HintedLine
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    label,
    push_button,
    row,
    tell_choice,
)
from views.widgets.theme import SPACE
from views.words.deliveries import KINDS, STATES, copy_words


class BoardDeliveriesPage(QWidget):
    """Copies of filed documents, the newest first.

    Signals:
        acted(DeliveriesRequest | RetryCopies | GiveUpCopies | ExportDossier | SaveList)
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock, *, acts: ActBeginner) -> None:
        super().__init__()
        self._facts = facts
        self._acts = acts
        self._clock = clock
        self._copies: dict[str, Delivery] = {}
        self._state = QComboBox()
        self._state.setObjectName("ged_state")
        self._state.setAccessibleName(_("State of the copy"))
        self._state.addItem(_("All states"), None)
        for state, (words, _icon, _tone) in STATES.items():
            self._state.addItem(_(words), state)
        self._target = tell_choice(QComboBox())
        self._target.setObjectName("ged_target")
        self._target.setAccessibleName(_("System"))
        self._target.setMinimumContentsLength(12)
        self._target.addItem(_("All systems"), "")
        self._dossier = HintedLine(_("No. of a dossier"))
        self._dossier.setObjectName("ged_dossier")
        self._dossier.setAccessibleName(_("Dossier number"))
        self._dossier.setMaxLength(40)
        heads = [
            _("Filed on"),
            _("Dossier"),
            _("Document"),
            _("System"),
            _("State"),
            _("Reason, or identifier there"),
            _("Next try"),
        ]
        self.table = BoardTable(
            "board_ged", _("Copies for the agency's own system"), heads=heads, wide=5
        )
        self._sum = label(role="title", name="ged_sum", wrap=True)
        self._empty = EmptyState("filed", "", advice="", name="ged_empty")
        self._count = ElidedLabel(role="small", name="ged_count")
        self.list = ListState(
            self.table, self._empty, now=clock.utc_now, name="ged", counts=(self._sum, self._count)
        )
        self._why = label(role="soft", name="ged_why", wrap=True)
        self._retry = push_button(_("Try again"), "retry", "plain", name="ged_retry")
        self._retry_all = push_button(
            _("Try all these again"), "retry", "plain", name="ged_retry_all"
        )
        self._give_up = push_button(_("Give up…"), "cancel", "plain", name="ged_give_up")
        self._csv = push_button(_("Save as CSV…"), "save", "plain", name="ged_csv")
        self._export = push_button(_("Export the dossier…"), "dossier", "plain", name="ged_export")
        self._build()
        self._sum.hide()
        self._allow()

    # ---- facts ----

    def show_deliveries(self, answer: DeliveriesAnswer) -> None:
        """Systems and copies."""
        self._copies = {str(delivery.id): delivery for delivery in answer.deliveries}
        self._show_targets(answer.targets)
        self.table.show_rows([self._row(delivery) for delivery in answer.deliveries])
        if answer.deliveries and not self.table.chosen():
            self.table.choose(str(answer.deliveries[0].id))
        self._show_empty(bool(answer.targets))
        count = len(answer.deliveries)
        words = [ngettext("One copy", "{count} copies", count).format(count=count)]
        if answer.more:
            words.append(_("older ones are not shown: choose a state, a system or a dossier"))
        self._count.setText(" · ".join(words) if answer.deliveries else "")
        self._allow()

    def ask(self) -> None:
        """Asks for what the filters say."""
        self.list.show_asked()
        self.acted.emit(
            DeliveriesRequest(
                state=self._state.currentData(),
                target=str(self._target.currentData() or ""),
                dossier=self._dossier.text().strip(),
            )
        )

    # ---- inside ----

    def _show_targets(self, targets: Sequence[TargetFacts]) -> None:
        self._sum.setText("\n".join(_sum_words(target_facts) for target_facts in targets))
        self._sum.setVisible(bool(targets))
        for target in targets:
            if self._target.findData(target.name) == -1:
                self._target.addItem(plain_text(target.name), target.name)

    def _show_empty(self, is_set_up: bool) -> None:
        self.list.show_answer(bool(self._copies))
        if is_set_up:
            self._empty.show_words(_("No copy here"), _("Choose another state, system or dossier."))
        else:
            self._empty.show_words(
                _("No system of the agency is set up"),
                _(
                    "The hub's operator sets it up ([[ged]] in the hub's settings); each filed "
                    "document is then copied."
                ),
            )

    def _row(self, copy: Delivery) -> TableRow:
        words, icon_name, tone = STATES[copy.state]
        reason = copy_words(copy)[1]
        if copy.state is DeliveryState.DELIVERED:
            reason = copy.remote_id
        elif copy.by_name and copy.state is DeliveryState.GIVEN_UP:
            reason = _("{reason} ({name})").format(reason=reason, name=copy.by_name)
        cells = (
            Cell(f"{copy.filed_at_utc.astimezone():%d/%m/%Y %H:%M}", "soft"),
            Cell(copy.dossier),
            Cell(copy.name),
            Cell(copy.target),
            Cell(_(words), tone, icon_name),
            Cell(reason, "" if copy.state is not DeliveryState.DELIVERED else "soft"),
            Cell(self._next_words(copy), "soft"),
        )
        return TableRow(str(copy.id), cells)

    def _next_words(self, copy: Delivery) -> str:
        if copy.state is not DeliveryState.WAITING:
            return ""
        now = self._clock.utc_now()
        if copy.next_try_utc <= now:
            return _("now")
        at = copy.next_try_utc.astimezone()
        if at.date() == now.astimezone().date():
            return f"{at:%H:%M}"
        return f"{at:%d/%m %H:%M}"

    def _chosen(self) -> Delivery | None:
        return self._copies.get(self.table.chosen())

    def _open_ids(self) -> list[int]:
        """Copies in the list that a person may try again."""
        open_states = (DeliveryState.WAITING, DeliveryState.REFUSED)
        return [delivery.id for delivery in self._copies.values() if delivery.state in open_states]

    def _allow(self) -> None:
        copy, connected = self._chosen(), self._facts.connected
        if copy is not None:
            state = copy.state
        else:
            state = DeliveryState.DELIVERED
        self._retry.setEnabled(connected and state is not DeliveryState.DELIVERED)
        self._give_up.setEnabled(
            connected and state in (DeliveryState.WAITING, DeliveryState.REFUSED)
        )
        self._retry_all.setEnabled(connected and bool(self._open_ids()))
        self._csv.setEnabled(connected and bool(self._copies))
        self._export.setEnabled(connected and bool(self._dossier_number()))
        self._why.setText("" if copy is None else copy_words(copy)[1])

    def _dossier_number(self) -> str:
        """The number that was typed, else the number of the chosen line."""
        copy = self._chosen()
        return self._dossier.text().strip() or (copy.dossier if copy is not None else "")

    def _on_export(self) -> None:
        """Asks why, then where the ZIP goes."""
        number = self._dossier_number()
        name = f"dossier_{re.sub(r'[^A-Za-z0-9_-]+', '-', number)}.zip"
        title = _("Export the dossier {number}").format(number=number)
        hint = _(
            "All its documents in one file. Your name and the reason stay in the dossier's history."
        )

        def export(reason: str, path: str) -> None:
            self.acted.emit(ExportDossier(number, reason, path))

        def ask_path(reason: str) -> None:
            self._ask_path(_("Export the dossier"), "zip", name, partial(export, reason))

        self._acts.ask_reason(title, hint, ask_path)

    def _on_retry(self) -> None:
        copy = self._chosen()
        if copy is not None:
            self.acted.emit(RetryCopies([copy.id]))

    def _on_give_up(self) -> None:
        copy = self._chosen()
        if copy is None:
            return
        ids = [copy.id]
        words = f"{copy.name} · {copy.dossier} · {copy.target}"
        title = _("Give up the copy of {what}").format(what=words)
        hint = _("The document stays filed here; nobody gives it to that system any more.")
        self._acts.ask_reason(
            title, hint, lambda reason: self.acted.emit(GiveUpCopies(ids, reason))
        )

    def _save(self) -> None:
        name = f"ged_{self._clock.utc_now().astimezone():%Y-%m-%d}.csv"
        self._ask_path(
            _("Save the list"), "csv", name, lambda path: self.acted.emit(SaveList(path))
        )

    def _ask_path(self, title: str, ending: str, name: str, then: Callable[[str], object]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setNameFilter(f"{ending.upper()} (*.{ending})")
        dialog.selectFile(name)
        dialog.fileSelected.connect(then)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _build(self) -> None:
        for box in (self._state, self._target):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        self._dossier.editingFinished.connect(self.ask)
        self._retry.clicked.connect(self._on_retry)
        self._retry_all.clicked.connect(lambda: self.acted.emit(RetryCopies(self._open_ids())))
        self._give_up.clicked.connect(self._on_give_up)
        self._csv.clicked.connect(self._save)
        self._dossier.textChanged.connect(lambda _text: self._allow())
        self._export.clicked.connect(self._on_export)
        self.table.currentItemChanged.connect(lambda _now, _before: self._allow())
        self.table.itemActivated.connect(lambda _item, _column: self._on_retry())
        filters = FlowLayout(self._state, self._target, self._dossier, self._export, self._csv)
        acts = row(None, self._count, self._retry_all, self._give_up, self._retry)
        acts.setStretch(0, 1)
        layout = column(self, self._sum, filters, self.list, self._why, acts, space=SPACE[1])
        layout.setStretch(2, 1)


def _sum_words(target: TargetFacts) -> str:
    """E.g. "archive (CMIS 1.1): 120 delivered, 3 waiting since 02/03/2026 09:12, 1 refused"."""
    kind = KINDS.get(target.kind, target.kind)
    parts = [_("{count} delivered").format(count=target.delivered)]
    if target.waiting:
        if target.oldest_utc is not None:
            since = f"{target.oldest_utc.astimezone():%d/%m/%Y %H:%M}"
        else:
            since = "?"
        parts.append(
            _("{count} waiting, the oldest filed on {since}").format(
                count=target.waiting, since=since
            )
        )
    if target.refused:
        parts.append(_("{count} refused").format(count=target.refused))
    if target.given_up:
        parts.append(_("{count} given up").format(count=target.given_up))
    return _("{name} ({kind}): {parts}").format(
        name=target.name, kind=_(kind), parts=", ".join(parts)
    )
