# SPDX-License-Identifier: GPL-3.0-only
"""The browser engine behind the mirror: locked, watched, and begun anew when its process ends.
Used by the mirror's pane and its parts.

Its shell page is served from memory under `cbshell:`, its content policy allows no source but
`cbres:`, and pictures asked there are brought by the program (`resources.give`).
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from functools import cached_property

from PyQt6 import sip
from PyQt6.QtCore import (
    QBuffer,
    QElapsedTimer,
    QIODevice,
    QObject,
    Qt,
    QTimer,
    QUrl,
    pyqtSignal,
)
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
from resources.own_names import own_names, own_names_source
from views.desk.shared_page.drawing_parts import bounded_picture, drawn_parts
from views.desk.shared_page.mirror_watch import MirrorWatch
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
MOST_UNDRAWN_CHARS = 8 * 1024 * 1024
"""The largest picture."""
MOST_SHEETS_CHARS = 16 * 1024 * 1024
"""Of style sheets that its process keeps; then it begins anew."""

_SERVED_TYPES = (
    "image/",
    "font/",
    "application/font",
    "application/x-font",
    "application/vnd.ms-fontobject",
)

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

    @cached_property
    def _served(self) -> dict[str, tuple[bytes, str]]:
        """The shell and its scripts by path, made when the engine asks for the first of them."""
        nonce = secrets.token_urlsafe(16)
        page = resource_text("pages/mirror.html")
        page = page.replace("__NONCE__", nonce).replace(
            "__STYLE__", resource_text("vendor/rrweb.min.css")
        )
        served = {
            "/": (b"text/html", page),
            "/own_names.js": (b"text/javascript", own_names_source()),
            "/rrweb.js": (b"text/javascript", own_names(resource_text("vendor/rrweb.umd.min.js"))),
        }
        for name in ("page_parts.js", "mirror_check.js", "mirror.js", "page_words.js", "pick.js"):
            served[f"/{name}"] = (b"text/javascript", own_names(resource_text(f"pages/{name}")))
        return served

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


class MirrorEngine(QObject):
    """Draws what it is fed in a view that fills the pane.

    Attributes:
        page: locked; also for reading back what is shown.
        resources: `asked(address)` when a picture or font is wanted; answer with `give`.
        watch: says when the engine is silent.

    Signals:
        ready(): the shell is loaded; what was fed before is drawn now.
        ended(): its process has ended; another begins after a moment.
        picture_needed(): another has begun, and waits for a full picture.
    """

    ready = pyqtSignal()
    ended = pyqtSignal()
    picture_needed = pyqtSignal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._early: list[tuple[str, int, Mapping[str, str]]] = []
        self._given_sheets: dict[str, int] = {}
        self._undrawn_chars = 0
        self._has_begun = self._is_ready = self._is_lost = False
        self._calm = QElapsedTimer()
        self._restart = QTimer(self)
        self._restart.setSingleShot(True)
        self._restart.setInterval(RESTART_MS)
        self._restart.timeout.connect(self._load)
        # Children die in the order of their birth:
        # the page (child of the view) must go before its profile.
        self.view = QWebEngineView(pane)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._profile = QWebEngineProfile(pane)
        self._interceptor = _OnlyOurs(pane)
        self.resources = _Resources(pane)
        self._shell = _Shell(pane, self.resources)
        self._profile.setUrlRequestInterceptor(self._interceptor)
        self._profile.installUrlSchemeHandler(SHELL_SCHEME, self._shell)
        self._profile.installUrlSchemeHandler(RESOURCE_SCHEME, self.resources)
        self._profile.downloadRequested.connect(lambda download: download.cancel())
        self._page = _MirrorPage(self._profile, self.view)
        self._lock(self._page)
        self.view.setPage(self._page)
        self.watch = MirrorWatch(self._page)
        self.watch.lost.connect(self._on_process_ended)

    def _lock(self, page: _MirrorPage) -> None:
        settings = page.settings()
        assert settings is not None
        for attribute in _OFF:
            settings.setAttribute(attribute, False)
        settings.setUnknownUrlSchemePolicy(
            QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes
        )
        # A see-through page would be painted over all other widgets, the help and the face too.
        page.setBackgroundColor(self.view.palette().window().color())
        page.navigationRequested.connect(page.on_navigation_requested)
        page.permissionRequested.connect(_deny)
        page.loadFinished.connect(self._on_loaded)
        page.renderProcessTerminated.connect(lambda _why, _code: self._on_process_ended())

    @property
    def page(self) -> QWebEnginePage:
        """The locked page."""
        return self._page

    @property
    def blocked_requests(self) -> int:
        """Requests that the content policy let through to the engine and that were stopped
        there.
        """
        return self._interceptor.blocked

    @property
    def is_behind(self) -> bool:
        """True while its process has so much to draw that more would only wait in memory."""
        early = sum(len(text) for text, _epoch, _sheets in self._early)
        return self._undrawn_chars + early > MOST_UNDRAWN_CHARS

    def begin(self) -> None:
        """Loads the shell page, unless that has begun; the first events do it otherwise."""
        if not self._has_begun:
            self._has_begun = True
            self._load()

    def _load(self) -> None:
        self._page.load(QUrl(SHELL_URL))

    def run(self, code: str, on_answer: Callable[[object], None] | None = None) -> None:
        """Runs a line of the shell's; nothing before the shell is loaded."""
        if self._is_ready:
            self._page.runJavaScript(code, on_answer or _ignore)

    def feed(self, text: str, epoch: int, sheets: Mapping[str, str]) -> None:
        """Draws rrweb events, with the style sheets that they name: at once, or when the shell is
        loaded.
        """
        self.begin()
        if self._is_ready:
            self._draw(text, epoch, self._new_sheets(sheets))
        elif not self._is_lost:  # then only a full picture helps
            self._early.append((text, epoch, sheets))

    def _new_sheets(self, sheets: Mapping[str, str]) -> dict[str, str]:
        """Return those that its process does not have."""
        if sum(self._given_sheets.values()) > MOST_SHEETS_CHARS:
            self._given_sheets.clear()
            self.run("mirror.forgetSheets()")
        new = {name: css for name, css in sheets.items() if name not in self._given_sheets}
        self._given_sheets |= {name: len(css) for name, css in new.items()}
        return new

    def _draw(self, text: str, epoch: int, sheets: Mapping[str, str]) -> None:
        chars = len(text) + sum(map(len, sheets.values()))
        self._undrawn_chars += chars
        self._page.runJavaScript(
            f"mirror.feed({json.dumps(text)}, {int(epoch)}, {json.dumps(sheets)})",
            lambda _none: self._on_fed(chars),
        )
        self.watch.start()

    def _on_fed(self, chars: int) -> None:
        if not sip.isdeleted(self):
            self._undrawn_chars = max(0, self._undrawn_chars - chars)

    def clear(self) -> None:
        """Draws nothing and forgets everything."""
        self._early.clear()
        self._given_sheets.clear()
        self.watch.rest()
        self.run("mirror.clear()")

    def _on_loaded(self, loaded: bool) -> None:
        if not loaded:
            log.error("the mirror's shell page did not load")
            return
        self._is_ready = True
        early, self._early = self._early, []
        for text, epoch, sheets in early:
            self.feed(text, epoch, sheets)
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
        self._given_sheets.clear()
        self._early.clear()
        self.watch.stop()
        self.ended.emit()
        soon = self._calm.isValid() and self._calm.elapsed() < CALM_MS
        if soon:
            wait_ms = min(2 * self._restart.interval(), LONGEST_RESTART_MS)
        else:
            wait_ms = RESTART_MS
        self._calm.start()
        self._restart.start(wait_ms)


def _ignore(_answer: object) -> None:
    """No answer is waited for."""


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
