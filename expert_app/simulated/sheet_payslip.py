# SPDX-License-Identifier: GPL-3.0-only
"""A payslip of an invented baker, whose sums are right; for the simulated scanner."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import msgspec
import numpy as np
from PIL import Image

from expert_app.simulated.sheets import BLACK, EMPLOYER, GREY, Colour, DrawnSheet, InventedPerson

_LEFT, _RIGHT = 14.0, 196.0
# right edges of base, rate, employee, employer rate, employer
_COLUMNS = (104.0, 127.0, 150.0, 173.0, _RIGHT)
_ROW = 5.15
_HEAD: Colour = (222, 226, 233)
_BLUE: Colour = (36, 62, 112)

_HOURS, _WAGE = Decimal("151.67"), Decimal("12.46")
_CENT = Decimal("0.01")


class Charge(msgspec.Struct, frozen=True):
    """A line: its base as a share of gross pay, rates of employee and employer in percent."""

    label: str
    share: str
    employee: str
    employer: str


_CHARGES = (
    Charge("Santé, maladie", "1", "0", "7.00"),
    Charge("Complémentaire santé", "1", "1.20", "1.20"),
    Charge("Accidents du travail", "1", "0", "2.10"),
    Charge("Retraite plafonnée", "1", "6.90", "8.55"),
    Charge("Retraite déplafonnée", "1", "0.40", "2.02"),
    Charge("Retraite complémentaire tranche 1", "1", "4.01", "6.01"),
    Charge("Famille", "1", "0", "3.45"),
    Charge("Assurance chômage", "1", "0", "4.05"),
    Charge("Formation, apprentissage", "1", "0", "1.23"),
    Charge("CSG déductible", "0.9825", "6.80", "0"),
    Charge("CSG et CRDS non déductibles", "0.9825", "2.90", "0"),
)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def euros(value: Decimal) -> str:
    """An amount as French readers write it, without the sign of the euro."""
    whole_part, cents = f"{value:.2f}".split(".")
    groups = f"{int(whole_part):,}".replace(",", "\u202f")
    return f"{groups},{cents}"


# the form of all sheets
def payslip_sheet(person: InventedPerson, random: np.random.Generator) -> Image.Image:
    """The payslip, RGB, A4 at 300 dpi, as printed.
    Nothing in it is left to chance: `random` is not used.
    """
    sheet = DrawnSheet()
    _head(sheet, person)
    gross = [
        ("Salaire de base", _HOURS, _WAGE),
        ("Heures supplémentaires 125 %", Decimal("6.00"), _cents(_WAGE * Decimal("1.25"))),
        ("Prime d'ancienneté 3 %", _cents(_HOURS * _WAGE), Decimal("0.03")),
    ]
    y, total = _gross(sheet, 96.0, gross)
    y, employee, employer = _charges(sheet, y, total)
    _net(sheet, y, total - employee, total + employer)
    return sheet.image


def _head(sheet: DrawnSheet, person: InventedPerson) -> None:
    sheet.text((_LEFT, 22), EMPLOYER[0], 4.6, "-Bold", colour=_BLUE)
    for number, line in enumerate(
        (*EMPLOYER[1:], "N° d'établissement : 000 000 000 00017", "Code activité : 1071C")
    ):
        sheet.text((_LEFT, 28 + number * 4.4), line, 2.8, colour=GREY)
    sheet.box((112, 13, _RIGHT, 31), fill=_HEAD, radius=1)
    sheet.text((154, 21), "BULLETIN DE PAIE", 5.0, "-Bold", colour=_BLUE, anchor="ms")
    sheet.text((154, 27.5), "du 1er au 28 février 2026", 3.1, anchor="ms")
    sheet.box((112, 38, _RIGHT, 64), outline=GREY, line=0.25, radius=1)
    sheet.text((118, 46), f"{person.first_names.split()[0]} {person.last_name}", 3.6, "-Bold")
    sheet.text((118, 52), person.street, 3.2)
    sheet.text((118, 58), person.town, 3.2)
    facts = (
        ("Emploi", "Vendeuse, niveau II"),
        ("Entrée", "01/10/2022"),
        ("Contrat", "durée indéterminée, temps plein"),
        ("Convention", "boulangerie artisanale"),
    )
    for number, (label, value) in enumerate(facts):
        sheet.text((_LEFT, 66 + number * 5), label, 2.8, colour=GREY)
        sheet.text((_LEFT + 26, 66 + number * 5), value, 2.8)


def _titles(sheet: DrawnSheet, y: float, titles: tuple[str, ...]) -> None:
    sheet.box((_LEFT, y, _RIGHT, y + 6.4), fill=_HEAD)
    sheet.text((_LEFT + 2, y + 4.4), titles[0], 2.7, "-Bold", colour=_BLUE)
    for column, title in zip(_COLUMNS, titles[1:], strict=True):
        sheet.text((column - 2, y + 4.4), title, 2.5, "-Bold", colour=_BLUE, anchor="rs")


def _row(sheet: DrawnSheet, y: float, cells: tuple[str, ...], *, bold: bool = False) -> float:
    sheet.text((_LEFT + 2, y + 3.7), cells[0], 2.65, "-Bold" if bold else "")
    for column, cell in zip(_COLUMNS, cells[1:], strict=True):
        sheet.text((column - 2, y + 3.7), cell, 2.65, "-Bold" if bold else "", anchor="rs")
    sheet.rule((_LEFT, y + _ROW), (_RIGHT, y + _ROW), (205, 208, 214), 0.12)
    return y + _ROW


def _frame(sheet: DrawnSheet, top: float, bottom: float) -> None:
    for x in (_LEFT, 80.0, *_COLUMNS):
        sheet.rule((x, top), (x, bottom), (170, 175, 184), 0.18)
    sheet.rule((_LEFT, bottom), (_RIGHT, bottom), (170, 175, 184), 0.18)


def _gross(
    sheet: DrawnSheet, y: float, lines: list[tuple[str, Decimal, Decimal]]
) -> tuple[float, Decimal]:
    top, total = y, Decimal(0)
    _titles(sheet, y, ("Éléments de paie", "Base", "Taux", "À payer", "", ""))
    y += 6.4
    for label, base, rate in lines:
        amount = _cents(base * rate)
        total += amount
        y = _row(
            sheet, y, (label, euros(base), f"{rate:.4f}".replace(".", ","), euros(amount), "", "")
        )
    y = _row(sheet, y, ("SALAIRE BRUT", "", "", euros(total), "", ""), bold=True)
    _frame(sheet, top, y)
    return y + 3, total


def _charges(sheet: DrawnSheet, y: float, gross: Decimal) -> tuple[float, Decimal, Decimal]:
    """(y under the table, what the employee pays, what the employer pays)."""
    top, sums = y, [Decimal(0), Decimal(0)]
    _titles(
        sheet,
        y,
        (
            "Cotisations et contributions",
            "Base",
            "Taux sal.",
            "Part salarié",
            "Taux empl.",
            "Part empl.",
        ),
    )
    y += 6.4
    for charge in _CHARGES:
        base = _cents(gross * Decimal(charge.share))
        cells = [charge.label, euros(base)]
        for side, rate in enumerate((charge.employee, charge.employer)):
            amount = _cents(base * Decimal(rate) / 100)
            sums[side] += amount
            cells += [f"{rate} %".replace(".", ","), euros(amount)] if amount else ["", ""]
        y = _row(sheet, y, tuple(cells))
    y = _row(
        sheet, y, ("TOTAL DES COTISATIONS", "", "", euros(sums[0]), "", euros(sums[1])), bold=True
    )
    _frame(sheet, top, y)
    return y + 6, sums[0], sums[1]


def _net(sheet: DrawnSheet, y: float, net: Decimal, cost: Decimal) -> None:
    tax = _cents(net * Decimal("0.013"))
    lines = (
        ("Net à payer avant impôt sur le revenu", net),
        ("Impôt prélevé à la source (taux personnalisé 1,3 %)", -tax),
        ("Titres de transport, remboursement 50 %", Decimal("18.40")),
    )
    for label, value in lines:
        sheet.text((_LEFT + 2, y + 4), label, 2.9)
        sign = "-" if value < 0 else ""
        sheet.text((_RIGHT - 2, y + 4), f"{sign}{euros(abs(value))}", 2.9, anchor="rs")
        y += 6.2
    sheet.box((_LEFT, y + 2, _RIGHT, y + 15), fill=_BLUE, radius=1)
    sheet.text(
        (_LEFT + 5, y + 10.4),
        "NET PAYÉ le 27/02/2026 par virement",
        4.0,
        "-Bold",
        colour=(255, 255, 255),
    )
    sheet.text(
        (_RIGHT - 5, y + 10.7),
        f"{euros(net - tax + Decimal('18.40'))} €",
        5.4,
        "-Bold",
        colour=(255, 255, 255),
        anchor="rs",
    )
    y += 21
    sheet.text((_LEFT, y + 2), f"Total versé par l'employeur : {euros(cost)} €", 2.7, colour=BLACK)
    sheet.text((_RIGHT, y + 2), "Congés acquis 12,5 j · pris 5 j · solde 7,5 j", 2.7, anchor="rs")
    sheet.paragraph(
        (_LEFT, y + 12),
        "Dans votre intérêt, et pour vous aider à faire valoir vos droits, conservez ce bulletin "
        "de paie sans "
        "limitation de durée. Document inventé pour la démonstration, sans valeur.",
        _RIGHT - _LEFT,
        size=2.4,
    )
