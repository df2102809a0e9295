# SPDX-License-Identifier: GPL-3.0-only
"""The mirror of a kiosk's web page: a browser pane that can run no page script and make no request of its own.

Used by `views.cobrowse_view` (live) and `views.replay_view` (recorded). It is fed rrweb events as JSON text. Whatever
the kiosk or the page behind it sends, this pane only draws: its shell page is served from memory under `cbshell:`, its
content policy allows no source but `cbres:`, and pictures asked there are brought by the program (`give_resource`).
"""

from __future__ import annotations

import base64
import json
import logging
import secrets

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
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
from PyQt6.QtWidgets import QWidget

from resources import resource_text
from views.kiosk_dialogs import ASK_SCHEME

log = logging.getLogger(__name__)

SHELL_SCHEME = b"cbshell"
RESOURCE_SCHEME = b"cbres"
SHELL_URL = "cbshell://mirror/"

_SERVED_TYPES = ("image/", "font/", "application/font", "application/x-font", "application/vnd.ms-fontobject")
_META, _INCREMENTAL, _RESIZE_SOURCE = 4, 3, 4

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
    """Makes our schemes known to the browser engine: the mirror's two, and the one of a kiosk's page that asks.

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


_events = msgspec.json.Decoder(list[_Event])


def _viewport_in(text: str) -> QSize | None:
    """The last viewport size that the events tell, in pixels of the kiosk's page."""
    size = None
    try:
        for event in _events.decode(text):
            if event.type not in (_META, _INCREMENTAL):
                continue
            facts = msgspec.json.decode(event.data, type=_Size)
            if facts.width > 0 and facts.height > 0 and (event.type == _META or facts.source == _RESIZE_SOURCE):
                size = QSize(round(facts.width), round(facts.height))
    except msgspec.MsgspecError:
        log.info("the events to mirror are of a shape we do not know")
    return size


class _OnlyOurs(QWebEngineUrlRequestInterceptor):
    """Blocks every request but the shell's and the resources'. `blocked` counts what was tried."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.blocked = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        if info.requestUrl().scheme() not in ("cbshell", "cbres", "data", "blob"):
            self.blocked += 1
            info.block(True)


class _Shell(QWebEngineUrlSchemeHandler):
    """Serves the shell page and its two scripts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        nonce = secrets.token_urlsafe(16)
        page = resource_text("pages/mirror.html")
        page = page.replace("__NONCE__", nonce).replace("__STYLE__", resource_text("vendor/rrweb.min.css"))
        self._served = {
            "/": (b"text/html", page),
            "/rrweb.js": (b"text/javascript", resource_text("vendor/rrweb.umd.min.js")),
            "/mirror.js": (b"text/javascript", resource_text("pages/mirror.js")),
        }

    def requestStarted(self, job: QWebEngineUrlRequestJob | None) -> None:
        assert job is not None
        served = self._served.get(job.requestUrl().path())
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
        address = _decode_address(job.requestUrl().path().lstrip("/"))
        if not address.startswith(("http://", "https://")) or job.requestMethod() != b"GET":
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        waiting = self._jobs.setdefault(address, [])
        waiting.append(job)
        job.destroyed.connect(lambda: waiting.remove(job) if job in waiting else None)
        if len(waiting) == 1:
            self.asked.emit(address)

    def give(self, address: str, data: bytes, media_type: str) -> None:
        """Answers every waiting request for `address`; without bytes, or of another kind, it fails."""
        for job in list(self._jobs.pop(address, [])):
            if sip.isdeleted(job):  # its page was replaced meanwhile
                continue
            if data and media_type.lower().startswith(_SERVED_TYPES):
                _reply(job, media_type.encode(), data)
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
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str | None, line: int, source: str | None
    ) -> None:
        # May quote the caller's page: never in a log.
        log.debug("console message, line %d", line)

    def on_navigation_requested(self, request: QWebEngineNavigationRequest) -> None:
        """Lets in the shell, and the empty document of the frame it draws in."""
        if request.url().scheme() not in ("cbshell", "about"):
            request.reject()


class _Glass(QWidget):
    """Lies over the mirror: keeps the agent's hands off it, and follows the laser pointer."""

    moved = pyqtSignal(QPointF)
    left = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._spot: QPointF | None = None
        self._pointing = False
        self.setMouseTracking(True)

    def set_pointing(self, pointing: bool) -> None:
        """The laser is on: the mouse shows a spot instead of its arrow."""
        self._pointing = pointing
        self.setCursor(Qt.CursorShape.CrossCursor if pointing else Qt.CursorShape.ArrowCursor)
        if not pointing:
            self._set_spot(None)

    def _set_spot(self, spot: QPointF | None) -> None:
        self._spot = spot
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        assert event is not None
        if self._pointing:
            self._set_spot(event.position())
            self.moved.emit(event.position())

    def leaveEvent(self, event: object) -> None:
        if self._pointing:
            self._set_spot(None)
            self.left.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._spot is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_spot(painter, self._spot, 9.0)


