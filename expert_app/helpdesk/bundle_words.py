# SPDX-License-Identifier: GPL-3.0-only
"""The worth of a conversation's bundle, in sentences. Used by `expert-app verify` and `replay`,
and by the helpdesk's window.
"""

from __future__ import annotations

from documents.printed.dates import moment
from expert_app.helpdesk.bundle import BundleFault, BundleManifest, BundleVerdict
from resources.texts import N_, _

_FAULTS: dict[BundleFault, str] = {
    BundleFault.UNREADABLE: N_(
        "NOT A CONVERSATION: {file} is no saved conversation of Poste Expert, or is damaged. Ask "
        "for it again."
    ),
    BundleFault.TOO_NEW: N_(
        "NOT READ: {file} was saved by a newer version. Update this program, then open it again."
    ),
    BundleFault.TOO_LARGE: N_(
        "NOT READ: {file} would unpack to more than a conversation can be. Do not open it with "
        "anything else, and ask for it again."
    ),
    BundleFault.SIGNATURE: N_(
        "WRONG SIGNATURE: the list of parts in {file} is not the one that was signed. Do not rely "
        "on it, and ask for it again."
    ),
    BundleFault.CHANGED: N_(
        "CHANGED: these parts of {file} are not what was saved: {parts}. Do not rely on it."
    ),
    BundleFault.MISSING: N_(
        "INCOMPLETE: these parts of {file} are missing: {parts}. Ask for the whole file."
    ),
    BundleFault.ADDED: N_(
        "CHANGED: these parts were added to {file} afterwards: {parts}. Do not rely on it."
    ),
    BundleFault.FOREIGN: N_(
        "FOREIGN KEY: {file} is whole, but signed by a key that you did not name: {key}. Ask the "
        "sender for the key by another way."
    ),
}
SHOWN = 5


def fault_words(verdict: BundleVerdict, name: str) -> str:
    """Return what is wrong with a bundle, and what to do; "" for one that is believed."""
    if verdict.fault is None:
        return ""
    part_names = ", ".join(verdict.parts[:SHOWN]) + ("…" if len(verdict.parts) > SHOWN else "")
    return _(_FAULTS[verdict.fault]).format(file=name, parts=part_names, key=verdict.signer)


def bundle_lines(verdict: BundleVerdict, name: str) -> list[str]:
    """The verdict as lines of text, the answer first."""
    lines = [fault_words(verdict, name)]
    if verdict.fault is None:
        lines = [_("WHOLE: {file} is, to the last bit, what was saved.").format(file=name)]
        if verdict.trusted:
            lines.append(_("The signature is of a key that you trust."))
        else:
            lines.append(
                _("Whose signature it is was not looked at (--key): {key}").format(
                    key=verdict.signer
                )
            )
    if verdict.manifest is not None:
        lines += ["", manifest_words(verdict.manifest)]
    return lines


def manifest_words(manifest: BundleManifest) -> str:
    """Return what the bundle says of itself."""
    at = manifest.exported_at_utc.astimezone()
    if manifest.with_pages:
        words = _(
            "Conversation {number} of {organisation}, saved on {date} by {user}, with the pages."
        )
    else:
        words = _(
            "Conversation {number} of {organisation}, saved on {date} by {user}, without the pages."
        )
    return words.format(
        number=manifest.short_number or manifest.session_id,
        organisation=manifest.organisation or "?",
        date=moment(at),
        user=manifest.exported_by,
    )
