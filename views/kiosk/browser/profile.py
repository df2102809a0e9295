# SPDX-License-Identifier: GPL-3.0-only
"""One caller's browsing on the kiosk:
a profile that leaves nothing, a page that only goes where it may, a recorder.

Used by `views.kiosk.browser.page_view`, which makes a new `CallerWeb` for each caller and closes
it at the end.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QFile, QIODevice, QObject, QTimer, QUrl, pyqtSignal, pyqtSlot
from PyQt6.QtWebChannel import QWebChannel
from PyQt6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineFrame,
    QWebEngineNavigationRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineScriptCollection,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from resources import resource_text
from resources.own_names import own_names, own_names_source
from session.core.clock import Clock
from session.core.field_types import NOT_DECODED, whole
from session.kiosk.cobrowse.web_rules import may_frame, may_load
from session.kiosk.wipe import WEB_PREFIX
from session.masking.numbers import PAGE_PATTERNS
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.mirror_messages import DialogKind
from views.kiosk.browser.dialogs import ASK_SCHEME, PageDialogs
from views.kiosk.browser.seen_addresses import FEW_DIGITS, SeenAddresses
from views.kiosk.browser.way_out import WayOut, give_nothing

log = logging.getLogger(__name__)

Fetched = Callable[[bytes, str], None]

PAGE_WORLD = int(QWebEngineScript.ScriptWorldId.MainWorld.value)
WORLD = int(QWebEngineScript.ScriptWorldId.ApplicationWorld.value)
"""The recorder's isolated world: the page's own scripts see neither it nor its bridge."""

_RECORDER, _SHEETS, _GUARD, _DIALOGS = "recorder", "sheets", "guard", "dialogs"

_HOLDS_PICTURE = '"pictures":true'
_STOP = "window.posteRecorder && window.posteRecorder.stop()"
_SNAPSHOT = "window.posteRecorder && window.posteRecorder.snapshot()"

MAX_RESOURCE_BYTES = 2 * 1024 * 1024

_END_TURN_MS, _END_LOOKS = 50, 40
"""How long the engine has, at the end of a caller, to let go of one thing;
how often it is looked at again.
"""

MOST_KEPT = 8 * 1024 * 1024
"""Letters of the style sheets that a sharing's pages only name; the second guard keeps as many."""
_Name = Annotated[str, msgspec.Meta(max_length=80)]
_KeptSheet = tuple[
    Annotated[int, msgspec.Meta(ge=1_000, le=MOST_KEPT)],
    Annotated[list[_Name], msgspec.Meta(max_length=1_000)],
]
_kept_sheets = msgspec.json.Decoder(
    dict[Annotated[str, msgspec.Meta(pattern=whole("[a-p]{16}"))], _KeptSheet]
)

# Fields and blocks that sites mark as private, and common names of such marks.
SENSITIVE = "[data-sensitive],[data-private],.sensitive,.sensible,.confidentiel,.rr-mask"
BLOCKED = "[data-blocked],.blocked,.bloque,.rr-block"

RECORDER_SETTINGS: dict[str, str | int | float] = {
    "sensitive": SENSITIVE,
    "blocked": BLOCKED,
    "batchMs": 20,
    "recordShare": 0.2,
    "recordBurstMs": 2_000,
    "checkpointMs": 60_000,
    "quietMs": 60,
    "movesMs": 150,
    "compareMs": 300,
    "compareShare": 0.02,
    "scanSlice": 2_000,
    "rulesLookedAt": 40,
    "pictureEveryMs": 2_000,
    "canvasMs": 500,
    "canvasShare": 0.03,
    "canvasMaxChars": 200_000,
    "selectMs": 80,
    "focusMs": 60,
    "optionsMax": 200,
    "padQuietMs": 1_500,
}
"""`...Ms` are milliseconds; `...Share` the part of a processor's time that it may take (see
record_budget.js).
"""

