# SPDX-License-Identifier: GPL-3.0-only
"""The convention that `expert-app hub init` writes: complete, with example people, and comments
for whoever goes on with it. Used by `new_hub`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from expert_app.commands.setup.plan import NetworkPlan, OrganisationPlan, icon_for, letters_for
from resources.texts import _

HOURS = "mon-fri 08:30-12:00,13:30-17:00"


def convention_text(plan: NetworkPlan) -> str:
    """The TOML, whose comments are in the language in use."""
    lines = [
        _comment(_("Who offers what, where and when.")),
        _comment(_("expert-app hub check says everything that is wrong.")),
        _comment(_("A hub that runs takes a changed file within seconds.")),
        _comment(
            _("All of it, in words: docs/convention.md. A longer example: expert-app hub example.")
        ),
    ]
    for organisation in plan.organisations:
        lines += ["", *_organisation(organisation, plan)]
    return "\n".join(lines) + "\n"


def _organisation(organisation: OrganisationPlan, plan: NetworkPlan) -> Iterator[str]:
    yield "[[organisations]]"
    yield f"id = {_quoted(organisation.named.id)}"
    yield f"name = {_quoted(organisation.named.name)}"
    yield _noted("log_days = 90", _("how long logs of conversations are kept"))
    yield _noted('home_address = ""', _("page that a kiosk shows first, https://…"))
    yield _noted(
        "allowed_addresses = []", _("what agents may open on a kiosk: how addresses begin")
    )
    yield _noted("record_text = []", _("pages without anything personal: logs keep their words"))
    yield ""
    yield _noted("[organisations.contact]", _("stands on receipts"))
    yield from ('postal_address = ""', 'email = ""', 'phone = ""')
    yield from _services(organisation)
    yield from _sites(organisation, plan)
    yield from _people(organisation, is_first=organisation is plan.organisations[0])


def _services(organisation: OrganisationPlan) -> Iterator[str]:
    kinds = _("number that is asked for: allocataire, france_travail, nir, or nothing")
    always = _("without this line it is always open; holidays close")
    letters = letters_for(organisation.services)
    note = _first_only()
    for service, letter in zip(organisation.services, letters, strict=True):
        yield ""
        yield note("[[organisations.services]]", _("one big button each, at most six at a site"))
        yield f"id = {_quoted(service.id)}"
        yield f"name = {_quoted(service.name)}"
        yield note(f"icon = {_quoted(icon_for(service))}", _("its picture: docs/convention.md"))
        yield note(f'letter = "{letter}"', _("begins its ticket numbers"))
        yield note('number_kind = ""', kinds)
        yield note(f'# hours = ["{HOURS}"]', always)


def _sites(organisation: OrganisationPlan, plan: NetworkPlan) -> Iterator[str]:
    guests = [host.named.id for host in plan.organisations if not host.sites]
    services = _quoted([service.id for service in organisation.services])
    room = _("the waiting room's screen; remove it where there is none")
    gate = _("true: it opens for nobody before all of its record is there (docs/site.md)")
    note = _first_only()
    for number, site in enumerate(organisation.sites, 1):
        yield from ("", "[[organisations.sites]]", f"id = {_quoted(site.id)}")
        yield f"name = {_quoted(site.name)}"
        yield f"services = {services}"
        if guests:
            yield f"shared_with = {_quoted(guests)}"
        yield note("gate = false", gate)
        yield from ("", "[[organisations.kiosks]]", f'id = "borne{number}"')
        yield f"site = {_quoted(site.id)}"
        yield from ("", note("[[organisations.displays]]", room))
        yield from (f'id = "ecran{number}"', f"site = {_quoted(site.id)}")
    if not organisation.sites:
        for host in plan.organisations:
            for site in host.sites:
                yield from ("", "[[organisations.offers]]", f"site = {_quoted(site.id)}")
                yield f"services = {services}"


def _people(organisation: OrganisationPlan, *, is_first: bool) -> Iterator[str]:
    people = [
        ("agent1", _("Agent 1"), "agent"),
        ("agent2", _("Agent 2"), "agent"),
        ("superviseur1", _("Supervisor 1"), "supervisor"),
        ("assistance1", _("Helpdesk 1"), "helpdesk"),
    ]
    if organisation.sites:
        people.append(("animateur1", _("Host 1"), "facilitator"))
    if is_first:
        people.append(("exploitant1", _("Operator 1"), "operator"))
    note = _first_only()
    for user, name, role in people:
        yield ""
        yield note("[[organisations.people]]", _("these are examples: one entry for each person"))
        yield note(f'id = "{user}"', _("never changes"))
        yield note(f"name = {_quoted(name)}", _("what callers read"))
        if role == "operator":
            words = _("sees the sites of all organisations, closes those of this one")
            yield _noted('role = "operator"', words)
        else:
            yield f'role = "{role}"'
        if role == "facilitator":
            yield f"sites = {_quoted([site.id for site in organisation.sites])}"


def _comment(words: str) -> str:
    return f"# {words}"


def _noted(line: str, words: str) -> str:
    """The line with a comment beside it."""
    return f"{line:<46}# {words}"


def _first_only() -> Callable[[str, str], str]:
    """Return a function like `_noted`, which says each thing only once."""
    known_words: set[str] = set()

    def note(line: str, words: str) -> str:
        if words in known_words:
            return line
        known_words.add(words)
        return _noted(line, words)

    return note


def _quoted(value: str | list[str]) -> str:
    """A string or list of TOML 1.0, whose escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
