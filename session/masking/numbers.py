# SPDX-License-Identifier: GPL-3.0-only
"""Numbers of people and accounts, and what else tells who somebody is, found in text.
Used by the guard of the shared page, the log and exports: `find` and `mask`.

Numbers are searched in `Plain.folded`, where one space stands for whatever is between two digits.
A number is believed when its digits stand together, when they are grouped as people group them,
when its groups are parted by the same sign and no other group stands beside them, or when check
digits prove it. So the days of a calendar and the amounts of a table stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from session.masking import contacts
from session.masking.checks import ACCOUNT_LENGTHS, is_account, is_card, is_nir, is_rib
from session.masking.normalise import MOST_GAP, Plain

MASK = "•••"


class NumberKind(StrEnum):
    """The kind of number that was found."""

    NIR = "nir"
    IBAN = "iban"
    RIB = "rib"
    CARD = "card"
    BENEFICIARY = "beneficiary"
    EMAIL = "email"
    PHONE = "phone"
    BIRTH_DATE = "birth_date"
    POSTAL_ADDRESS = "postal_address"


LIVE = frozenset(
    {NumberKind.NIR, NumberKind.IBAN, NumberKind.RIB, NumberKind.CARD, NumberKind.BENEFICIARY}
)
"""Never leave the kiosk. A public body's telephone number, dates and places are no secrets there.
"""

KEPT = frozenset(NumberKind)
"""Stand in no log."""


class FoundNumber(NamedTuple):
    """The place of a number: `text[start:end]`."""

    kind: NumberKind
    start: int
    end: int


type _Spans = Iterator[tuple[int, int]]

_ALONE, _ALONE_AFTER = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_MONTH = r"(?:0[1-9]|1[0-2]|[2-9]\d)"
_NIR = re.compile(
    rf"(?<!\d)[1-478] ?\d\d ?{_MONTH} ?"
    r"(?:9[78]\d ?\d\d|(?:0[1-9]|[1-9]\d|2[AaBb]) ?\d\d\d) ?\d\d\d(?: ?\d\d)?(?!\d)",
    re.ASCII,
)
"""The French social security number (INSEE: sex, year, month, department, commune, order, key)
as people group it: with or without its key, also of overseas (department of three digits) and
provisional ones.
"""

_NIR_SIGNS = re.compile(
    r"[1-478]\d\d(?:0[1-9]|1[0-2]|20|3\d|4[0-2]|[5-9]\d)(?:0[1-9]|[1-9]\d|2[AB])\d{6}(?:\d\d)?",
    re.ASCII,
)
_RUN = re.compile(r"\d(?: ?(?:\d|[ABab](?= ?\d)))*", re.ASCII)
"""Groups of digits with nothing but gaps between them; A and B are Corsica's."""

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_GROUP_OF_ACCOUNT, _RIB_LENGTH = 4, 23
_CARD_LENGTHS, _ODD_LENGTHS = range(13, 20), range(13, 17)

_GROUP_OF_NIR = 3

_FRENCH_ACCOUNT = re.compile(
    rf"{_ALONE}FR ?\d ?\d(?: ?\d){{10}}"
    rf"(?:(?: ?[A-Z0-9]){{11}}(?: ?\d){{2}}{_ALONE_AFTER}|(?: ?\d){{0,13}})",
    re.IGNORECASE | re.ASCII,
)
"""A French account number (ISO 13616: bank and branch are ten digits), also mistyped or cut short.
"""

_ANY_ACCOUNT = r"[A-Z]{2}\d\d ?(?:[A-Z]{0,4}\d)(?: ?[A-Z0-9]){10,30}"
PAGE_PATTERNS = (_NIR.pattern, _FRENCH_ACCOUNT.pattern, f"{_ALONE}{_ANY_ACCOUNT}{_ALONE_AFTER}")
"""For the recorder in the page (`resources/pages/record.js`), which cannot tell check digits: it
puts anything that is neither letter nor digit in the place of " ?".
"""

