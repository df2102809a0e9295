# SPDX-License-Identifier: GPL-3.0-only
"""Reads a CSV file of dossiers and refuses what cannot be one, line by line.
Used by `expert-app hub dossiers import`.

The whole file is read and checked before anything is written. A line is a line of the file: no cell
goes over several, so a stray quotation mark spoils its own line alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from documents.printed.spreadsheet import RUN
from documents.search_words import folded
from session.core.birth_date import earliest_day, parse_birth_date
from session.core.errors import CallerNumberInvalid
from session.hub.convention.caller_numbers import checked_number
from session.hub.dossier.register import RegisterRecord

MOST_BYTES = 64 << 20
MOST_LETTERS = 4000
"""Of one line."""

HEADS: dict[str, tuple[str, ...]] = {
    "number": ("numero", "numero de dossier", "numero dossier", "dossier"),
    "family_name": ("nom", "nom de famille", "family name"),
    "given_names": ("prenom", "prenoms", "given names"),
    "born_on": ("naissance", "date de naissance", "ne le", "born on"),
    "caller_number": (
        "matricule",
        "numero allocataire",
        "numero d allocataire",
        "numero usager",
        "numero d usager",
        "caller number",
    ),
    "contact": ("telephone", "courriel", "telephone ou courriel"),
    "procedure": ("demarche", "demarches", "procedure"),
}
"""Column -> other heads for it, folded (no accents, capitals or punctuation)."""

NEEDED = ("number", "family_name", "given_names", "born_on")
LONGEST = {
    "number": 40,
    "family_name": 100,
    "given_names": 100,
    "contact": 200,
    "procedure": 500,
}
OLDEST = date(1890, 1, 1)

_BY_HEAD = {head: column for column, others in HEADS.items() for head in (folded(column), *others)}
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]*")
_PHONE = re.compile(r"\+[0-9 .()-]{6,30}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ufffd\u2028\u2029]")
_TWICE_ENCODED = re.compile("[\u00c2-\u00c5][\u0080-\u00bf\u0152-\u017e\u2013-\u2122]")
"""UTF-8 that somebody took for Windows' letters and wrote as UTF-8 again: “Ã©” for “é”."""


class CsvRefused(Exception):
    """Nothing of the file can be taken. `code` and `detail` are for `register.words`."""

    def __init__(self, code: str, **detail: str | int) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class RefusedLine(NamedTuple):
    """A line that is not taken: its number in the file (from 1), the column as the file calls it,
    and why (a code of `register.words`). What stands in it is not repeated.
    """

    line: int
    column: str
    reason: str
    other_line: int = 0


class _Wrong(Exception):
    def __init__(self, column: str, reason: str, *, other_line: int = 0) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
        self.other_line = other_line


@dataclass
class CsvDossiers:
    """The dossiers in a file. `heads`: column -> what the file calls it."""

    heads: dict[str, str]
    records: list[tuple[int, RegisterRecord]] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)