_Kind = QWebEngineUrlRequestInfo.ResourceType
_DOCUMENTS = {
    _Kind.ResourceTypeSubFrame,
    _Kind.ResourceTypeObject,
    _Kind.ResourceTypePluginResource,
}
_FETCHABLE = {_Kind.ResourceTypeImage, _Kind.ResourceTypeFontResource, _Kind.ResourceTypeStylesheet}
_WEB_SCHEMES = {"http", "https", "data", "blob", "about", "ws", "wss", ASK_SCHEME.decode()}

_Setting = QWebEngineSettings.WebAttribute
_OFF = (
    _Setting.PluginsEnabled,
    _Setting.PdfViewerEnabled,
    _Setting.FullScreenSupportEnabled,
    _Setting.JavascriptCanOpenWindows,
    _Setting.JavascriptCanAccessClipboard,
    _Setting.JavascriptCanPaste,
    _Setting.LocalContentCanAccessFileUrls,
    _Setting.LocalContentCanAccessRemoteUrls,
    _Setting.HyperlinkAuditingEnabled,
    _Setting.NavigateOnDropEnabled,
    _Setting.ErrorPageEnabled,
    _Setting.AutoLoadIconsForPage,
    _Setting.ScreenCaptureEnabled,
    _Setting.ShowScrollBars,
)


_PARTS = ("fields", "pads", "compare", "canvas", "select", "focus")


@cache
def _recorder_parts() -> str:
    """The recorder's scripts; the last one still wants its settings."""
    channel = QFile(":/qtwebchannel/qwebchannel.js")
    channel.open(QIODevice.OpenModeFlag.ReadOnly)
    parts = (
        resource_text("pages/record_shim.js"),
        resource_text("pages/record_budget.js"),
        resource_text("vendor/rrweb.umd.min.js"),
        bytes(channel.readAll().data()).decode(),
        resource_text("pages/page_parts.js"),
        *(resource_text(f"pages/record_{part}.js") for part in _PARTS),
        resource_text("pages/record.js"),
    )
    return "\n;\n".join([own_names_source(), *map(own_names, parts)])


def recorder_source(
    sites: Sequence[tuple[str, str]] = (), token: str = "", *, salt: str = ""
) -> str:
    """The recorder's whole script.

    Args:
        sites: (origin, path) of sites whose frames are recorded inside pages of other sites.
        token: a secret of this sharing, with which such frames sign what they hand over.
        salt: of the marks that stand for parts of addresses, see `SeenAddresses`.
    """
    settings = {
        **RECORDER_SETTINGS,
        "numbers": PAGE_PATTERNS,
        "sites": list(sites),
        "token": token,
        "salt": salt,
        "fewDigits": FEW_DIGITS,
        "keepsSheets": True,
    }
    body = _recorder_parts().replace("__CONFIG__", json.dumps(settings))
    origins = json.dumps([origin for origin, _path in sites])
    # Only once per document, never in a page that is not of the web, and in frames only of listed
    # sites.
    return (
        "if (!Object.hasOwn(window, 'posteRecorder') && /^https?:$/.test(location.protocol) && "
        f"(window === window.top || {origins}.includes(location.origin))) {{\n{body}\n}}"
    )


