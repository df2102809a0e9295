# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's look: colours, type and sizes, all multiples of one unit. Used by the kiosk's pages.

One unit is about a hundredth of the window's height, so that the same page looks right at 1280x800,
1920x1080 and upright at 1080x1920. Widgets ask for a look by the property `look`; layouts and icons
keep their sizes in units. A caller may have larger letters, and white or yellow ones on black.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from PyQt6.QtCore import QMargins
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

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
"""A key that cannot follow, and the edge of what can be touched: 3:1, it is not text to be read."""
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

BLACK, YELLOW = "#000000", "#FFE14D"
"""The grounds of high contrast, and the letters beside white ones."""


@dataclass(frozen=True)
class Palette:
    """Colours by what they are for; `on_blue`, `on_green`, `on_dark` and `on_accent` are letters on
    such a ground, `held` and `on_held` a button that does not count yet.
    """

    ink: str = INK
    navy: str = NAVY
    deep: str = DEEP
    on_dark: str = WHITE
    blue: str = BLUE
    blue_pressed: str = NAVY
    on_blue: str = WHITE
    blue_words: str = BLUE
    sky: str = SKY
    pale_words: str = SKY
    paper: str = PAPER
    white: str = WHITE
    grey: str = GREY
    line: str = LINE
    edge: str = DISABLED
    disabled: str = DISABLED
    accent: str = ACCENT
    on_accent: str = INK
    accent_paper: str = ACCENT_PAPER
    green: str = GREEN
    green_dark: str = GREEN_DARK
    on_green: str = WHITE
    green_words: str = GREEN
    green_paper: str = GREEN_PAPER
    chosen: str = WHITE
    on_chosen: str = INK
    held: str = LINE
    on_held: str = GREY


PLAIN = Palette()
CONTRAST = Palette(
    ink=WHITE,
    navy=BLACK,
    deep=BLACK,
    blue=YELLOW,
    blue_pressed=YELLOW,
    on_blue=BLACK,
    blue_words=YELLOW,
    sky=BLACK,
    pale_words=WHITE,
    paper=BLACK,
    white=BLACK,
    grey=WHITE,
    line=WHITE,
    edge=WHITE,
    accent=YELLOW,
    on_accent=BLACK,
    accent_paper=BLACK,
    green=YELLOW,
    green_dark=YELLOW,
    on_green=BLACK,
    green_words=YELLOW,
    green_paper=BLACK,
    chosen=YELLOW,
    on_chosen=BLACK,
    held=INK,
    on_held=WHITE,
)


def in_contrast(colour: str, parent: QWidget | None) -> str:
    """The colour of an icon in high contrast: black on the yellow grounds, red as it is, else
    white.
    """
    if parent is None:
        return WHITE
    on_yellow = (
        parent.property("look") in ("primary", "yes", "access-on")
        or parent.objectName() == "act_strip"
    )
    if on_yellow and not parent.property("on_hold"):
        return BLACK
    if colour == RED:
        return RED
    return WHITE


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
    if is_portrait(width_px, height_px):
        across = 100
    else:
        across = 130
    return max(6.0, min(height_px / 100, width_px / across))


def spaced[Layout: QLayout](
    layout: Layout, margins: tuple[float, ...] = (0,), spacing: float = 0
) -> Layout:
    """Gives a layout its margins (all; or left, top, right, bottom) and spacing, in units."""
    layout.setProperty("margins_u", list(margins * 4 if len(margins) == 1 else margins))
    layout.setProperty("spacing_u", spacing)
    return layout


_GIVES = QSizePolicy.Policy.Preferred
_KEEPS = (QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)


