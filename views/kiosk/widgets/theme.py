# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's look: colours, type and sizes, all multiples of one unit. Used by the kiosk's pages.

One unit is about a hundredth of the window's height, so that the same page looks right at 1280x800,
1920x1080 and upright at 1080x1920. Widgets ask for a look by the property `look`; layouts and icons
keep their sizes in units.
"""

from __future__ import annotations

from functools import cache

from PyQt6.QtCore import QMargins
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QLayout, QPushButton, QWidget

from resources import ROOT

INK = "#0B2447"
NAVY = "#12305F"
DEEP = "#0A1F40"
BLUE = "#1D4E9E"
SKY = "#DCE8F7"
PAPER = "#F3F7FC"
WHITE = "#FFFFFF"
GREY = "#46566D"
LINE = "#C3D1E2"
DISABLED = "#7C8A9E"
"""A key that cannot follow: 3:1, it is not text to be read."""
ACCENT = "#FFB627"
ACCENT_PAPER = "#FFF0CC"
RED = "#B3131B"
RED_DARK = "#8E0D14"
GREEN = "#17693E"
GREEN_DARK = "#105030"
GREEN_PAPER = "#DFF3E7"

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    (INK, PAPER),
    (INK, WHITE),
    (INK, SKY),
    (INK, ACCENT),
    (INK, ACCENT_PAPER),
    (GREY, PAPER),
    (GREY, WHITE),
    (GREY, LINE),
    (BLUE, WHITE),
    (BLUE, PAPER),
    (WHITE, NAVY),
    (WHITE, DEEP),
    (WHITE, BLUE),
    (SKY, NAVY),
    (SKY, DEEP),
    (ACCENT, DEEP),
    (WHITE, RED),
    (WHITE, RED_DARK),
    (WHITE, GREEN),
    (WHITE, GREEN_DARK),
    (GREEN, WHITE),
    (GREEN, PAPER),
    (GREEN, GREEN_PAPER),
    (RED, WHITE),
    (RED, PAPER),
)
"""Every (text, background) that the style sheet uses; a test asks for 4.5:1 of each."""

FAMILIES = ("Inter Expert", "Inter", "Marianne", "Noto Sans", "Segoe UI", "DejaVu Sans")
MIN_TOUCH_PX = 60
"""Smallest side of anything that may be touched."""


@cache
def load_fonts() -> None:
    """Makes the shipped fonts known to Qt, once per program. Needs a QApplication."""
    for path in sorted((ROOT / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


def is_portrait(width_px: int, height_px: int) -> bool:
    """True for a screen that stands upright."""
    return height_px > width_px


def unit_px(width_px: int, height_px: int) -> float:
    """Pixels of one unit for a window of this size, at least 6."""
    across = 100 if is_portrait(width_px, height_px) else 130
    return max(6.0, min(height_px / 100, width_px / across))


def spaced[Layout: QLayout](
    layout: Layout, margins: tuple[float, ...] = (0,), spacing: float = 0
) -> Layout:
    """Gives a layout its margins (all; or left, top, right, bottom) and spacing, in units."""
    layout.setProperty("margins_u", list(margins * 4 if len(margins) == 1 else margins))
    layout.setProperty("spacing_u", spacing)
    return layout


def apply_unit(root: QWidget, unit: float) -> None:
    """Gives everything below `root` its size in pixels for this unit."""
    root.setStyleSheet(style_sheet(unit))
    for layout in root.findChildren(QLayout):
        margins, spacing = layout.property("margins_u"), layout.property("spacing_u")
        if margins is not None:
            layout.setContentsMargins(QMargins(*(round(side * unit) for side in margins)))
            layout.setSpacing(round(spacing * unit))
    touch_px = max(MIN_TOUCH_PX, round(8 * unit))
    for button in root.findChildren(QPushButton):
        button.setProperty("touch_px", touch_px)
        button.updateGeometry()
    for widget in root.findChildren(QWidget):
        width, height = widget.property("width_u"), widget.property("height_u")
        if (least := widget.property("min_height_u")) is not None:
            widget.setMinimumHeight(round(least * unit))
        if width is not None:
            widget.setFixedWidth(round(width * unit))
        if height is not None:
            widget.setFixedHeight(round(height * unit))


def sized[Widget: QWidget](
    widget: Widget, width: float | None = None, height: float | None = None
) -> Widget:
    """Gives a widget a fixed width or height in units;
    never less than a finger when it is a button.
    """
    if width is not None:
        widget.setProperty("width_u", width)
    if height is not None:
        widget.setProperty("height_u", height)
    return widget


_TYPE = {
    "giant": 15.0,
    "number": 6.4,
    "number-long": 5.0,
    "title": 5.6,
    "large": 4.0,
    "name": 3.6,
    "lead": 3.2,
    "body": 2.7,
    "small": 2.3,
}
_HEAVY = ("giant", "number", "number-long", "title", "large", "name")

_LOOKS: dict[str, tuple[str, str, str, str]] = {
    # look: (background, pressed, text, border)
    "plain": (WHITE, SKY, INK, LINE),
    "card": (WHITE, SKY, INK, LINE),
    "key": (WHITE, SKY, INK, LINE),
    "primary": (BLUE, NAVY, WHITE, BLUE),
    "yes": (GREEN, GREEN_DARK, WHITE, GREEN),
    "no": (NAVY, DEEP, WHITE, NAVY),
    "stop": (RED, RED_DARK, WHITE, WHITE),
    "danger": (RED, RED_DARK, WHITE, RED),
    "chip": (SKY, WHITE, INK, SKY),
    "language": (NAVY, DEEP, SKY, SKY),
    "language-on": (SKY, WHITE, INK, SKY),
}


def style_sheet(unit: float) -> str:
    """The whole style sheet, sizes in pixels for this unit."""

    def px(units: float) -> str:
        return f"{round(units * unit)}px"

    families = ", ".join(f'"{family}"' for family in FAMILIES)
    heavy_font = "font-weight: 600;"
    rules = [
        f"QWidget {{ font-family: {families}; font-size: {px(2.7)}; color: {INK}; }}",
        f"#kiosk {{ background: {PAPER}; }}",
        "QLabel { background: transparent; }",
        f"#header {{ background: {NAVY}; }} #header > QLabel {{ color: {WHITE}; }}",
        f"#header > QLabel[look=small] {{ color: {SKY}; }}",
        f"#bar {{ background: {DEEP}; }} #bar > QLabel {{ color: {WHITE}; }}",
        f"#session, #stage {{ background: {DEEP}; }} #name > QLabel {{ color: {WHITE}; }}",
        f"#question {{ background: {WHITE}; border-top: {px(0.8)} solid {ACCENT}; }}",
        f"#panel {{ background: {WHITE}; border: 2px solid {LINE}; border-radius: {px(2.4)}; }}",
        f"#banner {{ background: {ACCENT_PAPER}; border-bottom: {px(0.5)} solid {ACCENT}; }}",
        f"#notice {{ background: {SKY}; }}",
        f"#switched_off {{ background: {ACCENT_PAPER}; }}",
        f"#state[state=complete] {{ background: {GREEN_PAPER}; border-radius: {px(1.4)}; }}",
        f"#state[state=complete] QLabel {{ color: {GREEN}; }}",
        f"#state[state=wrong] {{ background: {ACCENT_PAPER}; border-radius: {px(1.4)}; }}",
        f"#display {{ background: {WHITE}; border: 3px solid {BLUE}; border-radius: {px(1.6)}; }}",
    ]
    for look, size in _TYPE.items():
        weight = heavy_font if look in _HEAVY else ""
        rules.append(f"QLabel[look={look}] {{ font-size: {px(size)}; {weight} }}")
    rules.append(f"QLabel[tone=grey] {{ color: {GREY}; }} QLabel[tone=blue] {{ color: {BLUE}; }}")
    rules.append(f"QLabel[heavy=true] {{ {heavy_font} }}")
    for look, (ground, pressed, text, border) in _LOOKS.items():
        rules.append(
            f"QPushButton[look={look}] {{ background: {ground}; color: {text}; border: 2px solid "
            f"{border};"
            f" border-radius: {px(1.8)}; font-size: {px(3)};"
            f" {heavy_font} }}"
            f"QPushButton[look={look}] QLabel {{ color: {text}; }}"
            f"QPushButton[look={look}]:pressed {{ background: {pressed}; }}"
            f"QPushButton[look={look}][ringed=true] {{ border: {px(0.6)} solid {ACCENT}; }}"
        )
    rules += [
        f"QPushButton[look=key] {{ font-size: {px(4.6)}; }}",
        f"QPushButton[look=key]:disabled {{ background: {PAPER}; color: {DISABLED}; border-color: "
        f"{SKY}; }}",
        f"QPushButton[look=primary]:disabled, QPushButton[look=yes]:disabled"
        f" {{ background: {LINE}; border-color: {LINE}; }}",
        f"QPushButton[look=primary] QLabel:disabled, QPushButton[look=yes] QLabel:disabled {{ "
        f"color: {GREY}; }}",
        f"QPushButton[look=yes][on_hold=true] {{ background: {LINE}; border-color: {LINE}; }}",
        f"QPushButton[look=yes][on_hold=true] QLabel {{ color: {GREY}; }}",
        f"QPushButton[look=plain]:checked {{ background: {SKY}; border-color: {BLUE}; }}",
        f"QPushButton[look=card] {{ border-radius: {px(2.4)}; }}",
        f"QPushButton[look=card] QLabel[tone=grey] {{ color: {GREY}; }}",
        f"QPushButton[look=card]:disabled {{ background: {PAPER}; }}",
        f"QPushButton[look=card] QLabel:disabled {{ color: {GREY}; }}",
    ]
    return "\n".join(rules)