class _Bridge(QObject):
    """The one object that the recorder sees, with its two slots.

    Args:
        on_kept: takes what `keep` is given.
    """

    pushed = pyqtSignal(str)

    def __init__(self, parent: QObject, on_kept: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._on_kept = on_kept

    @pyqtSlot(str)
    def push(self, text: str) -> None:
        """Takes events, as JSON."""
        self.pushed.emit(text)

    @pyqtSlot(str)
    def keep(self, text: str) -> None:
        """Takes marks of style sheets whose texts were handed over, as JSON."""
        self._on_kept(text)


def written(url: QUrl) -> str:
    """The address as it goes over the line:
    `toString` would show spaces and foreign hosts in a pretty way.
    """
    return bytes(url.toEncoded().data()).decode()


class _Gate(QWebEngineUrlRequestInterceptor):
    """Stops pages outside the list at every step of a redirection, and what `web_rules` forbids
    inside of pages.

    Remembers which pictures a page loaded.

    Signals:
        stopped(address): a page outside the list; a redirection's hops are seen here only.
    """

    stopped = pyqtSignal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.allowed = AllowList()
        self.seen = SeenAddresses()

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url, kind = info.requestUrl(), info.resourceType()
        address, page = written(url), written(info.firstPartyUrl())
        if url.scheme() not in _WEB_SCHEMES:
            info.block(True)
        elif url.scheme() == ASK_SCHEME.decode():
            return  # our own question, which `PageDialogs` answers
        elif info.isDownload():
            info.block(address not in self.seen)
        elif kind == _Kind.ResourceTypeMainFrame:
            if not self.allowed.allows(address):
                info.block(True)
                self.stopped.emit(address)
        elif kind in _DOCUMENTS:
            info.block(not may_frame(address, page, self.allowed))
        elif not may_load(address, page, self.allowed):
            info.block(True)
        elif kind in _FETCHABLE and info.requestMethod() == b"GET":
            self.seen.add(address)


class _Page(QWebEnginePage):
    """A page that opens no window, no dialog, no file chooser; it reports what it did not do.

    Signals: said(text): an alert that could not be asked properly, cut at 300 letters.
        file_asked(): the page wanted a file.
    """

    said = pyqtSignal(str)
    file_asked = pyqtSignal()

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str | None,
        line: int,
        source: str | None,
    ) -> None:
        # Pages write about their users there.
        log.debug("console message, line %d", line)

    def javaScriptAlert(self, origin: QUrl, message: str | None) -> None:
        self.said.emit((message or "")[:300])

    def javaScriptConfirm(self, origin: QUrl, message: str | None) -> bool:
        # A dialog here would need a nested event loop; pages ask through `PageDialogs`.
        # What still comes is the engine's "leave this page?": a caller who touched a link wants
        # to leave.
        return True

    def javaScriptPrompt(
        self, origin: QUrl, message: str | None, default: str | None
    ) -> tuple[bool, str]:
        self.said.emit((message or "")[:300])
        return False, ""

    def chooseFiles(
        self,
        mode: QWebEnginePage.FileSelectionMode,
        old: Iterable[str | None],
        mime_types: Iterable[str | None],
    ) -> list[str]:
        self.file_asked.emit()
        return []