_ACCOUNT = re.compile(
    rf"{_ALONE}(?=([A-Z] ?[A-Z] ?\d ?\d(?: ?[A-Z0-9]){{11,29}}))", re.IGNORECASE | re.ASCII
)
_RIB = re.compile(
    rf"{_ALONE}(?=(\d(?: ?\d){{9}}(?: ?[A-Z0-9]){{11}}(?: ?\d){{2}}){_ALONE_AFTER})",
    re.IGNORECASE | re.ASCII,
)
_CARD = re.compile(
    r"(?<!\d)(?:[2-6]\d{3} ?\d{4} ?\d{4} ?\d{4}(?: ?\d{3})?"
    r"|3\d{3} ?\d{6} ?\d{4,5}|[2-6]\d{12,18})(?!\d)",
    re.ASCII,
)
"""What may be the number of a payment card (ISO/IEC 7812-1) as cards show it."""

_LETTERED = re.compile(rf"{_ALONE}(?<!\d )\d(?: ?\d){{6}} ?[A-Z]{_ALONE_AFTER}", re.ASCII)
"""The number that France Travail, and some family funds, give a person: seven digits and a letter.
"""

_NAMED = re.compile(
    r"(?:allocataires?|identifiant|france travail|p[oô]le emploi|demandeur d emploi|matricule"
    r"|\b(?:num[eé]ro|num|no|n) (?:d |de )?(?:fiscal|[eé]tranger|agdref|t[eé]l[eé]d[eé]clarant)"
    r"|(?:passeport|titre de s[eé]jour|carte d identit[eé]|permis de conduire)"
    r"(?= (?:num[eé]ro|num|no|n)\b))"
    r"(?: ?(?:num[eé]ro|num|no|n|est|de|du|la|caf|cnaf|msa|votre|france|travail|p[oô]le|emploi"
    r"|fiscal|usager|r[eé]f[eé]rence|agdref|spi)\b)"
    r"{0,4} ?(\d(?: ?\d){4,14}(?: ?[A-Z](?![A-Za-z]))?|\d\d ?[A-Z]{2} ?\d{5})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
"""A number that is a person's only because the word before it says so."""

_LONG_RUN = re.compile(r"\d{11,}", re.ASCII)
"""Longer than a telephone number, which some sites part so for screen readers."""

_NO_NUMBER_BEFORE, _NO_NUMBER_AFTER = frozenset("#./+=-"), frozenset("/+=")

_FEW_DIGITS = re.compile(r"(?:\d\D*){5}", re.ASCII)

_TOGETHER, _APART = 64, "\n" * (MOST_GAP + 1)
"""So many texts are searched at once, with a gap between them that folds to `FAR`."""


def _without_gaps(text: str) -> str:
    return text.replace(" ", "").upper()


# ---- numbers of digits: social security and payment cards ----


def _grouped_nirs(plain: Plain) -> _Spans:
    for match in _NIR.finditer(plain.folded):
        # Nobody writes it in groups of five alone, but tables are full of postal codes.
        groups = match[0].split(" ")
        if len(groups) == 1 or min(map(len, groups)) <= _GROUP_OF_NIR:
            yield match.span()


def _grouped_cards(plain: Plain) -> _Spans:
    for match in _CARD.finditer(plain.folded):
        number = _without_gaps(match[0])
        if _counts_up(match[0].split(" ")):
            continue
        if len(number) in _CARD_LENGTHS and is_card(number) and _stands_free(plain, match.start()):
            yield match.span()


def _stands_free(plain: Plain, start: int) -> bool:
    """True if it is no part of a word, nor the decimals of a number."""
    at = plain.text_index(start)
    return at == 0 or not (plain.text[at - 1].isalnum() or plain.text[at - 1] in "_.")


class _Run:
    """Groups of digits that follow each other in a text."""

    def __init__(self, plain: Plain, match: re.Match[str]) -> None:
        self._tokens = [
            (match.start() + token.start(), token[0].upper()) for token in _TOKEN.finditer(match[0])
        ]
        self._plain = plain

    def proven_nirs(self) -> _Spans:
        """However its digits are grouped: the key is right."""
        tokens, end, length = self._tokens, 0, 0
        for begin, (start, _signs) in enumerate(tokens):
            while end < len(tokens) and length < 15:
                length += len(tokens[end][1])
                end += 1
            if length == 15:
                groups = [signs for _at, signs in tokens[begin:end]]
                number = "".join(groups)
                if _NIR_SIGNS.fullmatch(number) and is_nir(number) and not _counts_up(groups):
                    yield start, self._end_of(end - 1)
            length -= len(tokens[begin][1])

    def even(self) -> Iterator[tuple[NumberKind, int, int]]:
        """Yield what groups parted by the same sign are when all of them are taken together.
        Not those that count up, as the days of a week do.
        """
        tokens = self._tokens
        begin, before = 0, ""
        for at in range(1, len(tokens) + 1):
            if at < len(tokens):
                gap = self._gap_before(at)
            else:
                gap = None
            if at - begin > 1 and gap != before:
                yield from self._as_one(begin, at)
                begin = at - 1
            before = gap or ""

    def _as_one(self, begin: int, end: int) -> Iterator[tuple[NumberKind, int, int]]:
        groups = [signs for _at, signs in self._tokens[begin:end]]
        if sum(map(len, groups)) not in _ODD_LENGTHS or _counts_up(groups):
            return
        number, start = "".join(groups), self._tokens[begin][0]
        if _NIR_SIGNS.fullmatch(number):
            yield NumberKind.NIR, start, self._end_of(end - 1)
        elif number[0] in "23456" and number.isdecimal() and is_card(number):
            yield NumberKind.CARD, start, self._end_of(end - 1)

    def _gap_before(self, at: int) -> str:
        start, signs = self._tokens[at - 1]
        text = self._plain.text
        gap = text[
            self._plain.text_index(start + len(signs) - 1) + 1 : self._plain.text_index(
                self._tokens[at][0]
            )
        ]
        return gap.strip() or " "

    def _end_of(self, at: int) -> int:
        start, signs = self._tokens[at]
        return start + len(signs)


def _counts_up(groups: list[str]) -> bool:
    return len(groups) > 1 and all(
        after.isdecimal() and before.isdecimal() and int(after) == int(before) + 1
        for before, after in pairwise(groups)
    )


def _odd_numbers(plain: Plain) -> Iterator[tuple[NumberKind, int, int]]:
    """Numbers that are grouped in a way of their own."""
    for match in _RUN.finditer(plain.folded):
        if match.end() - match.start() >= _ODD_LENGTHS[0] and " " in match[0]:
            run = _Run(plain, match)
            yield from ((NumberKind.NIR, *span) for span in run.proven_nirs())
            yield from run.even()


# ---- accounts ----


def _french_accounts(plain: Plain) -> _Spans:
    for match in _FRENCH_ACCOUNT.finditer(plain.folded):
        # "exemple.fr 06 12 ..." is the end of a name.
        if match[0][2] != " " or _stands_free(plain, match.start()):
            yield match.span()


def _accounts(plain: Plain) -> _Spans:
    for match in _ACCOUNT.finditer(plain.folded):
        number = _without_gaps(match[1])
        length = ACCOUNT_LENGTHS.get(number[:2], 0)
        if length and is_account(number[:length]) and not _has_words(match[1], length):
            yield match.start(), _end_of_signs(match[1], length) + match.start()


def _end_of_signs(text: str, count: int) -> int:
    """Return where the first `count` letters and digits of `text` end."""
    end = count
    while end - text.count(" ", 0, end) < count:
        end += 1
    return end


def _has_words(text: str, count: int) -> bool:
    """True if prose follows a few digits: a word among the first `count` signs."""
    groups = text[: _end_of_signs(text, count)].split(" ")
    return any(len(group) > _GROUP_OF_ACCOUNT and group.isalpha() for group in groups)


def _ribs(plain: Plain) -> _Spans:
    for match in _RIB.finditer(plain.folded):
        is_number = is_rib(_without_gaps(match[1])) and not _has_words(match[1], _RIB_LENGTH)
        if is_number and not _counts_up(match[1].split(" ")):
            yield match.span(1)


# ---- numbers of beneficiaries ----


def _lettered(plain: Plain) -> _Spans:
    text = plain.text
    for match in _LETTERED.finditer(plain.folded):
        start, end = plain.text_span(*match.span())
        if text[start - 1 : start] in _NO_NUMBER_BEFORE or text[end : end + 1] in _NO_NUMBER_AFTER:
            continue
        # "1 234 567 A payer": the letter begins what follows.
        is_word = text[end - 2].isspace() and text[end : end + 2].lstrip("\u00a0 -").islower()
        if not is_word:
            yield match.span()


def _hidden(plain: Plain) -> _Spans:
    """Digits with signs between them that nobody sees: who writes so hides a number."""
    for run in _LONG_RUN.finditer(plain.text):
        start, end = plain.original_span(*run.span())
        if end - start > run.end() - run.start():
            yield run.span()


def _named(plain: Plain) -> _Spans:
    yield from (match.span(1) for match in _NAMED.finditer(plain.folded))


_IN_FOLDED: tuple[tuple[NumberKind, Callable[[Plain], _Spans]], ...] = (
    (NumberKind.NIR, _grouped_nirs),
    (NumberKind.IBAN, _french_accounts),
    (NumberKind.IBAN, _accounts),
    (NumberKind.RIB, _ribs),
    (NumberKind.CARD, _grouped_cards),
    (NumberKind.BENEFICIARY, _lettered),
    (NumberKind.BENEFICIARY, _named),
    (NumberKind.PHONE, contacts.phones),
    (NumberKind.BIRTH_DATE, contacts.dates),
)
_IN_TEXT: tuple[tuple[NumberKind, Callable[[Plain], _Spans]], ...] = (
    (NumberKind.NIR, _hidden),
    (NumberKind.EMAIL, contacts.mail_addresses),
    (NumberKind.PHONE, contacts.phones_with_plus),
    (NumberKind.POSTAL_ADDRESS, contacts.places),
)


def find(text: str, kinds: Collection[NumberKind]) -> list[FoundNumber]:
    """All of these kinds in the text, in order of their beginning; they may overlap."""
    plain = Plain(text)
    spans = [(kind, *span) for kind, search in _IN_TEXT if kind in kinds for span in search(plain)]
    if _FEW_DIGITS.search(plain.text) is not None:
        spans += (
            (kind, *plain.text_span(start, end)) for kind, start, end in _in_folded(plain, kinds)
        )
    in_text = {FoundNumber(kind, *plain.original_span(start, end)) for kind, start, end in spans}
    return sorted(in_text, key=lambda number: number.start)


def is_proven(kind: NumberKind, number: str) -> bool:
    """True if check digits say that it is one of this kind, and not chance."""
    signs = "".join(filter(str.isalnum, Plain(number).text)).upper()
    if kind == NumberKind.NIR:
        return len(signs) == 15 and is_nir(signs)
    return kind == NumberKind.IBAN and is_account(signs)


def _in_folded(
    plain: Plain, kinds: Collection[NumberKind]
) -> Iterator[tuple[NumberKind, int, int]]:
    for kind, search in _IN_FOLDED:
        if kind in kinds:
            yield from ((kind, *span) for span in search(plain))
    if NumberKind.NIR in kinds or NumberKind.CARD in kinds:
        yield from (odd for odd in _odd_numbers(plain) if odd[0] in kinds)


def mask(text: str, kinds: Collection[NumberKind] = LIVE) -> str:
    """The text with `MASK` for exactly the characters of each number."""
    parts: list[str] = []
    at = 0
    for _kind, start, end in find(text, kinds):
        if start >= at:
            parts += text[at:start], MASK
        at = max(at, end)
    return "".join([*parts, text[at:]])


def mask_each(texts: Sequence[str]) -> list[str]:
    """Each text with `MASK` for its numbers, as `mask` does it, in fewer searches: no number
    reaches over a gap as long as the one put between them.
    """
    masked: list[str] = []
    for at in range(0, len(texts), _TOGETHER):
        some = texts[at : at + _TOGETHER]
        if find(_APART.join(some), LIVE):
            masked += map(mask, some)
        else:
            masked += some
    return masked
