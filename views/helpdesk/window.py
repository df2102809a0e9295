# SPDX-License-Identifier: GPL-3.0-only
"""The helpdesk's window: the list of conversations, or one of them.
Used by `expert_app.helpdesk.wiring`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QSizePolicy, QStackedWidget, QWidget

from resources.texts import _
from session.log.playback.opened import OpenedLog
from session.log.summary import SessionSummary
from views.helpdesk.conversation_page import ConversationPage
from views.helpdesk.list_page import ListPage
from views.helpdesk.page_acts import OpenSavedFile
from views.helpdesk.remote_help_page import RemoteHelpPage
from views.replay.view import ReplayView
from views.site.operator_acts_view import OperatorActsView
from views.widgets.message_bar import Level, MessageBar
from views.widgets.parts import ElidedLabel, Segments, column, label, push_button, row
from views.widgets.theme import SPACE
from views.workplace.connection_chip import ConnectionChip
from views.workplace.role_tools import RoleTools

TROUBLE = "trouble"
"""The message about what did not work."""

NETWORK, LIST, KIOSKS, ACTS = "network", "list", "kiosks", "acts"


@dataclass(frozen=True)
class OperatorPages:
    """The pages that only the network's operator has: hubs and sites, what was done."""

    network: QWidget
    acts: OperatorActsView


class HelpdeskView(QWidget):
    """Head, list or conversation, messages.

    Args:
        replay: this view owns it from now on.
        now: the local time.
        operator: the pages of the network's operator, who looks after the conversations and
            kiosks of all organisations, without their pages.

    Attributes:
        tools: settings, theme, help.

    Signals:
        acted(OpenSavedFile)
    """

    acted = pyqtSignal(object)

    def __init__(
        self,
        replay: ReplayView,
        now: Callable[[], datetime],
        *,
        operator: OperatorPages | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("desk_root")
        self._operator = operator
        of_all = operator is not None
        self.list = ListPage(now, of_all=of_all)
        self.conversation = ConversationPage(replay, has_pages=not of_all)
        self.kiosks = RemoteHelpPage(now, of_all=of_all)
        self.messages = MessageBar()
        self._build()
        self.list.not_openable.connect(self.show_trouble)
        self.conversation.back_requested.connect(self.show_list)
        self.show_connection(False)

    # ---- facts ----

    def show_identity(self, organisation: str, user: str) -> None:
        """Show whose window it is."""
        self._identity.setText(f"{organisation}  ·  {user}")

    def show_connection(self, connected: bool) -> None:
        """Show whether the bus answers."""
        self._line.show_connection(connected)
        self.list.show_connection(connected)
        self.kiosks.show_connection(connected)

    def show_conversation(
        self,
        title: str,
        log: OpenedLog,
        summary: SessionSummary,
        *,
        origin: str = "",
        file_name: str = "",
    ) -> None:
        """Shows a conversation, its summary first; `file_name` is proposed when it is saved."""
        self.messages.clear(TROUBLE)
        self.show_opened()
        self.conversation.show_conversation(title, log, summary, origin=origin, file_name=file_name)

    def close_conversation(self) -> None:
        """Nothing of the conversation that was open stays in the window."""
        self.conversation.show_nothing()
        self.show_list()

    def show_opened(self) -> None:
        """Shows the conversation that is open."""
        self._pages.setCurrentWidget(self.conversation)
        self._head.hide()  # the page and the times get its room

    def show_list(self) -> None:
        """Shows the list, with the keyboard in it."""
        self.conversation.replay.player.pause()
        self._pages.setCurrentWidget(self.list)
        self._switch.choose(LIST)
        self._head.show()
        self.list.table.setFocus()

    def show_trouble(self, words: str) -> None:
        """Show what did not work, and what to do; what is open stays."""
        self.messages.show_message(Level.ERROR, words, key=TROUBLE)

    @property
    def shows_conversation(self) -> bool:
        """True if a conversation is open."""
        return self._pages.currentWidget() is self.conversation

    def _show_page(self, page: str) -> None:
        if page == NETWORK and self._operator is not None:
            self._pages.setCurrentWidget(self._operator.network)
        elif page == ACTS and self._operator is not None:
            self._pages.setCurrentWidget(self._operator.acts)
            self._operator.acts.ask()
        elif page == KIOSKS:
            self._pages.setCurrentWidget(self.kiosks)
            self.kiosks.ask()
        else:
            self.show_list()

    # ---- building ----

    def _build(self) -> None:
        self._line = ConnectionChip("helpdesk_connection")
        self._identity = ElidedLabel(role="soft", name="helpdesk_identity")
        self._identity.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        of_all = self._operator is not None
        choices = [
            (LIST, _("Conversations"), "history"),
            (KIOSKS, _("Kiosks and desks"), "health"),
        ]
        if of_all:  # four words have no room for icons with large letters
            every = [(NETWORK, _("Network"), ""), *choices, (ACTS, _("Acts"), "")]
            choices = [(page, words, "") for page, words, _icon in every]
        self._switch = Segments("helpdesk_pages", _("Page"), choices=choices)
        self._switch.chosen.connect(lambda page: self._show_page(str(page)))
        opens = push_button(_("Open a file…"), "document", "plain", name="helpdesk_file")
        opens.clicked.connect(self._ask_file)
        self.tools = RoleTools(self, "helpdesk")
        self._head = QWidget()
        self._head.setObjectName("helpdesk_head")
        row(
            self._head,
            label(_("Operator") if of_all else _("Helpdesk"), "large"),
            self._identity,
            SPACE[2],
            self._switch,
            0,
            self._line,
            opens,
            *self.tools.buttons,
            margins=(SPACE[2], SPACE[1], SPACE[2], 0),
        )
        self._pages = QStackedWidget()
        if self._operator is not None:
            self._pages.addWidget(self._operator.network)
            self._pages.addWidget(self._operator.acts)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.conversation)
        self._pages.addWidget(self.kiosks)
        column(self, self._head, self._pages, self.messages, space=0).setStretch(1, 1)

    # ---- files ----

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, _("Open a saved conversation"))
        dialog.setObjectName("helpdesk_file_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("Conversations (*.zip *.jsonl *.zst)"), _("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.acted.emit(OpenSavedFile(path)))
        dialog.open()
