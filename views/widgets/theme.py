# SPDX-License-Identifier: GPL-3.0-only
"""The look of all windows but the kiosk's: colours for light and dark, spaces, type sizes, and
`apply_theme`. Used by all their views.

No view keeps a colour: it asks `tokens_for(self.palette())`, so a change of theme reaches what is
painted by hand too.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import QApplication, QStyleFactory

from resources import ResourceMissing, resource_path, resource_text

SPACE = (4, 8, 12, 16, 24)
"""Distances between things, in device-independent pixels; index 1 is the usual one."""

_TYPE_PT = {
    "size_small": 9.0,
    "size_base": 10.0,
    "size_title": 11.5,
    "size_large": 15.0,
    "size_huge": 22.0,
}
_ICON_PX = "icon_px"
"""Property of a widget: the size of its icons with usual letters."""

_FAMILIES = (
    "Inter Expert",
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    "Adwaita Sans",
    "Noto Sans",
    "Cantarell",
    "DejaVu Sans",
)
_CHECK_PX = 14
_FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


@dataclass(frozen=True)
class Tokens:
    """Colours by purpose, "#rrggbb". Text colours reach 4.5:1 on `window`, `surface` and `raised`;
    `on_x` on `x`.
    """

    window: str
    surface: str
    raised: str
    sunken: str
    line: str
    line_strong: str
    text: str
    soft: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    focus: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    bad_solid: str
    bad_hover: str
    on_bad: str
    stage: str
    on_stage: str


LIGHT = Tokens(
    window="#eef1f5",
    surface="#ffffff",
    raised="#f6f8fa",
    sunken="#e6eaf0",
    line="#d8dee6",
    line_strong="#7d8a99",
    text="#17212e",
    soft="#526072",
    accent="#1a5fb4",
    accent_hover="#154c92",
    on_accent="#ffffff",
    accent_soft="#e2edfa",
    focus="#1a5fb4",
    good="#0f6b3f",
    good_soft="#dff3e7",
    warn="#7f4f00",
    warn_soft="#fdf0d3",
    bad="#a91d2b",
    bad_soft="#fce5e6",
    bad_solid="#b3202f",
    bad_hover="#8f1926",
    on_bad="#ffffff",
    stage="#10151c",
    on_stage="#e8edf4",
)

DARK = Tokens(
    window="#12161c",
    surface="#1a2029",
    raised="#222a35",
    sunken="#0d1116",
    line="#303a47",
    line_strong="#74839a",
    text="#e6ebf2",
    soft="#a3b0c0",
    accent="#7fb3ff",
    accent_hover="#a3c9ff",
    on_accent="#0a1626",
    accent_soft="#1e3350",
    focus="#8fbdff",
    good="#6fd39b",
    good_soft="#17362a",
    warn="#f0bd62",
    warn_soft="#3a2d13",
    bad="#ff969c",
    bad_soft="#45212a",
    bad_solid="#c93a47",
    bad_hover="#b02f3b",
    on_bad="#ffffff",
    stage="#0b0f14",
    on_stage="#e8edf4",
)

SERVICE_COLOURS: tuple[tuple[str, str], ...] = (
    ("#1a5fb4", "#8dbbff"),
    ("#0b6e63", "#63d2c2"),
    ("#7a3e9d", "#d3a6f2"),
    ("#9a4a0c", "#f2b07c"),
    ("#5d6700", "#c5d05f"),
    ("#a3245f", "#f79ac4"),
)
"""Tags of services, (on light, on dark); a service keeps its place in the organisation's list.
Never the only sign.
"""


def tokens_for(palette: QPalette) -> Tokens:
    """The colours that belong to a widget's palette: dark when its window colour is."""
    if palette.color(QPalette.ColorRole.Window).lightness() < 128:
        return DARK
    return LIGHT


def service_colour(palette: QPalette, place: int) -> str:
    """Colour of the service at `place` of the organisation's list, readable on surfaces of this
    palette.
    """
    light, dark = SERVICE_COLOURS[place % len(SERVICE_COLOURS)]
    if tokens_for(palette) is DARK:
        return dark
    return light


def contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""

    def linear(part: float) -> float:
        if part <= 0.04045:
            return part / 12.92
        return float(((part + 0.055) / 1.055) ** 2.4)

    c = QColor(colour)
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF())


def palette_of(tokens: Tokens) -> QPalette:
    """Qt's palette of these colours, for what style sheets do not reach."""
    role, palette = QPalette.ColorRole, QPalette()
    for where, colour in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.soft,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.bad,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Mid: tokens.line,
        role.Dark: tokens.line_strong,
    }.items():
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.soft))
    return palette


def style_sheet(tokens: Tokens, text_scale: float = 1.0) -> str:
    """The desk's style sheet with its `@names` filled in."""
    values = asdict(tokens) | {
        name: f"{size * text_scale:.2f}pt" for name, size in _TYPE_PT.items()
    }
    box_px = round(_CHECK_PX * max(1.0, text_scale))
    values |= {"check_box": f"{box_px}px", "check_inside": f"{box_px - 2}px"}
    for name in ("down", "check"):
        drawn = f"icons/{name}_{'dark' if tokens is DARK else 'light'}.svg"
        values[f"icon_{name}"] = resource_path(drawn).as_posix()
    return re.sub(r"@(\w+)", lambda match: values[match[1]], resource_text("styles/desk.qss"))


def interface_font(text_scale: float = 1.0) -> QFont:
    """The first of our preferred families that this computer has."""
    _load_fonts()
    families = set(QFontDatabase.families())
    font = QFont(next((family for family in _FAMILIES if family in families), QFont().family()))
    font.setPointSizeF(_TYPE_PT["size_base"] * text_scale)
    return font


def _load_fonts() -> None:
    if _FAMILIES[0] in QFontDatabase.families():
        return
    for name in _FONT_FILES:
        try:
            QFontDatabase.addApplicationFont(str(resource_path(f"fonts/{name}")))
        except ResourceMissing:
            return


def text_scale() -> float:
    """Return how much larger than usual the text is now, 1.0 to 2.0:
    for widths that words must fit.
    """
    return QApplication.font().pointSizeF() / _TYPE_PT["size_base"]


class HasIcons(Protocol):
    """A widget whose icons have a size."""

    def setIconSize(self, size: QSize, /) -> None:
        """Takes the size."""

    def setProperty(self, name: str, value: object, /) -> object:
        """Qt's own."""


def size_icons(widget: HasIcons, width_px: int, height_px: int) -> None:
    """Gives a widget's icons this size with usual letters; they grow with the letters."""
    widget.setProperty(_ICON_PX, QSize(width_px, height_px))
    widget.setIconSize(QSize(width_px, height_px) * max(1.0, text_scale()))


def _grow_icons(app: QApplication) -> None:
    for widget in app.allWidgets():
        usual = widget.property(_ICON_PX)
        if usual is not None:
            size_icons(cast(HasIcons, widget), usual.width(), usual.height())


def prepare_theme(app: QApplication, dark: bool, text_scale: float = 1.0) -> Tokens:
    """Gives a program the colours and letters by which its windows are measured while they are
    built; `apply_theme` follows. With the style sheet each part of a window would be styled anew
    at each step: a large window takes three times as long.

    Returns:
        The colours.
    """
    tokens = DARK if dark else LIGHT
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette_of(tokens))
    app.setFont(interface_font(text_scale))
    return tokens


def apply_theme(app: QApplication, dark: bool, text_scale: float = 1.0) -> None:
    """Gives the whole program its look; may be called again at any time.

    Args:
        app: the application.
        dark: dark or light.
        text_scale: 1.0 to 2.0, on top of the system's own scaling.
    """
    tokens = prepare_theme(app, dark, text_scale)
    app.setStyleSheet(style_sheet(tokens, text_scale))
    _grow_icons(app)
