# SPDX-License-Identifier: GPL-3.0-only
"""Invented facts for the desk's views: people, tickets, a dossier, drawn pages.
Used by the tests and the gallery.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import override

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QImage, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QApplication, QWidget

from session.core.clock import ManualClock
from session.core.dossier_model import DocumentRecord, Dossier, DossierNote, Piece, PieceState
from session.media.frames import VideoFrame
from session.protocol.conversation.messages import DevicesReported, Grant, ScannerState
from session.protocol.hub.requests import Service, SessionFacts
from session.protocol.hub.tickets import Ticket, TicketState
from tests.support.memory.window_settings import MemorySettings
from views.desk.call_view import CallView
from views.desk.devices.view import DevicesView
from views.desk.dossier.view import DossierView
from views.desk.queue.view import DeskQueueView
from views.desk.window import DeskWindow
from views.widgets.window_settings import WindowSettings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

SERVICES = {
    service.id: service
    for service in (
        Service(id="alloc", name="Allocations familiales", icon="family"),
        Service(id="logement", name="Aide au logement", icon="housing"),
        Service(id="rsa", name="RSA et prime d'activité", icon="money"),
        Service(id="rdv", name="Préparer un rendez-vous", icon="appointment"),
    )
}


def ticket(number: str, service: str, waited_s: int, **more: object) -> Ticket:
    """A waiting ticket that came `waited_s` seconds ago."""
    facts = {"site": "Mairie de Saint-Aubin-le-Vieux", "state": TicketState.WAITING} | more
    return Ticket(
        id=f"t-{number.lower()}",
        organisation="valdore",
        service=service,
        kiosk="k1",
        number=number,
        arrived_at_utc=NOW - timedelta(seconds=waited_s),
        **facts,  # type: ignore[arg-type]  # names and types are those of Ticket
    )


TICKETS = [
    ticket("B012", "logement", 754, caller_number_given=True),
    ticket(
        "A031", "alloc", 412, site="France services de Morlaix-les-Bains", caller_number_given=True
    ),
    ticket("C007", "rsa", 188, site="Maison de services de Courville", priority=5),
    ticket("A032", "alloc", 21, site="Mairie de Pont-l'Évêque-sur-Loire"),
    ticket(
        "D002",
        "rdv",
        900,
        state=TicketState.IN_SESSION,
        agent="a7",
        accepted_at_utc=NOW - timedelta(seconds=512),
    ),
]

SESSION = SessionFacts(
    id="s1",
    ticket_id="t-b012",
    organisation="valdore",
    service="logement",
    kiosk="k1",
    site="Mairie de Saint-Aubin-le-Vieux",
    agent="a1",
    agent_name="Claire Fontanel",
    opened_at_utc=NOW - timedelta(seconds=262),
    caller_number="4821906",
    dossier="D-2026-00417",
)

DOSSIER = Dossier(
    number="D-2026-00417",
    caller_name="Josiane Verdelin",
    caller_number="4821906",
    born_on="1984-05-12",
    procedure="Demande d'aide personnalisée au logement",
    pieces=(
        Piece(id="p1", name="Pièce d'identité", state=PieceState.FILED),
        Piece(id="p2", name="Attestation de loyer", state=PieceState.SCANNED),
        Piece(
            id="p3",
            name="Justificatif de ressources des trois derniers mois",
            state=PieceState.EXPECTED,
        ),
        Piece(
            id="p4",
            name="Relevé d'identité bancaire",
            state=PieceState.REFUSED,
            reason="Document illisible",
        ),
        Piece(id="p5", name="Avis d'imposition", state=PieceState.ACCEPTED),
    ),
    documents=(
        DocumentRecord(
            id="d1",
            name="Pièce d'identité",
            piece_id="p1",
            pages=2,
            size_bytes=182_000,
            sha256="0" * 64,
            filed_at_utc=NOW - timedelta(seconds=90),
        ),
        DocumentRecord(
            id="d2",
            name="Avis d'imposition 2025",
            piece_id="p5",
            pages=4,
            size_bytes=402_000,
            sha256="1" * 64,
            filed_at_utc=NOW - timedelta(days=32),
        ),
    ),
    notes=(
        DossierNote(
            id="n1",
            text="Attend l'attestation de son nouvel employeur ; la rappeler après le 10.",
            by_name="Hugo Lestrade",
            at_utc=NOW - timedelta(days=6),
        ),
    ),
)

DEVICES = DevicesReported(
    scanner=ScannerState.READY,
    scanner_name="Invented Scan 200",
    scanner_code="",
    printer=ScannerState.FAULT,
    printer_name="Invented Print 10",
    printer_code="printer_out_of_paper",
    feeder=True,
)


def drawn_page(
    title: str = "ATTESTATION DE LOYER", tilt_deg: float = 0.0, width: int = 620
) -> QImage:
    """A page that looks like a form, on glass when it is tilted."""
    height = round(width * 297 / 210)
    page = QImage(width, height, QImage.Format.Format_RGB32)
    page.fill(QColor("#cfd3d6" if tilt_deg else "#fdfdfb"))
    painter = QPainter(page)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(width / 2, height / 2)
    painter.rotate(tilt_deg)
    scale = 0.9 if tilt_deg else 1.0
    painter.scale(scale, scale)
    painter.translate(-width / 2, -height / 2)
    painter.fillRect(0, 0, width, height, QColor("#fdfdfb"))
    painter.fillRect(
        round(width * 0.08),
        round(height * 0.05),
        round(width * 0.2),
        round(height * 0.05),
        QColor("#27548a"),
    )
    font = QFont()
    font.setPixelSize(round(width * 0.045))
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor("#22262b"))
    painter.drawText(QRectF(width * 0.08, height * 0.13, width * 0.84, height * 0.05), title)
    for line in range(22):
        length = 0.84 if line % 5 else 0.4
        top = round(height * (0.22 + line * 0.031))
        painter.fillRect(
            round(width * 0.08),
            top,
            round(width * length),
            max(2, round(height * 0.007)),
            QColor("#8a9098"),
        )
    painter.setPen(QColor("#27548a"))
    painter.drawRect(QRectF(width * 0.55, height * 0.87, width * 0.36, height * 0.08))
    painter.end()
    return page


class DrawnFace(QWidget):
    """Stands for the pane that paints the caller."""

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        """A room and a person."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = min(self.width(), self.height() * 16 / 9)
        frame = QRectF(
            (self.width() - wide) / 2, (self.height() - wide * 9 / 16) / 2, wide, wide * 9 / 16
        )
        painter.setClipRect(frame)
        light = QLinearGradient(frame.topLeft(), frame.bottomRight())
        light.setColorAt(0, QColor("#c9d6d8"))
        light.setColorAt(1, QColor("#8fa3ab"))
        painter.fillRect(frame, light)
        middle, unit = frame.center(), frame.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#4d5f7a"))
        painter.drawEllipse(QPointF(middle.x(), middle.y() + unit * 0.62), unit * 0.42, unit * 0.4)
        hair = QPainterPath()
        hair.addEllipse(QPointF(middle.x(), middle.y() - unit * 0.08), unit * 0.2, unit * 0.24)
        painter.setBrush(QColor("#4a3527"))
        painter.drawPath(hair)
        painter.setBrush(QColor("#e2b894"))
        painter.drawEllipse(QPointF(middle.x(), middle.y()), unit * 0.155, unit * 0.2)
        painter.setBrush(QColor("#3a2a22"))
        for side in (-1, 1):
            painter.drawEllipse(
                QPointF(middle.x() + side * unit * 0.06, middle.y() - unit * 0.02),
                unit * 0.014,
                unit * 0.014,
            )
        painter.end()


