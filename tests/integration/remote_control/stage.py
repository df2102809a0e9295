# SPDX-License-Identifier: GPL-3.0-only
"""Both ends of acting in a page, with real panes:
what the agent's mouse meets in the mirror happens at the kiosk.
"""

from __future__ import annotations

import asyncio
import json

from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QMouseEvent

from session.desk.cobrowse.remote_control import Answer, DeskRemoteControl, Spot
from session.kiosk.cobrowse.remote_control import Acted, KioskRemoteControl
from session.protocol.conversation.messages import Grant
from session.protocol.conversation.remote_control import CommandAnswered
from tests.support.cobrowse_pages import WebServer
from tests.support.cobrowse_stage import Stage
from tests.support.waiting import LONGEST_S, until
from views.desk.shared_page.mirror_pane import Pick

ALL = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)


class ControlStage(Stage):
    """A kiosk and a desk that share a page in which the agent acts.

    Attributes:
        answers: what the kiosk said to each command.
        acted: what its log would get.
        pauses: told to the desk.
    """

    def __init__(self, web: WebServer) -> None:
        super().__init__(web)
        self.kiosk_control = KioskRemoteControl(
            self.kiosk_line,
            self.browser.controlled,
            page=self.kiosk,
            grants=self.consent,
            clock=self.kiosk._clock,
            tasks=self.tasks,
        )
        self.control = DeskRemoteControl(self.desk_line, lambda: self.desk.epoch, tasks=self.tasks)
        self.answers: list[Answer] = []
        self.acted: list[Acted] = []
        self.pauses: list[float] = []
        self.control.answered.connect(self.answers.append)
        self.control.paused.connect(self.pauses.append)
        self.kiosk_control.acted.connect(self.acted.append)

    @classmethod
    async def build_control(cls, web: WebServer) -> ControlStage:
        stage = cls(web)
        web.asked.clear()
        stage.browser.set_allowed([web.site, web.address + "/t/"])
        stage.browser.show()
        stage.browser.activateWindow()
        stage.pane.show()
        return stage

    async def share_all(self, address: str) -> None:
        """Shares a page with every power over it, until the mirror shows it."""
        await self.share(address)
        self.consent.give(*ALL)
        await asyncio.sleep(0.1)  # the strip that says so has made the page a little lower

    async def share_html(self, html: str) -> None:
        """Shares a page made of `html`, with every power over it."""
        await self.share_all(
            self.web.page("/t/page.html", f"<html lang=fr><body>{html}</body></html>")
        )

    async def pick(self, selector: str, frame: str = "") -> Pick:
        """What the agent's mouse finds in the middle of an element of the mirror."""
        root = (
            f"document.querySelector({json.dumps(frame)}).contentDocument" if frame else "document"
        )
        found = f"{root}.querySelector({json.dumps(selector)})"
        code = f"""(() => {{
            const box = {found}.getBoundingClientRect();
            const frame = document.querySelector({json.dumps(frame or "nothing")});
            let [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
            if (frame) {{
                const outer = frame.getBoundingClientRect();
                x += outer.left + frame.clientLeft;
                y += outer.top + frame.clientTop;
            }}
            const view = mirror.visible().replayer.iframe;
            return [x / view.clientWidth, y / view.clientHeight];
        }})()"""
        place = None
        async with asyncio.timeout(LONGEST_S):
            while place is None:  # or the mirror has just taken another picture
                await self.mirrored(f"{root} && {found} !== null")
                place = await self.in_mirror(code)
        x, y = place
        found_there: list[Pick] = []
        self.pane.pick_at(x, y, found_there.append)
        await until(lambda: found_there)
        return found_there[0]

    async def spot(self, selector: str, frame: str = "") -> Spot:
        """Where the agent clicks to meet the middle of an element."""
        picked = await self.pick(selector, frame)
        return Spot(picked.epoch, picked.node, picked.x, picked.y)

    async def answer(self, count: int = 1) -> Answer:
        """The answer to the command just sent."""
        wanted = len(self.answers) + count
        await until(lambda: len(self.answers) >= wanted)
        return self.answers[-1]

    async def click(self, selector: str, frame: str = "") -> Answer:
        """The agent clicks into the middle of an element of the mirror; what the kiosk said."""
        self.control.click(await self.spot(selector, frame))
        return await self.answer()

    async def write(self, text: str) -> Answer:
        """The agent types; what the kiosk said."""
        self.control.type(text)
        return await self.answer()

    async def page_is(self, code: str) -> None:
        """Waits until `code` is true in the kiosk's page."""
        await self.in_page_until(code)

    def touch(self, x: float, y: float) -> None:
        """The caller touches the page at a point of the viewport."""
        target = self.page.view.focusProxy()
        assert target is not None
        left = Qt.MouseButton.LeftButton
        none = Qt.MouseButton.NoButton
        keys = Qt.KeyboardModifier.NoModifier
        for kind, held in (
            (QEvent.Type.MouseButtonPress, left),
            (QEvent.Type.MouseButtonRelease, none),
        ):
            place = QPointF(x, y)
            QCoreApplication.postEvent(target, QMouseEvent(kind, place, place, left, held, keys))

    def told(self) -> list[CommandAnswered]:
        """Every answer that left the kiosk."""
        return [message for message in self.kiosk_line.sent if isinstance(message, CommandAnswered)]

    async def close(self) -> None:
        """Takes both ends down in order."""
        self.kiosk_control.close()
        self.control.close()
        await super().close()
