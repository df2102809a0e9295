# SPDX-License-Identifier: GPL-3.0-only
"""A file of dossiers is taken line by line; what cannot be one is refused with its line and reason,
and a file that would be read wrongly is not read at all.
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from expert_app.register.csv_file import CsvDossiers, CsvRefused, RefusedLine, read_csv
from expert_app.register.words import FILES, LINES, file_words, line_words

TODAY = date(2026, 11, 28)
HEAD = "number;family_name;given_names;born_on;caller_number;contact\n"
GOOD = "REF-1;Lefèvre;Odile;1980-02-29;1234567;06 12 34 56 78\n"


def _read(
    folder: Path, data: bytes | str, *, encoding: str = "", kinds: tuple[str, ...] = ()
) -> CsvDossiers:
    file = folder / "dossiers.csv"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_csv(file, encoding=encoding, number_kinds=kinds, today=TODAY)


def _refused(folder: Path, line: str, *, kinds: tuple[str, ...] = ()) -> RefusedLine:
    found = _read(folder, f"{HEAD}{GOOD}{line}\n", kinds=kinds)
    assert len(found.records) == 1
    (refused,) = found.refused
    assert refused.line == 3
    assert line_words(refused)
    return refused


def test_a_line_becomes_a_dossier(tmp_path: Path) -> None:
    ((line, record),) = _read(tmp_path, HEAD + GOOD).records
    assert line == 2
    assert (record.number, record.family_name, record.given_names) == ("REF-1", "Lefèvre", "Odile")
    assert (record.born_on, record.caller_number) == ("1980-02-29", "1234567")
    assert record.contact == "06 12 34 56 78"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HEAD + GOOD,
        (HEAD + GOOD).replace("\n", "\r\n"),
        (HEAD + GOOD).replace("\n", "\r"),
        (HEAD + GOOD).replace(";", ","),
        "\n" + HEAD + ";;;;;\n" + GOOD + "\n",
        "Numéro de dossier;Nom;Prénoms;Né le;N° allocataire;Téléphone\n"
        "REF-1;Lefèvre;Odile;29/02/1980;123 45 67;06 12 34 56 78\n",
        "couleur;NUMERO;nom;PRENOM;date_de_naissance;matricule;contact\n"
        'vert;REF-1;"Lefèvre";Odile;29.02.1980;1234567;06 12 34 56 78\n',
    ],
    ids=["bom", "windows", "old_mac", "commas", "empty_lines", "french", "other_order"],
)
def test_forms_of_the_same_file(text: str, tmp_path: Path) -> None:
    if "N° allocataire" in text:
        text = text.replace("N° allocataire", "Numéro d’allocataire")
    ((_, record),) = _read(tmp_path, text).records
    assert (record.number, record.born_on, record.caller_number) == (
        "REF-1",
        "1980-02-29",
        "1234567",
    )


@pytest.mark.parametrize(
    ("written", "born_on"),
    [
        ("00/00/1957", "1957"),
        ("1957-00-00", "1957"),
        ("1957", "1957"),
        ("00/05/1957", "1957-05"),
        ("1957-05", "1957-05"),
    ],
)
def test_a_birth_date_may_lack_day_and_month(written: str, born_on: str, tmp_path: Path) -> None:
    ((_, record),) = _read(tmp_path, f"{HEAD}REF-1;Lefèvre;Odile;{written};;\n").records
    assert record.born_on == born_on


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (";Lefèvre;Odile;1980-02-29;;", "number", "missing"),
        ("REF-2;;Odile;1980-02-29;;", "family_name", "missing"),
        ("REF-2;Lefèvre;Odile;;;", "born_on", "missing"),
        ("REF-2;=HYPERLINK(1);Odile;1980-02-29;;", "family_name", "formula"),
        ("REF-2;+1;Odile;1980-02-29;;", "family_name", "formula"),
        ("REF-2;-1;Odile;1980-02-29;;", "family_name", "formula"),
        ("REF-2;@SUM(A1);Odile;1980-02-29;;", "family_name", "formula"),
        ("REF-2;Lefèvre;Odile;1980-02-29;;+cmd", "contact", "formula"),
        ("REF-2;Lefèvre;Odile;1979-02-29;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;29/13/1980;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;2026-11-29;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;1789-07-14;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;14/00/1957;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;00/00/2027;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;29 février 1980;;", "born_on", "date_wrong"),
        ("REF-2;Lefèvre;Odile;1980-02-29;12%;", "caller_number", "caller_number_wrong"),
        ("REF-1;Autre;Anne;1980-02-29;;", "number", "twice"),
        ("REF-2;Autre;Anne;1980-02-29;1234567;", "caller_number", "twice"),
        ("R\x00F;Lefèvre;Odile;1980-02-29;;", "number", "control"),
        ("REF-2;LefÃ¨vre;Odile;1980-02-29;;", "family_name", "twice_encoded"),
        ("REF-2;Lef\ufffdvre;Odile;1980-02-29;;", "family_name", "control"),
        ("R/*;Lefèvre;Odile;1980-02-29;;", "number", "number_wrong"),
        (f"REF-2;{'x' * 101};Odile;1980-02-29;;", "family_name", "too_long"),
        (f"REF-2;{'x' * 5000};Odile;1980-02-29;;", "", "line_too_long"),
        ('REF-2;"Lefèvre;Odile;1980-02-29;;', "", "quotation_mark"),
        ("REF-2;Lefèvre;Odile;1980-02-29;;;x", "", "too_many_cells"),
    ],
)
def test_what_cannot_be_a_dossier_is_refused_with_its_line(
    line: str, column: str, reason: str, tmp_path: Path
) -> None:
    refused = _refused(tmp_path, line)
    assert (refused.column, refused.reason) == (column, reason)


def test_a_number_that_stands_there_twice_names_the_first_line(tmp_path: Path) -> None:
    assert _refused(tmp_path, "REF-1;Autre;Anne;1980-02-29;;").other_line == 2


def test_an_international_telephone_number_is_no_formula(tmp_path: Path) -> None:
    found = _read(tmp_path, f"{HEAD}REF-1;Lefèvre;Odile;1980-02-29;;+33 6 12 34 56 78\n")
    assert found.records[0][1].contact == "+33 6 12 34 56 78"


def test_the_letter_of_a_caf_s_letters_is_left_out(tmp_path: Path) -> None:
    line = "REF-2;Autre;Anne;1980-02-29;7654321 K;"
    for kinds, number in (
        (("allocataire",), "7654321"),
        (("allocataire", "france_travail"), "7654321K"),
    ):
        found = _read(tmp_path, f"{HEAD}{line}\n", kinds=kinds)
        assert [one.caller_number for _line, one in found.records] == [number]


def test_a_callers_number_is_checked_by_its_kind(tmp_path: Path) -> None:
    refused = _refused(tmp_path, "REF-2;Autre;Anne;1980-02-29;12345;", kinds=("allocataire",))
    assert refused.reason == "caller_number_wrong"
    wrong_key = _refused(tmp_path, "REF-2;A;B;1980-02-29;180027500100199;", kinds=("allocataire",))
    assert wrong_key.reason == "caller_number_wrong"
    two_kinds = _read(
        tmp_path,
        f"{HEAD}{GOOD}REF-2;Autre;Anne;1980-02-29;1234567A;\n",
        kinds=("allocataire", "france_travail"),
    )
    assert len(two_kinds.records) == 2


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [
        (b"", "", "empty"),
        (b"\n\n;;\n", "", "empty"),
        ((HEAD + GOOD).encode("cp1252"), "", "not_utf8"),
        ((HEAD + GOOD).encode("utf-16"), "", "is_utf16"),
        ((HEAD + GOOD).encode(), "cp1252", "is_utf8"),
        (HEAD.encode() + b"REF-1;Lef\x81vre;O;1980-02-29;;\n", "cp1252", "other_encoding"),
        (b"nom;prenom\nx;y\n", "", "heads_missing"),
        (b"nom;nom de famille;numero;prenom;naissance\n", "", "head_twice"),
        (b'"numero;nom\n', "", "head_line"),
    ],
)
def test_a_file_that_would_be_read_wrongly_is_not_read(
    data: bytes, encoding: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(CsvRefused) as caught:
        _read(tmp_path, data, encoding=encoding)
    assert caught.value.code == code
    assert file_words(caught.value)


def test_the_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CsvRefused) as caught:
        _read(tmp_path, HEAD.encode() + GOOD.encode() * 20 + b"REF-9;Lef\xe8vre\n")
    assert caught.value.detail["line"] == 22


@pytest.mark.parametrize("encoding", ["cp1252", "iso-8859-15", "utf-16"])
def test_another_encoding_is_read_when_it_is_said(encoding: str, tmp_path: Path) -> None:
    found = _read(tmp_path, (HEAD + GOOD).encode(encoding), encoding=encoding)
    assert found.records[0][1].family_name == "Lefèvre"


@pytest.mark.parametrize("encoding", ["", "cp1252", "utf-16"])
def test_ten_megabytes_of_anything_are_refused_in_words(encoding: str, tmp_path: Path) -> None:
    data = random.Random(7).randbytes(10 << 20)
    with pytest.raises(CsvRefused) as caught:
        _read(tmp_path, data, encoding=encoding)
    assert file_words(caught.value)


def test_ten_megabytes_with_bad_lines_in_between_lose_those_alone(tmp_path: Path) -> None:
    lines = [HEAD]
    for n in range(150_000):
        bad = n % 10 == 0
        lines.append(f"REF-{n};{'=1+1' if bad else 'Lefèvre'};Odile;1980-02-29;;{'x' * 30}\n")
    data = "".join(lines).encode()
    assert len(data) > 9 << 20
    found = _read(tmp_path, data)
    assert (len(found.records), len(found.refused)) == (135_000, 15_000)
    assert found.refused[1] == RefusedLine(12, "family_name", "formula")


def test_each_reason_has_its_sentence() -> None:
    assert all(FILES.values())
    assert all(LINES.values())