class _Fetcher:
    """Gets pictures of the page once more, through the page's own profile, so that cookies and
    rules are the same.
    """

    def __init__(self, page: QWebEnginePage, gate: _Gate, *, folder: Path) -> None:
        self._page = page
        self._gate = gate
        self._folder = folder / f"{WEB_PREFIX}{secrets.token_hex(8)}"
        self._waiting: dict[str, list[Fetched]] = {}
        self._names: dict[str, str] = {}
        self._running: list[QWebEngineDownloadRequest] = []
        self._closed = False

    @property
    def busy(self) -> bool:
        """True while the engine still works for us:
        a download is requested and not started, or started and not finished.
        """
        return bool(self._names or self._running)

    def fetch(self, address: str, on_fetched: Fetched) -> None:
        """Calls back with bytes and media type, or with empty ones when it may not or cannot be
        had.
        """
        address = self._gate.seen.find(written(QUrl(address))) or ""
        if self._closed or not address:
            on_fetched(b"", "")
            return
        waiting = self._waiting.setdefault(address, [])
        waiting.append(on_fetched)
        if len(waiting) == 1:
            name = secrets.token_hex(16)
            self._names[name] = address
            self._page.download(QUrl(address), name)

    def on_download(self, download: QWebEngineDownloadRequest) -> bool:
        """Takes a download that `fetch` began; False for all others."""
        # For a picture of another site the engine does not take our name, so its address tells it.
        named, own_address = (
            self._names.pop(download.suggestedFileName(), None),
            written(download.url()),
        )
        address = named or (own_address if own_address in self._waiting else None)
        self._names = {name: pending for name, pending in self._names.items() if pending != address}
        if address is None or self._closed:
            return False
        name = secrets.token_hex(16)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        download.setDownloadDirectory(str(self._folder))
        download.setDownloadFileName(name)
        download.receivedBytesChanged.connect(lambda: self._check_size(download))
        download.isFinishedChanged.connect(
            lambda: self._on_finished(download, address, self._folder / name)
        )
        self._running.append(download)
        download.accept()
        return True

    @staticmethod
    def _check_size(download: QWebEngineDownloadRequest) -> None:
        if (
            max(download.receivedBytes(), download.totalBytes()) > MAX_RESOURCE_BYTES
            and not download.isFinished()
        ):
            download.cancel()

    def _on_finished(self, download: QWebEngineDownloadRequest, address: str, path: Path) -> None:
        if not download.isFinished():
            return
        self._running.remove(download)
        completed = download.state() == QWebEngineDownloadRequest.DownloadState.DownloadCompleted
        if completed and path.is_file():
            data = path.read_bytes()
        else:
            data = b""
        path.unlink(missing_ok=True)
        for on_fetched in self._waiting.pop(address, []):
            on_fetched(data, download.mimeType() if data else "")

    def close(self) -> None:
        """Gives everybody who waits an empty answer and stops what runs."""
        for waiting in self._waiting.values():
            for on_fetched in waiting:
                on_fetched(b"", "")
        self._waiting.clear()
        self._closed = True
        for download in list(self._running):
            download.cancel()

    def remove_folder(self) -> bool:
        """Removes the folder; False while the engine still writes in it, a moment after its
        download was stopped.
        """
        shutil.rmtree(self._folder, ignore_errors=True)
        return not self._folder.exists()


