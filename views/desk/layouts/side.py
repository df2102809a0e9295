# SPDX-License-Identifier: GPL-3.0-only
"""The right side of the desk's window: tabs for guide, dossier, devices and chat.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QTabWidget, QWidget

from resources.texts import _
from views.desk.chat_view import ChatView
from views.desk.devices.view import DevicesView
from views.desk.dossier.guide import GuideView
from views.desk.dossier.view import DossierView
from views.widgets.icons import icon
from views.widgets.parts import column
from views.widgets.theme import size_icons

WIDTH_PX, LEAST_PX = 408, 400


class SidePanel(QFrame):
    """One of these views at a time; the chat can show a number of unread lines."""

    def __init__(
        self, dossier: DossierView, devices: DevicesView, *, chat: ChatView, guide: GuideView
    ) -> None:
        super().__init__()
        self.setObjectName("side_panel")
        self.setMinimumWidth(LEAST_PX)
        self._tabs = QTabWidget()
        self._tabs.setObjectName("side_tabs")
        self._tabs.setAccessibleName(_("Dossier and devices"))
        self._tabs.setDocumentMode(True)
        self._tabs.setUsesScrollButtons(False)
        self._tabs.setElideMode(Qt.TextElideMode.ElideRight)
        size_icons(self._tabs, 18, 18)
        self.chat = chat
        self.guide = guide
        self.devices = devices
        self.dossier = dossier
        self._tabs.addTab(guide, icon("stages"), _("Guide"))
        self._tabs.addTab(dossier, icon("dossier"), _("Dossier"))
        self._tabs.addTab(devices, icon("scanner"), _("Scanner and printer"))
        self._tabs.addTab(chat, icon("written"), _("Written"))
        bar = self._tabs.tabBar()
        if bar is not None:
            bar.setDrawBase(False)
            bar.setAccessibleName(_("Dossier, devices, written words"))
        self._tabs.currentChanged.connect(lambda _index: self.show_unread(0))
        self.offer_guide(False)
        self._tabs.setCurrentWidget(dossier)
        column(self, self._tabs, space=0)

    def offer_guide(self, offered: bool) -> None:
        """Show whether the organisation has written a guide for one of its procedures."""
        self._tabs.setTabVisible(self._tabs.indexOf(self.guide), offered)
        place = self._tabs.indexOf(self.devices)  # four tabs have no room for long words
        self._tabs.setTabText(place, _("Scanner") if offered else _("Scanner and printer"))
        self._tabs.setTabToolTip(place, _("Scanner and printer"))

    def begin(self) -> None:
        """A caller comes: the dossier first, whatever was open for the one before."""
        self._tabs.setCurrentWidget(self.dossier)

    def open_tab(self, view: QWidget) -> None:
        """Shows a view, with the keyboard on its tab."""
        self._tabs.setCurrentWidget(view)
        bar = self._tabs.tabBar()
        if bar is not None:
            bar.setFocus()

    def is_open(self, view: QWidget) -> bool:
        """True if this view is the one that is seen."""
        return self.isVisible() and self._tabs.currentWidget() is view

    def show_unread(self, count: int) -> None:
        """Show how many lines of the chat nobody has seen yet; none when its tab is open."""
        place = self._tabs.indexOf(self.chat)
        if self._tabs.currentIndex() == place:
            count = 0
        self._tabs.setTabText(
            place, _("Written ({count})").format(count=count) if count else _("Written")
        )
