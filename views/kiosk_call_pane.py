# SPDX-License-Identifier: GPL-3.0-only
"""The call at the kiosk: `resources/pages/call.html` in a browser pane, which does the WebRTC. Used by `views.kiosk_*`.

Chromium brings what a public place needs: echo cancellation, congestion control, concealment of lost sound.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from html import escape
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
)
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from resources import resource_text
from resources.texts import _
from session.errors import CallLost

log = logging.getLogger(__name__)

ORIGIN = QUrl("https://kiosk.invalid/")
"""Never resolved (RFC 2606): the page is given, not fetched. Only an https origin may open a camera."""

BACKGROUND = QColor("#131a22")
"""That of the page itself, so that nothing flashes white before it is drawn."""

MAX_TOLD_CHARS = 200_000

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
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls: False,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls: False,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows: False,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard: False,
    QWebEngineSettings.WebAttribute.ScreenCaptureEnabled: False,
    QWebEngineSettings.WebAttribute.ShowScrollBars: False,
}


class _Bridge(QObject):
    """The one thing the page can call."""

    def __init__(self, on_told: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._on_told = on_told

    @pyqtSlot(str)
    def tell(self, text: str) -> None:
        """JSON from call.js: a reply to a script, or an event."""
        self._on_told(text)


class _CallPage(QWebEnginePage):
    """Stays where it is and lets nobody but itself film."""

    def acceptNavigationRequest(self, url: QUrl, kind: QWebEnginePage.NavigationType, is_main_frame: bool) -> bool:
        """Only what we set ourselves."""
        return kind == QWebEnginePage.NavigationType.NavigationTypeTyped and url.scheme() in ("data", "https")

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str | None, line: int, source: str | None
    ) -> None:
        """To the developer log."""
        log.info("call page: %s (line %d)", message, line)


class ThirdCallPage:
    """The same page's second call, with a third person; satisfies `session.kiosk.call.CallPage` too."""

    def __init__(self, run: Callable[[str], asyncio.Future[object]]) -> None:
        self.on_event: Callable[[str, dict[str, Any]], None] = _ignore
        self._run = run

    def run(self, script: str) -> asyncio.Future[object]:
        """See `KioskCallPane.run`."""
        return self._run(script)