def apply_unit(root: QWidget, unit: float, *, text: float = 1.0, palette: Palette = PLAIN) -> None:
    """Gives everything below `root` its size in pixels for this unit, letters `text` times as
    large, and its colours.
    """
    root.setProperty("contrast", palette == CONTRAST)
    sheet = style_sheet(unit, text, palette)
    if sheet != root.styleSheet():  # a whole window needs a tenth of a second to be dressed
        root.setStyleSheet(sheet)
    else:
        for new in root.findChildren(QWidget):
            new.ensurePolished()
    for layout in root.findChildren(QLayout):
        margins, spacing = layout.property("margins_u"), layout.property("spacing_u")
        if margins is not None:
            layout.setContentsMargins(QMargins(*(round(side * unit) for side in margins)))
            layout.setSpacing(round(spacing * unit))
    touch_px = max(MIN_TOUCH_PX, round(8 * unit))
    for button in root.findChildren(QPushButton):
        button.setProperty("touch_px", touch_px)
        button.setProperty("ring_px", max(3, round(0.45 * unit)))
        if button.property("flows"):  # words of large letters may stand in several lines
            across, high = (_GIVES, _GIVES) if text > 1 else _KEEPS
            button.setSizePolicy(across, high)
            button.setMinimumHeight(touch_px)
        button.updateGeometry()
    for widget in root.findChildren(QWidget):
        _give_size(widget, unit, text)


def _give_size(widget: QWidget, unit: float, text: float) -> None:
    """Give a widget the sizes that it has in units; some grow by a part of what letters do."""
    width, height = widget.property("width_u"), widget.property("height_u")
    least = widget.property("min_height_u")
    if least is not None:
        if isinstance(widget, QPushButton | QLineEdit):
            touch = MIN_TOUCH_PX
        else:
            touch = 0
        widget.setMinimumHeight(max(touch, round(least * unit)))
    wider = 1 + float(widget.property("wider") or 0) * (text - 1)
    if (least_width := widget.property("min_width_u")) is not None:
        widget.setMinimumWidth(round(least_width * unit * wider))
    if width is not None:
        widget.setFixedWidth(round(width * unit * wider))
    if height is not None:
        higher = 1 + float(widget.property("higher") or 0) * (text - 1)
        widget.setMaximumHeight(round(height * unit * higher))
        if least is None:
            widget.setMinimumHeight(widget.maximumHeight())


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
_HEAVY_FONT = "font-weight: 600;"
_HEAVY = ("giant", "number", "number-long", "title", "large", "name")

LARGEST_GROWN = 6.0
"""Letters that are larger than this in units do not grow: titles are read from afar already."""


LARGEST_IN_TALK = 4.2
"""The same in the conversation, where face, question and STOP are on the screen together."""


def grown(size_u: float, text: float, largest_u: float = LARGEST_GROWN) -> float:
    """The size of letters that shall be `text` times as large, in units."""
    return min(size_u * text, max(size_u, largest_u))


def button_styles(p: Palette) -> dict[str, tuple[str, str, str, str]]:
    """Return for each button look: (background, pressed, text, border)."""
    return {
        "plain": (p.white, p.sky, p.ink, p.edge),
        "card": (p.white, p.sky, p.ink, p.edge),
        "key": (p.white, p.sky, p.ink, p.edge),
        "primary": (p.blue, p.blue_pressed, p.on_blue, p.blue),
        "yes": (p.green, p.green_dark, p.on_green, p.green),
        "no": (p.navy, p.deep, p.on_dark, p.line if p == CONTRAST else p.navy),
        "stop": (RED, RED_DARK, WHITE, WHITE),
        "danger": (RED, RED_DARK, WHITE, RED),
        "chip": (p.sky, p.white, p.ink, p.line if p == CONTRAST else p.sky),
        "access": (p.navy, p.deep, p.on_dark, p.pale_words),
        "access-on": (p.chosen, p.chosen, p.on_chosen, p.chosen),
    }


def style_sheet(unit: float, text: float = 1.0, p: Palette = PLAIN) -> str:
    """The whole style sheet, sizes in pixels for this unit, letters `text` times as large."""
    sizes = _Sizes(unit, text)
    return "\n".join(
        [
            *_ground_rules(sizes, p),
            *_field_rules(sizes, p),
            *_text_rules(sizes, p),
            *_button_rules(sizes, p),
            *_button_state_rules(sizes, p),
        ]
    )


