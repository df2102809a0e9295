# SPDX-License-Identifier: GPL-3.0-only
"""Signs in words of strangers that turn, hide or steer what stands beside them: no window draws
them, no paper shows them, no terminal gets them. Used by windows, papers and the command line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO, cast

_TURN = "\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates (UAX #9): one that is not closed turns all that follows it.
The marks U+200E, U+200F and U+061C stand for themselves only, and are kept.
"""

_HIDE = "\U000e0000-\U000e007f"
"""Tag characters: letters that nobody sees."""

_STEER = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
"""Control characters but tab and ends of lines (ECMA-48): a terminal obeys them."""

_SIGNS = re.compile(f"[{_TURN}{_HIDE}{_STEER}]|\r(?!\n)")


def plain_text(text: str) -> str:
    """Return words without such signs, in the order in which they were written."""
    return _SIGNS.sub("", text)


def terminal_text(text: str) -> str:
    """Return words with such signs as JSON writes them ("\\u001b"), so that an operator sees them,
    and data in JSON stay what they were.
    """
    return _SIGNS.sub(_escaped, text)


@contextmanager
def plain_output() -> Iterator[None]:
    """Let all that is said on the standard streams go through `terminal_text`: the one place of
    the command line.
    """
    out, errors = (stream and cast(TextIO, _Plain(stream)) for stream in (sys.stdout, sys.stderr))
    with redirect_stdout(out), redirect_stderr(errors):
        yield


class _Plain:
    """A text stream before another one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """See `io.TextIOBase.write`."""
        return self._stream.write(terminal_text(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _escaped(sign: re.Match[str]) -> str:
    units = sign.group().encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