def read_csv(
    path: Path, *, encoding: str = "", number_kinds: Sequence[str] = (), today: date
) -> CsvDossiers:
    """Reads and checks a file.

    Args:
        encoding: a name that Python knows; "" for UTF-8 and nothing else.
        number_kinds: a caller's number must be one of these kinds; () for any letters and digits.
        today: nobody is born later.

    Raises:
        CsvRefused: nothing of it can be taken; codes are in `register.words`.
        OSError: it cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        raise CsvRefused("too_large", most_mb=MOST_BYTES >> 20)
    lines = _lines(decoded(path.read_bytes(), encoding))
    head = next(lines, None)
    if head is None:
        raise CsvRefused("empty")
    if head[1].count(";") >= head[1].count(","):
        delimiter = ";"
    else:
        delimiter = ","
    try:
        heads = _cells(head[1], delimiter)
        columns = _columns(heads)
    except _Wrong as error:
        raise CsvRefused("head_line") from error
    dossiers = CsvDossiers({name: head for name, head in zip(columns, heads, strict=True) if name})
    check = _LineCheck(columns, number_kinds or ("",), today=today)
    for line, text in lines:
        try:
            dossiers.records.append((line, check.record(line, _cells(text, delimiter))))
        except _Wrong as wrong:
            column = dossiers.heads.get(wrong.column, "")
            dossiers.refused.append(RefusedLine(line, column, wrong.reason, wrong.other_line))
    return dossiers


def decoded(data: bytes, encoding: str) -> str:
    """The text of a file. Raises `CsvRefused`."""
    if not encoding and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CsvRefused("is_utf16")
    if encoding in ("cp1252", "iso-8859-15") and _is_utf8_with_accents(data):
        raise CsvRefused("is_utf8", encoding=encoding)
    try:
        return data.decode("utf-8-sig" if encoding in ("", "utf-8") else encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if encoding in ("", "utf-8"):
            code = "not_utf8"
        else:
            code = "other_encoding"
        raise CsvRefused(code, line=line, encoding=encoding) from error


def _is_utf8_with_accents(data: bytes) -> bool:
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that are not empty, with their numbers."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        plain = line.removesuffix("\r")
        if plain.strip(" ;,\t"):
            yield number, plain


def _cells(line: str, delimiter: str) -> list[str]:
    if len(line) > MOST_LETTERS:
        raise _Wrong("", "line_too_long")
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _Wrong("", "quotation_mark") from error
    return [cell.strip() for cell in cells]


def _columns(heads: Sequence[str]) -> list[str]:
    """The column at each place; "" for one that we do not know."""
    columns = [_BY_HEAD.get(folded(head), "") for head in heads]
    for name in columns:
        if name and columns.count(name) > 1:
            raise CsvRefused("head_twice", column=name)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise CsvRefused("heads_missing", columns=", ".join(missing))
    return columns


class _LineCheck:
    """Makes records of lines; remembers numbers that stood there before."""

    def __init__(self, columns: Sequence[str], kinds: Sequence[str], *, today: date) -> None:
        self._columns = columns
        self._kinds = kinds
        self._today = today
        self._numbers: dict[str, int] = {}
        self._caller_numbers: dict[str, int] = {}

    def record(self, line: int, cells: Sequence[str]) -> RegisterRecord:
        """The dossier of a line. Raises `_Wrong`."""
        if len(cells) > len(self._columns) and any(cells[len(self._columns) :]):
            raise _Wrong("", "too_many_cells")
        values = dict(zip(self._columns, cells, strict=False))
        values.pop("", None)
        for column, text in values.items():
            _check_text(column, text)
        for column in NEEDED:
            if not values.get(column):
                raise _Wrong(column, "missing")
        if not _NUMBER.fullmatch(values["number"]):
            raise _Wrong("number", "number_wrong")
        values["born_on"] = self._day(values["born_on"])
        values["caller_number"] = self._caller_number(values.get("caller_number", ""))
        self._once(self._numbers, "number", values["number"], line)
        if values["caller_number"]:
            self._once(self._caller_numbers, "caller_number", values["caller_number"], line)
        return RegisterRecord(**values)

    def _day(self, text: str) -> str:
        try:
            born_on = parse_birth_date(text)
        except ValueError as error:
            raise _Wrong("born_on", "date_wrong") from error
        if not OLDEST <= earliest_day(born_on) <= self._today:
            raise _Wrong("born_on", "date_wrong")
        return born_on

    def _caller_number(self, text: str) -> str:
        # only a CAF leaves a letter out, which is a part of another's number
        for kind in sorted(self._kinds, key=lambda kind: kind == "allocataire"):
            try:
                return checked_number(kind, text)
            except CallerNumberInvalid:
                continue
        raise _Wrong("caller_number", "caller_number_wrong")

    @staticmethod
    def _once(lines_by_number: dict[str, int], column: str, number: str, line: int) -> None:
        first = lines_by_number.setdefault(number, line)
        if first != line:
            raise _Wrong(column, "twice", other_line=first)


def _check_text(column: str, text: str) -> None:
    if text.startswith(RUN) and not (column == "contact" and _PHONE.fullmatch(text)):
        raise _Wrong(column, "formula")
    if _CONTROL.search(text):
        raise _Wrong(column, "control")
    if not text.isascii() and _TWICE_ENCODED.search(text):
        raise _Wrong(column, "twice_encoded")
    if len(text) > LONGEST.get(column, 40):
        raise _Wrong(column, "too_long")
