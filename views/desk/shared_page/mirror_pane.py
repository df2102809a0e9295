# SPDX-License-Identifier: GPL-3.0-only
"""The mirror of a kiosk's web page:
a browser pane that can run no page script and make no request of its own.

Used by `views.desk.shared_page.view` (live) and `views.replay.view` (recorded). It is fed rrweb
events as JSON text. Whatever the kiosk or the page behind it sends, this pane only draws: its shell
page is served from memory under `cbshell:`, its content policy allows no source but `cbres:`, and
pictures asked there are brought by the program (`give_resource`).
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import (
    QBuffer,
    QElapsedTimer,
    QEvent,
    QIODevice,
    QLineF,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    QUrl,
    pyqtSignal,
)
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWebEngineCore import (
    QWebEngineNavigationRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QScrollBar, QWidget

from resources import resource_text
from resources.own_names import own_names, own_names_source
from resources.texts import _
from session.core.field_types import NOT_DECODED
from views.desk.shared_page.drawing_parts import bounded_picture, drawn_parts
from views.desk.shared_page.mirror_watch import MirrorTrouble, MirrorWatch
from views.desk.shared_page.overlay import MirrorOverlay, Tool
from views.kiosk.browser.dialogs import ASK_SCHEME

log = logging.getLogger(__name__)

SHELL_SCHEME = b"cbshell"
RESOURCE_SCHEME = b"cbres"
SHELL_URL = "cbshell://mirror/"
_PARTS = "/part/"
"""Below it the shell serves drawings of the page that its frame takes parts of."""
_LOCKED = b"default-src 'none'; sandbox"

RESTART_MS, LONGEST_RESTART_MS, CALM_MS = 1_000, 16_000, 120_000
"""An engine that ends again within `CALM_MS` begins anew after twice the time."""
MARK_LOOK_MS = 120
MOST_UNDRAWN_CHARS = 8 * 1024 * 1024
"""The largest picture."""

_MOST_PX = 20_000
"""Of a viewport: a kiosk says its size, and may lie."""
_BAR_PX, _LINE_PX, _LARGEST = 12, 40, 2.0
"""Width of the bar that scrolls, one step of it, and how much a page is enlarged at most."""

_SERVED_TYPES = (
    "image/",
    "font/",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
)
_META, _INCREMENTAL, _CUSTOM, _RESIZE_SOURCE = 4, 3, 5, 4

_Setting = QWebEngineSettings.WebAttribute
_OFF = (
    _Setting.LocalStorageEnabled,
    _Setting.PluginsEnabled,
    _Setting.PdfViewerEnabled,
    _Setting.FullScreenSupportEnabled,
    _Setting.JavascriptCanOpenWindows,
    _Setting.JavascriptCanAccessClipboard,
    _Setting.LocalContentCanAccessFileUrls,
    _Setting.LocalContentCanAccessRemoteUrls,
    _Setting.HyperlinkAuditingEnabled,
    _Setting.DnsPrefetchEnabled,
    _Setting.NavigateOnDropEnabled,
    _Setting.ErrorPageEnabled,
    _Setting.AutoLoadIconsForPage,
    _Setting.ScreenCaptureEnabled,
    _Setting.WebGLEnabled,
    _Setting.Accelerated2dCanvasEnabled,
    _Setting.ShowScrollBars,
    _Setting.FocusOnNavigationEnabled,
)


_Flag = QWebEngineUrlScheme.Flag
_PLAIN = _Flag.SecureScheme | _Flag.CorsEnabled
# A page's content policy stops its own requests, not its dialogs (HTML standard, section 8.9.1).
_ASKING = _PLAIN | _Flag.ContentSecurityPolicyIgnored | _Flag.FetchApiAllowed


def register_schemes() -> None:
    """Makes our schemes known to the browser engine:
    the mirror's two, and the one of a kiosk's page that asks.

    To be called before the application object exists.
    """
    for name, flags in ((SHELL_SCHEME, _PLAIN), (RESOURCE_SCHEME, _PLAIN), (ASK_SCHEME, _ASKING)):
        if QWebEngineUrlScheme.schemeByName(name).name() == name:
            continue
        scheme = QWebEngineUrlScheme(name)
        scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
        scheme.setFlags(flags)
        QWebEngineUrlScheme.registerScheme(scheme)


class _Size(msgspec.Struct):
    width: int | float = 0
    height: int | float = 0
    source: int = -1


class _Event(msgspec.Struct):
    type: int
    data: msgspec.Raw


class _Focus(msgspec.Struct):
    id: int = 0
    at: int = -1


class _Told(msgspec.Struct):
    tag: str = ""
    payload: msgspec.Raw = msgspec.Raw(b"{}")


_events = msgspec.json.Decoder(list[_Event])


def _facts_in(text: str) -> tuple[QSize | None, _Focus | None]:
    """The last viewport size in the events, in pixels of the kiosk's page, and the last field that
    has the keyboard there; None for what they do not tell.
    """
    size, focus = None, None
    try:
        for event in _events.decode(text):
            if event.type == _CUSTOM:
                custom_event = msgspec.json.decode(event.data, type=_Told)
                if custom_event.tag == "focus":
                    focus = msgspec.json.decode(custom_event.payload, type=_Focus)
                continue
            if event.type not in (_META, _INCREMENTAL):
                continue
            facts = msgspec.json.decode(event.data, type=_Size)
            is_size = event.type == _META or facts.source == _RESIZE_SOURCE
            if is_size and 0 < facts.width <= _MOST_PX and 0 < facts.height <= _MOST_PX:
                size = QSize(round(facts.width), round(facts.height))
    except NOT_DECODED:
        log.info("the events to mirror are of a shape we do not know")
    return size, focus


class FieldChoice(msgspec.Struct, frozen=True):
    """One of a list of choices."""

    text: str
    chosen: bool = False
    off: bool = False


class Pick(msgspec.Struct, frozen=True):
    """The node under a point of the mirror; see `resources/pages/pick.js`.

    Attributes:
        x, y: fraction (0..1) of the node's box.
        field: the node of the field that a click there would reach, 0 if none.
        kind: "text", "value" (a date and the like), "choice", "private", or "" for no field.
        type: of an <input>.
        value: what the field shows, masked.
    """

    epoch: int
    node: int
    x: float
    y: float
    kind: str = ""
    field: int = 0
    label: str = ""
    type: str = ""
    value: str = ""
    multiple: bool = False
    options: list[FieldChoice] = msgspec.field(default_factory=list)


class _FocusBox(msgspec.Struct, frozen=True):
    """The place of a drawn field, and its caret (x, y, height), as fractions
    of the viewport.
    """

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    caret: tuple[float, float, float] | None = None


_pick = msgspec.json.Decoder(Pick)
_focus_box = msgspec.json.Decoder(_FocusBox)


class _OnlyOurs(QWebEngineUrlRequestInterceptor):
    """Blocks every request but those of the shell and the resources, and counts the blocked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.blocked = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        if info.requestUrl().scheme() not in ("cbshell", "cbres", "data", "blob"):
            self.blocked += 1
            log.warning(
                "the mirrored page asked for something that the policy let through: blocked"
            )
            info.block(True)


