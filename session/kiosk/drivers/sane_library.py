# SPDX-License-Identifier: GPL-3.0-only
"""SANE's C library by ctypes: options, parameters, bytes.
Only for the worker process; everything here blocks.

Own binding, because python-sane tells a fault only after `sane_cancel`, which hangs in one fault of
ten with backends that read in a thread (cancelled while it holds the allocator's lock), and crashes
on an exception in its callback.

Source: SANE standard 1.06, chapter 4 ("SANE" below).
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p
from enum import IntEnum
from typing import NamedTuple

_FIXED = 1 << 16  # SANE, section 4.2.2: SANE_FIXED_SCALE_SHIFT
_SOFT_SELECT, _INACTIVE = 1, 32  # SANE, section 4.2.9.6
_GET, _SET = 0, 1  # SANE, section 4.3.7

type OptionValue = bool | int | float | str


class SaneStatus(IntEnum):
    """SANE, section 4.2.7."""

    GOOD = 0
    UNSUPPORTED = 1
    CANCELLED = 2
    DEVICE_BUSY = 3
    INVAL = 4
    EOF = 5
    JAMMED = 6
    NO_DOCS = 7
    COVER_OPEN = 8
    IO_ERROR = 9
    NO_MEM = 10
    ACCESS_DENIED = 11
    WARMING_UP = 12  # of later drafts; backends that know it say it
    HW_LOCKED = 13


class Kind(IntEnum):
    """Type of an option's value (SANE, section 4.2.9.3)."""

    BOOL = 0
    INT = 1
    FIXED = 2
    STRING = 3
    BUTTON = 4
    GROUP = 5


UNIT_MM = 3  # SANE, section 4.2.9.4
FRAME_GREY, FRAME_RGB = 0, 1  # SANE, section 4.3.8


