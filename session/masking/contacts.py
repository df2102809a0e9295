# SPDX-License-Identifier: GPL-3.0-only
"""Patterns of where somebody lives, how they are reached, when they were born.
Used by `numbers`.

These are looked for in what is kept; the live page shows them, because a page's own telephone
number, days and places are no secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from session.masking.normalise import Plain

_ALONE, _ALONE_AFTER = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    rf"{_ALONE}(?:0 ?[1-9]|(?:00 ?)?33 ?(?:0 ?)?[1-9])(?: ?\d){{8}}{_ALONE_AFTER}"
    rf"|{_ALONE}00 ?[1-9](?: ?\d){{7,13}}{_ALONE_AFTER}",
    re.ASCII,
)
_PHONE_WITH_PLUS = re.compile(r"\+\W{0,3}[1-9](?:\W{0,3}\d){6,14}", re.ASCII)
"""Of any country (ITU-T E.164)."""

_MONTHS = (
    "janv(?:ier)?|f[eé]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept(?:embre)?"
    "|oct(?:obre)?|nov(?:embre)?|d[eé]c(?:embre)?"
)
_DAY, _MONTH, _YEAR = r"(?:0?\d|[12]\d|3[01])", r"(?:0?\d|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"{_ALONE}(?:{_DAY}(?:er)? (?:{_MONTH}|{_MONTHS}) {_YEAR}|{_YEAR} {_MONTH} {_DAY}"
    rf"|(?<=n[eé] le |ée le |ee le )[0-3]\d[01]\d{_YEAR}){_ALONE_AFTER}",
    re.IGNORECASE,
)

_WAYS = (
    "rue|avenue|av|boulevard|bd|bld|place|pl|chemin|che|all[eé]es?|impasse|imp|route|rte|cours"
    "|quai|square|passage|sentier|faubourg|fbg|villa|cit[eé]|r[eé]sidence|lotissement|hameau"
    "|lieu dit|esplanade|rond point|voie|mail|promenade"
)
_STREET = re.compile(
    rf"{_ALONE}\d{{1,4}}(?: ?(?:bis|ter|quater|[A-D]))? (?:{_WAYS})\b(?: \w+){{1,5}}",
    re.IGNORECASE,
)
_TOWN = re.compile(
    rf"{_ALONE}(?<!\d )(?:0[1-9]|[1-8]\d|9[0-8])\d{{3}} [A-ZÀ-Ý]\w+(?: [A-ZÀ-Ý]\w+){{0,3}}"
)

type _Spans = Iterator[tuple[int, int]]


def mail_addresses(plain: Plain) -> _Spans:
    """In `Plain.text`."""
    if "@" in plain.text:
        yield from (match.span() for match in _MAIL.finditer(plain.text))


def phones_with_plus(plain: Plain) -> _Spans:
    """In `Plain.text`: of any country, a plus before them."""
    if "+" in plain.text:
        yield from (match.span() for match in _PHONE_WITH_PLUS.finditer(plain.text))


def phones(plain: Plain) -> _Spans:
    """In `Plain.folded`: French ones, and those of any country with 00 before them."""
    yield from (match.span() for match in _PHONE.finditer(plain.folded))


def dates(plain: Plain) -> _Spans:
    """In `Plain.folded`: days of the last and of this century."""
    yield from (match.span() for match in _DATE.finditer(plain.folded))


def places(plain: Plain) -> _Spans:
    """In `Plain.text`: a street with a number, a town with its postal code."""
    for pattern in (_STREET, _TOWN):
        for match in pattern.finditer(plain.folded):
            yield plain.text_span(*match.span())
