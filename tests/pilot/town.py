# SPDX-License-Identifier: GPL-3.0-only
"""The invented town of the pilot: who works where, what is offered, whose dossier is made.
Nobody here exists.
"""

from __future__ import annotations

from dataclasses import dataclass

ORGANISATION = "caf"
"""Its procedures come with the programs."""


@dataclass(frozen=True)
class Member:
    """A person or a machine that gets a key: `program` is the command that it starts."""

    id: str
    role: str
    program: str = "desk"


MEMBERS = (
    Member("agent1", "agent"),
    Member("agent2", "agent"),
    Member("chef1", "supervisor"),
    Member("aide1", "helpdesk"),
    Member("hote1", "facilitator"),
    Member("exploitant1", "operator"),
    Member("ecran1", "display", "display"),
    Member("borne1", "kiosk", "kiosk"),
    Member("borne2", "kiosk", "kiosk"),
)

LATER = Member("ecole1", "kiosk", "kiosk")
"""A kiosk that a contractor makes from a stick, when the town works already."""

LATER_SITE = """École de l'Étang ("100 % $bio")"""
"""Where it stands, with signs that a shell takes for its own."""

FAMILY_NAME, GIVEN_NAMES, BORN_ON = "Tisserand-Lévy", "Éloïse Marguerite", "14/05/1988"
CALLER_NUMBER = "2071536"
"""A number of the right form that the organisation does not know yet."""

FILM = (214, 33, 128)
"""The colour of the organisation's films of its questions in sign language."""

FILMED = ("see_page", "point+control+type", "scan+print+keep")
"""The questions that are filmed, as docs/kiosk.md names their files."""

TYPED = "Été-Œuvré d’Ça €"
"""What French needs in a form, and a sign of another key."""


def convention(site: str) -> str:
    """The convention, as the organisation writes it; `site` is the web site of its forms."""
    return f"""\
[[organisations]]
id = "{ORGANISATION}"
name = "Caisse d'entraide du Val-Doré"
home_address = "{site}/"
allowed_addresses = ["{site}/"]
sites = [
  {{ id = "oyen", name = "Mairie de Saint-Oyen", services = ["logement"] }},
  {{ id = "bois", name = "Médiathèque du Bois", services = ["logement"] }},
  {{ id = "ecole", name = '''{LATER_SITE}''', services = ["logement"] }},
]
kiosks = [
  {{ id = "borne1", site = "oyen" }}, {{ id = "borne2", site = "bois" }},
  {{ id = "{LATER.id}", site = "ecole" }},
]
displays = [{{ id = "ecran1", site = "oyen" }}]
people = [
  {{ id = "agent1", name = "Camille R." }},
  {{ id = "agent2", name = "Dominique S." }},
  {{ id = "chef1", name = "Chantal V.", role = "supervisor" }},
  {{ id = "aide1", name = "Assistance", role = "helpdesk" }},
  {{ id = "hote1", name = "Inès B.", role = "facilitator", sites = ["oyen"] }},
  {{ id = "exploitant1", name = "Marc L.", role = "operator" }},
]

[[organisations.services]]
id = "logement"
name = "Aide au logement"
letter = "L"
number_kind = "allocataire"
icon = "home"
away = ["back", "phone"]

[organisations.services.appointments]
lead_min = 0
early_min = 480
bring = ["Une pièce d'identité"]

[organisations.contact]
postal_address = "4 place du Marronnier\\n01234 Valdoré"
email = "contact@valdore.example"
phone = "04 00 00 00 00"
"""


FORM = """\
<!doctype html><html lang="fr"><meta charset="utf-8"><title>Demande d’aide au logement</title>
<body><h1>Demande d’aide au logement</h1><form>
<p><label for="nom">Votre nom</label> <input id="nom" name="nom"></p>
<p><label for="enfants">Des enfants vivent avec moi</label>
  <input type="checkbox" id="enfants" name="enfants"></p>
<p><label for="ville">Votre commune</label> <input id="ville" name="ville"></p>
</form></body></html>
"""
