# SPDX-License-Identifier: GPL-3.0-only
"""The way from page to page: loads, steps back, pages that do not answer.
Used by `views.kiosk.browser.page_view`.
"""

from __future__ import annotations

import logging

from PyQt6 import sip
from PyQt6.QtCore import QTimer, QUrl

from session.core.child_process import end_process
from session.core.clock import Clock
from views.kiosk.browser.input_injection import has_way_back
from views.kiosk.browser.profile import WORLD, CallerWeb
from views.kiosk.browser.refused_page import RefusedPage

log = logging.getLogger(__name__)

STUCK_MS = 1_000
"""A page that has not answered for so long is ended before another one is opened."""

ENDED_MS = 3_000
"""So long its end is waited for; then the other one is opened all the same."""

DROPPED_MS = 2_000
"""So often it is looked whether an address was dropped: neither there nor on its way."""

WEB_SCHEMES = ("http", "https")


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
        if (
            self._web.page.url().scheme() not in WEB_SCHEMES
            or self._web.page.renderProcessPid() <= 0
        ):
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


class PageWay:
    """Leads one caller's web from page to page.

    Args:
        web: the caller's web.
        refusal: lies over a page while an address is refused.
        heart: tells how long the page has not answered.
    """

    def __init__(self, web: CallerWeb, refusal: RefusedPage, *, heart: Heart) -> None:
        self._web = web
        self._refusal = refusal
        self._heart = heart
        self._then: tuple[str, bool] | None = None
        self._awaited = ""
        self._before: list[QUrl] = []

    def load(self, address: str) -> None:
        """Opens an address of the list."""
        if not self._web.allows(address):
            return
        self._refusal.end()
        self._web.dialogs.leave()  # a page that waits for an answer cannot leave
        if self._heart.waits_ms() > STUCK_MS:
            self.leave(address)  # a page that is stuck would keep the next one of its site out
        else:
            self._then = None
            self._open(address)

    def _open(self, address: str) -> None:
        """WORKAROUND: now and then, on a busy machine, an address is neither loaded nor refused,
        and QtWebEngine 6.11.2 tells nothing (seen three times; why was not found).
        """
        if self._awaited:
            self._before.append(_whole(self._awaited))
        self._awaited = address
        self._web.page.load(QUrl(address))
        self._look_later(address)

    def _look_later(self, address: str) -> None:
        QTimer.singleShot(DROPPED_MS, lambda: self._open_again(address))

    def _open_again(self, address: str) -> None:
        if sip.isdeleted(self._web) or self._awaited != address:
            return
        if self._web.page.isLoading():  # it, or still the page before it
            self._look_later(address)
            return
        log.warning("the engine dropped a load")
        self._web.page.load(QUrl(address))

    def leave(self, address: str, *, back: bool = False) -> None:
        """Ends the page's own process; then opens another address, or goes back."""
        log.warning("a page that does not answer is ended")
        self._then = (address, back)
        if end_process(self._web.page.renderProcessPid()):
            QTimer.singleShot(ENDED_MS, self._go_on)
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self._then is None or sip.isdeleted(self._web):
            return
        (address, back), self._then = self._then, None
        history = self._web.page.history()
        if address:
            self._open(address)
        elif back and history is not None and has_way_back(history):
            history.back()

    def go_back(self) -> None:
        """One page back; from a refusal to the page that led there."""
        history = self._web.page.history()
        if not self._refusal.isHidden():
            self._refusal.leave()
        elif history is not None and has_way_back(history):
            history.back()

    def arrived(self, requested: QUrl) -> bool:
        """A load is over: loaded, failed or refused. False when it is that of a page before the
        one that is awaited. The engine tells of no load that another one replaced.
        """
        if requested in self._before and requested != _whole(self._awaited):
            return False
        self._expect_nothing()
        return True

    def _expect_nothing(self) -> None:
        self._awaited = ""
        self._before.clear()

    def end(self) -> None:
        """The caller is gone."""
        self._then = None
        self._expect_nothing()

    def on_process_ended(self) -> bool:
        """Goes on when the page's process was ended to leave it; False when it died."""
        if self._then is None:
            return False
        QTimer.singleShot(0, self._go_on)
        return True


def _whole(address: str) -> QUrl:
    """Return the address as the engine tells it: a site's own is the path "/"."""
    url = QUrl(address)
    if not url.path():
        url.setPath("/")
    return url
