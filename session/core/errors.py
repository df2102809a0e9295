# SPDX-License-Identifier: GPL-3.0-only
"""What can go wrong in a session or with paper, one class per thing a person can do something
about. Used by every layer; the sentences live in views.

An error carries values, never a sentence;
`code` names it on the wire (`Refusal.code`) and in the table of sentences.
"""

from __future__ import annotations

type Detail = dict[str, str | int | float]


class SessionError(Exception):
    """Base of the errors a person is told about.

    Attributes:
        code: its name on the wire and in the table of sentences.
        detail: values for developers and for the sentence (no personal data), e.g. `{"limit_bytes":
            65536}`.
    """

    code = "unexpected"

    def __init__(self, **detail: str | int | float) -> None:
        super().__init__(self.code, detail)
        self.detail = detail

    def __reduce__(self) -> tuple[object, tuple[type[SessionError], Detail]]:
        """Errors cross from a worker process to the program."""
        return _rebuild, (type(self), self.detail)


def _rebuild(kind: type[SessionError], detail: Detail) -> SessionError:
    return kind(**detail)


class MessageMalformed(SessionError):
    """A message could not be decoded."""

    code = "message_malformed"


class MessageTooLarge(SessionError):
    """A message is over its limit. Detail: `size_bytes`, `limit_bytes`."""

    code = "message_too_large"


class ProtocolVersionUnknown(SessionError):
    """The other end speaks another version. Detail: `theirs`, `ours`."""

    code = "protocol_version_unknown"


class BusUnreachable(SessionError):
    """No server of the bus answers."""

    code = "bus_unreachable"


class HubUnreachable(SessionError):
    """The bus is there but no hub answers;
    the outcome of the request is unknown, the same request may be repeated.
    """

    code = "hub_unreachable"


class BusRefusedIdentity(SessionError):
    """The bus does not know our key, or it was revoked."""

    code = "bus_refused_identity"


class BusNotSafe(SessionError):
    """An address of the bus on another machine is not encrypted, or is no address.
    Detail: `address`.
    """

    code = "bus_not_safe"


class BusCertificateRefused(SessionError):
    """The bus shows a certificate that nobody we believe has signed."""

    code = "bus_certificate_refused"


class BusCertificateNotYetValid(BusCertificateRefused):
    """It is valid from a later time than this computer's clock says.
    Detail: `here`, the clock's date and time.
    """

    code = "bus_certificate_not_yet_valid"


class BusCertificateExpired(BusCertificateRefused):
    """It is valid no longer by this computer's clock. Detail: `here`, as above."""

    code = "bus_certificate_expired"


class BusCertificateOtherName(BusCertificateRefused):
    """It is believed, for another name or address than the one we connect to."""

    code = "bus_certificate_other_name"


class CertificateUnusable(SessionError):
    """A certificate or key file cannot be read or holds none. Detail: `file`."""

    code = "certificate_unusable"


class EnrolmentRefused(SessionError):
    """The enrolment code is wrong, was used, or is too old; which one is not told."""

    code = "enrolment_refused"


class EnrolmentElsewhere(SessionError):
    """The code is good, but for another kind of program; it was not used up. Detail: `role`."""

    code = "enrolment_elsewhere"


class SignOnRefused(SessionError):
    """The organisation's provider, or the hub, does not accept this sign-on.
    Detail: `why`, a `session.protocol.hub.enrolment.SignOnTrouble`.
    """

    code = "sign_on_refused"


class SignOnNoRole(SessionError):
    """The provider knows the person, but no rule of the hub gives a place to work at.
    Detail: `person`, as the provider calls it.
    """

    code = "sign_on_no_role"


class SignOnAway(SessionError):
    """The organisation's provider does not answer, or not as one."""

    code = "sign_on_away"


class SignOnGivenUp(SessionError):
    """The person did not come back from the browser in time, or said no there."""

    code = "sign_on_given_up"


class SignOnEnded(SessionError):
    """The hours of a sign-on are over, or the provider or the hub's operator took it back."""

    code = "sign_on_ended"


class DeskElsewhere(SessionError):
    """This agent works at another of its computers: this one waits."""

    code = "desk_elsewhere"


class SignOnNotOffered(SessionError):
    """This network knows no provider: a code is needed."""

    code = "sign_on_not_offered"


class AuthorityDiffers(SessionError):
    """A server shows no certificate of the authority that an invitation names.
    Detail: `address`.
    """

    code = "authority_differs"


class StoreUnreachable(SessionError):
    """A store (the hub's, or that of the dossiers) cannot be written now;
    the outcome is unknown, the same request may be repeated. Detail: `why`.
    """

    code = "store_unreachable"


class StoreFull(SessionError):
    """The hub's disk or store is nearly full: it serves those who are here and takes no new
    calls.
    """

    code = "store_full"


class DeskDiskUnusable(SessionError):
    """The desk's disk is full, read-only or broken: nothing more is kept there. Detail: `why`."""

    code = "desk_disk_unusable"


class KioskDiskUnusable(SessionError):
    """The same at the kiosk. Detail: `why`."""

    code = "kiosk_disk_unusable"


