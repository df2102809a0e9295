# SPDX-License-Identifier: GPL-3.0-only
"""The one table of what went wrong: per error code, what happened and what to do now.
Used by desk, kiosk and doctor.

A test checks that it covers exactly the codes of `session.core.errors`.
Texts are translated when they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.texts import N_, _


@dataclass(frozen=True)
class ErrorWords:
    """An error in an agent's words: `title` says what happened, `advice` what to do now."""

    title: str
    advice: str

    @property
    def sentence(self) -> str:
        """Both, as one text."""
        return f"{self.title} {self.advice}".strip()


UNEXPECTED = "unexpected"

_SENTENCES: dict[str, tuple[str, str]] = {
    "unexpected": (
        N_("Something unexpected happened."),
        N_("Try again. If it comes back, tell the help desk what you were doing."),
    ),
    "message_malformed": (
        N_("The other end sent something that cannot be understood."),
        N_("Nothing was changed. Try again; if it comes back, tell the help desk."),
    ),
    "message_too_large": (
        N_("What was sent is too large."),
        N_("Send less at once, for example fewer pages."),
    ),
    "protocol_version_unknown": (
        N_("The two programs have different versions (theirs {theirs}, ours {ours})."),
        N_("Update the older one, then start it again."),
    ),
    "bus_unreachable": (
        N_("The network does not answer."),
        N_("The program keeps trying. What you received is safe; go on when it answers."),
    ),
    "hub_unreachable": (
        N_("The network answers but its service does not."),
        N_("The program repeats your request. Nothing will be done twice."),
    ),
    "bus_refused_identity": (
        N_("The network does not recognise this computer."),
        N_("Ask your administrator for a new invitation."),
    ),
    "bus_not_safe": (
        N_("The address {address} is not encrypted, or is not an address."),
        N_("Use an address that begins with tls:// or wss://."),
    ),
    "bus_certificate_refused": (
        N_("The network shows a certificate that this computer does not trust."),
        N_("Check the address and the authority's file (ca_file) with your administrator."),
    ),
    "bus_certificate_not_yet_valid": (
        N_("The network's certificate is not valid yet, by this computer's clock ({here})."),
        N_("Set this computer's date and time; if they are right, tell your administrator."),
    ),
    "bus_certificate_expired": (
        N_("The network's certificate has ended, by this computer's clock ({here})."),
        N_(
            "If this computer's date and time are right, tell your administrator: the certificate "
            "must be renewed (expert-app hub renew-certificate)."
        ),
    ),
    "bus_certificate_other_name": (
        N_("The network's certificate is for another address than the one in the settings."),
        N_("Use the address that your administrator gave you, exactly as it was written."),
    ),
    "certificate_unusable": (
        N_("The certificate or key file {file} cannot be used."),
        N_("Check its path with your administrator."),
    ),
    "enrolment_refused": (
        N_("This code is not valid: it is mistyped, was used already, or is too old."),
        N_("Check it, or ask your administrator for a new invitation."),
    ),
    "enrolment_elsewhere": (
        N_("This invitation is for another kind of computer ({role}); it can still be used there."),
        N_("Use it there, or ask your administrator for one that is for this computer."),
    ),
    "sign_on_refused": (
        N_("Your organisation's sign-in was not accepted ({why})."),
        N_("Try once more; if it comes back, tell your administrator these words."),
    ),
    "sign_on_no_role": (
        N_("Your organisation knows you ({person}), but you have no place here yet."),
        N_("Ask your administrator to put you into one of the groups that may work here."),
    ),
    "sign_on_away": (
        N_("Your organisation's sign-in service does not answer."),
        N_("Try again in a few minutes, or ask your administrator for a one-time invitation."),
    ),
    "sign_on_given_up": (
        N_("You have not been signed in: the browser's page was closed, refused or left too long."),
        N_("Press the button again, and finish in the browser."),
    ),
    "sign_on_ended": (
        N_("Your sign-in with your organisation has ended."),
        N_("Close this program, open it again and sign in with your organisation."),
    ),
    "desk_elsewhere": (
        N_("You work at another computer now: this one waits."),
        N_("Press “Work here” to go on at this one."),
    ),
    "sign_on_not_offered": (
        N_("This network does not offer signing in with your organisation."),
        N_("Ask your administrator for an invitation, and paste its whole line."),
    ),
    "authority_differs": (
        N_("The network at {address} is not the one that your invitation names."),
        N_(
            "Compare what you typed with your sheet. If it is the same, do not go on: call your "
            "administrator."
        ),
    ),
    "store_unreachable": (
        N_("The service cannot save at the moment."),
        N_("The program repeats your request. Do not start again by hand."),
    ),
    "store_full": (
        N_("The service has no room left for new calls."),
        N_("Those who are already waiting are served. Tell your administrator; try again later."),
    ),
    "desk_disk_unusable": (
        N_("This computer's disk is full, or cannot be written: nothing more is kept on it."),
        N_(
            "Make room, or tell your administrator. Pages stay at the kiosk and arrive by "
            "themselves: do not end the conversation before."
        ),
    ),
    "kiosk_disk_unusable": (
        N_("The kiosk's disk is full, or cannot be written: nothing can be kept there."),
        N_("Give the paper back, go on without it, and tell the kiosk's administrator."),
    ),
    "ticket_taken": (
        N_("A colleague was faster, or the caller has left."),
        N_("Take the next caller."),
    ),
    "ticket_kept": (
        N_("This caller is kept for a colleague for a minute."),
        N_("Take the next caller."),
    ),
    "ticket_offered": (
        N_("This caller is being offered to a colleague."),
        N_("Take the next caller."),
    ),
    "skill_missing": (
        N_("This caller is for colleagues with another skill."),
        N_("Take the next caller; you may take this one if the wait gets long."),
    ),
    "agent_busy": (
        N_("You already have a conversation or a wrap-up in hand."),
        N_("Finish it first."),
    ),
    "nobody_waits": (
        N_("No caller is waiting for you."),
        N_("The next one will ring."),
    ),
    "ticket_away": (
        N_("This caller waits elsewhere and has not come back yet."),
        N_("Take the next caller."),
    ),
    "colleague_busy": (
        N_("This colleague is not free, or somebody else has joined already."),
        N_("Choose another colleague, or a queue."),
    ),
    "agent_away": (
        N_("This agent's desk is not there, or did not answer."),
        N_("Call the agent; only the agent can say that it is back."),
    ),
    "gate_not_passed": (
        N_("Something lacks at this site, so it does not open."),
        N_("Choose the site to read what, or open it until a day by an exception."),
    ),
    "queue_closed": (
        N_("This service is closed for new calls."),
        N_("Choose another one, or open it first."),
    ),
    "service_closed": (
        N_("This service is closed at this hour."),
        N_("Choose another one, or look at its hours."),
    ),
    "undo_impossible": (
        N_("This act can no longer be taken back."),
        N_("Look at what is there now and act again if you need to."),
    ),
    "correction_too_late": (
        N_("The ten minutes are over."),
        N_("Ask your supervisor."),
    ),
    "copy_delivered": (
        N_("A copy of this document is already in {target}."),
        N_("It stays in the dossier here. Tell your supervisor, who can have both corrected."),
    ),
    "ticket_unknown": (
        N_("This request no longer exists."),
        N_("Take another caller from the queue."),
    ),
    "nobody_there": (
        N_("Nobody is at this kiosk."),
        N_("Say that you are there once a caller has chosen a service or calls for you."),
    ),
    "not_allowed": (
        N_("You may not do this."),
        N_("Ask your supervisor if you need it."),
    ),
    "service_unknown": (
        N_("This service is not offered at this site."),
        N_("Check the site's agreement with your supervisor."),
    ),
    "caller_number_invalid": (
        N_("This is not a valid caller number."),
        N_("Ask the caller to read it again, figure by figure."),
    ),
    "grant_missing": (
        N_("The caller has not allowed this."),
        N_("Explain why you need it, then ask for permission."),
    ),
    "address_not_allowed": (
        N_("This address is not on your organisation's list."),
        N_("Choose one of the listed addresses."),
    ),
    "page_not_shareable": (
        N_("This page cannot be shared: the kiosk cannot look through it for secrets in time."),
        N_("The caller still sees it. Open another page, or go on without sharing."),
    ),
    "control_paused": (
        N_("The caller is touching the page."),
        N_("Wait a second, then go on."),
    ),
    "page_changed": (
        N_("The kiosk shows another page by now."),
        N_("Look at it, then try again."),
    ),
    "element_gone": (
        N_("This is no longer in the page."),
        N_("Look at the page, then try again."),
    ),
    "element_covered": (
        N_("Something lies over it in the caller's page."),
        N_("Close what is in front, or scroll, then try again."),
    ),
    "field_private": (
        N_("This field is the caller's own."),
        N_("Let the caller fill it in on the kiosk."),
    ),
    "field_not_ready": (
        N_("No field takes text now."),
        N_("Click into the field first."),
    ),
    "value_not_taken": (
        N_("The field does not take this value."),
        N_("Check what it asks for, then try again."),
    ),
    "proposal_refused": (
        N_("The caller did not take your proposal."),
        N_("Talk about it, then propose again."),
    ),
    "page_damaged": (
        N_("The page was damaged on the way."),
        N_("The kiosk still has it and sends it again. If that fails, scan it once more."),
    ),
    "page_not_signed": (
        N_("The page is not signed by this kiosk: it was not taken."),
        N_("Scan it once more. If it happens again, tell the operator: it may be forged."),
    ),
    "page_unasked": (
        N_("The kiosk sent a page that you had not asked for: it was not taken."),
        N_("If you had scanned it before, ask for permission to scan: the page then comes."),
    ),
    "page_unreadable": (
        N_("The scanned image is empty or cannot be read."),
        N_("Ask the caller to place the document again, then scan once more."),
    ),
    "page_too_large": (
        N_("The scanned image is larger than any page can be."),
        N_("Choose 200 or 300 dpi and a smaller area, then scan again."),
    ),
    "library_item_unknown": (
        N_("This item is not in the library any more."),
        N_("Choose another one, or tell whoever keeps your organisation's library."),
    ),
    "document_not_shown": (
        N_(
            "This document cannot be shown: it is damaged, protected, or neither a PDF nor a JPEG "
            "nor a PNG."
        ),
        N_("Open it on this computer and save it as a PDF without a password, then show that."),
    ),
    "document_too_long": (
        N_("This document is too long to be shown: 50 pages and 24 MB are the most."),
        N_("Save the pages you need as a document of their own, then show that."),
    ),
    "transfer_interrupted": (
        N_("The transfer stopped on the way."),
        N_("What arrived is kept. It goes on when the line is back."),
    ),
    "scanner_gone": (
        N_("The kiosk's scanner does not answer."),
        N_("Ask the host to check that it is switched on and connected."),
    ),
    "scanner_busy": (
        N_("The scanner is busy."),
        N_("Wait a moment, then scan again."),
    ),
    "scanner_jammed": (
        N_("Paper is jammed in the scanner."),
        N_("Ask the host to take the paper out, then scan again."),
    ),
    "file_not_given": (
        N_("The caller gave no file."),
        N_("Explain what you need and ask again, or scan the paper."),
    ),
    "file_locked": (
        N_("The caller's file is protected by a password."),
        N_("Ask for one without a password, or scan the paper."),
    ),
    "file_refused": (
        N_(
            "The caller's file cannot be taken: it is too large, or no PDF, JPEG or PNG that can "
            "be read."
        ),
        N_("Ask for another file, or scan the paper."),
    ),
    "scanner_empty": (
        N_("The scanner's feeder is empty."),
        N_("Ask the caller to put the pages in, or choose the glass."),
    ),
    "scanner_cover_open": (
        N_("The scanner's cover is open."),
        N_("Ask the caller to close it, then scan again."),
    ),
    "scanner_warming_up": (
        N_("The scanner is still warming up."),
        N_("Wait half a minute, then scan again."),
    ),
    "scanner_denied": (
        N_("The scanner does not accept this kiosk."),
        N_("A password or lock is set on it. Tell whoever looks after the kiosk."),
    ),
    "too_many_pages": (
        N_("One scan takes {most} pages at most."),
        N_("The pages before are kept. Scan the rest as a second pile."),
    ),
    "pile_uneven": (
        N_("There are {fronts} first sides and {backs} other sides."),
        N_("Look at the order of the pages: two sheets may have gone through together."),
    ),
    "device_not_trusted": (
        N_("Another device answers in place of the kiosk's own."),
        N_(
            "Nothing was scanned or printed. Tell whoever looks after the kiosk: its certificate "
            "changed."
        ),
    ),
    "scanner_failed": (
        N_("The scanner reports a fault."),
        N_("Ask the host to switch it off and on, then scan again."),
    ),
    "scan_cancelled": (
        N_("The scan was cancelled."),
        N_("Pages received before are kept."),
    ),
    "printer_gone": (
        N_("The kiosk's printer does not answer."),
        N_("Ask the host to check that it is switched on and connected."),
    ),
    "printer_out_of_paper": (
        N_("The printer has no paper."),
        N_("Ask the host to add paper; printing goes on by itself."),
    ),
    "printer_jammed": (
        N_("Paper is jammed in the printer."),
        N_("Ask the host to take the paper out; printing goes on by itself."),
    ),
    "printer_out_of_toner": (
        N_("The printer has no ink or toner."),
        N_("Ask the host to replace it, then print again."),
    ),
    "printer_cover_open": (
        N_("The printer's cover is open."),
        N_("Ask the host to close it; printing goes on by itself."),
    ),
    "printer_stopped": (
        N_("The printer is stopped."),
        N_("Ask the host to start it again, then print once more."),
    ),
    "printer_denied": (
        N_("The printer does not accept this kiosk."),
        N_("A password or lock is set on it. Tell whoever looks after the kiosk."),
    ),
    "print_declined": (
        N_("The caller did not agree to print this document."),
        N_("Talk about it with the caller, then print again if it is wanted."),
    ),
    "print_too_long": (
        N_("This document has {pages} sheets with its copies; the kiosk prints {most} at most."),
        N_("Print fewer copies or a shorter document."),
    ),
    "print_not_for_us": (
        N_("The kiosk refused a document of another conversation."),
        N_("Print it again from this conversation."),
    ),
    "print_refused": (
        N_("The printer refused this document."),
        N_("Check that it is a PDF of A4 pages, then print again."),
    ),
    "print_failed": (
        N_("The document was not printed."),
        N_("Look at the printer's state, then print again."),
    ),
    "call_lost": (
        N_("Voice and picture are lost."),
        N_("The program calls again by itself. The dossier and the pages are untouched."),
    ),
    "desk_without_voice": (
        N_("This desk has neither voice nor picture."),
        N_("Write to the caller. Run `expert-app doctor` here: it says what is missing."),
    ),
    "relay_unreachable": (
        N_("The call's relay cannot be reached."),
        N_(
            "A direct way is tried where it is allowed. The network person finds the reason with "
            "`expert-app doctor`."
        ),
    ),
    "relay_not_trusted": (
        N_("The call's relay shows a certificate that is not believed."),
        N_(
            "The network person gives this computer and the kiosk the certificate of the relay's "
            "authority (`ca_file`;"
            " a kiosk also needs `certutil`). `expert-app doctor` says which relay it is."
        ),
    ),
    "peer_gone": (
        N_("The kiosk no longer answers."),
        N_("Wait a minute: it may come back. What you received is safe."),
    ),
    "document_not_filed": (
        N_("The document is not filed yet."),
        N_("It is safe in the outbox and will be sent again. Do not scan it a second time."),
    ),
    "dossier_unknown": (
        N_("No dossier has this number."),
        N_("Check the number with the caller."),
    ),
    "register_away": (
        N_(
            "No dossier here has this number, and your organisation's register does not answer now."
        ),
        N_(
            "Try again in a minute, or go on: a dossier that you create now is provisional, and "
            "is matched with the register's when it is back."
        ),
    ),
    "reason_needed": (
        N_("This conversation is about dossier {dossier}."),
        N_("Say why you need another one: the reason is kept with your name."),
    ),
    "reason_without_words": (
        N_("A reason is needed in words."),
        N_("Say why in a word or more: a sign or two tell nobody why. It is kept with your name."),
    ),
    "too_many_dossiers": (
        N_("You have opened or searched for as many dossiers as one hour allows ({limit})."),
        N_(
            "Your supervisor sees it. Go on with the dossier of your caller; others open again "
            "within the hour."
        ),
    ),
    "register_only": (
        N_("Your organisation's register has no dossier of this person, and only it makes them."),
        N_(
            "Check name and birth date with the caller. If they are right, have the person "
            "registered there, then search again."
        ),
    ),
    "dossier_of_register": (
        N_("Your organisation's register says whom this dossier is about."),
        N_("Have name and birth date corrected there: the dossier follows."),
    ),
    "dossier_was_merged": (
        N_("This dossier is part of dossier {dossier} now."),
        N_("Open that one, and look at its name and birth date first."),
    ),
    "number_taken": (
        N_("Dossier {dossier} has this number already."),
        N_(
            "Check the number with the caller. If both dossiers are the same person's, a "
            "supervisor can merge them."
        ),
    ),
    "merge_impossible": (
        N_("These dossiers stay as they are."),
        N_(
            "A dossier can be merged with another one, once; merges are taken back within 30 days, "
            "the newest first."
        ),
    ),
    "seal_key_refused": (
        N_(
            "What should seal this conversation is not what {organisation} has signed ({why}); "
            "nothing was said."
        ),
        N_(
            "Tell your administrator: somebody may have changed the keys on the way. Do not try to "
            "go on."
        ),
    ),
    "seal_key_old": (
        N_("The sealing key of {organisation} has expired, or is not valid yet."),
        N_(
            "Tell your administrator to make the next one (expert-app hub seal-key), and look at "
            "this computer's date."
        ),
    ),
    "seal_broken": (
        N_("Something sealed was changed or repeated on the way, and was not taken ({why})."),
        N_("It is sent again by itself. If this comes back, tell your administrator."),
    ),
    "vault_away": (
        N_("Your organisation's own service does not answer (part: {part})."),
        N_(
            "Go on with the conversation: documents and log wait on this computer and are sent by "
            "themselves."
        ),
    ),
    "vault_out_of_reach": (
        N_(
            "This organisation seals its conversations, and kiosks of another network cannot reach "
            "it."
        ),
        N_(
            "The caller keeps the place here. Answer yourself, or tell the caller how to reach "
            "that organisation."
        ),
    ),
    "desk_not_admitted": (
        N_("Your organisation's own service does not know the key of this computer."),
        N_("Give your administrator this key, to be admitted (expert-app hub admit): {key}."),
    ),
    "log_unknown": (
        N_("No conversation with the number {session} is kept."),
        N_(
            "Compare it with what you were told, sign by sign. Logs are kept for some time only "
            "(log_days in the convention); those of another organisation are opened by its own "
            "helpdesk."
        ),
    ),
    "log_unreadable": (
        N_("This file is not a session journal, or it is damaged (line {line})."),
        N_("Choose another file, or ask for a fresh copy."),
    ),
    "log_full": (
        N_("The journal of this conversation is full: the page is no longer kept in it."),
        N_("Nothing is to be done: the conversation goes on, and its steps are still kept."),
    ),
    "log_closed": (
        N_("This conversation began more than {days} days ago: its journal takes no more records."),
        N_("Nothing is to be done: what was kept by then stays, what came later is given up."),
    ),
    "log_reason_needed": (
        N_("A conversation is read only for a reason."),
        N_("Write why you read it (at least {letters} letters): your supervisor sees it."),
    ),
    "log_running": (
        N_("This conversation is not over: nobody reads along."),
        N_(
            "Wait until it has ended. Whoever must see it now joins it, and both ends are told "
            "first."
        ),
    ),
    "too_many_logs": (
        N_("You have read as many conversations as one hour allows ({limit})."),
        N_("Your supervisor sees it. Others open again within the hour."),
    ),
    "log_too_large": (
        N_("This journal is larger than the window opens ({limit_mb} MB)."),
        N_("Open it with “expert-app replay FILE”, which reads it piece by piece."),
    ),
    "log_format_unknown": (
        N_("This journal has format {theirs}; this program reads format {ours}."),
        N_("Open it with the version of the program that wrote it."),
    ),
    "kiosk_in_use": (
        N_("Somebody is at this kiosk ({kiosk}): nothing is done there from afar."),
        N_("Try again when it is free."),
    ),
    "kiosk_away": (
        N_("This kiosk ({kiosk}) gives no sign of life."),
        N_("See on the spot whether it is on and has its network."),
    ),
    "appointment_unknown": (
        N_("There is no such appointment."),
        N_("Check the letters on the slip, or look for it by the day."),
    ),
    "appointment_over": (
        N_("This appointment cannot be changed any more."),
        N_("It was cancelled or missed, or its caller is there. Take another one if needed."),
    ),
    "appointment_time_gone": (
        N_("The service gives no appointment at that time any more."),
        N_("Choose another time."),
    ),
    "appointment_too_late": (
        N_("It is too late to change this appointment here."),
        N_("It can be changed until {minutes} minutes before. Call the organisation."),
    ),
    "person_needed": (
        N_("It is not known who comes."),
        N_("Type the caller's number, or the name and the birth date."),
    ),
    "outside_sign_on": (
        N_("RDV Service Public wants you to sign in there once more."),
        N_("Press the button again, and finish in the browser."),
    ),
    "outside_refused": (
        N_("RDV Service Public says no."),
        N_("Check the caller's name. If it comes back, take it here, and tell the operator."),
    ),
    "outside_away": (
        N_("RDV Service Public does not answer, or not as it should."),
        N_("Take the appointment here, or try again later."),
    ),
    "rate_limited": (
        N_("Too many requests in a short time."),
        N_("Wait a few seconds, then go on."),
    ),
}


def sentence(code: str, detail: Mapping[str, str | int | float] | None = None) -> ErrorWords:
    """The words for an agent about an error; an unknown code reads as something unexpected.

    Args:
        code: `SessionError.code`.
        detail: `SessionError.detail`; a value that a sentence names and that is missing shows as
            "?".
    """
    title, advice = _SENTENCES.get(code, _SENTENCES[UNEXPECTED])
    values = _Values(detail or {})
    return ErrorWords(title=_(title).format_map(values), advice=_(advice).format_map(values))


def english_words(code: str) -> str:
    """The agent's words before they are translated, values in braces; for the reference."""
    return " ".join(_SENTENCES.get(code, _SENTENCES[UNEXPECTED]))


def known_codes() -> frozenset[str]:
    """The codes that have a sentence of their own."""
    return frozenset(_SENTENCES)


class _Values(dict[str, str | int | float]):
    """Values for a sentence; a missing value reads as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"
