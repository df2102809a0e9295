# SPDX-License-Identifier: GPL-3.0-only
"""The questions of a web page (alert, confirm, prompt) without a dialog of the system and without a
nested event loop.

Used by `views.kiosk.browser.profile`. The page's own functions are replaced
(`resources/pages/dialogs.js`) by a request to the scheme `cbask:` that the page waits for; the
answer is given when the caller has touched a button. A page can ask this way whatever it could ask
with the functions themselves, and nothing else.
"""

from __future__ import annotations

import logging
from collections import deque

import msgspec
from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QByteArray, QIODevice, QObject, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineUrlRequestJob, QWebEngineUrlSchemeHandler

from session.core.clock import Clock
from session.core.field_types import NOT_DECODED
from session.protocol.conversation.mirror_messages import DialogKind
from session.protocol.wire.ids import new_id

log = logging.getLogger(__name__)

ASK_SCHEME = b"cbask"

MAX_TEXT = 500
BURST = 5
BURST_S = 10.0
"""More than `BURST` questions within `BURST_S` are answered with "no" at once:
a page may not keep the caller busy.
"""

_MAX_BODY_BYTES = 64 * 1024
_ASKABLE = (DialogKind.ALERT, DialogKind.CONFIRM, DialogKind.PROMPT)


class _Body(msgspec.Struct):
    kind: DialogKind
    text: str = ""
    preset: str = ""


class Question(msgspec.Struct, frozen=True):
    """A question of the page. `preset` is what a prompt proposes."""

    dialog_id: str
    kind: DialogKind
    text: str
    preset: str = ""


class _Answer(msgspec.Struct):
    ok: bool
    text: str = ""


class PageDialogs(QWebEngineUrlSchemeHandler):
    """Takes the page's questions, one at a time.

    Signals:
        asked(Question): put this to the caller, then call `answer`.
        closed(dialog_id): it is answered, or its page is gone.
    """

    asked = pyqtSignal(object)
    closed = pyqtSignal(str)

    def __init__(self, parent: QObject, clock: Clock) -> None:
        super().__init__(parent)
        self._clock = clock
        self._open: tuple[Question, QWebEngineUrlRequestJob] | None = None
        self._asked_at_s: deque[float] = deque(maxlen=BURST)
        self._leaving = False

    @property
    def question(self) -> Question | None:
        """The question that the caller is asked now."""
        if self._open is not None:
            return self._open[0]
        return None

    def requestStarted(self, job: QWebEngineUrlRequestJob | None) -> None:
        """A page asks."""
        assert job is not None
        body = _read(job)
        if body is None or body.kind not in _ASKABLE:
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
        elif self._leaving or self._open is not None or self._too_often():
            _reply(job, _Answer(ok=False))
        else:
            question = Question(new_id(), body.kind, body.text[:MAX_TEXT], body.preset[:MAX_TEXT])
            self._open = (question, job)
            job.destroyed.connect(lambda: self._on_gone(question.dialog_id))
            self.asked.emit(question)

    def _too_often(self) -> bool:
        now_s = self._clock.monotonic_s()
        if len(self._asked_at_s) == BURST and now_s - self._asked_at_s[0] < BURST_S:
            return True
        self._asked_at_s.append(now_s)
        return False

    def answer(self, dialog_id: str, ok: bool, text: str = "") -> None:
        """The caller's answer; a late or second one is nothing."""
        if self._open is None or self._open[0].dialog_id != dialog_id:
            return
        (question, job), self._open = self._open, None
        if not sip.isdeleted(job):
            _reply(job, _Answer(ok, text if question.kind is DialogKind.PROMPT else ""))
        self.closed.emit(dialog_id)

    def dismiss(self) -> None:
        """Nobody will answer: the page goes on as after "no"."""
        if self._open is not None:
            self.answer(self._open[0].dialog_id, False)

    def leave(self) -> None:
        """Another page is wanted: this one is answered "no" until that one is there, or it would
        ask again and stay.
        """
        self._leaving = True
        self.dismiss()

    def arrived(self) -> None:
        """Questions are put to the caller again."""
        self._leaving = False

    def _on_gone(self, dialog_id: str) -> None:
        if (
            not sip.isdeleted(self)
            and self._open is not None
            and self._open[0].dialog_id == dialog_id
        ):
            self._open = None
            self.closed.emit(dialog_id)


def _read(job: QWebEngineUrlRequestJob) -> _Body | None:
    device = job.requestBody()
    if device is None or job.requestMethod() != b"POST":
        return None
    if not device.isOpen():
        device.open(QIODevice.OpenModeFlag.ReadOnly)
    try:
        return msgspec.json.decode(device.read(_MAX_BODY_BYTES), type=_Body)
    except NOT_DECODED:
        log.info("a page asked in a way that is not ours")
        return None


def _reply(job: QWebEngineUrlRequestJob, answer: _Answer) -> None:
    body = QBuffer(job)
    body.setData(msgspec.json.encode(answer))
    body.open(QIODevice.OpenModeFlag.ReadOnly)
    # The answer goes to the page that asked, of whatever site (Fetch standard, section 3.3).
    job.setAdditionalResponseHeaders(
        {QByteArray(b"Access-Control-Allow-Origin"): [QByteArray(b"*")]}
    )
    job.reply(b"application/json", body)
