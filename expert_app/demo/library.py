# SPDX-License-Identifier: GPL-3.0-only
"""The demo's library: two pages of its web site, and an invented leaflet of two pages.
Used by `expert_app.demo.world`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from reportlab.lib.units import mm

from documents.printed.sheet import (
    ACCENT,
    BODY,
    BOLD,
    HEIGHT,
    INK,
    INNER,
    MARGIN,
    PrintedSheet,
    TextStyle,
)
from session.hub.convention.library_entries import LibraryEntry
from session.hub.dossier.library import FOLDER

LEAFLET = "pieces-a-fournir.pdf"

_TITLE = TextStyle(BOLD, 22, 30, ACCENT)
_STRONG = TextStyle(BOLD, 14, 20, INK)
_TEXT = TextStyle(BODY, 13, 20, INK)

_PAGES = (
    (
        "Aide au logement : les pièces à fournir",
        "Apportez les originaux, nous vous les rendons aussitôt.",
        (
            "La demande signée, des deux côtés",
            "Une pièce d’identité en cours de validité",
            "Votre dernier bulletin de salaire",
            "L’attestation de loyer, remplie par votre bailleur",
            "Un relevé d’identité bancaire à votre nom",
        ),
    ),
    (
        "Et ensuite ?",
        "Votre dossier est étudié dans l’ordre où il nous arrive.",
        (
            "Vous recevez une réponse sous trois semaines",
            "S’il manque une pièce, nous vous écrivons une seule fois",
            "Un changement de situation se déclare en ligne",
        ),
    ),
)


def make_leaflet() -> bytes:
    """Make what callers bring, and what comes afterwards: a PDF of two pages about nobody."""
    sheet = PrintedSheet(lambda _pen, _page: None)
    for number, (title, lead, points) in enumerate(_PAGES):
        if number:
            sheet.need(HEIGHT)
        sheet.y = HEIGHT - MARGIN
        sheet.down(sheet.text(title, _TITLE, width=INNER) + 6 * mm)
        sheet.down(sheet.text(lead, _STRONG, width=INNER) + 6 * mm)
        for point in points:
            sheet.down(sheet.text(f"–  {point}", _TEXT, width=INNER) + 3 * mm)
    return sheet.finish()


def lay_library(folder: Path, organisation: str, site: str) -> list[LibraryEntry]:
    """Puts the leaflet where the hub looks for it, and names all items.

    Args:
        folder: that of the convention.
        site: address of the demo's web site.
    """
    shelf = folder / FOLDER / organisation
    shelf.mkdir(parents=True, exist_ok=True)
    leaflet = make_leaflet()
    (shelf / LEAFLET).write_bytes(leaflet)
    return [
        LibraryEntry(
            id="formulaire",
            kind="form",
            title="Demande d’aide au logement",
            words="formulaire loyer bail",
            address=f"{site}/formulaire.html",
        ),
        LibraryEntry(
            id="droits",
            title="Mes droits en bref",
            words="simulation calcul",
            address=f"{site}/droits.html",
        ),
        LibraryEntry(
            id="pieces",
            title="Aide au logement : pièces à fournir",
            words="liste justificatifs papiers",
            file=LEAFLET,
            sha256=hashlib.sha256(leaflet).hexdigest(),
        ),
    ]


def lay_stick(folder: Path) -> Path:
    """Write what a caller's USB stick would hold: an invented document of two pages.
    Returns the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "attestation de loyer.pdf").write_bytes(make_leaflet())
    return folder
