# SPDX-License-Identifier: GPL-3.0-only
"""Sentences for what can be wrong with a convention. Used by `expert-app hub` and its commands."""

from __future__ import annotations

from collections.abc import Sequence

from resources.texts import N_, _
from session.hub.convention.problems import CatalogueWrong, Problem

SENTENCES: dict[str, str] = {
    # files and signatures
    "unreadable": N_("This cannot be read ({why})."),
    "too_large": N_("This file has more than {most_bytes} bytes."),
    "not_utf8": N_("This file is not UTF-8."),
    "not_toml": N_("This is not TOML: {why}."),
    "no_network_part": N_("The folder has no {file}, the operator's part."),
    "not_a_member": N_(
        "{id} is not among the organisations of network.toml: this file is not read."
    ),
    "part_missing": N_("{file} is missing."),
    "id_not_file": N_("The file is named otherwise than its id, “{id}”."),
    "older_edition": N_("This is edition {edition}; the hub has edition {known} already."),
    "operator_elsewhere": N_("Only the operator's part, network.toml, may name operators."),
    "no_signer": N_("No public key is known that should sign this file."),
    "unsigned": N_("This file is not signed."),
    "signed_by_other": N_("This file is signed by somebody else than the holder of {key}."),
    "signature_wrong": N_("This file was changed after the holder of {key} signed it."),
    # form
    "unknown_field": N_("There is no field “{field}”."),
    "missing_field": N_("The field “{field}” is missing."),
    "misfit": N_("This does not fit: {why}."),
    "twice": N_("“{name}” stands there twice."),
    "key_twice": N_("The key {key} stands there twice: each installation has its own."),
    "not_a_key": N_("“{key}” is not a public key."),
    "address_not_http": N_(
        "“{address}” is not an address: it begins with https:// or http://, and only the name of "
        "the host may begin "
        "with “*.”."
    ),
    # names that point at each other
    "unknown_number_kind": N_(
        "There is no number “{name}”: allocataire, france_travail, nir, or nothing."
    ),
    "unknown_service": N_("There is no service “{service}”."),
    "unknown_organisation": N_("There is no organisation “{organisation}”."),
    "unknown_site": N_("There is no site “{site}”."),
    "not_shared": N_("The site “{site}” is not shared with this organisation (shared_with)."),
    "not_offered": N_("The organisation of {service} does not offer it at this site (offers)."),
    "site_of_two": N_(
        "There are two sites “{site}”, one of this organisation and one that is shared with it."
    ),
    "too_many_services": N_("A kiosk shows at most {most} services; this site has {count}."),
    "too_many_profiles": N_(
        "An organisation has at most {most} scan profiles; this one has {count}."
    ),
    "glass_has_one_side": N_("The glass sees one side at a time (sides)."),
    "feeder_has_no_preview": N_("A feeder has no preview (preview)."),
    "overflow_not_taken": N_("{to} does not take callers of {service} (overflow_from)."),
    "transfer_not_taken": N_("{to} does not take callers of {organisation} (transfers_from)."),
    "transfer_to_itself": N_("{to} belongs to the organisation itself."),
    "host_without_site": N_("This host looks after no site (sites)."),
    "service_elsewhere": N_(
        "{service} of {organisation} is in another network: callers are sent there, no button "
        "leads there."
    ),
    "overflow_ring": N_("Callers would go round in a ring: {path}."),
    # sealing
    "vault_without_key": N_(
        "A vault needs a sealing key (seal_keys); expert-app hub seal-key makes one."
    ),
    "key_without_vault": N_(
        "Sealing keys without a vault (vaults) have no effect: nothing would be sealed."
    ),
    "seal_key_unsigned": N_(
        "This sealing key is not signed by the holder of {key}, or was changed since."
    ),
    "seal_key_of_two": N_("The sealing keys of an organisation are all signed by the same key."),
    "vault_out_of_reach": N_(
        "{organisation} is in another network: its callers do not reach a vault and are refused."
    ),
    "seal_key_ends": N_(
        "The last sealing key ends on {day}: make the next one now (expert-app hub seal-key)."
    ),
    # hours
    "unknown_time_zone": N_("There is no time zone “{name}”."),
    "unknown_region": N_("There are no public holidays of “{name}”: FR, FR-57, FR-971…"),
    "hours_unreadable": N_(
        "“{text}” cannot be read; hours are written like “mon-fri 08:30-12:00,13:30-17:00”."
    ),
    "slot_backwards": N_(
        "“{text}” ends before it begins; a slot over midnight is written as two, on two days."
    ),
    "slots_overlap": N_("Two slots overlap: {text}."),
    "days_backwards": N_("The last day, {last}, is before the first, {first}."),
    # library
    "library_one_of": N_("An item of the library has either an address or a file."),
    "library_no_hash": N_("The SHA-256 of {file} is missing (sha256)."),
    "library_too_long": N_("The library has {count} items; {most} are the most."),
    # what a hub bears
    "library_not_allowed": N_("The kiosk does not open {address}: it is not in allowed_addresses."),
    "library_file_missing": N_("{file} is missing: agents do not see this item."),
    "library_file_hash": N_("{file} is another file than the one named: its SHA-256 is {sha256}."),
    "library_file_kind": N_("{file} is neither a PDF nor a JPEG nor a PNG."),
    "library_file_too_large": N_("{file} is too large: 24 MB are the most."),
    "library_file_link": N_("{file} is a link: put the file itself there."),
    "over": N_("This is over since {day} and can be removed."),
    "kiosk_without_service": N_(
        "The site “{site}” of this kiosk has no service: its screen stays empty."
    ),
    "offered_nowhere": N_("No site with a kiosk offers this service."),
    "nobody_answers": N_("No agent answers this service."),
    "never_open": N_("This service is never open at the site “{site}”."),
}
"""Code of a problem -> what to say; a test checks that none is missing."""


def sentence_of(problem: Problem) -> str:
    """Place and sentence."""
    words = _(SENTENCES[problem.code]).format_map(dict(problem.values))
    return _("{place}: {sentence}").format(place=problem.where, sentence=words)


def listed(problems: Sequence[Problem]) -> str:
    """All of them, one line each."""
    return "\n".join(sentence_of(problem) for problem in problems)


def refused(error: CatalogueWrong) -> str:
    """Return that a convention cannot be used, and all the reasons."""
    return _("The convention cannot be used:") + "\n" + listed(error.problems)