class _Sizes(NamedTuple):
    """Sizes of a style sheet, for a unit and letters."""

    unit: float
    text: float

    def px(self, units: float) -> str:
        return f"{round(units * self.unit)}px"

    def letters(self, units: float) -> str:
        return f"font-size: {self.px(grown(units, self.text))};"


def _ground_rules(sizes: _Sizes, p: Palette) -> list[str]:
    """Colour what lies behind words: bars, strips, sheets."""
    px = sizes.px
    families = ", ".join(f'"{family}"' for family in FAMILIES)
    return [
        f"QWidget {{ font-family: {families}; {sizes.letters(2.7)} color: {p.ink}; }}",
        f"#kiosk, #pages, #pages > QWidget, #pages QStackedWidget {{ background: {p.paper}; }}",
        "QLabel { background: transparent; }",
        f"#header {{ background: {p.navy}; }} #header > QLabel {{ color: {p.on_dark}; }}",
        f"#header > QLabel[look=small] {{ color: {p.pale_words}; }}",
        f"#access_bar {{ background: {p.navy}; border-top: 2px solid {p.line}; }}",
        f"#bar {{ background: {p.deep}; }} #bar > QLabel {{ color: {p.on_dark}; }}",
        f"#session, #stage {{ background: {p.deep}; }} QLabel#adviser {{ color: {p.on_dark}; }}",
        f"#question {{ background: {p.white}; }}",
        f"#panel {{ background: {p.white}; border: 2px solid {p.line};"
        f" border-radius: {px(2.4)}; }}",
        f"#powers_sheet, #powers_inside {{ background: {p.white}; }}",
        f"#banner {{ background: {p.accent_paper}; border-bottom: {px(0.5)} solid {p.accent}; }}",
        f"#notice {{ background: {p.sky}; }}",
        f"#site_message {{ background: {p.sky}; border-radius: {px(1.4)}; }}",
        f"#switched_off {{ background: {p.accent_paper}; }}",
        f"#state[state=complete] {{ background: {p.green_paper}; border-radius: {px(1.4)}; }}",
        f"#state[state=complete] QLabel {{ color: {p.green_words}; }}",
        f"#state[state=wrong] {{ background: {p.accent_paper}; border-radius: {px(1.4)}; }}",
        f"#display {{ background: {p.white}; border: 3px solid {p.blue};"
        f" border-radius: {px(1.6)}; }}",
        f"#act_strip {{ background: {p.accent}; }} #act_strip QLabel {{ color: {p.on_accent}; }}",
        f"#proposal_strip {{ background: {p.accent_paper}; border-bottom: 3px solid {p.accent}; }}",
    ]


def _field_rules(sizes: _Sizes, p: Palette) -> list[str]:
    """Dress the browser, its dialogs, fields and scroll bars."""
    px = sizes.px
    return [
        f"#browser, #document_pane {{ background: {p.white}; }}",
        "#calm, #refusal, #document_bar, #document_waiting, #document_pane QScrollArea"
        f" {{ background: {p.paper}; }} #document_bar {{ border-bottom: 2px solid {p.line}; }}",
        f"#dialog_card {{ background: {p.white}; border: 3px solid {p.blue};"
        f" border-radius: {px(1.8)}; }}",
        f"#browser_bar {{ background: {p.paper}; border-bottom: 2px solid {p.line}; }}",
        f"#browser_notice {{ background: {p.sky}; color: {p.ink}; padding: 12px 16px; }}",
        f"QLineEdit {{ background: {p.white}; color: {p.ink}; border: 2px solid {p.disabled};"
        f" border-radius: {px(1)}; }}",
        f"#dialog_entry {{ {sizes.letters(3)} padding: 6px 12px; }}"
        f" #dialog_entry:focus {{ border-color: {p.blue}; }}",
        f"#browser_empty {{ background: {p.paper}; }}",
        f"QScrollBar:vertical {{ width: {px(8)}; background: {p.paper}; }}"
        f"QScrollBar::handle:vertical {{ background: {p.blue}; min-height: {px(10)};"
        f" border-radius: {px(1)}; margin: 0 {px(1)}; }}"
        "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }",
    ]


