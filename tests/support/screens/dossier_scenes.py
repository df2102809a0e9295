# SPDX-License-Identifier: GPL-3.0-only
"""Finding a dossier at the desk, and the board's pages of accesses and doubles, with invented
people. Used by the galleries and tests.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
from PyQt6.QtWidgets import QComboBox

from session.core.dossier_model import (
    AccessKind,
    AccessLine,
    Dossier,
    DossierHit,
    DossierMerged,
    HitReason,
)
from session.protocol.dossier.identity import (
    AccessesAnswer,
    ProvisionalAnswer,
    ProvisionalDossier,
    RegisterState,
)
from session.protocol.helpdesk.remote_help import RemoteHelp, RemoteHelps, RemoteState
from session.protocol.hub.requests import RemoteAct
from tests.support import drawn_pages
from tests.support.screens.board_scenes import page as board_page
from tests.support.screens.desk_scenes import face
from tests.support.screens.devices_scene import button
from tests.support.screens.invented import DOSSIER, NOW
from views.board.window import ACCESSES, DOUBLES, BoardWindow
from views.desk.dossier.find_card import MAKE
from views.desk.window import DeskWindow

HITS = [
    DossierHit(
        number="D-2026-00417",
        caller_name="Josiane Verdelin",
        born_on="1984-05-12",
        has_caller_number=True,
        procedure="Demande d'aide personnalisée au logement",
        why=HitReason.SAME_NAME_AND_BIRTH,
    ),
    DossierHit(
        number="D-2026-00555",
        caller_name="Josianne Verdelain",
        born_on="1984-05-12",
        provisional=True,
        why=HitReason.SIMILAR_NAME_AND_BIRTH,
    ),
]

OTHER = Dossier(
    number="D-2026-00555",
    caller_name="Josianne Verdelain",
    caller_number="",
    born_on="1984-05-12",
    contact="06 00 00 00 00",
    documents=DOSSIER.documents[:1],
    provisional=True,
)


def _unknown(born_on: str = "12/05/1984") -> DeskWindow:
    window = face()
    window.dossier.show_nothing()
    window.dossier.show_caller("allocataire", "")
    window.dossier.show_search()
    fields = window.dossier.finder.fields.by_name
    fields["family_name"].fill("Verdelin")
    fields["given_names"].fill("Josiane")
    fields["born_on"].fill(born_on)
    return window


def find_empty() -> DeskWindow:
    """A caller without a number."""
    window = face()
    window.dossier.show_nothing()
    window.dossier.show_caller("allocataire", "7654321")
    window.dossier.show_search()
    return window


def find_hits() -> DeskWindow:
    """Two dossiers may be the caller's."""
    window = _unknown()
    window.dossier.finder.show_busy("search")
    window.dossier.finder.show_found(HITS, more=True, register=RegisterState.AWAY)
    return window


def register_away() -> DeskWindow:
    """Nobody has this name here, and the organisation's register does not answer."""
    window = _unknown()
    window.dossier.finder.show_busy("search")
    window.dossier.finder.show_found([], more=False, register=RegisterState.AWAY)
    return window


def find_wrong() -> DeskWindow:
    """What was typed cannot be searched, and the line is cut."""
    window = _unknown("30/02/1984")
    button(window, "dossier_find").click()
    return window


def find_cut() -> DeskWindow:
    """The line was cut during the search."""
    window = _unknown()
    window.dossier.finder.show_busy("search")
    window.dossier.finder.show_refused("search", "hub_unreachable", {})
    return window


def make_likely() -> DeskWindow:
    """A new dossier that may exist already."""
    window = _unknown()
    window.dossier.finder._show_mode(MAKE)
    window.dossier.finder.show_likely(HITS)
    return window


def another() -> DeskWindow:
    """Another dossier than the conversation's."""
    window = face()
    window.dossier.show_search()
    return window


def provisional() -> DeskWindow:
    """A dossier without a number that is not matched yet, and its number is being given."""
    window = face()
    facts = msgspec.structs.replace(
        DOSSIER,
        caller_number="",
        provisional=True,
        contact="06 00 00 00 00",
        merged=("D-2025-00012",),
    )
    window.dossier.show_caller("allocataire", "")
    window.dossier.show_dossier(facts)
    button(window, "dossier_give_number").click()
    return window


