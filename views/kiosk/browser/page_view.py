# SPDX-License-Identifier: GPL-3.0-only
"""The web page of the caller, with all that is drawn over it: marks, pointer, questions, refusals.

Used by the process of the caller's browser, which shows nothing else. It obeys the commands of
`session.kiosk.cobrowse.browser_messages` and tells its facts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QCoreApplication, QIODevice, Qt, QTimer, QUrl, pyqtSignal
from PyQt6.QtGui import QInputMethodEvent, QKeyEvent, QResizeEvent
from PyQt6.QtWebEngineCore import QWebEngineLoadingInfo
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from session.core.child_process import end_process
from session.core.clock import Clock
from session.core.errors import AddressNotAllowed, SessionError
from session.kiosk.cobrowse import browser_messages as messages
from session.kiosk.cobrowse.web_rules import why_refused
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind, DialogShown
from session.protocol.wire.ids import new_id
from views.kiosk.browser.dialog_card import DialogCard
from views.kiosk.browser.dialogs import MAX_TEXT, Question
from views.kiosk.browser.input_injection import InputInjector, has_way_back
from views.kiosk.browser.marks import MarksLayer
from views.kiosk.browser.pointer import PointerLayer
from views.kiosk.browser.profile import WORLD, CallerWeb, written
from views.kiosk.browser.refused_page import RefusedPage
from views.kiosk.browser.way_out import WayOut

log = logging.getLogger(__name__)

POINTER_STAYS_MS = 6_000
"""A pointer that is not moved any more goes by itself: the desk may have gone away."""

STUCK_MS = 1_000
"""A page that has not answered for so long is ended before another one is opened."""

ENDED_MS = 3_000
"""So long its end is waited for; then the other one is opened all the same."""

DROPPED_MS = 2_000
"""An address that is neither there nor on its way by then is opened once more."""

_OUR_OWN_STOPS = (-3, -20)
"""Chromium's net errors ABORTED (a refused or replaced navigation) and BLOCKED_BY_CLIENT (outside
the list).
"""
_WEB = ("http", "https")


class Heart:
    """A watch that asks a page for a trifle, to see that it still runs,
    and reports how long it takes.
    """

    def __init__(self, web: CallerWeb, clock: Clock) -> None:
        self._web = web
        self._clock = clock
        self._asked_at_s: float | None = None

    def waits_ms(self) -> int:
        """Return for how long the page has not answered;
        0 when it does, or waits for the caller.
        """
        now_s = self._clock.monotonic_s()
        if self._web.page.url().scheme() not in _WEB or self._web.page.renderProcessPid() <= 0:
            return 0
        if self._web.dialogs.question is not None:
            self._asked_at_s = None
            return 0
        if self._asked_at_s is None:
            self._asked_at_s = now_s
            self._web.page.runJavaScript("1", WORLD, lambda _one: self.stopped())
            return 0
        return int((now_s - self._asked_at_s) * 1000)

    def stopped(self) -> None:
        """Nothing is waited for."""
        self._asked_at_s = None


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
        self._then: tuple[str, bool] | None = None
        self._awaited = ""
        self.view = QWebEngineView()
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.refusal = RefusedPage(self.view)
        self.refusal.closed.connect(self._report_view)
        self._dark = False
        self._web = self._new_web()
        self._injector = InputInjector(self.view, lambda: self._web.page)
        self._injector.touched.connect(lambda: self._report(messages.PageTouched()))
        self._injector.stop_key_pressed.connect(lambda: self._report(messages.StopKeyPressed()))
        self.marks = MarksLayer(self.view, self._injector, zoom=lambda: self._web.page.zoomFactor())
        self._pointer = PointerLayer(self.view)
        self._pointer.painted.connect(lambda x, y: self._report(messages.PointerDrawn(x, y)))
        self.dialog = DialogCard(self.view)
        self.dialog.answered.connect(
            lambda dialog_id, ok, text: self._web.dialogs.answer(dialog_id, ok, text)
        )
        self._pointer_timer = QTimer(self)
        self._pointer_timer.setSingleShot(True)
        self._pointer_timer.setInterval(POINTER_STAYS_MS)
        self._pointer_timer.timeout.connect(self._pointer.remove)

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
        return web

    # ---- commands ----

    def obey(self, command: messages.BrowserCommand) -> None:
        """Does what the kiosk's screen wants; what is unknown is nothing."""
        if not (self._act(command) or self._mark(command)):
            self._lead(command)

    def _lead(self, command: messages.BrowserCommand) -> None:
        """Carry out commands about where the page is, and what leaves it."""
        match command:
            case messages.AllowPages(prefixes=prefixes):
                self._allowed = AllowList(prefixes)
                self._web.set_allowed(self._allowed)
            case messages.LoadPage(address=address):
                self._load(address)
            case messages.ShareBegin():
                self._web.start_sharing()
            case messages.ShareEnd():
                self._web.stop_sharing()
            case messages.TakeSnapshot():
                self._web.request_snapshot()
            case messages.FetchPart(number=number, address=address):
                self._web.fetch(
                    address,
                    lambda data, kind: self._report(messages.PartFetched(number, kind[:200]), data),
                )
            case messages.GoBack():
                self._go_back()
            case messages.ScrollPages(pages=pages):
                self._web.page.runJavaScript(
                    f"scrollBy({{top: {pages} * innerHeight * 0.8, behavior: 'smooth'}})", 0
                )
            case messages.UseAppearance(contrast=contrast):
                self._dark = contrast
                self._web.show_dark(contrast)
                self.dialog.retranslate()
                self.refusal.retranslate()
            case messages.AnswerAlive():
                self._report(messages.PageAlive(self._heart.waits_ms()))
            case messages.EndPage(back=back):
                self._leave("", back=back)
            case _:
                self._drive(command)

    def _act(self, command: messages.BrowserCommand) -> bool:
        """Carry out what the agent does in the page; False for other commands."""
        match command:
            case messages.AskPage(number=number, document=document, what=what, values=values):
                self._injector.ask(
                    document, what, values, lambda text: self._on_page_answer(number, text)
                )
                return True
            case messages.ZoomTo(percent=percent):
                self._injector.zoom(percent)
                return True
            case messages.ClickAt(x=x, y=y):
                self._end_refusal()
                self._injector.click(x, y)
            case messages.CommitText(text=text):
                self._end_refusal()
                self._injector.commit(text)
            case messages.PressKey(key=key):
                self._end_refusal()
                self._injector.press(key)
            case messages.GoTo(step=step):
                self._end_refusal()
                self._injector.go(step)
            case _:
                return False
        return True

    def _mark(self, command: messages.BrowserCommand) -> bool:
        """Carry out what is drawn over the page; False for other commands."""
        match command:
            case messages.PointAt(x=x, y=y):
                self._pointer.setGeometry(self.view.rect())
                self._pointer.show_at(x, y)
                self._pointer_timer.start()
            case messages.PointAway():
                self._pointer_timer.stop()
                self._pointer.remove()
            case messages.MayAct(on=on):
                self.marks.setGeometry(self.view.rect())
                self.marks.set_acting(on)
            case messages.MarkNode(document=document, node=node):
                self.marks.setGeometry(self.view.rect())
                self.marks.highlight(document, node)
            case messages.MarkArrow(document=document, start=start, end=end):
                self.marks.setGeometry(self.view.rect())
                self.marks.draw_arrow(document, start, end)
            case messages.UnmarkPage():
                self.marks.remove()
            case _:
                return False
        return True

    def _load(self, address: str) -> None:
        if not self._web.allows(address):
            return
        self.refusal.end()
        self._web.dialogs.leave()  # a page that waits for an answer cannot leave
        if self._heart.waits_ms() > STUCK_MS:
            self._leave(address)  # a page that is stuck would keep the next one of its site out
        else:
            self._then = None
            self._open(address)

    def _open(self, address: str) -> None:
        """WORKAROUND: now and then, on a busy machine, an address is neither loaded nor refused,
        and QtWebEngine 6.11.2 tells nothing (seen twice; why was not found).
        """
        self._awaited = address
        self._web.page.load(QUrl(address))
        QTimer.singleShot(DROPPED_MS, lambda: self._open_again(address))

    def _open_again(self, address: str) -> None:
        if sip.isdeleted(self) or self._awaited != address:
            return
        if not self._web.page.isLoading():
            log.warning("the engine dropped a load")
            self._awaited = ""
            self._web.page.load(QUrl(address))

    def _leave(self, address: str, *, back: bool = False) -> None:
        """Ends the page's own process; then opens another address, or goes back."""
        log.warning("a page that does not answer is ended")
        self._then = (address, back)
        if end_process(self._web.page.renderProcessPid()):
            QTimer.singleShot(ENDED_MS, self._go_on)
        else:
            self._go_on()

    def _on_page_process_ended(self) -> None:
        self._web.dialogs.dismiss()
        self._heart.stopped()
        if self._then is None:
            self._report(messages.PageDied())
        else:
            QTimer.singleShot(0, self._go_on)

    def _go_on(self) -> None:
        (address, back), self._then = self._then or ("", False), None
        history = self._web.page.history()
        if address:
            self._open(address)
        elif back and history is not None and has_way_back(history):
            history.back()

    def _go_back(self) -> None:
        history = self._web.page.history()
        if not self.refusal.isHidden():
            self.refusal.leave()
        elif history is not None and has_way_back(history):
            history.back()

    def _end_refusal(self) -> None:
        """The agent acts in the page beneath: the caller must see it."""
        if not self.refusal.isHidden():
            self.refusal.leave()

    # ---- what a script does as the caller ----

    def _drive(self, command: messages.BrowserCommand) -> None:
        match command:
            case messages.ReadField(number=number, selector=selector):
                code = (
                    f"(() => {{ const field = document.querySelector({json.dumps(selector)}); "
                    "return JSON.stringify(field ? {found: true, value: String(field.value), "
                    "checked: Boolean(field.checked)} : {found: false}); })()"
                )
                self._web.page.runJavaScript(
                    code, lambda answer: self._on_page_answer(number, str(answer or ""))
                )
            case messages.TypeInField(selector=selector, text=text):
                self._type_in_field(selector, text)
            case messages.TakePicture(number=number):
                image = QBuffer()
                image.open(QIODevice.OpenModeFlag.WriteOnly)
                self.grab().save(image, "PNG")
                picture = bytes(image.data().data())
                self._report(messages.PartFetched(number, "image/png"), picture)

    def _type_in_field(self, selector: str, text: str) -> None:
        """Types into a field of the page, as the caller does."""
        self.view.setFocus()

        def on_focused(_answer: object) -> None:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QCoreApplication.sendEvent(self.view.focusProxy() or self.view, event)

        code = f"document.querySelector({json.dumps(selector)}).focus()"
        self._web.page.runJavaScript(code, on_focused)

    # ---- the end of a session ----

    def forget(self, on_gone: Callable[[bool], None]) -> None:
        """Destroys everything of the caller: pages, cookies, history;
        a fresh page stands ready at once.

        Args:
            on_gone: called once, within seconds, when the old one is destroyed;
                True when nothing of it is left.
        """
        old, self._then, self._awaited = self._web, None, ""
        self.obey(messages.PointAway())
        self.refusal.end()
        self.marks.remove()
        self.marks.set_acting(False)
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
        url, history = self._web.page.url(), self._web.page.history()
        is_web = url.scheme() in _WEB
        changed = messages.ViewChanged(
            title=self._web.page.title()[: messages.MAX_TITLE] if is_web else "",
            host=url.host()[:255],
            may_go_back=not self.refusal.isHidden()
            or (history is not None and has_way_back(history)),
        )
        if changed != self._changed:
            self._changed = changed
            self._report(changed)

    def _on_page_answer(self, number: int, text: str) -> None:
        self._report(
            messages.PageAnswered(number, text if len(text) <= messages.MAX_ANSWER else "")
        )

    def _on_loading_changed(self, loading: QWebEngineLoadingInfo) -> None:
        url = loading.url()
        if url.scheme() not in _WEB:
            return
        self._report_view()
        status = loading.status()
        if status != QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            self._web.dialogs.arrived()
        if status == QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            self._stopped = False
        if status == QWebEngineLoadingInfo.LoadStatus.LoadSucceededStatus:
            self._awaited = ""
            self._report(
                messages.PageLoaded(
                    written(url)[: messages.MAX_ADDRESS],
                    self._web.page.title()[: messages.MAX_TITLE],
                    self.view.width(),
                    self.view.height(),
                )
            )
        elif status == QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus and (
            not self._stopped and loading.errorCode() not in _OUR_OWN_STOPS
        ):
            self._awaited = ""
            self._report(
                messages.AddressStopped(written(url)[: messages.MAX_ADDRESS], SessionError.code)
            )

    def _on_url_changed(self, _url: QUrl) -> None:
        self.refusal.end()
        self._web.dialogs.arrived()
        self._report_view()

    def _on_refused(self, address: str) -> None:
        self._stopped, self._awaited = True, ""  # the load that fails now is our own doing
        at = self._web.page.url().scheme()
        self.refusal.setGeometry(self.view.rect())
        self.refusal.refuse(
            QUrl(address).host(), why_refused(address, self._allowed), has_page=at in _WEB
        )
        self._report_view()
        self._report(
            messages.AddressStopped(address[: messages.MAX_ADDRESS], AddressNotAllowed.code)
        )

    # ---- what the page shows beside itself ----

    def _on_asked(self, question: Question) -> None:
        self.dialog.setGeometry(self.view.rect())
        self.dialog.ask(question, self._web.page.url().host())
        self.take_keyboard()
        self._report_dialog(question.dialog_id, question.kind, question.text, waits=True)

    def _on_answered(self, dialog_id: str) -> None:
        self.dialog.end(dialog_id)
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
        for layer in (self.marks, self._pointer, self.dialog, self.refusal):
            layer.setGeometry(self.view.rect())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape is the caller's STOP, also beside the page; the agent's key comes here too when
        the page leaves it.
        """
        if event is not None and event.spontaneous() and event.key() == Qt.Key.Key_Escape:
            self._report(messages.StopKeyPressed())
        else:
            super().keyPressEvent(event)
