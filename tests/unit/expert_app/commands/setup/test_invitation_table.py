# SPDX-License-Identifier: GPL-3.0-only
"""A table of people to be invited: what is read, and what is refused line by line."""

from __future__ import annotations

import pytest

from expert_app.commands.setup.invitation_table import (
    MOST_BYTES,
    SENTENCES,
    RowProblem,
    TableWrong,
    identities_of,
    read_table,
)
from expert_app.hub.example_convention import EXAMPLE
from session.hub.access.identities import Identity
from session.hub.convention.catalogue import Catalogue
from session.protocol.wire.roles import Role

TWO_SITES = (
    EXAMPLE
    + """
[[organisations.sites]]
id = "lac"
name = "Maison du Lac"
services = ["logement"]

[[organisations.kiosks]]
id = "borne2"
site = "lac"

[[organisations.kiosks]]
id = "borne3"
site = "lac"
"""
)
CATALOGUE = Catalogue.parse(TWO_SITES)
GOOD = "organisation;role;name;site\nvaldore;agent;Camille R.;\nvaldore;kiosk;;oyen\n"


def problems(data: bytes) -> list[tuple[int, str]]:
    with pytest.raises(TableWrong) as wrong:
        identities_of(read_table(data), CATALOGUE)
    assert all(problem.sentence for problem in wrong.value.problems)
    return [(problem.line, problem.code) for problem in wrong.value.problems]


@pytest.mark.parametrize(
    "data",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace(";", ",").encode(),
        GOOD.replace(";", "\t").encode() + b"\n\n",
        GOOD.replace("organisation;role;name;site", "Organisme;Rôle;Nom;Point d'accueil").encode(),
        GOOD.replace("agent", "Conseiller").replace("kiosk", "borne").encode(),
    ],
)
def test_a_table_as_offices_write_it_is_read(data: bytes) -> None:
    assert identities_of(read_table(data), CATALOGUE) == [
        Identity("valdore", Role.AGENT, "agent1"),
        Identity("valdore", Role.KIOSK, "borne1"),
    ]


def test_every_wrong_line_is_told() -> None:
    table = """organisation;role;name;site
nobody;agent;agent1;
valdore;boss;agent1;
valdore;agent;=HYPERLINK("x");
valdore;kiosk;;nowhere
valdore;kiosk;borne1;lac
valdore;kiosk;;lac
valdore;agent;agent1;
valdore;agent;Camille R.;
"""
    assert problems(table.replace('"', "'").encode()) == [
        (2, "organisation"),
        (3, "role"),
        (4, "nobody"),
        (5, "site"),
        (6, "not_at_site"),
        (7, "several"),
        (9, "twice"),
    ]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", [(1, "empty")]),
        (b"organisation;role;name\n", [(1, "empty")]),
        (b"\n\norganisation;role\n", [(3, "column_missing")]),
        (b"organisation;role;colour\n", [(1, "column_unknown")]),
        (b"organisation;role;name;name\n", [(1, "column_unknown")]),
        (b"organisation;role;name\nvaldore;agent\n", [(2, "cells")]),
        (
            "organisation;role;name\nx;y;Zoé\nx;y;z\nx;y;Noë".encode("cp1252"),
            [(2, "not_utf8"), (4, "not_utf8")],
        ),
        ("organisation;role;name\n".encode("utf-16"), [(1, "not_utf8")]),
        (b'organisation;role;name\nvaldore;agent;"open\n', [(2, "unreadable")]),
        (b"organisation;role;name\n" + b"x;y;z\n" * 6000, [(5002, "too_many")]),
        (b"x" * (MOST_BYTES + 1), [(1, "too_large")]),
        (b"\0\0\0", [(1, "column_unknown")]),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, found: list[tuple[int, str]]) -> None:
    assert problems(data) == found


def test_every_problem_has_a_sentence() -> None:
    values = dict.fromkeys(("most", "why", "name", "count", "wanted", "roles", "site"), "x")
    values |= {"organisation": "x", "names": "x", "line": "1"}
    assert all(RowProblem(1, code, dict(values)).sentence for code in SENTENCES)