NAMES = ("Bulletin de salaire", "Quittance de loyer", "Avis d'imposition", "Attestation")

FILED = msgspec.structs.replace(
    DOSSIER,
    documents=(
        *(
            msgspec.structs.replace(
                DOSSIER.documents[0],
                id=f"d{number + 10}",
                name=f"{NAMES[number % len(NAMES)]} {number + 1}",
                piece_id=("p5", "p2", "", "p3")[number % 4],
                filed_at_utc=NOW - timedelta(days=37 * (5_000 - number) // 100),
                replaced_by="d1" if number == 4_990 else "",
                why="Page 2 illisible" if number == 4_990 else "",
            )
            for number in range(5_000)
        ),
        *DOSSIER.documents,
    ),
)
"""A dossier of five years with 5,000 documents."""


def documents() -> DeskWindow:
    """Many documents, by year, the earlier version of one; some pictures have come."""
    window = face()
    window.dossier.show_dossier(FILED)
    window.side.open_tab(window.dossier.documents)
    view = window.dossier.documents
    for document in ("d1", "d5009", "d5007"):
        view.show_sketch(document, drawn_pages.jpeg(drawn_pages.form().resize((127, 180))))
    button(view, "document_versions").click()
    return window


def _documents_with(words: str) -> DeskWindow:
    window = documents()
    field = window.dossier.documents.words
    field.setClearButtonEnabled(False)  # it fades in: no two pictures would be the same
    field.setText(words)
    return window


def documents_searched() -> DeskWindow:
    """Words of a text were searched; what was found stands under them."""
    window = _documents_with("tesson")
    window.dossier.documents.show_found("tesson", ["d21", "d2700", "d2"])
    return window


def documents_none() -> DeskWindow:
    """No document has the words."""
    window = _documents_with("garrigue")
    window.dossier.documents.show_found("garrigue", [])
    return window


KNOWN = msgspec.structs.replace(DOSSIER, family_name="Verdelin", given_names="Josiane")
"""A dossier whose name is known in its parts."""


def correcting() -> DeskWindow:
    """A wrongly typed name is being corrected; another dossier has the right one."""
    window = face()
    window.dossier.show_caller("allocataire", "")
    window.dossier.show_dossier(KNOWN)
    button(window, "dossier_correct_person").click()
    form = window.dossier.person.form
    form._fields["family_name"].fill("Verdelain")
    form._fields["given_names"].fill("Josianne")
    form._fields["reason"].fill("Mal tapé, carte d'identité vue")
    form.show_likely(HITS[1:])
    return window


def access_lines() -> AccessesAnswer:
    """A morning in the register."""
    kinds = (
        (AccessKind.REFUSED, "D-2026-00077", ""),
        (AccessKind.OPENED_OTHER, "D-2026-00555", "Dossier du conjoint, présent à la borne"),
        (AccessKind.CREATED, "D-2026-00560", ""),
        (AccessKind.SEARCHED, "", ""),
        (AccessKind.EXPORTED, "D-2026-00417", "Demande de l'usager (article 15 du RGPD)"),
        (AccessKind.MERGED, "D-2026-00417", "Même personne, deux orthographes"),
        (AccessKind.OPENED, "D-2026-00417", ""),
        (AccessKind.NUMBERED, "D-2026-00417", ""),
        (AccessKind.CORRECTED, "D-2026-00417", "Mauvaise pièce"),
        (AccessKind.UNMERGED, "D-2026-00417", "Deux sœurs jumelles"),
    )
    lines = [
        AccessLine(
            id=900 - place,
            at_utc=NOW - timedelta(minutes=11 * place),
            user="chantal" if kind in (AccessKind.EXPORTED, AccessKind.MERGED) else "claire",
            by_name="Chantal Viguier"
            if kind in (AccessKind.EXPORTED, AccessKind.MERGED)
            else "Claire Fontanel",
            kind=kind,
            dossier=dossier,
            session_id="" if kind is AccessKind.EXPORTED else f"c6cc7b4565ec3deb6f8c_{place}",
            reason=reason,
            hits=3 if kind is AccessKind.SEARCHED else 0,
            computer="agence-2" if place % 3 else "bureau-14",
        )
        for place, (kind, dossier, reason) in enumerate(kinds)
    ]
    return AccessesAnswer(lines=lines, more=True, refused_lately=1)


def accesses() -> BoardWindow:
    """Who looked at what."""
    window = board_page(ACCESSES)
    window.accesses.show_accesses(access_lines())
    return window


def help_lines() -> RemoteHelps:
    """What the helpdesk and the network's operator wanted of kiosks and of a desk."""
    asked = (
        (RemoteAct.PRINT, "borne-3", False, RemoteState.SILENT, "Plus rien ne s'imprime"),
        (RemoteAct.DOCTOR, "claire", True, RemoteState.DONE, "Son poste ne trouve plus sa caméra"),
        (RemoteAct.LOG, "borne-1", False, RemoteState.DONE, "Coupures répétées hier"),
        (RemoteAct.RESTART, "bastien", True, RemoteState.FAILED, "La fenêtre ne répond plus"),
    )
    return RemoteHelps(
        helps=tuple(
            RemoteHelp(
                help_id=f"h{place}",
                organisation="valdore",
                kiosk=kiosk,
                act=act,
                state=state,
                by="o.exploitant" if act is RemoteAct.LOG else "h.aide1",
                by_name="Odile Exbrayat" if act is RemoteAct.LOG else "Denis Walter",
                reason=reason,
                asked_at_utc=NOW - timedelta(minutes=17 * place),
                desk=desk,
            )
            for place, (act, kiosk, desk, state, reason) in enumerate(asked)
        )
    )


def helps() -> BoardWindow:
    """Who wanted what of which kiosk or desk."""
    window = accesses()
    about = window.accesses.findChild(QComboBox, "accesses_about")
    assert about is not None
    about.setCurrentIndex(about.findData("help"))
    window.accesses.show_helps(help_lines())
    return window


def merge_list() -> list[DossierMerged]:
    """One that may be taken back, one that was, one for good."""
    return [
        DossierMerged(
            id=f"m{place}",
            keep="D-2026-00417",
            merged=f"D-2026-0055{place}",
            caller_name="Josiane Verdelin",
            reason="Même personne",
            by_name="Chantal Viguier",
            at_utc=NOW - timedelta(days=days),
            until_utc=NOW + timedelta(days=30 - days),
            undone_at_utc=NOW - timedelta(days=2) if place == 1 else None,
        )
        for place, days in enumerate((1, 5, 40))
    ]


def provisional_list() -> ProvisionalAnswer:
    """Two dossiers of the day on which the register was away."""
    made = [
        ProvisionalDossier(
            number=f"D-2026-0056{place}",
            caller_name=name,
            born_on="1971-11-02",
            made_at_utc=NOW - timedelta(hours=place + 1),
            by_name="Claire Fontanel",
        )
        for place, name in enumerate(("Josianne Verdelain", "Ahmed Tarrieu"))
    ]
    return ProvisionalAnswer(dossiers=made, total=2)


def doubles() -> BoardWindow:
    """The lists; nothing is compared."""
    window = board_page(DOUBLES)
    window.doubles.show_provisional(provisional_list())
    window.doubles.show_merges(merge_list())
    return window


def compared() -> BoardWindow:
    """Two dossiers side by side."""
    window = doubles()
    window.doubles._reason.fill("Même personne, deux orthographes")
    window.doubles.show_compared(DOSSIER, OTHER, "Même personne, deux orthographes")
    return window


def correction() -> BoardWindow:
    """A dossier is looked at to be corrected, and only the register may."""
    window = doubles()
    card = window.doubles.correction
    card.show_dossier(KNOWN, "Demande écrite de l'usager")
    card.show_refused("dossier_of_register", {})
    return window


DESK_SCENES: dict[str, Callable[[], DeskWindow]] = {
    "documents": documents,
    "documents_searched": documents_searched,
    "documents_none": documents_none,
    "find_empty": find_empty,
    "find_hits": find_hits,
    "register_away": register_away,
    "find_wrong": find_wrong,
    "find_cut": find_cut,
    "make_likely": make_likely,
    "another": another,
    "provisional": provisional,
    "correcting": correcting,
}
BOARD_SCENES: dict[str, Callable[[], BoardWindow]] = {
    "accesses": accesses,
    "helps": helps,
    "doubles": doubles,
    "compared": compared,
    "correction": correction,
}
