# SPDX-License-Identifier: GPL-3.0-only
"""The web page of the caller, with all that is drawn over it: marks, pointer, questions, refusals.

Used by the process of the caller's browser, which shows nothing else. It obeys the commands of
`session.kiosk.cobrowse.browser_messages` and tells its facts.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QIODevice, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWebEngineCore import QWebEngineLoadingInfo, QWebEnginePage
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from session.core.clock import Clock
from session.core.errors import AddressNotAllowed, SessionError
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.web_rules import why_refused
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from session.protocol.wire.ids import new_id
from views.kiosk.browser.caller_script import CallerScript, page_answered
from views.kiosk.browser.dialogs import MAX_TEXT, Question
from views.kiosk.browser.input_injection import InputInjector, has_way_back
from views.kiosk.browser.page_cover import PageCover
from views.kiosk.browser.page_way import WEB_SCHEMES, Heart, PageWay
from views.kiosk.browser.profile import CallerWeb, written
from views.kiosk.browser.refused_page import RefusedPage
from views.kiosk.browser.way_out import WayOut

_OUR_OWN_STOPS = (-3, -20)
"""Chromium's net errors ABORTED (a refused or replaced navigation) and BLOCKED_BY_CLIENT (outside
the list).
"""


def png_of(view: QWidget) -> bytes:
    """Return a picture of what is seen there now."""
    image = QBuffer()
    image.open(QIODevice.OpenModeFlag.WriteOnly)
    view.grab().save(image, "PNG")
    return bytes(image.data().data())


def _view_of(page: QWebEnginePage, *, is_refused: bool) -> messages.ViewChanged:
    """Return what stands over the page, whose address or history may have changed."""
    url, history = page.url(), page.history()
    is_web = url.scheme() in WEB_SCHEMES
    return messages.ViewChanged(
        title=page.title()[: messages.MAX_TITLE] if is_web else "",
        host=url.host()[:255],
        may_go_back=is_refused or (history is not None and has_way_back(history)),
    )


def _loaded_in(view: QWebEngineView, address: str, *, is_awaited: bool) -> messages.PageLoaded:
    return messages.PageLoaded(
        address[: messages.MAX_ADDRESS],
        view.title()[: messages.MAX_TITLE],
        view.width(),
        view.height(),
        is_awaited=is_awaited,
    )


class PageView(QWidget):
    """Shows web pages of the session's list, one caller's browsing at a time.

    Args:
        folder: where pictures of the page are on their way to the desk.
        way_out: the proxy; None: pages are fetched directly (in tests).

    Signals:
        reported(BrowserFact, bytes): what happened, and the bytes that belong to it.
    """

    reported = pyqtSignal(object, bytes)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        folder: Path,
        clock: Clock,
        way_out: WayOut | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._clock = clock
        self._way_out = way_out
        self._allowed = AllowList()
        self._stopped = False
        self._changed = messages.ViewChanged()
        self.view = QWebEngineView()
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._refusal = RefusedPage(self.view)
        self._refusal.closed.connect(self._report_view)
        self._dark = False
        self._web = self._new_web()
        self._injector = InputInjector(self.view, lambda: self._web.page)
        self._injector.touched.connect(lambda: self._report(messages.PageTouched()))
        self._injector.stop_key_pressed.connect(lambda: self._report(messages.StopKeyPressed()))
        self.cover = PageCover(self.view, self._injector, refusal=self._refusal, zoom=self._zoom)
        self.cover.pointer.painted.connect(lambda x, y: self._report(messages.PointerDrawn(x, y)))
        self.cover.dialog.answered.connect(
            lambda dialog_id, ok, text: self._web.dialogs.answer(dialog_id, ok, text)
        )
        self._script = CallerScript(self.view, lambda: self._web.page, report=self._report)

    def _zoom(self) -> float:
        return self._web.page.zoomFactor()

    @property
    def widget(self) -> QWidget:
        """This view; so that it can stand in a screen of the same process (in tests)."""
        return self

    def _new_web(self) -> CallerWeb:
        web = CallerWeb(
            self._allowed, self, folder=self._folder, clock=self._clock, way_out=self._way_out
        )
        web.events_pushed.connect(
            lambda text: self._report(messages.EventsPushed(), text.encode(errors="replace"))
        )
        web.refused.connect(self._on_refused)
        web.not_done.connect(self._on_not_done)
        web.page.said.connect(
            lambda text: self._report(messages.PageNotice(text[: messages.MAX_WORDS]))
        )
        web.dialogs.asked.connect(self._on_asked)
        web.dialogs.closed.connect(self._on_answered)
        web.page.loadingChanged.connect(self._on_loading_changed)
        web.page.titleChanged.connect(lambda _title: self._report_view())
        web.page.urlChanged.connect(self._on_url_changed)
        web.page.renderProcessTerminated.connect(lambda _why, _code: self._on_page_process_ended())
        web.show_dark(self._dark)
        self.view.setPage(web.page)
        self._heart = Heart(web, self._clock)
        self._way = PageWay(web, self._refusal, heart=self._heart)
        return web

    # ---- commands ----

    def obey(self, command: messages.BrowserCommand) -> None:
        """Does what the kiosk's screen wants; what is unknown is nothing."""
        if not (self._act(command) or self.cover.obey(command)):
            self._lead(command)

    def _lead(self, command: messages.BrowserCommand) -> None:
        """Carry out commands about where the page is, and what leaves it."""
        match command:
            case messages.AllowPages(prefixes=prefixes):
                self._allowed = AllowList(prefixes)
                self._web.set_allowed(self._allowed)
            case messages.LoadPage(address=address):
                self._way.load(address)
            case messages.ShareBegin():
                self._web.start_sharing()
            case messages.ShareEnd():
                self._web.stop_sharing()
            case messages.TakeSnapshot():
                self._web.request_snapshot()
            case messages.FetchPart() | messages.TakePicture():
                self._hand_over(command)
            case messages.GoBack():
                self._way.go_back()
            case messages.ScrollPages(pages=pages):
                self._web.page.runJavaScript(
                    f"scrollBy({{top: {pages} * innerHeight * 0.8, behavior: 'smooth'}})", 0
                )
            case messages.UseAppearance(contrast=contrast):
                self._dark = contrast
                self._web.show_dark(contrast)
                self.cover.retranslate()
            case messages.AnswerAlive():
                self._report(messages.PageAlive(self._heart.waits_ms()))
            case messages.EndPage(back=back):
                self._way.leave("", back=back)
            case _:
                self._script.obey(command)

    def _hand_over(self, command: messages.FetchPart | messages.TakePicture) -> None:
        """A part of the page, or what is seen of it now."""
        number = command.number
        if isinstance(command, messages.TakePicture):
            self._report(messages.PartFetched(number, "image/png"), png_of(self.view))
            return
        self._web.fetch(
            command.address,
            lambda data, kind: self._report(messages.PartFetched(number, kind[:200]), data),
        )

    def _act(self, command: messages.BrowserCommand) -> bool:
        """Carry out what the agent does in the page; False for other commands."""
        match command:
            case messages.AskPage(number=number, document=document, what=what, values=values):
                self._injector.ask(
                    document, what, values, lambda text: self._report(page_answered(number, text))
                )
                return True
            case messages.ZoomTo(percent=percent):
                self._injector.zoom(percent)
                return True
            case messages.ClickAt(x=x, y=y):
                self.cover.end_refusal()
                self._injector.click(x, y)
            case messages.CommitText(text=text):
                self.cover.end_refusal()
                self._injector.commit(text)
            case messages.PressKey(key=key):
                self.cover.end_refusal()
                self._injector.press(key)
            case messages.GoTo(step=step):
                self.cover.end_refusal()
                self._injector.go(step)
            case _:
                return False
        return True

    # ---- the end of a session ----

    def forget(self, on_gone: Callable[[bool], None]) -> None:
        """Destroys everything of the caller: pages, cookies, history;
        a fresh page stands ready at once.

        Args:
            on_gone: called once, within seconds, when the old one is destroyed;
                True when nothing of it is left.
        """
        old = self._web
        self._way.end()
        self.cover.clear()
        self._allowed = AllowList()
        self._web = self._new_web()
        self._report_view()

        def on_closed(gone: bool) -> None:
            old.deleteLater()
            on_gone(gone)

        old.close(on_closed)

    # ---- facts from the page ----

    def _report(self, fact: messages.BrowserFact, body: bytes = b"") -> None:
        if not sip.isdeleted(self):  # an answer of the page may come after its window is gone
            self.reported.emit(fact, body)

    def _report_view(self) -> None:
        """Says what stands over the page when that changed."""
        changed = _view_of(self._web.page, is_refused=not self._refusal.isHidden())
        if changed != self._changed:
            self._changed = changed
            self._report(changed)

    def _on_page_process_ended(self) -> None:
        self._web.dialogs.dismiss()
        self._heart.stopped()
        if not self._way.on_process_ended():
            self._report(messages.PageDied())

    def _on_loading_changed(self, loading: QWebEngineLoadingInfo) -> None:
        url = loading.url()
        if url.scheme() not in WEB_SCHEMES:
            return
        self._report_view()
        status = loading.status()
        if status != QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            self._web.dialogs.arrived()
        if status == QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            self._stopped = False
        if status == QWebEngineLoadingInfo.LoadStatus.LoadSucceededStatus:
            is_awaited = self._way.arrived(self._web.page.requestedUrl())
            self._report(_loaded_in(self.view, written(url), is_awaited=is_awaited))
        elif status == QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus and (
            not self._stopped and loading.errorCode() not in _OUR_OWN_STOPS
        ):
            self._report_stopped(written(url), SessionError.code, requested=url)

    def _report_stopped(self, address: str, code: str, *, requested: QUrl) -> None:
        is_awaited = self._way.arrived(requested)
        self._report(
            messages.AddressStopped(address[: messages.MAX_ADDRESS], code, is_awaited=is_awaited)
        )

    def _on_url_changed(self, _url: QUrl) -> None:
        self._refusal.end()
        self._web.dialogs.arrived()
        self._report_view()

    def _on_refused(self, address: str) -> None:
        self._stopped = True  # the load that fails now is our own doing
        at = self._web.page.url().scheme()
        self.cover.place()
        self._refusal.refuse(
            QUrl(address).host(), why_refused(address, self._allowed), has_page=at in WEB_SCHEMES
        )
        self._report_view()
        self._report_stopped(
            address, AddressNotAllowed.code, requested=self._web.page.requestedUrl()
        )

    # ---- what the page shows beside itself ----

    def _on_asked(self, question: Question) -> None:
        self.cover.place()
        self.cover.dialog.ask(question, self._web.page.url().host())
        self.take_keyboard()
        self._report_dialog(question.dialog_id, question.kind, question.text, waits=True)

    def _on_answered(self, dialog_id: str) -> None:
        self.cover.dialog.end(dialog_id)
        self._report(messages.QuestionClosed(dialog_id))

    def _on_not_done(self, kind: DialogKind, name: str) -> None:
        self._report_dialog(new_id(), kind, name, waits=False)

    def _report_dialog(self, dialog_id: str, kind: DialogKind, text: str, *, waits: bool) -> None:
        dialog = DialogShown(dialog_id=dialog_id, kind=kind, text=text[:MAX_TEXT], waits=waits)
        self._report(messages.QuestionShown(dialog))

    # ---- Qt ----

    def warm_up(self, on_warm: Callable[[], None]) -> None:
        """Starts the engine with an empty page; then calls back, once.

        The engine's first page has Qt make another window of the system for this view: its number
        is true only from then on.
        """
        page = self._web.page

        def on_finished(_ok: bool) -> None:
            page.loadFinished.disconnect(on_finished)
            on_warm()

        page.loadFinished.connect(on_finished)
        page.load(QUrl("about:blank"))

    def take_keyboard(self) -> None:
        """Keys come here from now on."""
        if (window := self.windowHandle()) is not None:
            window.requestActivate()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keeps what is drawn over the page in its place."""
        super().resizeEvent(event)
        self.cover.place()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape is the caller's STOP, also beside the page; the agent's key comes here too when
        the page leaves it.
        """
        if event is not None and event.spontaneous() and event.key() == Qt.Key.Key_Escape:
            self._report(messages.StopKeyPressed())
        else:
            super().keyPressEvent(event)
