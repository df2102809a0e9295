# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's scanner as the agent drives it: state, permission, settings, scan. Used by the devices view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QComboBox, QProgressBar, QWidget

from resources.texts import N_, _
from session.protocol.session_messages import Area, DevicesReported, Grant, ScanKind, ScannerState, ScanSource
from views.desk_parts import Card, Chip, ElidedLabel, label, push_button, row, shortcut
from views.icons import IconLabel
from views.theme import SPACE
from views.troubles import sentence


@dataclass(frozen=True)
class ScanWish:
    """What to scan. `area` in 1/300 inch (PWG 5100.3)."""

    kind: ScanKind
    source: ScanSource
    dpi: int
    colour: bool
    area: Area


DEVICE_WORDS: dict[ScannerState, tuple[str, str, str]] = {
    ScannerState.NONE: (N_("None at this kiosk"), "forbidden", "soft"),
    ScannerState.READY: (N_("Ready"), "allowed", "good"),
    ScannerState.BUSY: (N_("Busy"), "time", "warn"),
    ScannerState.FAULT: (N_("Fault"), "warning", "bad"),
}
"""State of a device in words, with icon and tone."""


def _choice(name: str, accessible_name: str, choices: Iterable[tuple[str, object]]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setAccessibleName(accessible_name)
    made.setToolTip(accessible_name)
    for text, value in choices:
        made.addItem(text, value)
    return made


class GrantLine(QWidget):
    """Whether the caller allows a device, and the button that asks.

    Signals:
        asked(object): ask for this `Grant`.
    """

    asked = pyqtSignal(object)

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self._grant = grant
        self._icon = IconLabel(size_px=16)
        self._words = ElidedLabel(role="soft", name=f"grant_state_{grant.value}")
        self._ask = push_button(_("Ask permission"), "ask", name=f"ask_{grant.value}")
        self._ask.clicked.connect(self._on_ask)
        box = row(self, self._icon, space=6)
        box.addWidget(self._words, 1)
        box.addWidget(self._ask)
        self.show_grant(allowed=False)

    def show_grant(self, allowed: bool, asked: bool = False) -> None:
        """Allowed, being asked, or not."""
        if allowed:
            self._icon.set_icon("allowed", "good")
            self._words.setText(_("Allowed by the caller"))
        else:
            self._icon.set_icon("time" if asked else "forbidden", "accent" if asked else "soft")
            self._words.setText(_("Asking the caller…") if asked else _("Not allowed yet"))
        self._ask.setVisible(not allowed)
        self._ask.setEnabled(not asked)

    def _on_ask(self) -> None:
        self.show_grant(allowed=False, asked=True)
        self.asked.emit(self._grant)


class ScanPanel(Card):
    """Everything before a page arrives.

    Signals:
        grant_requested(object): ask for `Grant.SCAN`.
        scan_requested(object): a `ScanWish`, preview or page.
        cancel_requested(): stop the scan that runs.
    """

    grant_requested = pyqtSignal(object)
    scan_requested = pyqtSignal(object)
    cancel_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("scan_panel")
        self._allowed, self._scanning = False, False
        self._report: DevicesReported | None = None
        self.area = Area()
        self._make()
        self._build()
        self.show_report(None)

    # ---- facts ----

    def show_report(self, report: DevicesReported | None) -> None:
        """State of the scanner; None while it is not known."""
        self._report = report
        if report is None:
            self._state.show_state(_("Asking the kiosk…"), "time", "soft")
        else:
            text, icon_name, tone = DEVICE_WORDS[report.scanner]
            self._state.show_state(_(text), icon_name, tone)
        self._name.setText(_("Scanner"))
        self._name.setToolTip(report.scanner_name if report else "")
        code = report.scanner_code if report else ""
        self._fault.setText(sentence(code).sentence if code else "")
        self._fault.setVisible(bool(code))
        feeder = report is not None and report.feeder
        self._source.setVisible(feeder)
        if not feeder:
            self._source.setCurrentIndex(0)
        self._allow()

    def show_grant(self, allowed: bool, asked: bool = False) -> None:
        """Whether the caller allows scanning."""
        self._allowed = allowed
        self._grant.setVisible(not allowed)
        self._grant.show_grant(allowed, asked)
        self._allow()

    def show_progress(self, text: str, percent: int) -> None:
        """A scan runs: words and 0..100, less than 0 when unknown."""
        self._scanning = True
        self._bar.setRange(0, 0 if percent < 0 else 100)
        self._bar.setValue(max(0, percent))
        self._doing.setText(text)
        self._bar.setAccessibleName(text)
        self._acts.hide()
        self._progress.show()
        self._allow()

    def show_idle(self) -> None:
        """No scan runs."""
        self._scanning = False
        self._progress.hide()
        self._acts.show()
        self._allow()

    def wish(self, kind: ScanKind) -> ScanWish:
        """What the settings say. A preview is of the whole glass."""
        source = ScanSource(self._source.currentData())
        preview = kind == ScanKind.PREVIEW
        return ScanWish(
            kind=kind,
            source=ScanSource.GLASS if preview else source,
            dpi=75 if preview else int(self._dpi.currentData()),
            colour=bool(self._colour.currentData()),
            area=Area() if preview or source == ScanSource.FEEDER else self.area,
        )

    # ---- building ----

    def _make(self) -> None:
        self._name = ElidedLabel(_("Scanner"), "strong", "scanner_name")
        self._state = Chip("scanner_state")
        self._fault = label(role="small", name="scanner_fault", wrap=True)
        self._grant = GrantLine(Grant.SCAN)
        self._grant.asked.connect(self.grant_requested)
        self._source = _choice(
            "scan_source", _("Source"), [(_("Glass"), ScanSource.GLASS), (_("Feeder"), ScanSource.FEEDER)]
        )
        self._colour = _choice("scan_colour", _("Colours"), [(_("Colour"), True), (_("Grey"), False)])
        self._dpi = _choice("scan_dpi", _("Resolution"), [("300 dpi", 300), ("200 dpi", 200)])
        self._preview = push_button(_("Preview"), "preview", name="scan_preview", keys="F6")
        self._scan = push_button(_("Scan page"), "scanner", "primary", "scan_page", "F7")
        self._preview.clicked.connect(lambda: self.scan_requested.emit(self.wish(ScanKind.PREVIEW)))
        self._scan.clicked.connect(lambda: self.scan_requested.emit(self.wish(ScanKind.PAGE)))
        shortcut("F6", self._preview, self)
        shortcut("F7", self._scan, self)

    def _build(self) -> None:
        title = row(None, IconLabel("scanner", "text", 18))
        title.addWidget(self._name, 1)
        title.addWidget(self._state)
        self._doing = ElidedLabel(role="small", name="scan_doing")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        cancel = push_button(_("Cancel"), "cancel", "quiet", "scan_cancel")
        cancel.clicked.connect(self.cancel_requested)
        self._progress = QWidget()
        bar = row(self._progress, space=SPACE[1])
        bar.addWidget(self._doing, 1)
        bar.addWidget(self._bar, 1)
        bar.addWidget(cancel)
        self._progress.hide()
        self._acts = QWidget()
        acts = row(self._acts)
        acts.addWidget(self._preview, 1)
        acts.addWidget(self._scan, 1)
        self.body.addLayout(title)
        self.body.addWidget(self._fault)
        self.body.addWidget(self._grant)
        settings = row(None, space=6)
        for choice in (self._source, self._colour, self._dpi):
            settings.addWidget(choice, 1)
        self.body.addLayout(settings)
        self.body.addWidget(self._acts)
        self.body.addWidget(self._progress)

    def _allow(self) -> None:
        # Busy or with a fault when it was asked may be ready by now: the agent may try, the kiosk says if not.
        there = self._report is not None and self._report.scanner != ScannerState.NONE
        can = self._allowed and there and not self._scanning
        why = "" if self._allowed else _("Ask the caller for permission first")
        for button, text in ((self._preview, _("Preview")), (self._scan, _("Scan page"))):
            button.setEnabled(can)
            button.setToolTip(why or f"{text}  ({'F6' if button is self._preview else 'F7'})")
