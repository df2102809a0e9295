# SPDX-License-Identifier: GPL-3.0-only
"""What a hub tells its operator: its troubles, in one sentence that says what to do, and what was
done with it. Used by the operator's window and `hub acts`.

The codes are those of /healthz; docs/operator.md has the same table at length.
"""

from __future__ import annotations

from resources.texts import N_, _
from resources.this_machine import as_here
from session.protocol.hub.site import HubTrouble, OperatorAct

_SENTENCES: dict[str, str] = {
    "stopping": N_("This hub stops; others take over."),
    "bus_unreachable": N_("This hub has lost its nats-server: see whether that runs."),
    "store_unreachable": N_(
        "The nats-server does not answer for requests ({why}): see its journal."
    ),
    "no_leader": N_("The cluster has no leader yet: see how many servers run."),
    "disk_full": N_(
        "The disk is full, {free_mb} MB left: no new call is taken. Make room; the hub goes on by "
        "itself."
    ),
    "disk_low": N_("The disk is getting full, {free_mb} MB left: make room."),
    "disk_remote": N_(
        "The hub's folder lies on a network disk ({kind}), which may lose what was confirmed: move "
        "it to a disk of this machine."
    ),
    "store_full": N_(
        "The store of {part} is full ({used_percent} %): no new call is taken. Give it more room "
        "(store.quota_mb) and start the hub again."
    ),
    "store_low": N_(
        "The store of {part} is getting full ({used_percent} %): give it more room "
        "(store.quota_mb)."
    ),
    "oldest_leave": N_(
        "The store of {part} is full: it reaches back {kept_days} days instead of {wanted_days}. "
        "Give it more room (store.quota_mb), or keep it for fewer days."
    ),
    "backup_missing": N_(
        "There is no backup in {folder} yet: see the timer (systemctl status "
        "poste-expert-backup.timer)."
    ),
    "backup_old": N_(
        "The newest backup is {hours} hours old: see the timer (systemctl status "
        "poste-expert-backup.timer)."
    ),
    "backup_away": N_("The folder of the backups, {folder}, cannot be read: {why}."),
    "certificate_ended": N_(
        "The network's certificate has ended: nobody new is let in. expert-app hub "
        "renew-certificate makes the next one; nothing is started again."
    ),
    "certificate_ends": N_(
        "The network's certificate ends in {days} days: expert-app hub renew-certificate makes the "
        "next one; nothing is started again."
    ),
    "kiosks_faulty": N_(
        "{kiosks} kiosks found a fault when they tried themselves at night, {kiosk} first "
        "({parts}): see the helpdesk's list."
    ),
    "self_tests_missing": N_(
        "{kiosks} kiosks have not tried themselves for two nights: see whether they are on at that "
        "time (self_test_at)."
    ),
    "nobody_there": N_(
        "Nobody has been connected for {minutes} minutes, though somebody was at this hour "
        "yesterday: see the network, the address and the certificate of the hub."
    ),
    "certificate_not_believed": N_(
        "{clients} desks and kiosks had refused the network's certificate before they came back: "
        "see which authority made it, and which one they know."
    ),
    "task_failing": N_(
        "{task} failed {failures} times lately ({error}) and is tried again by itself: give the "
        "hub's log to whoever maintains the programs."
    ),
    "documents_away": N_(
        "The documents' store does not answer ({why}): nothing is filed, desks keep the documents."
    ),
    "register_away": N_(
        "The register of {organisation} does not answer ({why}): agents go on without it. "
        "expert-app hub register-test says more."
    ),
    "sign_on_away": N_(
        "The provider {offer} of people's sign-in does not answer: nobody signs in with it, who is "
        "in stays in. expert-app hub sso says more."
    ),
    "sign_on_unchecked": N_(
        "The provider {offer} gives nothing to ask with whether a person still may: whoever is "
        "dismissed there stays in until the hours are over. The handbook (sso) says how it does "
        "(scopes, parameters); check_minutes = 0 says that you know."
    ),
    "mail_away": N_(
        "The mail server of {organisation} takes nothing ({why}): mails about appointments wait. "
        "expert-app hub mail says more."
    ),
    "sms_away": N_(
        "The SMS gateway of {organisation} takes nothing ({why}): messages about appointments wait."
    ),
    "ged_away": N_("The document system {name} takes nothing ({why}); its copies wait."),
    "ged_refused": N_("The document system {name} refused {copies} documents."),
    "history_closed": N_(
        "The history's database cannot be used: see the hub's journal. Nothing is lost."
    ),
    "history_behind": N_("The history is {changes} changes behind: see whether its base is slow."),
    "partner_away": N_("The partner network {network} does not answer: see the link."),
    "partner_refuses": N_(
        "The network {network} takes no callers for {organisation}: compare the two conventions."
    ),
    "procedures_unknown": N_(
        "Guides name {names} pages, scan profiles or services that the convention does not have "
        "({first}): those buttons do nothing. expert-app hub procedures says which."
    ),
    "rdv_unmapped": N_(
        "{count} notifications of RDV Service Public name what the convention does not map "
        "({first}): add it to rdv_motifs or rdv_lieux."
    ),
    "rdv_closed": N_(
        "Notifications of RDV Service Public are not taken: another program has {listen}. Stop "
        "it, then restart the hub."
    ),
    "rdv_refused": N_(
        "{count} notifications of RDV Service Public were not signed with the shared secret: "
        "compare both, or somebody else sends them."
    ),
    "convention_refused": N_(
        "A part of the convention was not taken: expert-app hub check says what is wrong."
    ),
}