class CallerWeb(QObject):
    """The web of one caller. Nothing of it is ever on disk but pictures on their way, in a folder
    of its own.

    Args:
        folder: where that folder is made;
            `session.kiosk.wipe.sweep` removes what a killed kiosk left there.

    Signals: events_pushed(text): JSON from the recorder
        (`session.kiosk.cobrowse.guard_worker`). refused(address): the page tried to go outside
        the list. not_done(kind, name): the page wanted a file, to save one, to show a PDF or to
        print; the kiosk does not.
    """

    events_pushed = pyqtSignal(str)
    refused = pyqtSignal(str)
    not_done = pyqtSignal(DialogKind, str)

    def __init__(
        self,
        allowed: AllowList,
        parent: QObject,
        *,
        folder: Path,
        clock: Clock,
        way_out: WayOut | None = None,
    ) -> None:
        super().__init__(parent)
        self._sharing = False
        self._way_out = way_out
        # Children die in the order of their birth:
        # the page, a child of this, goes before the profile.
        self.profile = QWebEngineProfile(parent)
        self._gate = _Gate(self)
        self._gate.allowed = allowed
        self._gate.stopped.connect(self.refused)
        self.profile.setUrlRequestInterceptor(self._gate)
        self.profile.setPersistentPermissionsPolicy(
            QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime
        )
        self.profile.downloadRequested.connect(self._on_download)
        self.page = _Page(self.profile, self)
        self._fetcher = _Fetcher(self.page, self._gate, folder=folder)
        self._set_up_page()
        self._kept: dict[str, _KeptSheet] = {}
        self._bridge = _Bridge(self, self._on_kept)
        self._bridge.pushed.connect(self._on_pushed)
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", self._bridge)
        self.page.setWebChannel(self._channel, WORLD)
        # In the profile, not in the page:
        # a page that is destroyed with a script of its own takes the program with it.
        self._insert(
            self.profile.scripts(), _GUARD, resource_text("pages/record_guard.js"), frames=False
        )
        self._insert(
            self.profile.scripts(),
            _DIALOGS,
            resource_text("pages/dialogs.js"),
            frames=True,
            world=PAGE_WORLD,
        )
        self.dialogs = PageDialogs(self, clock)
        self.profile.installUrlSchemeHandler(ASK_SCHEME, self.dialogs)

    def show_dark(self, dark: bool) -> None:
        """Set whether Chromium draws every page light on dark; the page itself does not change,
        nor what the adviser sees of it.
        """
        settings = self.page.settings()
        assert settings is not None
        settings.setAttribute(QWebEngineSettings.WebAttribute.ForceDarkMode, dark)

    def _set_up_page(self) -> None:
        settings = self.page.settings()
        assert settings is not None
        for attribute in _OFF:
            settings.setAttribute(attribute, False)
        settings.setUnknownUrlSchemePolicy(
            QWebEngineSettings.UnknownUrlSchemePolicy.DisallowUnknownUrlSchemes
        )
        self.page.navigationRequested.connect(self._on_navigation_requested)
        self.page.newWindowRequested.connect(self._on_new_window_requested)
        self.page.permissionRequested.connect(_deny)
        self.page.authenticationRequired.connect(give_nothing)
        if self._way_out is not None:
            self._way_out.keep_to(self.page)
        self.page.file_asked.connect(lambda: self.not_done.emit(DialogKind.FILE, ""))
        self.page.printRequested.connect(
            lambda: self.not_done.emit(DialogKind.PRINT, self.page.title())
        )

    # ---- where it may go ----

    def set_allowed(self, allowed: AllowList) -> None:
        """Another list, from the next navigation on."""
        self._gate.allowed = allowed

    def allows(self, address: str) -> bool:
        """True when the address may be a page here."""
        return self._gate.allowed.allows(address)

    def _on_navigation_requested(self, request: QWebEngineNavigationRequest) -> None:
        url = request.url()
        if not request.isMainFrame():
            if url.scheme() not in _WEB_SCHEMES:
                request.reject()
        elif url.toString() != "about:blank" and not self.allows(written(url)):
            request.reject()
            self.refused.emit(written(url))

    def _on_new_window_requested(self, request: QWebEngineNewWindowRequest) -> None:
        """A new window opens in place: the caller has one screen, and one way back.
        Pop-ups do not.
        """
        url = request.requestedUrl()
        if not request.isUserInitiated():
            return
        if self.allows(written(url)):
            self.page.load(url)
        else:
            self.refused.emit(written(url))

    def _on_download(self, download: QWebEngineDownloadRequest) -> None:
        if not self._fetcher.on_download(download):
            download.cancel()
            if download.mimeType() == "application/pdf":
                kind = DialogKind.PDF
            else:
                kind = DialogKind.DOWNLOAD
            self.not_done.emit(kind, download.suggestedFileName())

    def fetch(self, address: str, on_fetched: Fetched) -> None:
        """A picture, font or style sheet that the page itself loaded; empty answers otherwise."""
        self._fetcher.fetch(address, on_fetched)

    # ---- the recorder ----

    def start_sharing(self) -> None:
        """Puts the recorder into the page that is shown, and into those that follow."""
        if self._sharing:
            return
        self._sharing = True
        source = recorder_source(
            self._gate.allowed.sites, secrets.token_hex(16), salt=self._gate.seen.salt
        )
        self._insert(self.page.scripts(), _RECORDER, source, frames=True)
        self.page.runJavaScript(source, WORLD)
        for frame in self._frames():
            frame.runJavaScript(source, WORLD)

    @staticmethod
    def _insert(
        scripts: QWebEngineScriptCollection | None,
        name: str,
        source: str,
        *,
        frames: bool,
        world: int = WORLD,
    ) -> None:
        script = QWebEngineScript()
        script.setName(name)
        script.setSourceCode(source)
        script.setWorldId(world)
        script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
        script.setRunsOnSubFrames(frames)
        assert scripts is not None
        scripts.insert(script)

    def _frames(self) -> Iterator[QWebEngineFrame]:
        """The frames right inside the page; deeper ones are never recorded."""
        yield from self.page.mainFrame().children()

    def stop_sharing(self) -> None:
        """Takes the recorder out at once; what it still had is thrown away."""
        if not self._sharing:
            return
        self._sharing = False
        scripts = self.page.scripts()
        assert scripts is not None
        # WORKAROUND: not `scripts.clear()`:
        # with QtWebEngine 6.11.2 it leaves an observer behind that takes the program with it when a
        # page is destroyed later (seen in 9 of 10 runs; never with `remove`). No upstream issue
        # found.
        for script in [*scripts.find(_RECORDER), *scripts.find(_SHEETS)]:
            scripts.remove(script)
        self._kept.clear()
        self.page.runJavaScript(_STOP, WORLD)
        for frame in self._frames():
            frame.runJavaScript(_STOP, WORLD)

    def request_snapshot(self) -> None:
        """Asks the recorder for a full picture."""
        if self._sharing:
            self.page.runJavaScript(_SNAPSHOT, WORLD)

    def _on_pushed(self, text: str) -> None:
        if not self._sharing:
            return
        self.events_pushed.emit(text)
        # without what frames of other sites hold: they give theirs anew
        if _HOLDS_PICTURE in text[:200]:
            for frame in self._frames():
                frame.runJavaScript(_SNAPSHOT, WORLD)

    def _on_kept(self, text: str) -> None:
        """What the recorder has handed over of a site's style sheets, it only names in the pages
        that follow.
        """
        try:
            kept = self._kept | _kept_sheets.decode(text)
        except NOT_DECODED:
            return
        if not self._sharing or sum(letters for letters, _names in kept.values()) > MOST_KEPT:
            return
        self._kept = kept
        scripts = self.page.scripts()
        assert scripts is not None
        for script in scripts.find(_SHEETS):
            scripts.remove(script)
        self._insert(scripts, _SHEETS, f"window.posteSheets = {json.dumps(kept)}", frames=False)

    # ---- the end ----

    def close(self, on_gone: Callable[[bool], None]) -> None:
        """Destroys page and profile; to be called when no view shows the page any more.

        WORKAROUND: a profile that is destroyed while the engine still begins or ends a picture's
        download, or has not yet let go of the page, takes the program with it (QtWebEngine 6.11.2,
        a check in the destructor of Chromium's browser context; seen in one of a hundred ends in
        the middle of a picture). So each has its turn.

        Args:
            on_gone: called once; True when nothing is left:
                page gone, profile gone and never on disk, folder gone.
        """
        self._sharing = False
        self.dialogs.dismiss()
        self.page.triggerAction(QWebEnginePage.WebAction.Stop)
        self._fetcher.close()
        self._end_page(_END_LOOKS, lambda: self._end_profile(on_gone))

    def _end_page(self, looks: int, on_ended: Callable[[], None]) -> None:
        if self._fetcher.busy and looks > 0:
            QTimer.singleShot(_END_TURN_MS, lambda: self._end_page(looks - 1, on_ended))
            return
        # first: a profile that goes before its page takes the program with it
        sip.delete(self.page)
        QTimer.singleShot(_END_TURN_MS, on_ended)

    def _end_profile(self, on_gone: Callable[[bool], None]) -> None:
        on_disk = not self.profile.isOffTheRecord()
        sip.delete(self.profile)
        self._end_folder(
            _END_LOOKS,
            lambda folder_gone: on_gone(
                folder_gone
                and not on_disk
                and sip.isdeleted(self.page)
                and sip.isdeleted(self.profile)
            ),
        )

    def _end_folder(self, looks: int, on_gone: Callable[[bool], None]) -> None:
        """Removes the folder of pictures, with what the engine wrote while it stopped."""
        gone = self._fetcher.remove_folder()
        if gone or looks == 0:
            on_gone(gone)
        else:
            QTimer.singleShot(_END_TURN_MS, lambda: self._end_folder(looks - 1, on_gone))


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()
