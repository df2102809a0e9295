# SPDX-License-Identifier: GPL-3.0-only
"""The panel of the kiosk's scanner: state, permission, settings, scan.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PyQt6.QtWidgets import QComboBox, QProgressBar, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.protocol.conversation.messages import (
    Area,
    DevicesReported,
    ScanKind,
    ScannerState,
    ScanSource,
)
from session.protocol.conversation.scan_profiles import ScanProfile, Sides
from views.desk.devices.acts import (
    ChosenScan,
    DevicesAct,
    DevicesPress,
    ScanOtherSides,
    ScanPages,
)
from views.desk.devices.pile_bar import PileBar
from views.desk.devices.profiles import ProfileRow
from views.desk.grants_control import answer_words
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    Chip,
    ElidedLabel,
    PushButton,
    label,
    name_widget,
    push_button,
    row,
)
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE
from views.words.errors import sentence

DEVICE_WORDS: dict[ScannerState, tuple[str, str, str]] = {
    ScannerState.NONE: (N_("None at this kiosk"), "forbidden", "soft"),
    ScannerState.READY: (N_("Ready"), "allowed", "good"),
    ScannerState.BUSY: (N_("Busy"), "time", "warn"),
    ScannerState.FAULT: (N_("Fault"), "warning", "bad"),
}
"""State of a device in words, with icon and tone."""


def _choice(name: str, accessible_name: str, choices: Iterable[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(accessible_name)
    box.setToolTip(tip_words(accessible_name))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(3)  # a long choice does not widen the panel
    for text, value in choices:
        box.addItem(text, value)
    return box


def source_key(source: ScanSource, sides: Sides) -> str:
    """A source as a text, because a combo box of Qt finds texts only."""
    return f"{source.value} {sides.value}"


def _source_of(key: str) -> tuple[ScanSource, Sides]:
    source, sides = key.split()
    return ScanSource(source), Sides(sides)


def show_act(button: PushButton, words: str, left_s: float) -> str:
    """Shows on a button its words, or that its act waits for the caller's yes, and how long;
    return the words alone.
    """
    if left_s:
        words = _("The caller is answering…")
    button.setText(words)
    button.show_counted(answer_words(left_s) if left_s else "")
    return words


class ScanPanel(Card):
    """The settings of a scan, and the buttons that start it.

    Args:
        act: told what the agent wants.
    """

    def __init__(self, act: Callable[[DevicesAct], None]) -> None:
        super().__init__("scan_panel")
        self._act = act
        self._allowed = False
        self._scanning = False
        self._answer_s = 0.0
        self._report: DevicesReported | None = None
        self.areas: tuple[Area, ...] = ()
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
        self._name.setToolTip(tip_words(report.scanner_name if report else ""))
        if report:
            code = report.scanner_code
        else:
            code = ""
        self._fault.setText(sentence(code).sentence if code else "")
        self._fault.setVisible(bool(code))
        self._offer_sources(report)
        self._allow()

    def choose_profile(self, profile_id: str) -> bool:
        """Sets what this profile says; False for an unknown one, which changes nothing."""
        profile = self.profiles.profile(profile_id)
        if profile is not None:
            self._set(profile)
        return profile is not None

    def show_pile(self, sheets: int, missing: int, is_turned: bool) -> None:
        """A pile whose two sides are scanned one after the other; no sheets: there is no pile."""
        if sheets:
            self._pile.show_pile(sheets, missing, is_turned)
        else:
            self._pile.hide()
        self._allow()

    def show_grant(self, allowed: bool) -> None:
        """Show whether the caller allows scanning."""
        self._allowed = allowed
        self._allow()

    def show_asking(self, left_s: float) -> None:
        """Seconds that the caller has to allow scanning; 0 when nobody is asked."""
        if left_s != self._answer_s:
            self._answer_s = left_s
            self._allow()

    def show_progress(self, text: str, percent: int) -> None:
        """A scan runs: words and 0..100, less than 0 when unknown."""
        self._scanning = True
        self._bar.setRange(0, 0 if percent < 0 else 100)
        self._bar.setValue(max(0, percent))
        self._doing.setText(text)
        name_widget(self._bar, text)
        self._progress.show()
        self._allow()

    def show_idle(self) -> None:
        """No scan runs."""
        self._scanning = False
        self._progress.hide()
        self._allow()

    def chosen_scan(self, kind: ScanKind) -> ChosenScan:
        """The scan that the settings describe. A preview is of the whole flatbed."""
        source, sides = _source_of(self._source.currentData())
        preview = kind == ScanKind.PREVIEW
        return ChosenScan(
            kind=kind,
            source=ScanSource.GLASS if preview else source,
            dpi=75 if preview else int(self._dpi.currentData()),
            colour=bool(self._colour.currentData()),
            areas=self.areas if source is ScanSource.GLASS and not preview else (),
            sides=Sides.ONE if preview else sides,
        )

    def _choose(self, profile: ScanProfile) -> None:
        """Sets everything as the profile says and begins."""
        self._set(profile)
        if profile.preview and profile.source is ScanSource.GLASS:
            kind = ScanKind.PREVIEW
        else:
            kind = ScanKind.PAGE
        if kind is ScanKind.PAGE:
            self.areas = ()
        self._begin(kind)

    def _begin(self, kind: ScanKind) -> None:
        self._act(ScanPages(self.chosen_scan(kind)))

    def _set(self, profile: ScanProfile) -> None:
        sides = profile.sides
        if sides is Sides.BOTH and not (self._report is not None and self._report.duplex):
            sides = Sides.BY_HAND  # this kiosk's feeder sees one side
        self._source.setCurrentIndex(
            max(0, self._source.findData(source_key(profile.source, sides)))
        )
        self._colour.setCurrentIndex(self._colour.findData(profile.colour))
        if self._dpi.findData(profile.dpi) < 0:
            self._dpi.addItem(plain_text(f"{profile.dpi} dpi"), profile.dpi)
        self._dpi.setCurrentIndex(self._dpi.findData(profile.dpi))

    def _offer_sources(self, report: DevicesReported | None) -> None:
        """Offers what the scanner has; the chosen source stays chosen if it is still there."""
        offered = [(_("Glass"), source_key(ScanSource.GLASS, Sides.ONE))]
        if report is not None and report.feeder:
            offered.append((_("Feeder"), source_key(ScanSource.FEEDER, Sides.ONE)))
            if report.duplex:
                offered.append((_("Feeder, both sides"), source_key(ScanSource.FEEDER, Sides.BOTH)))
            offered.append(
                (_("Feeder, both sides by hand"), source_key(ScanSource.FEEDER, Sides.BY_HAND))
            )
        if report is not None and report.files:
            offered.append((_("File of the caller"), source_key(ScanSource.FILE, Sides.ONE)))
        chosen = self._source.currentData()
        if [self._source.itemData(place) for place in range(self._source.count())] != [
            data for _text, data in offered
        ]:
            self._source.blockSignals(True)
            self._source.clear()
            for text, data in offered:
                self._source.addItem(plain_text(text), data)
            self._source.setCurrentIndex(max(0, self._source.findData(chosen)))
            self._source.blockSignals(False)
        self._source.setVisible(len(offered) > 1)

    # ---- building ----

    def _make(self) -> None:
        self._name = ElidedLabel(_("Scanner"), "strong", name="scanner_name")
        self._state = Chip("scanner_state")
        self._fault = label(role="small", name="scanner_fault", wrap=True)
        self._source = _choice(
            "scan_source", _("Source"), [(_("Glass"), source_key(ScanSource.GLASS, Sides.ONE))]
        )
        self._source.currentIndexChanged.connect(lambda _place: self._allow())
        self.profiles = ProfileRow(self._choose)
        self._pile = PileBar()
        self._pile.backs.clicked.connect(
            lambda: self._act(ScanOtherSides(self.chosen_scan(ScanKind.PAGE)))
        )
        self._pile.fronts.clicked.connect(lambda: self._begin(ScanKind.PAGE))
        self._pile.end.clicked.connect(lambda: self._act(DevicesPress.END_PILE))
        self._colour = _choice(
            "scan_colour", _("Colours"), [(_("Colour"), True), (_("Grey"), False)]
        )
        self._dpi = _choice("scan_dpi", _("Resolution"), [("300 dpi", 300), ("200 dpi", 200)])
        self._preview = push_button(_("Preview"), "preview", name="scan_preview", keys="F6")
        self._scan = push_button(_("Scan page"), "scanner", "primary", name="scan_page", keys="F7")
        self._preview.clicked.connect(lambda: self._begin(ScanKind.PREVIEW))
        self._scan.clicked.connect(lambda: self._begin(ScanKind.PAGE))

    def show_areas(self, areas: tuple[Area, ...]) -> None:
        """Shows what is marked on the preview: the next scan of the flatbed is of these parts."""
        self.areas = areas
        self._allow()

    def _scan_words(self) -> str:
        source, _sides = _source_of(self._source.currentData())
        if source is ScanSource.FILE:
            return _("Ask for a file")
        if source is ScanSource.FEEDER:
            return _("Scan the pile")
        if not self.areas:
            return _("Scan page")
        if len(self.areas) == 1:
            return _("Scan the area")
        return _("Scan {count} areas").format(count=len(self.areas))

    def is_possible(self) -> bool:
        """True if a scan may begin now."""
        return not self.isHidden() and not self._scanning and self._scan.isEnabled()

    def press_preview(self) -> None:
        """Asks for a preview, as the button does."""
        if not self.isHidden():
            self._preview.click()

    def press_scan(self) -> None:
        """Do what F7 does now: scan the other sides of a pile, else a page."""
        if not self.isHidden():
            (self._pile.backs if self._pile.isVisible() else self._scan).click()

    def _build(self) -> None:
        title = row(None, IconLabel("scanner", "text", size_px=18))
        title.addWidget(self._name, 1)
        title.addWidget(self._state)
        self._doing = ElidedLabel(role="small", name="scan_doing")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        cancel = push_button(_("Cancel"), "cancel", "quiet", name="scan_cancel")
        cancel.clicked.connect(lambda: self._act(DevicesPress.STOP_SCAN))
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
        self.body.addWidget(self.profiles)
        settings = row(None, space=6)
        for choice in (self._source, self._colour, self._dpi):
            settings.addWidget(choice, 1)
        self.body.addLayout(settings)
        self.body.addWidget(self._pile)
        self.body.addWidget(self._acts)
        self.body.addWidget(self._progress)

    def _allow(self) -> None:
        # Busy or with a fault when it was asked may be ready by now:
        # the agent may try, the kiosk says if not.
        has_scanner = self._report is not None and self._report.scanner != ScannerState.NONE
        is_file = _source_of(self._source.currentData())[0] is ScanSource.FILE
        scans = has_scanner and not self._scanning
        if is_file:
            can = not self._scanning
        else:
            can = scans
        self.profiles.show_possible(scans, self._report)
        self._pile.set_possible(scans)
        for choice in (self._colour, self._dpi):
            choice.setEnabled(not is_file)
        self._acts.setVisible(not self._scanning and self._pile.isHidden())
        if self._allowed:
            asks = ""
        else:
            asks = f"{_('Asks the caller first')}. "
        spoken = show_act(self._scan, self._scan_words(), self._answer_s)
        for button, text in ((self._preview, _("Preview")), (self._scan, self._scan_words())):
            button.setEnabled(scans if button is self._preview else can)
            button.setToolTip(
                tip_words(f"{asks}{text}  ({'F6' if button is self._preview else 'F7'})")
            )
            name_widget(button, spoken if button is self._scan else text)