_PARTS = {
    "tickets": N_("requests and callers"),
    "AUDIT": N_("the trace of changes"),
    "AGENT_STATES": N_("the agents' states"),
    "KV_mm": N_("today's memos between colleagues"),
}
_REGISTER_WHY: dict[str, str] = {
    "unreachable": N_("nothing answers at its address"),
    "timeout": N_("it takes too long"),
    "certificate": N_("its certificate is not trusted"),
    "access": N_("it refuses our secret"),
    "address": N_("there is nothing at this address"),
    "busy": N_("it has a trouble of its own"),
    "not_understood": N_("its answer is not understood"),
    "refused": N_("it refuses the question"),
}
"""Why a register, a mail server or an SMS gateway is away."""

_TOLD_WHY = ("register_away", "mail_away", "sms_away")
_LOGS = N_("the journals of {organisation}")
_LOG_PREFIX = "LOGS_"


def part_words(part: str) -> str:
    """A share of the store, as people call it."""
    if part.startswith(_LOG_PREFIX):
        return _(_LOGS).format(organisation=part.removeprefix(_LOG_PREFIX))
    if part in _PARTS:
        return _(_PARTS[part])
    return part


class _Values(dict[str, str | int]):
    """A value that an older hub does not tell is a question mark."""

    def __missing__(self, _name: str) -> str:
        return "?"


def known_troubles() -> set[str]:
    """The codes that have a sentence."""
    return set(_SENTENCES)


def trouble_sentence(trouble: HubTrouble) -> str:
    """Say what is wrong and what to do; the code itself where a newer hub tells a new one."""
    words = _SENTENCES.get(trouble.code)
    if words is None:
        return ", ".join([trouble.code, *(f"{key}: {it}" for key, it in trouble.detail.items())])
    values = _Values(trouble.detail)
    if "part" in values:
        values["part"] = part_words(str(values["part"]))
    if trouble.code in _TOLD_WHY and values.get("why") in _REGISTER_WHY:
        values["why"] = _(_REGISTER_WHY[str(values["why"])])
    return _(words).format_map(values)


# ---- the register of acts

_ACTS: dict[str, str] = {
    "start": N_("Hub started"),
    "stop": N_("Hub stopped"),
    "killed": N_("The run before ended without stopping: killed, or the power went"),
    "settings": N_("Settings changed"),
    "convention": N_("Convention changed"),
    "invite": N_("Invited"),
    "enrol": N_("Enrolled with an invitation"),
    "admit": N_("Let into the vault"),
    "revoke": N_("Keys and invitations taken away"),
    "make-ca": N_("Authority made"),
    "make-certificate": N_("Certificate made"),
    "renew-certificate": N_("Certificate renewed"),
    "trust-authority": N_("Next authority given to desks and kiosks"),
    "bundle": N_("Stick for a site written"),
    "backup": N_("Backup made"),
    "restore": N_("Restored from a backup"),
    "erase": N_("Conversations erased"),
    "hold set": N_("Conversation kept from being erased"),
    "hold lift": N_("Conversation no longer kept"),
    "dossiers import": N_("Dossiers imported"),
    "dossiers erase": N_("Dossier erased"),
    "dossiers erase-again": N_("Dossiers erased again"),
    "dossiers hold": N_("Dossier kept from being erased"),
    "dossiers lift": N_("Dossier no longer kept"),
    "dossiers accesses": N_("Register of accesses read"),
    "readings": N_("Register of who read logs read"),
    "close_site": N_("Site closed"),
    "open_site": N_("Site opened"),
}


def act_words(act: OperatorAct) -> str:
    """Say what was done, and that it failed."""
    if act.what in _ACTS:
        words = _(_ACTS[act.what])
    else:
        words = as_here(f"expert-app hub {act.what}")
    if act.outcome:
        return _("{what}: not done (exit code {code})").format(what=words, code=act.outcome)
    return words


def act_tone(act: OperatorAct) -> str:
    """Return the colour of a line: what went wrong, and what takes something away."""
    if act.what == "killed":
        return "bad"
    if act.outcome or act.what in ("revoke", "erase", "dossiers erase", "restore"):
        return "warn"
    return ""