def paint_spot(painter: QPainter, centre: QPointF, radius: float) -> None:
    """The laser's spot, the same on both ends: red with a white edge and a soft halo, seen on any page."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(214, 30, 40, 60))
    painter.drawEllipse(centre, radius * 2.2, radius * 2.2)
    painter.setPen(QPen(QColor(255, 255, 255), radius / 4))
    painter.setBrush(QColor(214, 30, 40))
    painter.drawEllipse(centre, radius, radius)


class MirrorPane(QWidget):
    """Draws the mirror, as large as fits and never enlarged, in the middle of the pane.

    Signals:
        resource_requested(address): a picture or font is wanted; answer with `give_resource`.
        pointed(x, y): the laser is at this fraction (0..1) of the kiosk's viewport.
        pointer_left(): the laser left the page.
        ready(): the shell is loaded; events fed before are shown now.
    """

    resource_requested = pyqtSignal(str)
    pointed = pyqtSignal(float, float)
    pointer_left = pyqtSignal()
    ready = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewport = QSize()
        self._early: list[str] = []
        self._is_ready = False
        self._build_page()
        self._glass = _Glass(self)
        self._glass.moved.connect(self._on_moved)
        self._glass.left.connect(self.pointer_left)
        self._page.load(QUrl(SHELL_URL))

    def _build_page(self) -> None:
        # Children die in the order of their birth: the page (child of the view) must go before its profile.
        self._view = QWebEngineView(self)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._profile = QWebEngineProfile(self)
        self._interceptor, self._shell, self._resources = _OnlyOurs(self), _Shell(self), _Resources(self)
        self._profile.setUrlRequestInterceptor(self._interceptor)
        self._profile.installUrlSchemeHandler(SHELL_SCHEME, self._shell)
        self._profile.installUrlSchemeHandler(RESOURCE_SCHEME, self._resources)
        self._profile.downloadRequested.connect(lambda download: download.cancel())
        self._page = _MirrorPage(self._profile, self._view)
        self._lock(self._page)
        self._view.setPage(self._page)
        self._resources.asked.connect(self.resource_requested)

    def _lock(self, page: _MirrorPage) -> None:
        settings = page.settings()
        assert settings is not None
        for attribute in _OFF:
            settings.setAttribute(attribute, False)
        settings.setUnknownUrlSchemePolicy(QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes)
        page.setBackgroundColor(QColor(Qt.GlobalColor.transparent))
        page.navigationRequested.connect(page.on_navigation_requested)
        page.permissionRequested.connect(_deny)
        page.loadFinished.connect(self._on_loaded)

    # ---- what the program gives ----

    def feed(self, text: str) -> None:
        """Shows rrweb events: a JSON array, in order, the first ones ever being a full picture."""
        viewport = _viewport_in(text)
        if viewport is not None:
            self._viewport = viewport
        if self._is_ready:
            self._page.runJavaScript(f"mirror.feed({json.dumps(text)})")
        else:
            self._early.append(text)

    def clear(self) -> None:
        """Shows nothing and forgets everything."""
        self._early.clear()
        self._viewport = QSize()
        if self._is_ready:
            self._page.runJavaScript("mirror.clear()")

    def give_resource(self, address: str, data: bytes, media_type: str) -> None:
        """Answers `resource_requested`; empty `data` means that the kiosk refused."""
        self._resources.give(address, data, media_type)

    def set_pointing(self, pointing: bool) -> None:
        """Switches the laser on or off."""
        self._glass.set_pointing(pointing)

    # ---- what it shows ----

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
        """Requests that the content policy let through to the engine and that were stopped there."""
        return self._interceptor.blocked

    def _fitted(self) -> QRectF:
        """Where the kiosk's viewport is drawn, in this widget's pixels; the same sum as `fit()` in mirror.js."""
        if self._viewport.isEmpty():
            return QRectF()
        width, height = self._viewport.width(), self._viewport.height()
        scale = min(self.width() / width, self.height() / height, 1.0)
        left, top = max(0.0, (self.width() - width * scale) / 2), max(0.0, (self.height() - height * scale) / 2)
        return QRectF(left, top, width * scale, height * scale)

    def pick(self, point: QPointF) -> tuple[float, float] | None:
        """The fraction (x, y), 0..1, of the kiosk's viewport under a point of this widget; None outside it."""
        drawn = self._fitted()
        if drawn.isEmpty() or not drawn.contains(point):
            return None
        return (point.x() - drawn.left()) / drawn.width(), (point.y() - drawn.top()) / drawn.height()

    def place(self, x: float, y: float) -> QPointF:
        """The point of this widget that shows a fraction (0..1) of the kiosk's viewport."""
        drawn = self._fitted()
        return QPointF(drawn.left() + x * drawn.width(), drawn.top() + y * drawn.height())

    # ---- Qt ----

    def _on_loaded(self, loaded: bool) -> None:
        if not loaded:
            log.error("the mirror's shell page did not load")
            return
        self._is_ready = True
        early, self._early = self._early, []
        for text in early:
            self.feed(text)
        self.ready.emit()

    def _on_moved(self, point: QPointF) -> None:
        fraction = self.pick(point)
        if fraction is None:
            self.pointer_left.emit()
        else:
            self.pointed.emit(*fraction)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fills the pane; the shell page fits the mirror into it."""
        self._view.setGeometry(self.rect())
        self._glass.setGeometry(self.rect())
        self._glass.raise_()

    def sizeHint(self) -> QSize:
        """Room for a page."""
        return QSize(800, 600)


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
