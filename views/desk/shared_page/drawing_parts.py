# SPDX-License-Identifier: GPL-3.0-only
"""Files of a shared page as they may be drawn at the desk: pictures of a bounded size, and drawings
of which the page takes parts (`<use href="icons.svg#print">`).

Used by `views.desk.shared_page.mirror_pane`. What a page takes of it becomes a part of the page:
so it is made anew of what is written here, as the page is of what `page_parts.js` names. It holds
shapes and their colours, no address, no script and no picture.
"""

from __future__ import annotations

import functools
import re
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PyQt6.QtCore import QBuffer, QByteArray, QIODevice
from PyQt6.QtGui import QImageReader

MAX_DRAWING_BYTES = 256 * 1024
"""The icons of a whole design system are 100 kB; this much is read in a twentieth of a second."""

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_ELEMENTS = frozenset(
    (
        *("svg", "g", "defs", "symbol", "use", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "linearGradient", "radialGradient", "stop", "clipPath", "mask"),
        *("pattern", "title", "desc", "text", "tspan", "style"),
    )
)
_LINKS = frozenset({"href", f"{{{_XLINK}}}href"})
_PART = re.compile(r"#[\w.:-]*")
_CALLS = re.compile(r"([\w-]{0,30})\(\s*([\"']?#)?")
_PLAIN_CALLS = frozenset(
    (
        *("rgb", "rgba", "hsl", "hsla", "var", "calc", "translate", "translateX", "translateY"),
        *("rotate", "scale", "matrix", "skewX", "skewY", "not", "is", "nth-child"),
    )
)


MAX_PICTURE_PX = 25_000_000
"""Width times height: a photograph of a good camera. A few kilobytes may say that they are more,
and each pixel takes four bytes once it is drawn.
"""

_PICTURES = frozenset({b"png", b"jpeg", b"gif", b"webp", b"bmp", b"ico"})


def bounded_picture(data: bytes) -> bytes:
    """The picture, or nothing when it says no size, or a larger one than any that a page needs.
    Only its head is read; what is no such picture, a font or a drawing, stays as it is.
    """
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    kind = bytes(QImageReader.imageFormat(buffer).data())
    if kind not in _PICTURES:
        return data
    size = QImageReader(buffer, QByteArray(kind)).size()
    is_bounded = size.isValid() and size.width() * size.height() <= MAX_PICTURE_PX
    if is_bounded:
        return data
    return b""


@functools.lru_cache(maxsize=8)
def drawn_parts(data: bytes) -> bytes:
    """The drawing as it may be drawn; empty when it is too large or none at all. The engine asks
    for the same one many times.
    """
    if len(data) > MAX_DRAWING_BYTES:
        return b""
    try:
        root = fromstring(data)
        if root.tag == f"{{{_SVG}}}svg":
            return tostring(_kept(root))
        return b""
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return b""


def _kept(element: Element) -> Element:
    """The element with what of it may be drawn, of attributes and below."""
    safe_element = Element(element.tag, {n: v for n, v in element.items() if _may_stay(n, v)})
    if not element.tag.endswith("}style") or _is_harmless(element.text or ""):
        safe_element.text = element.text
    safe_element.tail = element.tail
    for child in element:
        # a comment or an instruction has no name
        if isinstance(child.tag, str) and child.tag.removeprefix(f"{{{_SVG}}}") in _ELEMENTS:
            safe_element.append(_kept(child))
    return safe_element


def _may_stay(name: str, value: str) -> bool:
    if name in _LINKS:
        return _PART.fullmatch(value) is not None
    return re.fullmatch(r"(?!on)[a-zA-Z][\w-]*", name) is not None and _is_harmless(value)


def _is_harmless(style: str) -> bool:
    """True when no address can stand in it: neither an escape, nor an at-rule, nor a function that
    takes one but for a part of the drawing itself.
    """
    return not any(sign in style for sign in ("\\", "@", "/*")) and all(
        name in _PLAIN_CALLS or not name or (name == "url" and part)
        for name, part in _CALLS.findall(style)
    )
