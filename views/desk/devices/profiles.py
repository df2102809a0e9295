# SPDX-License-Identifier: GPL-3.0-only
"""The organisation's scan profiles, a button each: one click sets everything and scans.
Used by the scan panel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QGridLayout, QWidget

from resources.texts import _
from session.protocol.conversation.messages import DevicesReported, ScanSource
from session.protocol.conversation.scan_profiles import MOST_PROFILES, ScanProfile, Sides
from views.widgets.parts import name_button, push_button, shortcut

_COLUMNS = 2


class ProfileRow(QWidget):
    """Buttons side by side; Alt+1 to Alt+6 press them.

    Args:
        choose: called with the profile to scan with.
    """

    def __init__(self, choose: Callable[[ScanProfile], None]) -> None:
        super().__init__()
        self._choose = choose
        self.setObjectName("scan_profiles")
        self.setAccessibleName(_("Profiles of the organisation"))
        self._profiles: tuple[ScanProfile, ...] = ()
        self._can = False
        self._report: DevicesReported | None = None
        box = QGridLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self._buttons = [
            push_button("", "scanner", name=f"scan_profile_{place}")
            for place in range(1, MOST_PROFILES + 1)
        ]
        for place, button in enumerate(self._buttons):
            box.addWidget(button, place // _COLUMNS, place % _COLUMNS)
            button.clicked.connect(lambda _checked, place=place: self._press(place))
            shortcut(_keys(place), button, self)
        self.show_profiles(())

    def show_profiles(self, profiles: Sequence[ScanProfile]) -> None:
        """Shows the organisation's profiles in its order; without any there is no row."""
        self._profiles = tuple(profiles)[:MOST_PROFILES]
        for place, button in enumerate(self._buttons):
            button.setVisible(place < len(self._profiles))
            if place < len(self._profiles):
                button.setText(self._profiles[place].name)
        self.setVisible(bool(self._profiles))
        self._allow()

    def profile(self, profile_id: str) -> ScanProfile | None:
        """The organisation's profile of that id."""
        return next((profile for profile in self._profiles if profile.id == profile_id), None)

    def show_possible(self, can: bool, report: DevicesReported | None) -> None:
        """Show whether a scan may begin now, and what the scanner has."""
        self._can = can
        self._report = report
        self._allow()

    def _allow(self) -> None:
        for place, profile in enumerate(self._profiles):
            lacks = lacking(profile, self._report)
            self._buttons[place].setEnabled(self._can and not lacks)
            name_button(
                self._buttons[place], f"{profile.name}: {lacks or words_of(profile)}", _keys(place)
            )

    def _press(self, place: int) -> None:
        self._choose(self._profiles[place])


def lacking(profile: ScanProfile, report: DevicesReported | None) -> str:
    """Return what this kiosk lacks for a profile, in words; empty when nothing."""
    if report is None:
        return ""
    if profile.source is ScanSource.FEEDER and not report.feeder:
        return _("this kiosk's scanner has no feeder")
    return ""


def words_of(profile: ScanProfile) -> str:
    """Return what a profile sets."""
    sides = {Sides.ONE: "", Sides.BOTH: _("both sides"), Sides.BY_HAND: _("both sides by hand")}[
        profile.sides
    ]
    parts = (
        _("Glass") if profile.source is ScanSource.GLASS else _("Feeder"),
        sides,
        _("Colour") if profile.colour else _("Grey"),
        f"{profile.dpi} dpi",
        _("with preview") if profile.preview else "",
    )
    return " · ".join(part for part in parts if part)


def _keys(place: int) -> str:
    return f"Alt+{place + 1}"
