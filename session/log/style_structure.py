# SPDX-License-Identifier: GPL-3.0-only
"""Style sheets of a shared page as they may be kept: colours, sizes and places, no text of anybody.
Used by `session.log.page_structure`.

What is written is made of known words, bounded numbers, colours, signs, and names without meaning;
so whatever a page writes into its style sheets, and however wrongly it is read here, nothing else
comes out. One scan (tokens of CSS Syntax Module Level 3, section 4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from session.log.structure_words import ENUMS, FLAGS, HTML, is_style_word, words

BAR = "▆"
NEVER = ":not(*)"
"""A selector that chooses nothing; keeps the place of a rule that is not kept."""

_SPLIT = "/* rr_split */"  # rrweb-snapshot 2: where the text of one <style> is cut into nodes
_MOST_NAMES, _LONGEST_NAME = 100_000, 200
_MOST_BARS = 16
_LARGEST = 99_999
_PLAIN_DIGITS = 3

_SIGN = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n])"
_NAME = rf"(?:--|-?(?:[A-Za-z_]|[^\x00-\x7f]|\\[^\n])){_SIGN}*+"
_TOKEN = re.compile(
    rf"""
    (?P<comment>/\*.*?(?:\*/|\Z))
  | (?P<string>"(?:[^"\\\n]|\\.)*+["\n]?|'(?:[^'\\\n]|\\.)*+['\n]?)
  | (?P<url>(?i:url)\(\s*+(?:"(?:[^"\\]|\\.)*+"?|'(?:[^'\\]|\\.)*+'?|(?:[^)\\]|\\.)*+)\s*+\)?)
  | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?P<unit>%|[a-zA-Z]+)?)
  | (?P<at>@{_NAME})
  | (?P<hash>\#{_SIGN}++)
  | (?P<function>{_NAME}\()
  | (?P<word>{_NAME})
  | (?P<space>\s++)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_VISIBLE = re.compile(r"(\s+)|\S+")
_UNITS = words(
    "% px em rem ex ch ic lh rlh vw vh vi vb vmin vmax svw svh lvw lvh dvw dvh cqw cqh cqi"
    " cqb cm mm"
    " in pt pc q deg grad rad turn s ms fr dpi dppx x n"
)
_FUNCTIONS = words(
    "var calc min max clamp rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark"
    " linear-gradient radial-gradient conic-gradient repeating-linear-gradient"
    " repeating-radial-gradient repeating-conic-gradient translate translatex translatey translatez"
    " translate3d scale scalex scaley scale3d rotate rotatex rotatey rotatez rotate3d skew skewx"
    " skewy matrix matrix3d perspective cubic-bezier steps blur brightness contrast grayscale"
    " drop-shadow opacity saturate invert sepia hue-rotate repeat minmax fit-content rect inset"
    " circle ellipse polygon env abs sign round mod rem"
)
_SELECTOR_FUNCTIONS = words(
    ":not( :is( :where( :has( :host( :host-context( :nth-child( :nth-last-child( :nth-of-type("
    " :nth-last-of-type( ::slotted( ::part("
)
_GROUPS = {"media", "supports", "layer", "container", "keyframes", "-webkit-keyframes", "scope"}
_FONTS = {"font", "font-family"}
_AREAS = {"grid-template-areas", "grid-template", "grid"}


class Token(NamedTuple):
    """A piece of a style sheet."""

    kind: str
    text: str


class Names:
    """Gives each name of a page (class, id, custom property, animation) another without meaning,
    always the same.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name that is kept."""
        if len(name) > _LONGEST_NAME:
            return "n"
        if len(self._known) >= _MOST_NAMES:
            return self._known.get(name, "n")
        return self._known.setdefault(name, f"n{len(self._known)}")


def bars(text: str) -> str:
    """Return as many words of about the same width as the text has;
    no letter, no digit, and of each word's length only its third.
    """
    return _VISIBLE.sub(_bar, text)


def _bar(match: re.Match[str]) -> str:
    """In place of one word, or of the space between two."""
    if not match[1]:
        return BAR * min(_MOST_BARS, 2 * -(-len(match[0]) // 3))
    if "\n" in match[0]:
        return "\n"
    return " "


def _plain(text: str) -> str:
    """Without escapes (CSS Syntax Module Level 3, section 4.3.7)."""
    if "\\" not in text:
        return text

    def sign(match: re.Match[str]) -> str:
        if match[2] is not None:
            return match[2]
        code = int(match[1], 16)
        if code <= 0x10FFFF:
            return chr(code)
        return "�"

    return _ESCAPE.sub(sign, text)


def _tokens(text: str) -> list[Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "unit":
            kind = "number"
        if kind == "comment":
            tokens.append(Token("space", " "))
        else:
            tokens.append(Token(kind, match[0]))
    return tokens


def _number(text: str) -> str:
    """The number with at most five digits before the point and three after it; "0" with an unknown
    unit.
    """
    match = re.match(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", text)
    if match is None:
        return "0"
    unit = text[match.end() :].lower()
    if unit and unit not in _UNITS:
        return "0"
    value = max(-_LARGEST, min(_LARGEST, float(match[0])))
    if text.startswith("+"):
        sign = "+"
    else:
        sign = ""
    return f"{sign}{value:.3f}".rstrip("0").rstrip(".") + unit


class StyleStructure:
    """Rewrites style sheets of one page.

    Args:
        names: shared with the page's elements, so that selectors still find them.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    # ---- sheets and rules

    def sheet(self, text: str) -> str:
        """A style sheet, with as many rules as it had."""
        out: list[str] = []
        run: list[Token] = []
        skipped = depth = brackets = 0
        for token in _tokens(text):
            if token.kind == "sign":
                sign = token.text
            else:
                sign = ""
            if skipped:
                skipped += (sign == "{") - (sign == "}")
                if not skipped:
                    out.append("}")
                continue
            if token.kind == "function" or sign in ("(", "["):
                brackets += 1
            elif sign in (")", "]"):
                brackets = max(0, brackets - 1)
            if sign not in ("{", ";", "}") or (brackets and sign == ";"):
                run.append(token)
                continue
            brackets = 0
            if sign == "{":
                prelude = self._prelude(run)
                skipped = int(prelude is None)
                depth += not skipped
                out.append(f"{NEVER if prelude is None else prelude}{{")
            else:
                out.append(self._statement(run, inside=depth > 0))
                if sign == "}" and depth:
                    depth -= 1
                    out.append("}")
            run = []
        out.append(self._statement(run, inside=depth > 0))
        return "".join(out) + "}" * (depth + bool(skipped))

    def rule(self, text: str) -> str:
        """One rule; an empty one when nothing of it is kept: rules are counted."""
        sheet = self.sheet(text)
        if "{" in sheet:
            return sheet
        return f"{NEVER}{{}}"

    def media(self, text: str) -> str:
        """A list of media queries."""
        return self._query(_tokens(text))

    def _statement(self, run: list[Token], *, inside: bool) -> str:
        words = _stripped(run)
        if not words:
            return ""
        if words[0].kind == "at":
            if inside:
                return ""
            return f"{NEVER}{{}}"
        if inside:
            return self._declaration(words)
        return ""

    def _prelude(self, run: list[Token]) -> str | None:
        """Return what stands before a block; None when the whole block is not kept."""
        words = _stripped(run)
        if not words or words[0].kind != "at":
            return self._selector(words)
        name = words[0].text[1:].lower()
        if name not in _GROUPS:
            return None
        return f"@{name} {self._query(words[1:])}"

    def _query(self, tokens: Iterable[Token]) -> str:
        out = []
        for token in tokens:
            match token.kind:
                case "word" | "function":
                    word = _plain(token.text.rstrip("("))
                    is_known = is_style_word(word) and not word.startswith("--")
                    out.append(word.lower() if is_known else self._name_of(word))
                    out.append("(" if token.kind == "function" else "")
                case "number":
                    out.append(_number(token.text))
                case "sign" if token.text in "():,<>=/.#*&":
                    out.append(token.text)
                case "hash":
                    out.append("#" + self._names.of(_plain(token.text[1:])))
                case "space":
                    out.append(" ")
        return "".join(out).strip()

    def _name_of(self, word: str) -> str:
        return ("--" if word.startswith("--") else "") + self._names.of(word)

    # ---- selectors

    def _selector(self, tokens: list[Token]) -> str:
        out: list[str] = []
        at = 0
        while at < len(tokens):
            at = self._part_of_selector(tokens, at, out)
        return "".join(out).strip() or NEVER

    def _part_of_selector(self, tokens: list[Token], at: int, out: list[str]) -> int:
        """Writes one part; returns where the next begins."""
        token = tokens[at]
        match token.kind:
            case "space":
                out.append(" ")
            case "hash":
                out.append("#" + self._names.of(_plain(token.text[1:])))
            case "word":
                out.append(self._element(token.text))
            case "number":
                out.append(_number(token.text))
            case "sign" if token.text == "." and _kind(tokens, at + 1) in ("word", "function"):
                out.append("." + self._names.of(_plain(tokens[at + 1].text.rstrip("("))))
                return at + 2
            case "sign" if token.text == ":":
                return self._pseudo(tokens, at, out)
            case "sign" if token.text == "[":
                return self._attribute(tokens, at, out)
            case "sign" if token.text in ">+~,*&|)%":
                out.append(token.text)
        return at + 1

    @staticmethod
    def _is_step(word: str) -> bool:
        return word in ("from", "to", "odd", "even", "of", "n", "-n")

    def _element(self, text: str) -> str:
        name = _plain(text).lower()
        if name in HTML or self._is_step(name):
            return name
        return element_name(name, self._names)

    def _pseudo(self, tokens: list[Token], at: int, out: list[str]) -> int:
        if _text(tokens, at + 1) == ":":
            colons = 2
        else:
            colons = 1
        at += colons
        if _kind(tokens, at) == "word" and is_style_word(tokens[at].text):
            out.append(":" * colons + tokens[at].text.lower())
            return at + 1
        if _kind(tokens, at) == "function":
            name = ":" * colons + tokens[at].text.lower()
            if name in _SELECTOR_FUNCTIONS:
                out.append(name)
                return at + 1
            at = _after_bracket(tokens, at)
        elif _kind(tokens, at) == "word":
            at += 1
        out.append(NEVER)
        return at

    def _attribute(self, tokens: list[Token], at: int, out: list[str]) -> int:
        """An attribute that is not kept is on no element any more."""
        after = _after_bracket(tokens, at)
        parts = [token for token in tokens[at + 1 : after - 1] if token.kind != "space"]
        if parts:
            name = _plain(parts[0].text).lower()
        else:
            name = ""
        selector = NEVER
        if len(parts) == 1 and (name in FLAGS or name in ENUMS):
            selector = f"[{name}]"
        elif len(parts) == 3 and parts[1].text == "=":
            value = _plain(parts[2].text).strip("\"'")
            if name in FLAGS and not value:
                selector = f"[{name}]"
            elif value in ENUMS.get(name, ()):
                selector = f'[{name}="{value}"]'
        out.append(selector)
        return after

    # ---- declarations

    def declarations(self, text: str) -> str:
        """Return what stands in a `style` attribute."""
        out: list[str] = []
        run: list[Token] = []
        brackets = 0
        for token in _tokens(text):
            if token.kind == "sign":
                sign = token.text
            else:
                sign = ""
            brackets += token.kind == "function" or sign in ("(", "[", "{")
            brackets -= sign in (")", "]", "}") and brackets > 0
            if sign == ";" and not brackets:
                out.append(self._declaration(_stripped(run)))
                run = []
            else:
                run.append(token)
        out.append(self._declaration(_stripped(run)))
        return "".join(out)

    def property(self, name: str) -> str:
        """A property's name as it is kept, "" when it is not."""
        name = _plain(name)
        if name.startswith("--"):
            return self._name_of(name)
        if is_style_word(name):
            return name.lower()
        return ""

    def value(self, name: str, text: str) -> str:
        """The value of a property (its name as it was)."""
        return self._value(name.lower(), _tokens(text))

    def _declaration(self, tokens: list[Token]) -> str:
        if len(tokens) < 2 or tokens[0].kind != "word":
            return ""
        rest = _stripped(tokens[1:])
        name = self.property(tokens[0].text)
        if not name or not rest or rest[0].text != ":":
            return ""
        value = self._value(tokens[0].text.lower(), _stripped(rest[1:]))
        if value:
            return f"{name}:{value};"
        return ""

    def _value(self, name: str, tokens: list[Token]) -> str:
        if name.startswith("--") and not _is_measure(tokens):
            return ""
        out: list[str] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.kind == "function" and token.text[:-1].lower() not in _FUNCTIONS:
                out.append(f'"{BAR * 2}"' if name == "content" else "none")
                at = _after_bracket(tokens, at)
                continue
            out.append(self._piece(name, token))
            at += 1
        return "".join(out).strip()

    def _piece(self, name: str, token: Token) -> str:
        match token.kind:
            case "space":
                return " "
            case "number":
                return _number(token.text)
            case "hash":
                if _COLOUR.fullmatch(token.text):
                    return token.text
                return ""
            case "url":
                return "none"
            case "string":
                return self._string(name, _plain(token.text.strip("\"'\n")))
            case "function":
                return token.text.lower()
            case "word":
                return self._word(name, _plain(token.text))
            case "sign" if token.text in "(),/*+-!":
                return token.text
        return ""

    def _string(self, name: str, text: str) -> str:
        if name in _FONTS:
            return "sans-serif"
        if name in _AREAS:
            areas = (area if area == "." else self._names.of(area) for area in text.split())
            return f'"{" ".join(areas)}"'
        return f'"{bars(text)}"'

    def _word(self, name: str, word: str) -> str:
        if is_style_word(word) and not word.startswith("--"):
            return word.lower()
        if name in _FONTS:
            return "sans-serif"
        return self._name_of(word)


def _is_measure(tokens: list[Token]) -> bool:
    """True if the value of a custom property has no numbers but those of sizes and colours:
    a date or a code may stand there.
    """
    depth = 0
    plain: list[str] = []
    for token in tokens:
        depth += token.kind == "function"
        depth -= token.text == ")"
        if (
            token.kind == "number"
            and not depth
            and token.text.lstrip("+-").replace(".", "").isdigit()
        ):
            plain.append(token.text)
    return len(plain) <= 1 and all(len(number) <= _PLAIN_DIGITS for number in plain)


def element_name(name: str, names: Names) -> str:
    """The name of an element that is not one of HTML's: without meaning, and still its own."""
    return f"x-{names.of(name)}"


def split_texts(text: str, keep: Callable[[str], str]) -> str:
    """`_cssText`: the text of one <style>, cut where its nodes end."""
    if _SPLIT in text:
        return _SPLIT.join(map(keep, text.split(_SPLIT)))
    return keep(text)


def _kind(tokens: list[Token], at: int) -> str:
    if at < len(tokens):
        return tokens[at].kind
    return ""


def _text(tokens: list[Token], at: int) -> str:
    if at < len(tokens):
        return tokens[at].text
    return ""


def _after_bracket(tokens: list[Token], at: int) -> int:
    """Behind the bracket that closes the one which opens at `at`."""
    depth = 0
    while at < len(tokens):
        token = tokens[at]
        opens = token.kind == "function" or (token.kind == "sign" and token.text in "([{")
        depth += opens
        depth -= token.kind == "sign" and token.text in ")]}"
        at += 1
        if depth <= 0:
            break
    return at


def _stripped(tokens: list[Token]) -> list[Token]:
    first, last = 0, len(tokens)
    while first < last and tokens[first].kind == "space":
        first += 1
    while last > first and tokens[last - 1].kind == "space":
        last -= 1
    return tokens[first:last]