def _text_rules(sizes: _Sizes, p: Palette) -> list[str]:
    """Give each look of a text its size and weight, and each tone its colour."""
    px = sizes.px
    rules = []
    for look, size in _TYPE.items():
        if look in _HEAVY:
            weight = _HEAVY_FONT
        else:
            weight = ""
        rules.append(f"QLabel[look={look}] {{ {sizes.letters(size)} {weight} }}")
        in_talk = px(grown(size, sizes.text, LARGEST_IN_TALK))
        rules.append(f"#session QLabel[look={look}] {{ font-size: {in_talk}; }}")
    rules.append(
        f"#session QLabel#powers_line {{ font-size: {px(grown(2.7, sizes.text, 3.4))}; }}"
        f"#session QLabel#adviser {{ font-size: {px(grown(3.2, sizes.text, 3.4))}; }}"
        f"#session #face_column QLabel[look=body], #session #switches QLabel,"
        f" #session #powers QLabel {{ font-size: {px(grown(2.7, sizes.text, 3.4))}; }}"
        f"QLabel[look=access] {{ font-size: {px(2.2 * min(sizes.text, 1.3))}; {_HEAVY_FONT} }}"
        f"QLabel[tone=grey] {{ color: {p.grey}; }}"
        f"QLabel[tone=blue] {{ color: {p.blue_words}; }}"
        f"QLabel[heavy=true] {{ {_HEAVY_FONT} }}"
    )
    return rules


def _button_rules(sizes: _Sizes, p: Palette) -> list[str]:
    """Give each look of a button its colours."""
    rules = []
    for look, (ground, pressed, words, border) in button_styles(p).items():
        rules.append(
            f"QPushButton[look={look}] {{ background: {ground}; color: {words}; border: 2px solid "
            f"{border}; border-radius: {sizes.px(1.8)}; {sizes.letters(3)} {_HEAVY_FONT} }}"
            f"QPushButton[look={look}] QLabel {{ color: {words}; }}"
            f"QPushButton[look={look}]:pressed {{ background: {pressed}; }}"
        )
    return rules


def _button_state_rules(sizes: _Sizes, p: Palette) -> list[str]:
    """Dress keys and cards, and buttons that are held, chosen or switched off."""
    px = sizes.px
    held_rule = f"background: {p.held}; border-color: {p.held};"
    return [
        f"QPushButton[look=key] {{ font-size: {px(4.6)}; }}"
        f"QPushButton[look=key][words=true] {{ font-size: {px(3.2)}; }}",
        f"QPushButton[look=key]:disabled {{ background: {p.paper}; color: {p.disabled};"
        f" border-color: {p.sky}; }}",
        f"QPushButton[look=primary]:disabled, QPushButton[look=yes]:disabled {{ {held_rule} }}",
        f"QPushButton[look=primary] QLabel:disabled, QPushButton[look=yes] QLabel:disabled"
        f" {{ color: {p.on_held}; }}",
        f"QPushButton[look=yes][on_hold=true] {{ {held_rule} }}",
        f"QPushButton[look=yes][on_hold=true] QLabel {{ color: {p.on_held}; }}",
        f"QPushButton[look=plain]:checked {{ background: {p.sky}; border-color: {p.blue_words}; }}",
        f"QPushButton[look=plain]:disabled {{ background: {p.paper}; }}",
        f"QPushButton[look=plain] QLabel:disabled {{ color: {p.grey}; }}",
        f"QPushButton[look=card] {{ border-radius: {px(2.4)}; }}",
        f"QPushButton[look=card] QLabel[tone=grey] {{ color: {p.grey}; }}",
        f"QPushButton[look=card] QLabel[tone=blue] {{ color: {p.blue_words}; }}",
        f"QPushButton[look=card]:disabled {{ background: {p.paper}; }}",
        f"QPushButton[look=card] QLabel:disabled {{ color: {p.grey}; }}",
    ]
