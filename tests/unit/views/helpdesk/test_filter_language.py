# SPDX-License-Identifier: GPL-3.0-only
"""What somebody types into the filter of the list, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from resources.texts import language, use_language
from session.core.spoken_letters import short_number
from session.protocol.helpdesk.log_list import LogState, TroublePart
from views.helpdesk.filter_language import add_token, completions, parse, when, without_field
from views.helpdesk.trouble_search import codes_for

NOW = datetime(2026, 11, 28, 15, 30, tzinfo=timezone(timedelta(hours=1)))
ID = "0125223b7b7c9c164ce6_68fe9493"


@pytest.fixture
def french() -> Iterator[None]:
    before = language()
    use_language("fr")
    yield
    use_language(before)


def test_the_line_of_the_paper_is_understood_in_both_languages() -> None:
    for line in (
        "site:st-oyen trouble:paper-jam since:7d",
        "lieu:st-oyen panne:paper-jam depuis:7j",
    ):
        typed = parse(line, NOW)
        assert typed.errors == ()
        assert typed.filter.sites == ("st-oyen",)
        assert set(typed.filter.troubles) == {"scanner_jammed", "printer_jammed"}
        assert typed.filter.since_utc == NOW - timedelta(days=7)


def test_words_without_a_key_are_those_of_a_trouble(french: None) -> None:
    assert parse("papier coincé scanner", NOW).filter.troubles == ("scanner_jammed",)
    assert set(parse("bourrage", NOW).filter.troubles) == {"scanner_jammed", "printer_jammed"}
    assert parse("l'imprimante n'a plus papier", NOW).filter.troubles == ("printer_out_of_paper",)
    assert "refused_scan" in codes_for("refusé numériser")
    assert "line_lost" in codes_for("ligne coupée")
    typed = parse("zorglub", NOW)
    assert len(typed.errors) == 1
    assert "zorglub" in typed.errors[0]


def test_a_number_alone_opens_and_a_ticket_s_number_looks() -> None:
    number = short_number(ID)
    for said in (number, number.lower(), number.replace("-", " ")):
        assert parse(said, NOW).number == number
    assert parse(ID, NOW).number == ID
    for condition in ("site:b12", "borne:b1-2"):
        assert parse(condition, NOW).number == ""
    ticket = parse("a012 jour:hier", NOW)
    assert (ticket.number, ticket.filter.number) == ("", "A012")
    assert ticket.filter.since_utc == NOW.replace(day=27, hour=0, minute=0)
    assert ticket.filter.until_utc == NOW.replace(day=28, hour=0, minute=0)


def test_a_number_without_a_digit_is_known_by_its_dash() -> None:
    assert parse("xcjn-ezpp", NOW).number == "XCJN-EZPP"
    assert parse("bourrage", NOW).number == ""


def test_several_values_widen_and_several_keys_narrow() -> None:
    typed = parse(
        'borne:b1,b2 borne:b3 service:aides partie:scan etat:erased site:"Saint Oyen"', NOW
    )
    assert typed.errors == ()
    assert typed.filter.kiosks == ("b1", "b2", "b3")
    assert typed.filter.services == ("aides",)
    assert typed.filter.parts == (TroublePart.SCAN,)
    assert typed.filter.states == (LogState.ERASED,)
    assert typed.filter.sites == ("Saint Oyen",)
    assert parse("panne:any", NOW).filter.troubles == ("any",)
    made = parse('appareil:"Canon DR-S150" version:0.2.0', NOW).filter
    assert (made.devices, made.versions) == (("canon_dr_s150",), ("0.2.0",))
    assert parse("version:<1>", NOW).errors


@pytest.mark.parametrize(
    "line",
    [
        "sitee:x",
        "panne:zorglub",
        "partie:foot",
        "etat:flou",
        "depuis:avanthier",
        "borne:é a",
        "site:",
    ],
)
def test_what_is_not_understood_is_said_with_the_word(line: str) -> None:
    (said,) = parse(line, NOW).errors[:1]
    word = line.partition(":")[2].split(" ")[0] or line.partition(":")[0]
    assert word in said or line.partition(":")[0] in said


@pytest.mark.parametrize(
    ("typed", "day"),
    [("28/11", 28), ("2026-11-27", 27), ("27/11/2026", 27), ("hier", 27), ("aujourd'hui", 28)],
)
def test_days_are_those_of_the_person_who_types(typed: str, day: int) -> None:
    at = when(typed, NOW)
    assert at is not None
    assert (at.day, at.utcoffset()) == (day, NOW.utcoffset())
    assert when("29/11", NOW) == NOW.replace(year=2025, day=29, hour=0, minute=0)
    assert when("demain", NOW) is None


def test_menus_write_into_the_line_and_take_out_of_it() -> None:
    line = add_token("depuis:7j", "sites", "Mairie de Valdoré")
    assert line == 'depuis:7j site:"Mairie de Valdoré"'
    assert add_token(line, "sites", "Mairie de Valdoré") == line
    assert parse(line, NOW).filter.sites == ("Mairie de Valdoré",)
    assert without_field(line, "sites") == "depuis:7j"
    assert without_field(line, "since_utc") == 'site:"Mairie de Valdoré"'


def test_the_last_word_is_completed_by_keys_and_by_what_there_is() -> None:
    known = {"kiosks": ["borne-1", "borne-2"], "sites": ["Mairie de Valdoré"]}.get
    assert completions("bor", lambda _field: []) == ["borne:"]
    assert completions("depuis:7j borne:2", lambda field: known(field) or []) == [
        "depuis:7j borne:borne-2 "
    ]
    assert completions("site:val", lambda field: known(field) or []) == [
        'site:"Mairie de Valdoré" '
    ]
    assert completions("zorglub:x", lambda _field: ["a"]) == []


SITES = ["Mairie de Saint-Oyen", "Médiathèque d'Arvenne"]
DAY = NOW.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    ("line", "since", "until"),
    [
        ("vers 10 h 15", DAY + timedelta(hours=10), DAY + timedelta(hours=10, minutes=30)),
        ("hier", DAY - timedelta(days=1), DAY),
        ("hier matin", DAY - timedelta(days=1), DAY - timedelta(hours=12)),
        ("jour:hier heure:21", DAY - timedelta(hours=3), DAY - timedelta(hours=2)),
        ("jour:hier heure:9-11", DAY - timedelta(hours=15), DAY - timedelta(hours=13)),
        ("depuis:14:45", DAY + timedelta(hours=14, minutes=45), None),
        ("depuis:21:45", DAY - timedelta(hours=2, minutes=15), None),
        (
            "depuis:21:45 avant:21:55",
            DAY - timedelta(hours=2, minutes=15),
            DAY - timedelta(hours=2, minutes=5),
        ),
        (
            "depuis:23:30 avant:00:30",
            DAY - timedelta(minutes=30),
            DAY + timedelta(minutes=30),
        ),
    ],
)
def test_a_time_is_typed_as_it_is_said(
    french: None, line: str, since: datetime, until: datetime | None
) -> None:
    typed = parse(line, NOW)
    assert typed.errors == ()
    assert (typed.filter.since_utc, typed.filter.until_utc) == (since, until)
    assert typed.filter.windows == ()


def test_an_hour_of_several_days_is_that_hour_of_each(french: None) -> None:
    wanted = parse("depuis:7j heure:21", NOW).filter
    assert [window.since_utc.day for window in wanted.windows] == [27, 26, 25, 24, 23, 22, 21]
    assert {window.since_utc.hour for window in wanted.windows} == {21}
    assert len(parse("heure:99", NOW).errors) == 1


def test_a_sentence_names_place_time_and_what_failed(french: None) -> None:
    wanted = parse("Oyen hier vers 10 h 15 scanner", NOW, SITES).filter
    assert (wanted.sites, wanted.parts) == (("oyen",), (TroublePart.SCAN,))
    assert wanted.since_utc == DAY - timedelta(hours=14)
    assert parse("le scanner ne marche pas", NOW).filter.parts == (TroublePart.SCAN,)
    assert parse("pas de son", NOW).filter.parts == (TroublePart.CALL,)
    assert parse("a012 hier", NOW).filter.number == "A012"


SAID: dict[str, tuple[timedelta, timedelta | None]] = {
    "avant-hier": (timedelta(days=-2), timedelta(days=-1)),
    "samedi": (timedelta(), timedelta(days=1)),
    "samedi dernier": (timedelta(days=-7), timedelta(days=-6)),
    "mardi dernier": (timedelta(days=-4), timedelta(days=-3)),
    "last tuesday": (timedelta(days=-4), timedelta(days=-3)),
    "lundi matin": (timedelta(days=-5), timedelta(days=-5, hours=12)),
    "ce matin": (timedelta(), timedelta(hours=12)),
    "cet après-midi": (timedelta(hours=12), timedelta(hours=18)),
    "hier après-midi vers 15 h": (
        timedelta(days=-1, hours=14, minutes=45),
        timedelta(days=-1, hours=15, minutes=15),
    ),
    "entre 10 et 11 h": (timedelta(hours=10), timedelta(hours=11)),
    "de 10h à 11h30": (timedelta(hours=10), timedelta(hours=11, minutes=30)),
    "between 10 and 11 yesterday": (
        timedelta(days=-1, hours=10),
        timedelta(days=-1, hours=11),
    ),
    "avant midi": (timedelta(), timedelta(hours=12)),
    "vers 10 heures et quart": (timedelta(hours=10), timedelta(hours=10, minutes=30)),
    "il y a une heure": (timedelta(hours=14, minutes=15), timedelta(hours=14, minutes=45)),
    "il y a trois jours": (timedelta(days=-3), timedelta(days=-2)),
    "tout à l'heure": (timedelta(hours=12, minutes=30), None),
    "depuis lundi": (timedelta(days=-5), None),
    "cette semaine": (timedelta(days=-5), None),
    "la semaine dernière": (timedelta(days=-12), timedelta(days=-5)),
    "le 3 novembre": (timedelta(days=-25), timedelta(days=-24)),
    "le 30": (timedelta(days=-29), timedelta(days=-28)),
    "27/11": (timedelta(days=-1), timedelta()),
}
"""What is said on a Saturday at half past three -> from and to, from its midnight on."""


@pytest.mark.parametrize("line", SAID)
def test_days_and_hours_are_understood_as_people_say_them(french: None, line: str) -> None:
    typed = parse(line, NOW)
    since, until = SAID[line]
    assert typed.errors == ()
    assert typed.filter.since_utc == DAY + since
    assert typed.filter.until_utc == (until if until is None else DAY + until)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("l’imprimante ne sort rien", ("print",)),
        ("rien ne sort de l'imprimante", ("print",)),
        ("ça ne scanne pas", ("scan",)),
        ("on ne m'entend pas", ("call",)),
        ("la page ne s'affiche pas", ("page",)),
        ("la connexion a coupé", ("line", "call")),
        ("no sound", ("call",)),
    ],
)
def test_what_failed_is_understood_as_people_say_it(
    french: None, line: str, parts: tuple[str, ...]
) -> None:
    typed = parse(line, NOW, SITES)
    assert typed.errors == ()
    assert (typed.filter.parts, typed.filter.sites) == (tuple(map(TroublePart, parts)), ())


def test_a_kiosk_is_known_by_a_part_of_its_name(french: None) -> None:
    kiosks = {"k7": "Borne de l'accueil · Mairie", "k8": "Borne du couloir · Mairie"}
    assert parse("borne 12 hier", NOW, SITES).filter.kiosks == ("12",)
    assert parse("kiosk12", NOW, SITES).filter.kiosks == ("kiosk12",)
    wanted = parse("la borne de l'accueil ne scanne pas", NOW, SITES, kiosks).filter
    assert (wanted.kiosks, wanted.parts) == (("k7",), (TroublePart.SCAN,))
    assert parse("la borne d'Arvenne", NOW, SITES, kiosks).filter.sites == ("arvenne",)
