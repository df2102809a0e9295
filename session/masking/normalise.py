# SPDX-License-Identifier: GPL-3.0-only
"""Text as a number is searched in it, and the way back to its own characters.
Used by the patterns of this package.

`Plain.text` has one form for each letter (NFKC, digits of all scripts as ASCII) and none of
the signs that nobody sees. `Plain.folded` has in addition one space for every run of spaces,
punctuation and symbols: a number looks the same whatever stands between its digits.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right

FAR = "\n"
"""In `folded`, for a gap that is too long to stand inside a number."""

MOST_GAP = 40
_GAP = re.compile(r"\W+")
_FAR_GAP = re.compile(rf"\W{{{MOST_GAP + 1}}}")
_IN_ADDRESS = re.compile(
    r"%(?:25)*(?:09|0[AD]|2[0C-F]|3[AB]|5F|7C|C2%(?:25)*A0|E2%(?:25)*80%(?:25)*(?:8[0-B]|AF))", re.I
)
"""What stands between two digits, as addresses write it (RFC 3986, section 2.1)."""

_UNSEEN = {"Cf", "Mn", "Me"}
_FILLERS = {0x115F, 0x1160, 0x3164, 0xFFA0}
"""Letters without a shape (Unicode, Default_Ignorable_Code_Point)."""


class _Forms(dict[int, str]):
    """The one form of each character, found once."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.digit(chr(code), None)  # also in circles and brackets
        if digit is None:
            plain = unicodedata.normalize("NFKC", chr(code))
        else:
            plain = str(digit)
        form = "".join(map(_form_of, plain))
        self[code] = form
        return form


def _form_of(letter: str) -> str:
    if unicodedata.category(letter) in _UNSEEN or ord(letter) in _FILLERS:
        return ""
    digit = unicodedata.decimal(letter, None)
    if digit is None:
        return letter
    return str(digit)


_FORMS = _Forms()


def _folded_gap(gap: re.Match[str]) -> str:
    if len(gap[0]) > MOST_GAP:
        return FAR
    return " "


class Plain:
    """A text and its two forms.

    Attributes:
        original: the text as it was given.
        text: each letter in its one form, nothing unseen.
        folded: `text` with one sign for each run of what is neither letter nor digit: a space or
            `FAR`.
    """

    def __init__(self, original: str) -> None:
        self.original = original
        if original.isascii():
            self.text = original
        else:
            self.text = original.translate(_FORMS)
        words = self.text.replace("_", " ")
        if "%" in words:
            self._words = _IN_ADDRESS.sub(lambda gap: " " * len(gap[0]), words)
        else:
            self._words = words
        self.folded = _GAP.sub(
            " " if _FAR_GAP.search(self._words) is None else _folded_gap, self._words
        )
        self._gap_ends: list[int] | None = None
        self._left_out: list[int] = []
        self._sources: list[int] | None = None

    def text_index(self, folded_index: int) -> int:
        """Return where in `text` stands what stands there in `folded`;
        a gap's last sign for a gap.
        """
        if self._gap_ends is None:
            self._gap_ends, left_out = [], 0
            for gap in _GAP.finditer(self._words):
                left_out += gap.end() - gap.start() - 1
                self._gap_ends.append(gap.end() - 1 - left_out)
                self._left_out.append(left_out)
        gaps = bisect_right(self._gap_ends, folded_index)
        return folded_index + (self._left_out[gaps - 1] if gaps else 0)

    def text_span(self, start: int, end: int) -> tuple[int, int]:
        """`start`..`end` of `folded`, which begins and ends with a letter or digit, in `text`."""
        return self.text_index(start), self.text_index(end - 1) + 1

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """`start`..`end` of `text`, at least one character, in `original`."""
        if self.original.isascii():
            return start, end
        if self._sources is None:
            self._sources = [
                at for at, letter in enumerate(self.original) for _ in _FORMS[ord(letter)]
            ]
        return self._sources[start], self._sources[end - 1] + 1