class _Shell(QWebEngineUrlSchemeHandler):
    """Serves the shell page and its scripts, and drawings that `resources` has brought."""

    def __init__(self, parent: QWidget, resources: _Resources) -> None:
        super().__init__(parent)
        self._resources = resources
        nonce = secrets.token_urlsafe(16)
        page = resource_text("pages/mirror.html")
        page = page.replace("__NONCE__", nonce).replace(
            "__STYLE__", resource_text("vendor/rrweb.min.css")
        )
        self._served = {
            "/": (b"text/html", page),
            "/own_names.js": (b"text/javascript", own_names_source()),
            "/rrweb.js": (b"text/javascript", own_names(resource_text("vendor/rrweb.umd.min.js"))),
        }
        for name in ("page_parts.js", "mirror_check.js", "mirror.js", "pick.js"):
            self._served[f"/{name}"] = (
                b"text/javascript",
                own_names(resource_text(f"pages/{name}")),
            )

    def requestStarted(self, job: QWebEngineUrlRequestJob | None) -> None:
        assert job is not None
        path = job.requestUrl().path()
        if path.startswith(_PARTS):
            # Should it ever be a page of its own, it does nothing all the same.
            job.setAdditionalResponseHeaders({b"Content-Security-Policy": [_LOCKED]})
            self._resources.ask(job, path.rpartition("/")[2])
            return
        served = self._served.get(path)
        if served is None or job.requestMethod() != b"GET":
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        else:
            _reply(job, served[0], served[1].encode())


