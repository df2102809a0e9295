# SPDX-License-Identifier: GPL-3.0-only
"""The door for notifications: a small HTTP listener behind the operator's reverse proxy. Used by
the hub's program.

It answers 204 to what it has stored or does not need, 401 to what nobody signed, 400 to what it
cannot read, and 503 while it has too much to do or the store is away: the service asks again, up
to ten times, ever later.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aiohttp import web

from expert_app.rdv_service_public.notification import SIGNATURE, is_signed, read_notification
from expert_app.rdv_service_public.taking_in import TakingIn
from expert_app.workplace.sign_on.browser_page import PAGE_HEADERS, browser_page
from resources.texts import _
from session.core.errors import MessageMalformed, StoreUnreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

log = logging.getLogger(__name__)

MOST_BYTES = 256 << 10
MOST_AT_ONCE = 32
"""Notifications that are being stored; more of them are to come again."""


class NotificationDoor:
    """One listener for all organisations.

    Args:
        secrets: by organisation.
    """

    def __init__(self, taking_in: TakingIn, secrets: Mapping[str, str]) -> None:
        self._taking_in = taking_in
        self._secrets = secrets
        self._open_now = 0

    @asynccontextmanager
    async def open(self, host: str, port: int) -> AsyncIterator[str]:
        """Listen; the address. Raises `OSError`."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post("/rdv/{organisation}", self._answer)
        app.router.add_get("/rdv/{organisation}/back", _send_on)
        app.router.add_get("/rdv/{organisation}/{page:done|dossier}", _show_page)
        runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            yield f"http://{host}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self._open_now >= MOST_AT_ONCE:
            return web.Response(status=503, headers={"Retry-After": "30"})
        self._open_now += 1
        try:
            return await self._take(request)
        finally:
            self._open_now -= 1

    async def _take(self, request: web.Request) -> web.Response:
        organisation = request.match_info["organisation"]
        body = await request.read()
        secret = self._secrets.get(organisation, "")
        if not secret or not is_signed(body, request.headers.get(SIGNATURE, ""), secret):
            self._taking_in.refused += 1
            return web.Response(status=401)
        try:
            outcome = await self._taking_in.take(organisation, read_notification(body))
        except MessageMalformed as error:
            log.warning("notification of an appointment: %s", error.detail.get("why", ""))
            return web.Response(status=400)
        except StoreUnreachable:
            return web.Response(status=503, headers={"Retry-After": "30"})
        log.info("notification of an appointment: %s", outcome)
        return web.Response(status=204)


async def _send_on(request: web.Request) -> web.Response:
    """Send an agent's browser on to the desk that waits on that computer, whose port stands in
    front of its state. Nothing is kept here.
    """
    query = request.query
    port = query.get("state", "").partition(".")[0]
    is_port = port.isascii() and port.isdigit() and len(port) <= 5
    if not is_port or not 1024 <= int(port) <= 65_535:
        return _page(_("This page belongs to no sign-in."), "", status=400)
    said = {name: query[name] for name in ("code", "state", "error") if name in query}
    where = f"http://127.0.0.1:{int(port)}/?{urlencode(said)}"
    return web.Response(status=303, headers={"Location": where} | PAGE_HEADERS)


async def _show_page(request: web.Request) -> web.Response:
    """Tell a browser that comes back, or that follows the address of a dossier, where to look."""
    if request.match_info["page"] == "done":
        return _page(_("Thank you"), _("You can close this page and go back to the desk."))
    words = _("It is at the desk of Poste Expert: nothing of it can be read here.")
    return _page(_("The dossier of this appointment"), words)


def _page(title: str, words: str, status: int = 200) -> web.Response:
    text = browser_page("fr", title, words)
    return web.Response(text=text, content_type="text/html", headers=PAGE_HEADERS, status=status)


async def open_door(
    listen: str, taking_in: TakingIn, secrets: Mapping[str, str], stack: AsyncExitStack
) -> bool:
    """Listens at `listen` ("host:port") until `stack` ends; False when the address cannot be had,
    which must not keep a hub from its callers.
    """
    host, _colon, port = listen.rpartition(":")
    door = NotificationDoor(taking_in, secrets)
    try:
        address = await stack.enter_async_context(door.open(host.strip("[]"), int(port)))
    except OSError as error:
        log.warning("no notifications of appointments at port %s: %s", port, error.strerror)
        return False
    log.info("notifications of appointments are taken at %s", address)
    return True
