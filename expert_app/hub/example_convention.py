# SPDX-License-Identifier: GPL-3.0-only
"""The convention that `expert-app hub example` prints, to begin one's own with."""

from __future__ import annotations

EXAMPLE = """\
# Who offers what, where and when. The hub's command `check FILE` says everything that is wrong.
# `key` is the public key that `expert-app enrol` printed on that machine.

[[organisations]]
id = "valdore"
name = "Caisse d'entraide du Val-Doré"
log_days = 90                                 # how long session logs are kept
home_address = "https://www.valdore.example/"
allowed_addresses = ["https://www.valdore.example/"]  # what an agent may open on a kiosk
record_text = []                              # pages whose words logs keep: nothing personal

[organisations.contact]                       # stands on receipts
postal_address = "4 place du Marronnier\\n01234 Valdoré"
email = "contact@valdore.example"
phone = "04 00 00 00 00"

[[organisations.services]]                    # one big button each, at most six per site
id = "logement"
name = "Aide au logement"
subtitle = "Demander, déclarer, comprendre"
letter = "L"                                  # begins its ticket numbers
number_kind = "allocataire"                   # allocataire, france_travail, nir or nothing
icon = "home"
hours = ["mon-fri 08:30-12:00,13:30-17:00"]   # always open without; public holidays are closed
callback = true                               # callers may ask to be called back when it is closed
away = ["back", "phone"]                      # how callers may wait elsewhere

[[organisations.closures]]                    # stronger than hours
first = 2030-12-24
last = 2030-12-31
message = "Nos conseillers reviennent le 2 janvier."

[[organisations.sites]]
id = "oyen"
name = "Mairie de Saint-Oyen-le-Vieux"
services = ["logement"]

[[organisations.kiosks]]
id = "borne1"
site = "oyen"
key = ""

[[organisations.displays]]                    # screens in waiting rooms
id = "ecran1"
site = "oyen"
key = ""

[[organisations.people]]
id = "agent1"
name = "Camille R."                           # what callers read
role = "agent"                                # agent, supervisor or helpdesk
key = ""
"""
