# SPDX-License-Identifier: GPL-3.0-only
"""A locked browser pane that runs `resources/pages/call.html`, which does the WebRTC.
Used by both ends' call panes.

Chromium brings echo cancellation, congestion control and concealment of lost sound.
The page is given, not fetched: it makes no request, goes nowhere, keeps nothing, and all it can
call is one object that takes a text.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from PyQt6 import sip
from PyQt6.QtCore import QFile, QIODevice, QObject, Qt, QUrl, pyqtSlot
from PyQt6.QtGui import QColor
from PyQt6.QtWebChannel import QWebChannel
from PyQt6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from resources import resource_text
from session.core.errors import CallLost
from session.core.signals import Signal
from session.media.call_page import PageEvent

log = logging.getLogger(__name__)

ORIGIN = QUrl("https://call.invalid/")
"""Never resolved (RFC 2606), never asked. Only a secure origin may open a camera."""

BACKGROUND = QColor("#131a22")
"""The page's background, so that nothing flashes white before it is drawn."""

MAX_MESSAGE_CHARS = 200_000

CHROMIUM_FLAGS = (
    "--autoplay-policy=no-user-gesture-required",
    "--force-webrtc-ip-handling-policy=default_public_and_private_interfaces",
)
"""What a program with this pane adds to QTWEBENGINE_CHROMIUM_FLAGS before QtWebEngine starts."""

_CAPTURES = {
    QWebEnginePermission.PermissionType.MediaAudioCapture,
    QWebEnginePermission.PermissionType.MediaVideoCapture,
    QWebEnginePermission.PermissionType.MediaAudioVideoCapture,
}
_ATTRIBUTES = {
    QWebEngineSettings.WebAttribute.PlaybackRequiresUserGesture: False,
    QWebEngineSettings.WebAttribute.WebRTCPublicInterfacesOnly: False,
    QWebEngineSettings.WebAttribute.LocalStorageEnabled: False,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls: False,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls: False,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows: False,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard: False,
    QWebEngineSettings.WebAttribute.ScreenCaptureEnabled: False,
    QWebEngineSettings.WebAttribute.ShowScrollBars: False,
}
_SCRIPTS = {
    "__SIMULATED_PERSON__": "simulated_person.js",
    "__CALL_WORDS__": "call_words.js",
    "__CALL_LINE__": "call_line.js",
    "__CALL_OWN__": "call_own.js",
    "__CALL_CHECK__": "call_check.js",
    "__CALL__": "call.js",
}