FORM = (
    ("Nom de famille", "Verdelin"),
    ("Prénoms", "Josiane"),
    ("Adresse du logement", "3 rue des Lavoirs, Saint-Aubin-le-Vieux"),
    ("Loyer sans les charges", "412,00 €"),
)
"""What the drawn page asks, and what stands there."""


class DrawnPage(QWidget):
    """Stands for the view of the shared page."""

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        """A form of an invented office, as far as there is room."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor("#dfe5ec"))
        sheet = self.rect().adjusted(40, 24, -40, -24)
        painter.setClipRect(sheet)
        painter.fillRect(sheet, QColor("#ffffff"))
        painter.fillRect(sheet.x(), sheet.y(), sheet.width(), 46, QColor("#27548a"))
        left, top, wide = sheet.x() + 32, sheet.y(), max(120, min(520, sheet.width() - 64))
        _write(painter, (left, top + 30), "Caisse d'entraide du Val-Doré", "#ffffff", bold=True)
        _write(painter, (left, top + 92), "Demande d'aide au logement", "#1b2a41", 22, bold=True)
        _write(painter, (left, top + 120), "Étape 2 sur 4 : votre logement", "#5b6675")
        for place, (asked, given) in enumerate(FORM):
            line = top + 156 + 74 * place
            _write(painter, (left, line), asked, "#1b2a41")
            painter.setPen(QColor("#8a94a3"))
            painter.drawRoundedRect(QRectF(left + 0.5, line + 8.5, wide, 36), 4, 4)
            _write(painter, (left + 12, line + 32), given, "#1b2a41", 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#27548a"))
        painter.drawRoundedRect(QRectF(left, top + 156 + 74 * len(FORM), 128, 40), 4, 4)
        _write(painter, (left + 32, top + 182 + 74 * len(FORM)), "Continuer", "#ffffff", bold=True)
        painter.end()


def _write(
    painter: QPainter,
    at: tuple[int, int],
    words: str,
    colour: str,
    pixels: int = 14,
    *,
    bold: bool = False,
) -> None:
    font = QFont()
    font.setPixelSize(pixels)
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(QPointF(*at), words)


@contextmanager
def unstyled() -> Iterator[None]:
    """A large window is built within this, as the programs do: its style sheet waits until all
    parts are in place. Else a desk takes 0.35 s of a processor instead of 0.07.
    """
    app = QApplication.instance()
    sheet = app.styleSheet() if isinstance(app, QApplication) else ""
    if not isinstance(app, QApplication) or not sheet:
        yield
        return
    app.setStyleSheet("")
    try:
        yield
    finally:
        app.setStyleSheet(sheet)


def drawn_frame(width_px: int, height_px: int) -> VideoFrame:
    """The same person as a camera's picture."""
    face = DrawnFace()
    face.resize(width_px, height_px)
    image = face.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = image.constBits()
    assert bits is not None
    pixels = bits.asstring(image.sizeInBytes())
    return VideoFrame(
        image.width(), image.height(), image.bytesPerLine(), memoryview(pixels), number=1
    )


def desk(
    clock: ManualClock | None = None,
    settings: WindowSettings | None = None,
    cobrowse: QWidget | None = None,
) -> DeskWindow:
    """A whole desk window with its views and no program behind it."""
    clock = clock or ManualClock(NOW)
    with unstyled():
        return DeskWindow(
            queue=DeskQueueView(clock),
            call=CallView(DrawnFace(), clock),
            cobrowse=cobrowse or DrawnPage(),
            dossier=DossierView(clock),
            devices=DevicesView(),
            settings=settings or MemorySettings(),
            clock=clock,
        )


def allow(window: DeskWindow, grants: Mapping[Grant, bool]) -> None:
    """The caller allows this now: permissions and devices show it."""
    window.conversation.header.grants.show_grants(grants)
    window.devices.show_grants(grants)