class KioskCallPane(QWidget):
    """Shows the agent large and the caller small; satisfies `session.kiosk.call.CallPage`.

    `on_event(name, detail)` is called with the page's events: "first_frame", "state", "device_missing", "page_lost".
    `third` is the page's call with a third person, whose picture comes beside the agent's.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.on_event: Callable[[str, dict[str, Any]], None] = _ignore
        self.third = ThirdCallPage(self.run)
        self._ready = False
        self._closed = False
        self._waiting: list[str] = []
        self._replies: dict[int, asyncio.Future[object]] = {}
        self._next_reply = 1
        self._profile = QWebEngineProfile(self)  # without a name: off the record
        self._page = _CallPage(self._profile, self)
        self._view = QWebEngineView(self)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._view.setAccessibleName(_("Call with the agent"))
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", _Bridge(self._on_told, self))
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
        self._page.setHtml(page_html(), ORIGIN)

    # ---- CallPage --------------------------------------------------------------------------------------------------

    def run(self, script: str) -> asyncio.Future[object]:
        """Runs an expression of call.js; the future brings its value, or `CallLost`."""
        future: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(CallLost(why="page closed"))
            return future
        number, self._next_reply = self._next_reply, self._next_reply + 1
        self._replies[number] = future
        future.add_done_callback(lambda _done: self._replies.pop(number, None))
        wrapped = f"reply({number}, async () => ({script}))"
        if self._ready:
            self._page.runJavaScript(wrapped)
        else:
            self._waiting.append(wrapped)
        return future

    def show_names(self, agent: str, third: str) -> None:
        """Names under the two faces; none while there is one face."""
        if not self._closed and self._ready:
            self._page.runJavaScript(f"showNames({json.dumps(agent)}, {json.dumps(third)})")

    def close_page(self) -> bool:
        """Ends the page for good: camera and microphone are given back.

        Returns:
            True when nothing of the page is left.
        """
        if not self._closed:
            self._closed = True
            self.on_event = self.third.on_event = _ignore
            self._fail_all("page closed")
            self._view.hide()
            self._view.setPage(None)
            sip.delete(self._page)  # first: a profile that goes before its page takes the program with it
            sip.delete(self._profile)
        return sip.isdeleted(self._page) and sip.isdeleted(self._profile)

    # ---- from the page ---------------------------------------------------------------------------------------------

    def _on_told(self, text: str) -> None:
        told = _decoded(text)
        match told.get("kind"), told.get("name"):
            case "event", "ready":
                self._ready = True
                for script in self._waiting:
                    self._page.runJavaScript(script)
                self._waiting.clear()
            case "event", str(name):
                given = told.get("detail")
                detail = given if isinstance(given, dict) else {}
                (self.third if detail.get("peer") == "third" else self).on_event(name, detail)
            case "reply", _name:
                self._on_reply(told)

    def _on_reply(self, told: dict[str, Any]) -> None:
        future = self._replies.get(told["id"]) if isinstance(told.get("id"), int) else None
        if future is None or future.done():
            return
        if "error" in told:
            future.set_exception(CallLost(why=str(told["error"])))
        else:
            future.set_result(told.get("value"))

    def _on_page_lost(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        """The page's process died: what waited fails, the page is loaded again, who listens offers anew."""
        log.warning("the call page's process ended: %s", status.name)
        self._ready = False
        self._fail_all("page lost")
        if not self._closed:
            self._page.setHtml(page_html(), ORIGIN)
            self.on_event("page_lost", {})
            self.third.on_event("page_lost", {})

    def _fail_all(self, why: str) -> None:
        self._waiting.clear()
        for future in list(self._replies.values()):
            if not future.done() and not future.get_loop().is_closed():
                future.set_exception(CallLost(why=why))


def page_html() -> str:
    """call.html with its scripts and the texts of the language in use."""
    texts = {
        "you": _("You"),
        "youSimulated": _("You, simulated"),
        "simulated": _("Simulated picture"),
        "connecting": _("Connecting you with your adviser…"),
        "connectingThird": _("One more person is joining…"),
        "unstable": _("The line is unsteady. Please wait a moment…"),
        "agentCameraOff": _("Your adviser has switched the camera off. You can go on talking."),
        "agentMicrophoneOff": _("Your adviser has switched the microphone off for a moment."),
    }
    html = resource_text("pages/call.html")
    words = {
        "__LANG__": _("en"),
        "__HOLD_TITLE__": escape(_("One moment, please")),
        "__HOLD_WORDS__": escape(_("Your adviser cannot see or hear you now and will be back in a moment.")),
        "__TEXTS__": json.dumps(texts).replace("<", "\\u003c"),
        "__SIMULATED_CALLER__": resource_text("pages/simulated_caller.js"),
        "__CALL_LINE__": resource_text("pages/call_line.js"),
        "__CALL__": resource_text("pages/call.js"),
        "__NONCE__": secrets.token_urlsafe(16),
    }
    for word, text in words.items():
        html = html.replace(word, text)
    return html


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
    """Camera and microphone for our own page, nothing else for nobody."""
    ours = permission.origin().host() == ORIGIN.host() and permission.origin().scheme() == ORIGIN.scheme()
    if ours and permission.permissionType() in _CAPTURES:
        permission.grant()
    else:
        log.warning("refused to a page: %s", permission.permissionType().name)
        permission.deny()


def _decoded(text: str) -> dict[str, Any]:
    if len(text) > MAX_TOLD_CHARS:
        return {}
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _ignore(name: str, detail: dict[str, Any]) -> None:
    """Nobody listens."""