class TicketTaken(SessionError):
    """Another agent was faster, or the ticket is no longer waiting."""

    code = "ticket_taken"


class TicketKept(SessionError):
    """A supervisor keeps this ticket for another agent, for a minute."""

    code = "ticket_kept"


class TicketOffered(SessionError):
    """The ticket is being offered to another agent, who has some seconds to answer."""

    code = "ticket_offered"


class SkillMissing(SessionError):
    """This agent does not serve the ticket's service, or not yet:
    one with its skills may still come.
    """

    code = "skill_missing"


class AgentBusy(SessionError):
    """The agent has a conversation or an unfinished wrap-up in hand; nobody has two."""

    code = "agent_busy"


class NobodyWaits(SessionError):
    """No caller waits whom this agent may serve now."""

    code = "nobody_waits"


class TicketAway(SessionError):
    """The caller waits elsewhere and has not come back to the kiosk yet."""

    code = "ticket_away"


class ColleagueBusy(SessionError):
    """That colleague is not there or already talks, or a third person is in this conversation
    already.
    """

    code = "colleague_busy"


class AgentAway(SessionError):
    """This agent's desk is not there, or did not answer an offer; only the agent says that it is
    back. Detail: `agent`.
    """

    code = "agent_away"


class QueueClosed(SessionError):
    """A supervisor has closed this service for new calls. Detail: `service`."""

    code = "queue_closed"


class ServiceClosed(SessionError):
    """Outside the hours of this service at this site.
    Detail: `service`, `opens_at` (ISO 8601 local time, or "").
    """

    code = "service_closed"


class TicketUnknown(SessionError):
    """No such ticket for this identity."""

    code = "ticket_unknown"


class NobodyThere(SessionError):
    """No caller is at this kiosk whom a host could be with."""

    code = "nobody_there"


class NotAllowed(SessionError):
    """The hub's rules refuse this act to this identity."""

    code = "not_allowed"


class ServiceUnknown(SessionError):
    """The organisation offers no such service at this site."""

    code = "service_unknown"


class CallerNumberInvalid(SessionError):
    """The caller number is not one of the organisation's."""

    code = "caller_number_invalid"


class GrantMissing(SessionError):
    """The caller has not allowed this. Detail: `grant`."""

    code = "grant_missing"


class AddressNotAllowed(SessionError):
    """The address is not on the organisation's list."""

    code = "address_not_allowed"


class PageNotShareable(SessionError):
    """The kiosk cannot look through this page in time or memory, so nothing of it leaves."""

    code = "page_not_shareable"


class ControlIsPaused(SessionError):
    """The caller touched the page a moment ago: the agent's commands wait."""

    code = "control_paused"


class PageChanged(SessionError):
    """The command is for a web page that the kiosk no longer shows."""

    code = "page_changed"


class ElementGone(SessionError):
    """What was meant is no longer in the page."""

    code = "element_gone"


class ElementCovered(SessionError):
    """Something else lies over what was meant."""

    code = "element_covered"


class FieldPrivate(SessionError):
    """A password, a hidden or sensitive field, a file: the caller's own."""

    code = "field_private"


class FieldNotReady(SessionError):
    """Nothing that takes text has the keyboard, or the field takes nothing."""

    code = "field_not_ready"


class ValueNotTaken(SessionError):
    """The field does not take this value."""

    code = "value_not_taken"


class ProposalRefused(SessionError):
    """The caller did not take the proposed value."""

    code = "proposal_refused"


class PageDamaged(SessionError):
    """The bytes are not those that were announced: their SHA-256 differs."""

    code = "page_damaged"


class PageNotSigned(SessionError):
    """A page does not bear the signature of the kiosk that offers it."""

    code = "page_not_signed"


class PageUnasked(SessionError):
    """A page that nobody asked for, while the caller does not allow scanning."""

    code = "page_unasked"


class PageUnreadable(SessionError):
    """The image or PDF is empty, truncated or of a kind we refuse. Detail: `why`."""

    code = "page_unreadable"


class PageTooLarge(SessionError):
    """More bytes or pixels than any page may have.
    Detail: `size_bytes` or `pixels`, and the limit.
    """

    code = "page_too_large"


class LibraryItemUnknown(SessionError):
    """The library has no such item any more, or its file is not the one that the convention names.
    Detail: `why`.
    """

    code = "library_item_unknown"


class DocumentNotShown(SessionError):
    """The agent's document cannot be drawn: damaged, protected, or of another kind.
    Detail: `why`.
    """

    code = "document_not_shown"


class DocumentTooLong(SessionError):
    """The agent's document has more pages or bytes than are shown. Detail: the limit."""

    code = "document_too_long"


class TransferInterrupted(SessionError):
    """The other end went away in the middle of a page or a file; what arrived is kept."""

    code = "transfer_interrupted"


class UndoImpossible(SessionError):
    """An act cannot be taken back. Detail: `why`, a value of
    `session.protocol.hub.history.UndoState`.
    """

    code = "undo_impossible"


class CallLost(SessionError):
    """Voice and picture could not be set up, or were lost."""

    code = "call_lost"


