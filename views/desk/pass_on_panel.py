# SPDX-License-Identifier: GPL-3.0-only
"""The panel that passes a caller on or calls a colleague in: to whom, and why.
It opens inside the desk's window and covers nothing.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QComboBox, QFrame, QLineEdit, QListWidget, QListWidgetItem

from resources.plain_text import plain_text
from resources.texts import N_, _, ngettext
from session.protocol.hub.board import AgentState
from session.protocol.hub.network import MoveTarget
from session.protocol.hub.talk_state import PassReason
from session.protocol.hub.third_parties import TargetAgent, TargetsAnswer, TargetService
from views.desk.acts import InviteColleague, PassOnCaller
from views.widgets.agent_state import AGENT_DOING
from views.widgets.icons import icon
from views.widgets.parts import FlowLayout, column, label, push_button, row
from views.widgets.theme import SPACE
from views.words.waits import expected_words

PASS_REASONS: dict[PassReason, str] = {
    PassReason.SPECIALIST: N_("A specialist is needed"),
    PassReason.OTHER_SERVICE: N_("Another service"),
    PassReason.LANGUAGE: N_("Language"),
    PassReason.SHIFT_END: N_("End of my shift"),
    PassReason.OTHER: N_("Other"),
}
FREE = frozenset({AgentState.AVAILABLE, AgentState.PAUSED})
NOTE_CHARS = 200


def reason_words(reason: PassReason) -> str:
    """A reason in words."""
    return _(PASS_REASONS[reason])


Target = TargetAgent | TargetService | MoveTarget


def _id_of(target: Target) -> str:
    if isinstance(target, MoveTarget):
        return target.ref
    return target.id


def _wait(target: TargetService | MoveTarget) -> list[str]:
    """Say how long the caller would wait there; nothing where nobody knows."""
    if target.wait_s is None:
        return []
    wait = expected_words(target.wait_s, target.wait_most_s)
    return [_("wait {minutes}").format(minutes=wait)]


class PassOnPanel(QFrame):
    """Colleagues and queues, a reason, one line for the next agent.

    Signals:
        acted(object): what the agent does, a `PassOnAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pass_on_panel")
        self.setProperty("card", True)
        self.setAccessibleName(_("Pass on or call a colleague"))
        self._targets = QListWidget()
        self._targets.setObjectName("pass_on_targets")
        self._targets.setAccessibleName(_("Colleagues and queues"))
        self._targets.setWordWrap(True)
        self._targets.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._targets.setMinimumHeight(150)
        self._targets.setMaximumHeight(210)
        self._reason = QComboBox()
        self._reason.setObjectName("pass_on_reason")
        self._reason.setAccessibleName(_("Reason"))
        for reason, words in PASS_REASONS.items():
            self._reason.addItem(_(words), reason)
        self._note = QLineEdit()
        self._note.setObjectName("pass_on_note")
        self._note.setMaxLength(NOTE_CHARS)
        self._note.setAccessibleName(_("For the next agent"))
        self._note.setPlaceholderText(_("One line: what is it about? (not kept)"))
        self._warning = label(role="soft", name="pass_on_warning", wrap=True)
        self._make_buttons()
        self._build()
        self.hide()

    def _make_buttons(self) -> None:
        self._pass_on = push_button(
            _("Pass the caller on"), "arrow_right", "primary", name="pass_on_do"
        )
        self._ask = push_button(_("Ask first, the caller waits"), "paused", name="pass_on_ask")
        self._three = push_button(_("Talk, all three"), "queue", name="pass_on_three")
        self._cancel = push_button(_("Cancel"), "close", "quiet", name="pass_on_cancel", keys="Esc")
        self._pass_on.clicked.connect(self._on_pass_on)
        self._ask.clicked.connect(lambda: self._on_invite(is_held=True))
        self._three.clicked.connect(lambda: self._on_invite(is_held=False))
        self._cancel.clicked.connect(self.hide)
        self._targets.currentItemChanged.connect(lambda _now, _before: self._allow())

    def _build(self) -> None:
        side = column(None, label(_("Reason"), "caption"), self._reason, space=SPACE[0])
        side.addWidget(label(_("For the next agent"), "caption"))
        side.addWidget(self._note)
        side.addWidget(self._warning)
        side.addStretch(1)
        middle = row(None, space=SPACE[2])
        middle.addWidget(self._targets, 5)
        middle.addLayout(side, 5)
        acts = FlowLayout(self._cancel, self._ask, self._three, self._pass_on, to_end=True)
        title = label(_("Pass on or call a colleague"), "title")
        box = column(self, title, space=SPACE[1], margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[2]))
        box.addLayout(middle)
        box.addLayout(acts)

    # ---- facts ----

    def open(self, unfiled: int = 0) -> None:
        """Begins a choice; the targets follow. `unfiled` pages are not in the dossier yet."""
        self._targets.clear()
        self._targets.addItem(_("Asking who is there…"))
        self._targets.setEnabled(False)
        self._note.setText("")  # `clear` could be undone
        words = ngettext(
            "One page is not filed yet. You can still file it in the wrap-up.",
            "{count} pages are not filed yet. You can still file them in the wrap-up.",
            unfiled,
        )
        self._warning.setText(words.format(count=unfiled) if unfiled else "")
        self._warning.setVisible(bool(unfiled))
        self._allow()
        self.show()
        self._targets.setFocus()

    def show_targets(self, targets: TargetsAnswer, service: str) -> None:
        """Colleagues and queues that are there now; `service` is the queue of this caller."""
        if not self.isVisible():
            return
        self._targets.clear()
        self._targets.setEnabled(True)
        for agent in sorted(
            targets.agents, key=lambda agent: (agent.state not in FREE, agent.name)
        ):
            words, icon_name = AGENT_DOING[agent.state]
            self._add(agent, f"{agent.name} · {_(words)}", icon_name)
        for queue in targets.services:
            if not queue.closed:
                if queue.id == service:
                    queue_words = _("back into the same queue")
                else:
                    queue_words = _("queue")
                waiting = _("{count} waiting").format(count=queue.waiting)
                parts = [queue.name, queue_words, waiting, *_wait(queue)]
                self._add(queue, " · ".join(parts), "queue")
        for other in targets.elsewhere:
            parts = [other.organisation_name, other.service_name, *_wait(other)]
            self._add(other, " · ".join(parts), "home")
        if self._targets.count():
            self._targets.setCurrentRow(0)
        else:
            self._targets.addItem(_("Nobody is there, and no queue is open."))
            self._targets.setEnabled(False)
        self._targets.setFocus()
        self._allow()

    def show_not_read(self, words: str) -> None:
        """Nobody knows who is there, and why."""
        self._targets.clear()
        self._targets.addItem(words)
        self._targets.setEnabled(False)
        self._allow()

    def _add(self, target: Target, words: str, icon_name: str) -> None:
        item = QListWidgetItem(icon(icon_name), plain_text(words))
        item.setData(Qt.ItemDataRole.UserRole, target)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        self._targets.addItem(item)

    def choose(self, target_id: str) -> None:
        """Chooses a colleague or a queue by its id."""
        for place in range(self._targets.count()):
            item = self._targets.item(place)
            if item is not None:
                target = item.data(Qt.ItemDataRole.UserRole)
            else:
                target = None
            if target is not None and _id_of(target) == target_id:
                self._targets.setCurrentRow(place)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Escape closes."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(a0)

    # ---- choosing ----

    def _chosen(self) -> Target | None:
        item = self._targets.currentItem()
        if item is not None and self._targets.isEnabled():
            target = item.data(Qt.ItemDataRole.UserRole)
        else:
            target = None
        if isinstance(target, TargetAgent | TargetService | MoveTarget):
            return target
        return None

    def _allow(self) -> None:
        chosen = self._chosen()
        free = isinstance(chosen, TargetAgent) and chosen.state in FREE
        self._pass_on.setEnabled(chosen is not None)
        self._ask.setEnabled(free)
        self._three.setEnabled(free)
        # another organisation reads nothing of ours
        self._note.setEnabled(not isinstance(chosen, MoveTarget))

    def _on_pass_on(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        self.hide()
        agent, service = (
            (chosen.id, "") if isinstance(chosen, TargetAgent) else ("", _id_of(chosen))
        )
        note = self._note.text().strip()
        self.acted.emit(PassOnCaller(agent, service, self._reason.currentData(), note))

    def _on_invite(self, is_held: bool) -> None:
        chosen = self._chosen()
        if isinstance(chosen, TargetAgent):
            self.hide()
            self.acted.emit(InviteColleague(chosen.id, is_held))
