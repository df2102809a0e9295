# SPDX-License-Identifier: GPL-3.0-only
"""The right side of the desk's window: tabs for guide, dossier, documents, devices and chat.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QIcon, QResizeEvent
from PyQt6.QtWidgets import QFrame, QTabWidget, QWidget

from resources.texts import _
from views.desk.chat_view import ChatView
from views.desk.devices.view import DevicesView
from views.desk.dossier.guide import GuideView
from views.desk.dossier.view import DossierView
from views.widgets.icons import icon
from views.widgets.parts import column
from views.widgets.plain_words import face_words
from views.widgets.theme import size_icons

WIDTH_PX, LEAST_PX = 408, 400
_AROUND_PX = 34
"""Of a tab, around its words."""


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
        self._faces: tuple[tuple[QWidget, str, str], ...] = (
            (guide, "stages", _("Guide")),
            (dossier, "dossier", _("Dossier")),
            (dossier.documents, "pdf", _("Documents")),
            (devices, "scanner", _("Scanner")),
            (chat, "written", _("Written")),
        )
        for view, _icon_name, words in self._faces:
            self._tabs.addTab(view, face_words(words))
        bar = self._tabs.tabBar()
        if bar is not None:
            bar.setDrawBase(False)
            bar.setAccessibleName(_("Dossier, devices, written words"))
        self._tabs.currentChanged.connect(lambda _index: self.show_unread(self._unread))
        self._unread = 0
        self.offer_guide(False)
        self._tabs.setCurrentWidget(dossier)
        column(self, self._tabs, space=0)

    def offer_guide(self, offered: bool) -> None:
        """Show whether the organisation has written a guide for one of its procedures."""
        self._tabs.setTabVisible(self._tabs.indexOf(self.guide), offered)
        self._show_faces()

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
        is_open = self._tabs.currentWidget() is self.chat
        self._unread = 0 if is_open else count
        self._show_faces()

    def _show_faces(self) -> None:
        """All tabs with their words; where these have no room, the others with an icon."""
        bar = self._tabs.tabBar()
        assert bar is not None
        letters = bar.fontMetrics()
        faces = [face for face in self._faces if self._is_offered(face[0])]
        width_px = sum(letters.horizontalAdvance(self._words(*face)) + _AROUND_PX for face in faces)
        for view, icon_name, words in faces:
            place = self._tabs.indexOf(view)
            full = self._words(view, icon_name, words)
            is_short = width_px > self.width() and self._tabs.currentIndex() != place
            short = str(self._unread or "") if view is self.chat else ""
            self._tabs.setTabText(place, short if is_short else face_words(full))
            self._tabs.setTabIcon(place, icon(icon_name) if is_short else QIcon())
            self._tabs.setTabToolTip(
                place, _("Scanner and printer") if view is self.devices else full
            )
            bar.setAccessibleTabName(place, full)

    def _is_offered(self, view: QWidget) -> bool:
        return self._tabs.isTabVisible(self._tabs.indexOf(view))

    def _words(self, view: QWidget, _icon_name: str, words: str) -> str:
        if view is self.chat and self._unread:
            return _("Written ({count})").format(count=self._unread)
        return words

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The tabs have more room, or less."""
        super().resizeEvent(event)
        self._show_faces()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger letters take more of it."""
        super().changeEvent(event)
        if event is not None and event.type() is QEvent.Type.FontChange:
            self._show_faces()