class DeskWithoutVoice(CallLost):
    """The desk takes no call: it has nothing that speaks, hears or shows. A desk says so in its
    `CallFailed`; both people write to each other.
    """

    code = "desk_without_voice"


class RelayUnreachable(CallLost):
    """None of the configured TURN servers gave a relayed address.
    Detail: `why`, as in `session.media.relays`.
    """

    code = "relay_unreachable"


class RelayNotTrusted(RelayUnreachable):
    """The TURN servers show certificates that are not believed here:
    an authority is missing, not a way.
    """

    code = "relay_not_trusted"


class PeerGone(SessionError):
    """The other end of the session is no longer there."""

    code = "peer_gone"


class DocumentNotFiled(SessionError):
    """The store did not take the document, or could not read it back as sent; it stays in the
    outbox. Detail: `why`.
    """

    code = "document_not_filed"


class ReasonNeeded(SessionError):
    """The session has a dossier already; another one is opened or made only for a reason.
    Detail: `dossier`, the session's.
    """

    code = "reason_needed"


class ReasonWithoutWords(SessionError):
    """A reason was given that has no words. Detail: `letters`, how many it needs."""

    code = "reason_without_words"


class TooManyDossiers(SessionError):
    """The agent has opened more different dossiers, or searched more often, than anybody serves
    callers within an hour. Detail: `limit`.
    """

    code = "too_many_dossiers"


class RegisterOnly(SessionError):
    """Dossiers of this organisation come from its own register alone, which has none of this
    person.
    """

    code = "register_only"


class DossierOfRegister(SessionError):
    """The organisation's own register says whom this dossier is about: it is corrected there."""

    code = "dossier_of_register"


class DossierWasMerged(SessionError):
    """This dossier is part of another one: that one is opened instead. Detail: `dossier`."""

    code = "dossier_was_merged"


class NumberTaken(SessionError):
    """Another dossier has this caller number. Detail: `dossier`, its number."""

    code = "number_taken"


class MergeImpossible(SessionError):
    """Two dossiers cannot be made one, or not two again.
    Detail: `why`, a value of `session.protocol.dossier.identity.MergeTrouble`.
    """

    code = "merge_impossible"


class DossierUnknown(SessionError):
    """No such dossier, piece or document in this organisation. Detail: `what`."""

    code = "dossier_unknown"


class RegisterSilent(DossierUnknown):
    """No such dossier here, and the organisation's own register, which may have it, is away."""

    code = "register_away"


class SealKeyRefused(SessionError):
    """What should seal this conversation is not what the organisation has signed.
    Detail: `organisation`, `why`.
    """

    code = "seal_key_refused"


class SealKeyOld(SessionError):
    """Every sealing key of the organisation has expired, or is not valid yet.
    Detail: `organisation`.
    """

    code = "seal_key_old"


class SealBroken(SessionError):
    """A sealed message was changed on the way, or came twice; it was not taken. Detail: `why`."""

    code = "seal_broken"


class VaultAway(SessionError):
    """The organisation's own dossier service or log keeper does not answer. Detail: `part`."""

    code = "vault_away"


class VaultOutOfReach(SessionError):
    """Callers of another network cannot be sent to an organisation that has a vault.
    Detail: `organisation`.
    """

    code = "vault_out_of_reach"


class DeskNotAdmitted(SessionError):
    """The organisation's vault does not know this desk's key. Detail: `key`."""

    code = "desk_not_admitted"


class LogFull(SessionError):
    """A conversation's log has reached its limit. Detail: `limit_bytes`."""

    code = "log_full"


class LogClosed(SessionError):
    """A conversation's log takes no more records: it began too long ago. Detail: `days`."""

    code = "log_closed"


class LogUnreadable(SessionError):
    """The file is not a session log, or is damaged. Detail: `line`."""

    code = "log_unreadable"


class LogUnknown(SessionError):
    """No log of such a session is kept, or no longer. Detail: `session`."""

    code = "log_unknown"


class LogTooNew(SessionError):
    """The log was written by a newer version. Detail: `theirs`, `ours`."""

    code = "log_too_new"


class LogTooLarge(SessionError):
    """The log's file is larger than may be held in memory. Detail: `limit_mb`."""

    code = "log_too_large"


class LogReasonNeeded(SessionError):
    """A log is read only for a reason, in words. Detail: `letters`, the fewest."""

    code = "log_reason_needed"


class LogRunning(SessionError):
    """The conversation is not over: nobody reads along. Detail: `session`."""

    code = "log_running"


class TooManyLogs(SessionError):
    """This person has read more different logs than anybody needs within an hour.
    Detail: `limit`.
    """

    code = "too_many_logs"


class KioskInUse(SessionError):
    """Somebody is at this kiosk: nothing is done there from afar. Detail: `kiosk`."""

    code = "kiosk_in_use"


class KioskAway(SessionError):
    """This kiosk gives no sign of life. Detail: `kiosk`."""

    code = "kiosk_away"


class RateLimited(SessionError):
    """Too many requests from this identity."""

    code = "rate_limited"