class SaneError(Exception):
    """A call that SANE refused; `status` is the name of its status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class _Range(ctypes.Structure):
    _fields_ = (("low", c_int), ("high", c_int), ("step", c_int))


class _Constraint(ctypes.Union):
    _fields_ = (
        ("strings", POINTER(c_char_p)),
        ("words", POINTER(c_int)),
        ("range", POINTER(_Range)),
    )


class _Descriptor(ctypes.Structure):
    """SANE, section 4.2.9."""

    _fields_ = (
        ("name", c_char_p),
        ("title", c_char_p),
        ("desc", c_char_p),
        ("type", c_int),
        ("unit", c_int),
        ("size", c_int),
        ("cap", c_int),
        ("constraint_type", c_int),
        ("constraint", _Constraint),
    )


class _Parameters(ctypes.Structure):
    """SANE, section 4.3.8."""

    _fields_ = (
        ("format", c_int),
        ("last_frame", c_int),
        ("bytes_per_line", c_int),
        ("pixels_per_line", c_int),
        ("lines", c_int),
        ("depth", c_int),
    )


class Option(NamedTuple):
    """The values that an option may have: one of `choices`, or within `span`;
    neither means anything.
    """

    number: int
    kind: int
    unit: int
    size: int
    usable: bool
    choices: tuple[OptionValue, ...]
    span: tuple[float, float] | None

    def nearest(self, target: float) -> float:
        """The possible number nearest to the wanted one."""
        numbers = [choice for choice in self.choices if isinstance(choice, int | float)]
        if numbers:
            return min(numbers, key=lambda number: abs(number - target))
        if self.span:
            return min(max(target, self.span[0]), self.span[1])
        return target


class SaneFrame(NamedTuple):
    """The frame that comes: `lines` is -1 when the device cannot know."""

    format: int
    width_px: int
    lines: int
    bytes_per_line: int
    depth: int


class SaneLibrary:
    """The loaded library. Raises `OSError` when it is not installed, `SaneError` when it does not
    start.
    """

    def __init__(self, file_name: str) -> None:
        self.calls = ctypes.CDLL(file_name)
        self.calls.sane_get_option_descriptor.restype = POINTER(_Descriptor)
        self.calls.sane_get_option_descriptor.argtypes = (c_void_p, c_int)
        self.calls.sane_control_option.argtypes = (c_void_p, c_int, c_int, c_void_p, POINTER(c_int))
        self.calls.sane_read.argtypes = (c_void_p, c_void_p, c_int, POINTER(c_int))
        self.calls.sane_get_parameters.argtypes = (c_void_p, POINTER(_Parameters))
        for name in ("sane_start", "sane_cancel", "sane_close"):
            getattr(self.calls, name).argtypes = (c_void_p,)
        check(self.calls.sane_init(None, None))


def check(status: int) -> None:
    """Raises `SaneError` unless all is well."""
    if status != SaneStatus.GOOD:
        raise SaneError(
            SaneStatus(status).name if status in set(SaneStatus) else f"status {status}"
        )


class SaneDevice:
    """An open device. Only `cancel` may be called from another thread (SANE, section 4.3.12)."""

    def __init__(self, library: SaneLibrary, name: str) -> None:
        self._calls = library.calls
        self._handle = c_void_p()
        check(self._calls.sane_open(name.encode(), byref(self._handle)))

    def options(self) -> dict[str, Option]:
        """All by name; setting one may change the others, so ask again."""
        count = c_int()
        check(self._calls.sane_control_option(self._handle, 0, _GET, byref(count), None))
        options = (self._option(number) for number in range(1, count.value))
        return {name: option for name, option in options if name}

    def _option(self, number: int) -> tuple[str, Option]:
        pointer = self._calls.sane_get_option_descriptor(self._handle, number)
        if not pointer:
            return "", Option(number, Kind.GROUP, 0, 0, False, (), None)
        descriptor = pointer.contents
        choices, span = _constraint(descriptor)
        usable = bool(descriptor.cap & _SOFT_SELECT) and not descriptor.cap & _INACTIVE
        option = Option(
            number, descriptor.type, descriptor.unit, descriptor.size, usable, choices, span
        )
        return (descriptor.name or b"").decode(errors="replace"), option

    def set(self, name: str, value: OptionValue) -> None:
        """Sets an option. Raises `SaneError`: none of this name now, or not with this value."""
        option = self.options().get(name)
        if option is None or not option.usable:
            raise SaneError(f"no option {name}")
        raw = _raw(option, value)
        check(
            self._calls.sane_control_option(self._handle, option.number, _SET, raw, byref(c_int()))
        )

    def start(self) -> SaneFrame:
        """Begins a page. Raises `SaneError`, `NO_DOCS` for a feeder that is empty."""
        check(self._calls.sane_start(self._handle))
        parameters = _Parameters()
        check(self._calls.sane_get_parameters(self._handle, byref(parameters)))
        return SaneFrame(
            parameters.format,
            parameters.pixels_per_line,
            parameters.lines,
            parameters.bytes_per_line,
            parameters.depth,
        )

    def read(self, buffer: ctypes.Array[ctypes.c_char]) -> int:
        """Fills the buffer's beginning; returns how many bytes, or -1 at the end.
        Raises `SaneError`.
        """
        count = c_int()
        status = self._calls.sane_read(self._handle, buffer, len(buffer), byref(count))
        if status == SaneStatus.EOF:
            return -1
        check(status)
        return count.value

    def cancel(self) -> None:
        """Ends the page or the batch; needed also after a good one (SANE, section 4.3.12)."""
        self._calls.sane_cancel(self._handle)

    def close(self) -> None:
        """Lets the device go."""
        self._calls.sane_close(self._handle)


def _constraint(
    descriptor: _Descriptor,
) -> tuple[tuple[OptionValue, ...], tuple[float, float] | None]:
    """SANE, section 4.2.9.7: 1 is a range, 2 a list of words that begins with its length, 3 a list
    of strings.
    """
    if descriptor.type == Kind.FIXED:
        scale = _FIXED
    else:
        scale = 1
    match descriptor.constraint_type:
        case 1:
            span = descriptor.constraint.range.contents
            return (), (span.low / scale, span.high / scale)
        case 2:
            words = descriptor.constraint.words
            return tuple(words[place] / scale for place in range(1, words[0] + 1)), None
        case 3:
            strings: list[OptionValue] = []
            while text := descriptor.constraint.strings[len(strings)]:
                strings.append(text.decode(errors="replace"))
            return tuple(strings), None
        case _:
            return (), None


def _raw(
    option: Option, value: OptionValue
) -> ctypes.Array[ctypes.c_char] | ctypes._Pointer[c_int]:
    """The value as SANE keeps it."""
    if option.kind == Kind.STRING:
        return ctypes.create_string_buffer(
            str(value).encode(), max(option.size, len(str(value).encode()) + 1)
        )
    number = float(value)
    return ctypes.pointer(
        c_int(round(number * _FIXED) if option.kind == Kind.FIXED else round(number))
    )
