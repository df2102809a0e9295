# SPDX-License-Identifier: GPL-3.0-only
"""The whole kiosk window on a real X display, with a page that tries to cover and to imitate the
kiosk's question: `python -m tests.integration.display.covering_screen FOLDER`, run by
`test_kiosk_screen` in an Xvfb. It prints, as JSON, what the X server shows, and keeps its pictures.

The page paints in a colour of its own; whatever the screen shows in that colour, the page painted.
It asks to be printed once only: Chromium may never paint a page that asks again and again, and a
page that stays white covers nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6 import sip
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication, QWidget

from expert_app.kiosk.wiring.choices import CallerChoices
from expert_app.kiosk.wiring.reading import PageReader
from expert_app.kiosk.wiring.visit import KioskVisit
from session.core.clock import SystemClock
from session.protocol.conversation.messages import Grant
from tests.integration.cobrowse.browser_kiosk import Kiosk
from tests.support.cobrowse_pages import WebServer
from tests.support.qt_loop import QtLoop
from tests.support.screens.kiosk_gallery import services_answer, session_facts
from tests.support.waiting import until
from views.kiosk.browser.calm_page import WebPageTrouble
from views.kiosk.conversation.session_sign import SignBand
from views.kiosk.window import KioskWindow

Pixels = NDArray[np.uint8]

PATIENCE_S = 40.0
LOOKS_EVERY_S = 0.25
"""A look at the whole display takes a good part of what a busy machine leaves us."""
MAGENTA = (255, 0, 255)
COVERS = """<title>couvre</title><style>
html, body { background: #f0f; margin: 0; overflow: hidden }
.over { position: fixed; inset: -5000px; width: 20000px; height: 20000px; background: #f0f;
  z-index: 2147483647; transform: translateZ(9999px) scale(9); box-shadow: 0 0 0 9999px #f0f;
  outline: 9999px solid #f0f; view-transition-name: over }
dialog { border: 0; max-width: none; max-height: none; width: 300vw; height: 300vh; margin: -99vh }
dialog::backdrop { background: #f0f } [popover] { inset: -999px; background: #f0f }
@view-transition { navigation: auto } ::view-transition { background: #f0f }
</style><div class=over></div><dialog class=over></dialog><div popover class=over id=pop></div>
<div class=over style="cursor: url(data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'
%20width='128'%20height='128'%3E%3Crect%20width='128'%20height='128'%20fill='%23f0f'/%3E%3C/svg%3E)
 64 64, none"></div><select id=s size=1><option>Oui<option>Non</select><input id=d type=date>
<script>
const tries = [() => document.documentElement.requestFullscreen(), () => moveTo(-500, -500),
  () => resizeTo(9000, 9000), () => open('', '', 'popup,width=3000,height=3000,left=-9,top=-9')
    .document.write('<body style="background:#f0f">'),
  () => document.querySelector('dialog').showModal(), () => pop.showPopover(), () => s.showPicker(),
  () => d.showPicker(), () => document.body.requestPointerLock(), () => focus(),
  () => documentPictureInPicture.requestWindow({width: 3000, height: 3000}),
  () => new Notification('Oui'), () => document.startViewTransition(() => 0),
  () => navigator.keyboard.lock(), () => screen.orientation.lock('landscape'),
  () => document.body.attachShadow({mode: 'closed'}), () => showModalDialog('x')];
const all = () => { for (const one of tries) {
  try { Promise.resolve(one()).catch(() => 0); } catch (error) { /* the next one */ } } };
print(); setInterval(all, 400); all();
for (const kind of ['click', 'pointermove', 'keydown']) addEventListener(kind, all);
</script>"""
SPINS = "<title>tourne</title><script>setTimeout(() => { for (;;) {} }, 300)</script>"


def shown_in(widget: QWidget) -> QRect:
    """Where a widget is on the screen."""
    return QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size())


def _colour(band: SignBand) -> tuple[int, ...]:
    """Of this conversation's sign, which no page knows."""
    assert band.sign is not None
    red, green, blue, _opaque = QColor(band.sign.colour).getRgb()
    return red or 0, green or 0, blue or 0


class Covered:
    """A kiosk in a conversation, its page and what the display shows."""

    def __init__(self, web: WebServer, folder: Path, pictures: Path) -> None:
        self.kiosk, self.pictures = Kiosk(web, folder), pictures
        self.window = KioskWindow(self.kiosk.call, self.kiosk.browser, clock=SystemClock())
        reader = PageReader(self.window.bar, None)
        choices = CallerChoices(self.window, reader)
        self.visit = KioskVisit(self.window, SystemClock(), reader=reader, choices=choices)
        self.visit.show_services(services_answer())

    def grab(self, name: str = "") -> Pixels:
        """The display as it is, every window of it: uint8 (height, width, 3), RGB. It is kept under
        `name`; whoever looks again and again keeps nothing, and leaves the page the processor.
        """
        screen = QApplication.primaryScreen()
        assert screen is not None
        image = screen.grabWindow().toImage().convertToFormat(QImage.Format.Format_RGB888)
        if name:
            image.save(str(self.pictures / f"{name}.png"))
        bits = image.constBits()
        assert bits is not None
        whole = np.frombuffer(bytes(bits.asarray(image.sizeInBytes())), np.uint8)
        rows = whole.reshape(image.height(), image.bytesPerLine())[:, : image.width() * 3]
        return rows.reshape(image.height(), image.width(), 3)

    def outside(self, picture: Pixels) -> int:
        """How many points of the page's colour are not where the page is."""
        magenta = (picture == MAGENTA).all(axis=2)
        page = shown_in(self.kiosk.browser)
        magenta[page.top() : page.bottom() + 1, page.left() : page.right() + 1] = False
        return int(magenta.sum())

    def inside(self, picture: Pixels, widget: QWidget, colour: tuple[int, ...] = MAGENTA) -> int:
        """How many points of a colour, the page's, are over a widget of the kiosk's."""
        box = shown_in(widget)
        part = picture[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
        return int((part == colour).all(axis=2).sum())

    async def play(self) -> dict[str, object]:
        found: dict[str, object] = {}
        screen = QApplication.primaryScreen()
        assert screen is not None
        self.window.setGeometry(screen.geometry())  # no window manager is here to make it so
        self.window.show()
        self.visit.show_session(session_facts())
        self.window.session_page.stage.show_page(visible=True)
        await self.kiosk.opens("couvre", COVERS)
        await until(
            lambda: self.inside(self.grab(), self.kiosk.browser) > 5_000, PATIENCE_S, LOOKS_EVERY_S
        )
        found["outside_of_the_page"] = self.outside(self.grab("page"))
        page = self.window.session_page
        self.window.session_page.ask((Grant.CONTROL, Grant.TYPE))
        hold_off = page.consent.hold_off
        assert hold_off is not None
        await until(lambda: hold_off.is_over, PATIENCE_S)  # a Yes counts from now on
        picture = self.grab("question")
        found["over_the_question"] = self.inside(picture, page.consent)
        found["outside_while_asked"] = self.outside(picture)
        found["sign"] = self.inside(picture, page.band, _colour(page.band)) > 500
        found["windows"] = len([one for one in QApplication.topLevelWidgets() if one.isVisible()])
        self.window.session_page.end_question((Grant.CONTROL, Grant.TYPE))
        await self.kiosk.opens("tourne", SPINS)
        await self.kiosk.troubled(WebPageTrouble.SILENT)
        self.grab("calm")
        found["calm"] = self.kiosk.browser.calm.isVisible()
        return found


def main(folder: Path) -> int:
    """Prints what was seen."""
    application = QApplication(sys.argv[:1])
    pictures, runtime = folder / "pictures", folder / "runtime"
    for one in (pictures, runtime):
        one.mkdir()

    async def story() -> dict[str, object]:
        with WebServer() as web:
            covered = Covered(web, runtime, pictures)
            try:
                return await covered.play()
            finally:
                await covered.kiosk.end()
                sip.delete(covered.window)

    print(json.dumps(QtLoop(application).run(story(), 150.0)))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