class _Bridge(QObject):
    """The one object that the page can call."""

    def __init__(self, on_message: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._on_message = on_message

    @pyqtSlot(str)
    def receive(self, text: str) -> None:
        """Takes JSON from call.js, which calls it by this name: a script's reply, or an event."""
        self._on_message(text)


class _NoRequests(QWebEngineUrlRequestInterceptor):
    """The page brings all it needs: whatever it asks for is refused.
    WebRTC's own packets are no requests.
    """

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Lets only the page itself pass, which `setHtml` hands over as `data:`."""
        if info.requestUrl().scheme() not in ("data", "blob"):
            log.warning("refused to the call page: %s", info.requestUrl().scheme())
            info.block(True)


class _Page(QWebEnginePage):
    """A page that goes nowhere else."""

    def acceptNavigationRequest(
        self, url: QUrl, kind: QWebEnginePage.NavigationType, is_main_frame: bool
    ) -> bool:
        """Accepts only what this program set."""
        return kind == QWebEnginePage.NavigationType.NavigationTypeTyped and url.scheme() in (
            "data",
            "https",
        )

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str | None,
        line: int,
        source: str | None,
    ) -> None:
        """Writes the page's console to the developer log."""
        log.info("call page: %s (line %d)", message, line)


class LockedCallPage(QWidget):
    """The page and its bridge; satisfies `session.media.call_page.CallPage`.

    Args:
        place: class of the page's body, "kiosk" or "desk".
        words: replaces the page's `__WORDS__` by HTML or JSON.
    """

    def __init__(
        self, place: str, words: Mapping[str, str], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.happened: Signal[PageEvent] = Signal()
        self._html = _page_html(place, words)
        self._loaded = self._ready = self._closed = False
        self._waiting: list[str] = []
        self._replies: dict[int, asyncio.Future[object]] = {}
        self._next_reply = 1
        self._profile = QWebEngineProfile(self)  # without a name: off the record
        self._no_requests = _NoRequests(self)
        self._profile.setUrlRequestInterceptor(self._no_requests)
        self._page = _Page(self._profile, self)
        self._view = QWebEngineView(self)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", _Bridge(self._on_message, self))
        self._set_up_page()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._view)

    def _set_up_page(self) -> None:
        settings = self._page.settings()
        assert settings is not None
        for attribute, on in _ATTRIBUTES.items():
            settings.setAttribute(attribute, on)
        self._page.setWebChannel(self._channel)
        scripts = self._page.scripts()
        assert scripts is not None
        scripts.insert(_channel_script())
        self._page.permissionRequested.connect(_answer_permission)
        self._page.renderProcessTerminated.connect(self._on_page_lost)
        self._page.setBackgroundColor(BACKGROUND)
        self._view.setPage(self._page)

    def load(self) -> None:
        """Starts the page's process; the first script does it too.
        A pane that nobody uses costs nothing.
        """
        if not self._loaded and not self._closed:
            self._loaded = True
            self._page.setHtml(self._html, ORIGIN)

    # ---- CallPage

    def run(self, script: str) -> asyncio.Future[object]:
        """Runs an expression of call.js; the future brings its value, or `CallLost`."""
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(CallLost(why="page closed"))
            return future
        number, self._next_reply = self._next_reply, self._next_reply + 1
        self._replies[number] = future
        future.add_done_callback(lambda _done: self._replies.pop(number, None))
        self.run_soon(f"reply({number}, async () => ({script}))")
        return future

    def run_soon(self, script: str) -> None:
        """Runs a script as soon as the page is there; nobody waits for its value."""
        if self._ready and not self._closed:
            self._page.runJavaScript(script)
        elif not self._closed:
            self._waiting.append(script)
            self.load()

    def close_page(self) -> bool:
        """Ends the page for good: camera and microphone are given back.

        Returns:
            True when nothing of the page is left.
        """
        if not self._closed:
            self._closed = True
            self._fail_all("page closed")
            self._view.hide()
            self._view.setPage(None)
            # first: a profile that goes before its page takes the program with it
            sip.delete(self._page)
            sip.delete(self._profile)
        return sip.isdeleted(self._page) and sip.isdeleted(self._profile)

    def leave(self) -> None:
        """Ends the page, and the pane with it."""
        self.close_page()
        self.setParent(None)
        self.deleteLater()

    # ---- from the page

    def _on_message(self, text: str) -> None:
        message = _decoded(text)
        match message.get("kind"), message.get("name"):
            case "event", "ready":
                self._ready = True
                for script in self._waiting:
                    self._page.runJavaScript(script)
                self._waiting.clear()
            case "event", str(name) if not self._closed:
                detail = message.get("detail")
                self.happened.emit(PageEvent(name, detail if isinstance(detail, dict) else {}))
            case "reply", _name:
                self._on_reply(message)

    def _on_reply(self, message: dict[str, Any]) -> None:
        if isinstance(message.get("id"), int):
            future = self._replies.get(message["id"])
        else:
            future = None
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(CallLost(why=str(message["error"])))
        else:
            future.set_result(message.get("value"))

    def _on_page_lost(
        self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int
    ) -> None:
        """Fails what waited when the page's process has died, loads the page again and reports the
        loss.
        """
        log.warning("the call page's process ended: %s", status.name)
        self._ready = False
        self._fail_all("page lost")
        if not self._closed:
            self._page.setHtml(self._html, ORIGIN)
            self.happened.emit(PageEvent("page_lost"))

    def _fail_all(self, why: str) -> None:
        self._waiting.clear()
        for future in list(self._replies.values()):
            if not future.done() and not future.get_loop().is_closed():
                future.set_exception(CallLost(why=why))


def _page_html(place: str, words: Mapping[str, str]) -> str:
    """call.html with its scripts and the texts of the language in use."""
    html = resource_text("pages/call.html")
    scripts = {mark: resource_text(f"pages/{name}") for mark, name in _SCRIPTS.items()}
    for word, text in {
        **words,
        **scripts,
        "__PLACE__": place,
        "__NONCE__": secrets.token_urlsafe(16),
    }.items():
        html = html.replace(word, text)
    return html


def json_for_script(texts: Mapping[str, object]) -> str:
    """Texts as a script's literal, which cannot end the script."""
    return json.dumps(texts).replace("<", "\\u003c")


def _channel_script() -> QWebEngineScript:
    """Qt's own side of the bridge, there before the page's scripts run."""
    file = QFile(":/qtwebchannel/qwebchannel.js")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(file.fileName())
    script = QWebEngineScript()
    script.setName("qwebchannel")
    script.setSourceCode(bytes(file.readAll().data()).decode())
    script.setWorldId(QWebEngineScript.ScriptWorldId.MainWorld.value)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setRunsOnSubFrames(False)
    return script


def _answer_permission(permission: QWebEnginePermission) -> None:
    """Grants camera and microphone to our own page, and nothing else to anybody."""
    ours = (
        permission.origin().host() == ORIGIN.host()
        and permission.origin().scheme() == ORIGIN.scheme()
    )
    if ours and permission.permissionType() in _CAPTURES:
        permission.grant()
    else:
        log.warning("refused to a page: %s", permission.permissionType().name)
        permission.deny()


def _decoded(text: str) -> dict[str, Any]:
    if len(text) > MAX_MESSAGE_CHARS:
        return {}
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    if isinstance(message, dict):
        return message
    return {}