class _Resources(QWebEngineUrlSchemeHandler):
    """Passes on what the mirror's frame asks and answers when the bytes are here."""

    asked = pyqtSignal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._jobs: dict[str, list[QWebEngineUrlRequestJob]] = {}

    def requestStarted(self, job: QWebEngineUrlRequestJob | None) -> None:
        assert job is not None
        self.ask(job, job.requestUrl().path().lstrip("/"))

    def ask(self, job: QWebEngineUrlRequestJob, encoded: str) -> None:
        """Answers the request when the bytes of the encoded address are here."""
        address = _decode_address(encoded)
        if not address.startswith(("http://", "https://")) or job.requestMethod() != b"GET":
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        waiting = self._jobs.setdefault(address, [])
        waiting.append(job)
        job.destroyed.connect(lambda: waiting.remove(job) if job in waiting else None)
        if len(waiting) == 1:
            self.asked.emit(address)

    def give(self, address: str, data: bytes, media_type: str) -> None:
        """Answers every waiting request for `address`;
        without bytes, or of another kind, it fails.
        """
        for job in list(self._jobs.pop(address, [])):
            if sip.isdeleted(job):  # its page was replaced meanwhile
                continue
            is_part = job.requestUrl().scheme() == "cbshell"
            if is_part:
                served = drawn_parts(data)
            else:
                served = bounded_picture(data)
            if served and media_type.lower().startswith(_SERVED_TYPES):
                _reply(job, media_type.encode(), served)
            else:
                job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)


def _decode_address(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


def _reply(job: QWebEngineUrlRequestJob, media_type: bytes, data: bytes) -> None:
    body = QBuffer(job)
    body.setData(data)
    body.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(media_type, body)


class _MirrorPage(QWebEnginePage):
    """A page that goes nowhere, asks nothing and says nothing."""

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str | None,
        line: int,
        source: str | None,
    ) -> None:
        # May quote the caller's page: never in a log.
        log.debug("console message, line %d", line)

    def on_navigation_requested(self, request: QWebEngineNavigationRequest) -> None:
        """Lets in the shell, and the empty document of the frame it draws in."""
        if request.url() != QUrl(SHELL_URL) and request.url().scheme() != "about":
            request.reject()


class MirrorPane(QWidget):
    """Draws the mirror: whole and never enlarged in the middle of the pane, or as wide as the pane.

    Args:
        fits_width: the page is as wide as the pane and is scrolled here; its scale then changes
            with the pane's width only, never by itself.

    Signals: resource_requested(address): a picture or font is wanted; answer with
        `resources.give`.
        pointed(x, y): the laser is at this fraction (0..1) of the kiosk's viewport. pointer_left():
        the laser left the page. picked(Pick): with a tool that means something in the page, this
        was clicked. scrolled(Pick, right_px, down_px): the wheel turned over it while the agent
        controls the page. arrow_drawn(start, end): fractions of the viewport, as tuples.
        typed(text), key_pressed(PageKey): the agent types while controlling the page. ready(): the
        shell is loaded; events fed before are shown now. picture_needed(): a page was too much for
        the engine, whose process has ended; another waits for a full picture. focus_moved(QRect,
        str): the field that has the keyboard in the caller's page is here in this pane, and what it
        is called; empty for none. keyboard_changed(): `has_keyboard` is another.
    """

    resource_requested = pyqtSignal(str)
    pointed = pyqtSignal(float, float)
    pointer_left = pyqtSignal()
    picked = pyqtSignal(object)
    scrolled = pyqtSignal(object, float, float)
    arrow_drawn = pyqtSignal(object, object)
    typed = pyqtSignal(str)
    key_pressed = pyqtSignal(object)
    ready = pyqtSignal()
    picture_needed = pyqtSignal()
    focus_moved = pyqtSignal(QRect, str)
    keyboard_changed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None, *, fits_width: bool = False) -> None:
        super().__init__(parent)
        self._viewport = QSize()
        self._fits_width = fits_width
        self._scale = 0.0
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setObjectName("mirror_scroll")
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(_("Scroll the page at this desk"))
        self._bar.valueChanged.connect(lambda _down: self._place())
        self._bar.hide()
        self._early: list[tuple[str, int]] = []
        self._undrawn_chars = 0
        self._is_ready = self._is_lost = False
        self._calm = QElapsedTimer()
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.setInterval(RESTART_MS)
        self._restart.timeout.connect(lambda: self._page.load(QUrl(SHELL_URL)))
        self._build_page()
        self.overlay = MirrorOverlay(self, takes_keys=fits_width)
        self._trouble = MirrorTrouble(self)
        self.setFocusProxy(self.overlay)
        self.overlay.moved.connect(self._on_moved)
        self.overlay.left.connect(self.pointer_left)
        self.overlay.pressed.connect(lambda at: self._pick(at, self.picked.emit))
        self.overlay.turned.connect(self._on_turned)
        self.overlay.drawn.connect(self._on_drawn)
        self.overlay.typed.connect(self.typed)
        self.overlay.key_pressed.connect(self.key_pressed)
        self.overlay.keyboard_changed.connect(self.keyboard_changed)
        self._marked = 0
        self._marks_timer = QTimer(self)
        self._marks_timer.setInterval(MARK_LOOK_MS)
        self._marks_timer.timeout.connect(self._place_mark)
        self._focus = _Focus()
        self._new_focus = False
        self._focus_timer = QTimer(self)
        self._focus_timer.setInterval(MARK_LOOK_MS)
        self._focus_timer.timeout.connect(self._place_focus)
        self._page.load(QUrl(SHELL_URL))

    def _build_page(self) -> None:
        # Children die in the order of their birth:
        # the page (child of the view) must go before its profile.
        self.view = QWebEngineView(self)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._profile = QWebEngineProfile(self)
        self._interceptor = _OnlyOurs(self)
        self.resources = _Resources(self)
        self._shell = _Shell(self, self.resources)
        self._profile.setUrlRequestInterceptor(self._interceptor)
        self._profile.installUrlSchemeHandler(SHELL_SCHEME, self._shell)
        self._profile.installUrlSchemeHandler(RESOURCE_SCHEME, self.resources)
        self._profile.downloadRequested.connect(lambda download: download.cancel())
        self._page = _MirrorPage(self._profile, self.view)
        self._lock(self._page)
        self.view.setPage(self._page)
        self.resources.asked.connect(self.resource_requested)
        self._watch = MirrorWatch(self._page)
        self._watch.silent_changed.connect(self._on_silent)
        self._watch.lost.connect(self._on_process_ended)

    def _lock(self, page: _MirrorPage) -> None:
        settings = page.settings()
        assert settings is not None
        for attribute in _OFF:
            settings.setAttribute(attribute, False)
        settings.setUnknownUrlSchemePolicy(
            QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes
        )
        # A see-through page would be painted over all other widgets, the help and the face too.
        page.setBackgroundColor(self.palette().window().color())
        page.navigationRequested.connect(page.on_navigation_requested)
        page.permissionRequested.connect(_deny)
        page.loadFinished.connect(self._on_loaded)
        page.renderProcessTerminated.connect(lambda _why, _code: self._on_process_ended())

    # ---- what the program gives ----

    def feed(self, text: str, epoch: int = 0) -> None:
        """Shows rrweb events: a JSON array, in order, the first ones ever being a full picture.

        Args:
            epoch: number of the web document; `picked` returns it.
        """
        viewport, focus = _facts_in(text)
        if self._is_ready:
            self._undrawn_chars += len(text)
            self._page.runJavaScript(
                f"mirror.feed({json.dumps(text)}, {int(epoch)})",
                lambda _none: self._on_fed(len(text)),
            )
            self._watch.start()
        elif not self._is_lost:  # then only a full picture helps
            self._early.append((text, epoch))
        if viewport is not None and viewport != self._viewport:
            self._viewport = viewport
            self._place()
        if focus is not None:
            self._follow_focus(focus)

    @property
    def is_behind(self) -> bool:
        """True while its process has so much to draw that more would only wait in memory."""
        early = sum(len(text) for text, _epoch in self._early)
        return self._undrawn_chars + early > MOST_UNDRAWN_CHARS

    def _on_fed(self, chars: int) -> None:
        if not sip.isdeleted(self):
            self._undrawn_chars = max(0, self._undrawn_chars - chars)

    def clear(self) -> None:
        """Shows nothing and forgets everything."""
        self._early.clear()
        self.remove_marks()
        self._follow_focus(_Focus())
        self._viewport = QSize()
        self._scale = 0.0
        self._bar.setValue(0)
        self._watch.rest()
        if self._is_ready:
            self._page.runJavaScript("mirror.clear()")

    def show_mark(self, node: int) -> None:
        """A frame around a node, as the caller sees it; it follows the page."""
        self._marked = node
        self.overlay.show_arrow(None)
        self._marks_timer.start()
        self._place_mark()

    def show_arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """An arrow between fractions of the viewport, as the caller sees it."""
        self._forget_mark()
        self.overlay.show_arrow((self.place(*start), self.place(*end)))

    def remove_marks(self) -> None:
        """No frame and no arrow."""
        self._forget_mark()
        self.overlay.show_arrow(None)

    # ---- the field that has the keyboard at the kiosk ----

    def _follow_focus(self, focus: _Focus) -> None:
        """Its place is looked for as long as it has the keyboard: the page may move."""
        self._focus, self._new_focus = focus, focus.id != self._focus.id
        if focus.id > 0:
            self._focus_timer.start()
            self._place_focus()
        else:
            self._focus_timer.stop()
            self._show_focus(QRectF(), None, "")

    def _place_focus(self) -> None:
        if self._is_ready:
            code = f"focusBox({self._focus.id}, {self._focus.at})"
            self._page.runJavaScript(code, self._on_focus_box)

    def _on_focus_box(self, answer: object) -> None:
        if (
            sip.isdeleted(self) or self._focus.id <= 0
        ):  # an answer may come after the window is gone
            return
        if not isinstance(answer, str):
            self._show_focus(QRectF(), None, "")
            return
        focus_box = _focus_box.decode(answer)
        start = self.place(focus_box.x, focus_box.y)
        end = self.place(focus_box.x + focus_box.width, focus_box.y + focus_box.height)
        caret = None
        if focus_box.caret:
            caret_left, top, height = focus_box.caret
            caret = QLineF(self.place(caret_left, top), self.place(caret_left, top + height))
        self._show_focus(QRectF(start, end), caret, focus_box.label)

    def _show_focus(self, box: QRectF, caret: QLineF | None, label: str) -> None:
        if self._new_focus and not box.isEmpty():
            self._new_focus = False
            self.bring_into_view(box)
            self._place_focus()  # where it is now
            return
        if self.overlay.show_focus(box, caret):
            self.focus_moved.emit(box.toAlignedRect(), label)

    def _forget_mark(self) -> None:
        self._marked = 0
        self._marks_timer.stop()
        self.overlay.show_frame(None)

    def _place_mark(self) -> None:
        self._page.runJavaScript(f"rect({self._marked})", self._on_mark)

    def _on_mark(self, answer: object) -> None:
        if sip.isdeleted(self) or not self._marked:
            return
        if not isinstance(answer, str):
            self._forget_mark()
            return
        box = json.loads(answer)
        start = self.place(box["x"], box["y"])
        end = self.place(box["x"] + box["width"], box["y"] + box["height"])
        self.overlay.show_frame(QRectF(start, end))

    # ---- what it shows ----

    @property
    def has_keyboard(self) -> bool:
        """True while what is typed at this desk comes here."""
        return self.overlay.has_keyboard

    @property
    def viewport(self) -> QSize:
        """Size of the kiosk's viewport in its own pixels; empty while nothing is shown."""
        return self._viewport

    @property
    def page(self) -> QWebEnginePage:
        """The locked page, for tests and for reading back what is shown."""
        return self._page

    @property
    def blocked_requests(self) -> int:
        """Requests that the content policy let through to the engine and that were stopped
        there.
        """
        return self._interceptor.blocked

    def _fitted(self) -> QRectF:
        """Return where the kiosk's viewport is drawn, in this widget's pixels; unless it fits
        the width, the same sum as `fit()` in mirror.js.
        """
        if self._viewport.isEmpty():
            return QRectF()
        width, height = self._viewport.width(), self._viewport.height()
        if self._fits_width:
            scale, room = self._scale, self.width() - _BAR_PX
            left_px = max(0.0, (room - width * scale) / 2)
            return QRectF(left_px, -self._bar.value(), width * scale, height * scale)
        scale = min(self.width() / width, self.height() / height, 1.0)
        left_px = max(0.0, (self.width() - width * scale) / 2)
        top = max(0.0, (self.height() - height * scale) / 2)
        return QRectF(left_px, top, width * scale, height * scale)

    def _place(self) -> None:
        """Tells the shell where to draw; the scale stays while the page fits."""
        if not self._fits_width or self._viewport.isEmpty():
            return
        widest = min((self.width() - _BAR_PX) / self._viewport.width(), _LARGEST)
        if not self._scale or self._scale > widest:
            self._scale = widest
        below = max(0, round(self._viewport.height() * self._scale) - self.height())
        self._bar.setPageStep(max(1, self.height()))
        self._bar.setSingleStep(_LINE_PX)
        if self._bar.maximum() != below:
            self._bar.setRange(0, below)
        self._bar.setVisible(below > 0)
        drawn = self._fitted()
        if self._is_ready:
            self._page.runJavaScript(f"mirror.place({drawn.x()}, {drawn.y()}, {self._scale})")
        self.overlay.update()

    @property
    def scale(self) -> float:
        """Pixels here for one of the kiosk's page."""
        return self._fitted().width() / max(1, self._viewport.width())

    def scroll_here(self, down_px: float) -> bool:
        """Moves the page at this desk only; whether it moved."""
        before = self._bar.value()
        self._bar.setValue(before + round(down_px))
        return self._bar.value() != before

    def bring_into_view(self, box: QRectF) -> None:
        """Scrolls this pane as little as needed to show a box of it."""
        if box.bottom() > self.height():
            self.scroll_here(min(box.top(), box.bottom() - self.height() + _LINE_PX))
        elif box.top() < 0:
            self.scroll_here(box.top() - _LINE_PX)

    def pick(self, point: QPointF) -> tuple[float, float] | None:
        """The fraction (x, y), 0..1, of the kiosk's viewport under a point of this widget;
        None outside it.
        """
        drawn = self._fitted()
        if drawn.isEmpty() or not drawn.contains(point):
            return None
        return (point.x() - drawn.left()) / drawn.width(), (
            point.y() - drawn.top()
        ) / drawn.height()

    def place(self, x: float, y: float) -> QPointF:
        """The point of this widget that shows a fraction (0..1) of the kiosk's viewport."""
        drawn = self._fitted()
        return QPointF(drawn.left() + x * drawn.width(), drawn.top() + y * drawn.height())

    # ---- mouse and keyboard ----

    def pick_at(self, x: float, y: float, on_picked: Callable[[Pick], None]) -> None:
        """Look up what lies at a fraction (0..1) of the kiosk's viewport;
        not called back where no page is.
        """

        def on_answer(answer: object) -> None:
            if isinstance(answer, str) and answer and not sip.isdeleted(self):
                on_picked(_pick.decode(answer))

        self._page.runJavaScript(f"pick({x}, {y})", on_answer)

    def _pick(self, at: QPointF, on_picked: Callable[[Pick], None]) -> None:
        fraction = self.pick(at)
        if fraction is not None:
            self.pick_at(*fraction, on_picked)

    def _on_turned(self, at: QPointF, right_px: float, down_px: float) -> None:
        """First what this pane does not show of the kiosk's screen, then the kiosk's page."""
        if self.scroll_here(down_px) or self.overlay.tool is Tool.LOOK:
            return
        self._pick(at, lambda pick: self.scrolled.emit(pick, right_px, down_px))

    def _on_drawn(self, start: QPointF, end: QPointF) -> None:
        ends = self.pick(start), self.pick(end)
        if None not in ends:
            self.arrow_drawn.emit(*ends)

    # ---- Qt ----

    def _on_loaded(self, loaded: bool) -> None:
        if not loaded:
            log.error("the mirror's shell page did not load")
            return
        self._is_ready = True
        self._trouble.hide()
        early, self._early = self._early, []
        for text, epoch in early:
            self.feed(text, epoch)
        self._place()
        self.ready.emit()
        if self._is_lost:
            self._is_lost = False
            self.picture_needed.emit()

    def _on_process_ended(self) -> None:
        """Begins anew after a moment: a page that does it each time does not keep the desk busy."""
        log.warning("the mirror's process has ended")
        self._is_ready = False
        self._is_lost = True
        self._undrawn_chars = 0
        self._early.clear()
        self._watch.stop()
        if not self._viewport.isEmpty():
            self._trouble.show_lost()
        soon = self._calm.isValid() and self._calm.elapsed() < CALM_MS
        if soon:
            wait_ms = min(2 * self._restart.interval(), LONGEST_RESTART_MS)
        else:
            wait_ms = RESTART_MS
        self._calm.start()
        self._restart.start(wait_ms)

    def _on_silent(self, silent: bool) -> None:
        if silent:
            self._trouble.show_silent()
        else:
            self._trouble.hide()

    def _on_moved(self, point: QPointF) -> None:
        fraction = self.pick(point)
        if fraction is None:
            self.pointer_left.emit()
        else:
            self.pointed.emit(*fraction)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fills the pane; the shell page fits the mirror into it."""
        self.view.setGeometry(self.rect())
        self.overlay.setGeometry(self.rect())
        self.overlay.raise_()
        if not self._trouble.isHidden():
            self._trouble.place()
            self._trouble.raise_()
        if self._fits_width:
            self._bar.setGeometry(self.width() - _BAR_PX, 0, _BAR_PX, self.height())
            self._bar.raise_()
            if event is None or event.size().width() != event.oldSize().width():
                self._scale = 0.0
            self._place()

    def changeEvent(self, event: QEvent | None) -> None:
        """Beside the page is the window's colour."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self._page.setBackgroundColor(self.palette().window().color())

    def sizeHint(self) -> QSize:
        """Room for a page."""
        return QSize(800, 600)


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
