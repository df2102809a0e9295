# SPDX-License-Identifier: GPL-3.0-only
"""What can go wrong in a session or with paper, one class per thing a person can do something
about. Used by every layer; the sentences live in views.

An error carries values, never a sentence; `code` names it on the wire (`Refusal.code`) and in the
table of sentences. It is the name of the class in small letters: renaming a class changes the wire.
"""

from __future__ import annotations

import re

type Detail = dict[str, str | int | float]

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class SessionError(Exception):
    """Base of the errors a person is told about.

    Attributes:
        code: its name on the wire and in the table of sentences.
        detail: values for developers and for the sentence (no personal data), e.g. `{"limit_bytes":
            65536}`.
    """

    code = "unexpected"

    def __init_subclass__(cls, code: str = "") -> None:
        """Name the class `code`, by default as the class is called."""
        super().__init_subclass__()
        cls.code = code or _CAPITAL.sub("_", cls.__name__).lower()

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


class MessageTooLarge(SessionError):
    """A message is over its limit. Detail: `size_bytes`, `limit_bytes`."""


class ProtocolVersionUnknown(SessionError):
    """The other end speaks another version. Detail: `theirs`, `ours`."""


class BusUnreachable(SessionError):
    """No server of the bus answers."""


class HubUnreachable(SessionError):
    """The bus is there but no hub answers;
    the outcome of the request is unknown, the same request may be repeated.
    """


class BusRefusedIdentity(SessionError):
    """The bus does not know our key, or it was revoked."""


class BusNotSafe(SessionError):
    """An address of the bus on another machine is not encrypted, or is no address.
    Detail: `address`.
    """


class BusCertificateRefused(SessionError):
    """The bus shows a certificate that nobody we believe has signed."""


class BusCertificateNotYetValid(BusCertificateRefused):
    """It is valid from a later time than this computer's clock says.
    Detail: `here`, the clock's date and time.
    """


class BusCertificateExpired(BusCertificateRefused):
    """It is valid no longer by this computer's clock. Detail: `here`, as above."""


class BusCertificateOtherName(BusCertificateRefused):
    """It is believed, for another name or address than the one we connect to."""


class CertificateUnusable(SessionError):
    """A certificate or key file cannot be read or holds none. Detail: `file`."""


class EnrolmentRefused(SessionError):
    """The enrolment code is wrong, was used, or is too old; which one is not told."""


class EnrolmentElsewhere(SessionError):
    """The code is good, but for another kind of program; it was not used up. Detail: `role`."""


class SignOnRefused(SessionError):
    """The organisation's provider, or the hub, does not accept this sign-on.
    Detail: `why`, a `session.protocol.hub.enrolment.SignOnTrouble`.
    """


class SignOnNoRole(SessionError):
    """The provider knows the person, but no rule of the hub gives a place to work at.
    Detail: `person`, as the provider calls it.
    """


class SignOnAway(SessionError):
    """The organisation's provider does not answer, or not as one."""


class SignOnGivenUp(SessionError):
    """The person did not come back from the browser in time, or said no there."""


class SignOnEnded(SessionError):
    """The hours of a sign-on are over, or the provider or the hub's operator took it back."""


class DeskElsewhere(SessionError):
    """This agent works at another of its computers: this one waits."""


class SignOnNotOffered(SessionError):
    """This network knows no provider: a code is needed."""


class AuthorityDiffers(SessionError):
    """A server shows no certificate of the authority that an invitation names.
    Detail: `address`.
    """


class StoreUnreachable(SessionError):
    """A store (the hub's, or that of the dossiers) cannot be written now;
    the outcome is unknown, the same request may be repeated. Detail: `why`.
    """


class StoreFull(SessionError):
    """The hub's disk or store is nearly full: it serves those who are here and takes no new
    calls.
    """


class DeskDiskUnusable(SessionError):
    """The desk's disk is full, read-only or broken: nothing more is kept there. Detail: `why`."""


class KioskDiskUnusable(SessionError):
    """The same at the kiosk. Detail: `why`."""


class TicketTaken(SessionError):
    """Another agent was faster, or the ticket is no longer waiting."""


class TicketKept(SessionError):
    """A supervisor keeps this ticket for another agent, for a minute."""


class TicketOffered(SessionError):
    """The ticket is being offered to another agent, who has some seconds to answer."""


class SkillMissing(SessionError):
    """This agent does not serve the ticket's service, or not yet:
    one with its skills may still come.
    """


class AgentBusy(SessionError):
    """The agent has a conversation or an unfinished wrap-up in hand; nobody has two."""


class NobodyWaits(SessionError):
    """No caller waits whom this agent may serve now."""


class TicketAway(SessionError):
    """The caller waits elsewhere and has not come back to the kiosk yet."""


class ColleagueBusy(SessionError):
    """The colleague is not there or already talks,
    or a third person is in this conversation already.
    """


class AgentAway(SessionError):
    """This agent's desk is not there, or did not answer an offer; only the agent says that it is
    back. Detail: `agent`.
    """


class GateNotPassed(SessionError):
    """Something lacks at a site that may open only when nothing does. Detail: `count`."""


class QueueClosed(SessionError):
    """A supervisor has closed this service for new calls. Detail: `service`."""


class ServiceClosed(SessionError):
    """Outside the hours of this service at this site.
    Detail: `service`, `opens_at` (ISO 8601 local time, or "").
    """


class TicketUnknown(SessionError):
    """No such ticket for this identity."""


class NobodyThere(SessionError):
    """No caller is at this kiosk whom a host could be with."""


class NotAllowed(SessionError):
    """The hub's rules refuse this act to this identity."""


class ServiceUnknown(SessionError):
    """The organisation offers no such service at this site."""


class CallerNumberInvalid(SessionError):
    """The caller number is not one of the organisation's."""


class GrantMissing(SessionError):
    """The caller has not allowed this. Detail: `grant`."""


class AddressNotAllowed(SessionError):
    """The address is not on the organisation's list."""


class PageNotShareable(SessionError):
    """The kiosk cannot look through this page in time or memory, so nothing of it leaves."""


class ControlIsPaused(SessionError, code="control_paused"):
    """The caller touched the page a moment ago: the agent's commands wait."""


class PageChanged(SessionError):
    """The command is for a web page that the kiosk no longer shows."""


class ElementGone(SessionError):
    """The element that was meant is no longer in the page."""


class ElementCovered(SessionError):
    """Something else lies over what was meant."""


class FieldPrivate(SessionError):
    """A password, a hidden or sensitive field, a file: the caller's own."""


class FieldNotReady(SessionError):
    """Nothing that takes text has the keyboard, or the field takes nothing."""


class ValueNotTaken(SessionError):
    """The field does not take this value."""


class ProposalRefused(SessionError):
    """The caller did not take the proposed value."""


class PageDamaged(SessionError):
    """The bytes are not those that were announced: their SHA-256 differs."""


class PageNotSigned(SessionError):
    """A page does not bear the signature of the kiosk that offers it."""


class PageUnasked(SessionError):
    """A page that nobody asked for, while the caller does not allow scanning."""


class PageUnreadable(SessionError):
    """The image or PDF is empty, truncated or of a kind we refuse. Detail: `why`."""


class PageTooLarge(SessionError):
    """More bytes or pixels than any page may have.
    Detail: `size_bytes` or `pixels`, and the limit.
    """


class LibraryItemUnknown(SessionError):
    """The library has no such item any more, or its file is not the one that the convention names.
    Detail: `why`.
    """


class DocumentNotShown(SessionError):
    """The agent's document cannot be drawn: damaged, protected, or of another kind.
    Detail: `why`.
    """


class DocumentTooLong(SessionError):
    """The agent's document has more pages or bytes than are shown. Detail: the limit."""


class TransferInterrupted(SessionError):
    """The other end went away in the middle of a page or a file; what arrived is kept."""


class UndoImpossible(SessionError):
    """An act cannot be taken back. Detail: `why`, a value of
    `session.protocol.hub.history.UndoState`.
    """


class CorrectionTooLate(SessionError):
    """The minutes after a wrap-up in which an agent may correct its own work are over."""


class CopyDelivered(SessionError):
    """A document cannot be withdrawn: a copy has left for an agency's own system.
    Detail: `target`.
    """


class CallLost(SessionError):
    """Voice and picture could not be set up, or were lost."""


class DeskWithoutVoice(CallLost):
    """The desk takes no call: it has nothing that speaks, hears or shows. A desk says so in its
    `CallFailed`; both people write to each other.
    """


class RelayUnreachable(CallLost):
    """None of the configured TURN servers gave a relayed address.
    Detail: `why`, as in `session.media.relays`.
    """


class RelayNotTrusted(RelayUnreachable):
    """The TURN servers show certificates that are not believed here:
    an authority is missing, not a way.
    """


class PeerGone(SessionError):
    """The other end of the session is no longer there."""


class DocumentNotFiled(SessionError):
    """The store did not take the document, or could not read it back as sent; it stays in the
    outbox. Detail: `why`.
    """


class ReasonNeeded(SessionError):
    """The session has a dossier already; another one is opened or made only for a reason.
    Detail: `dossier`, the session's.
    """


class ReasonWithoutWords(SessionError):
    """A reason was given that has no words. Detail: `letters`, how many it needs."""


class TooManyDossiers(SessionError):
    """The agent has opened more different dossiers, or searched more often, than anybody serves
    callers within an hour. Detail: `limit`.
    """


class RegisterOnly(SessionError):
    """Dossiers of this organisation come from its own register alone, which has none of this
    person.
    """


class DossierOfRegister(SessionError):
    """The organisation's own register says whom this dossier is about: it is corrected there."""


class DossierWasMerged(SessionError):
    """This dossier is part of another one: that one is opened instead. Detail: `dossier`."""


class NumberTaken(SessionError):
    """Another dossier has this caller number. Detail: `dossier`, its number."""


class MergeImpossible(SessionError):
    """Two dossiers cannot be made one, or not two again.
    Detail: `why`, a value of `session.protocol.dossier.identity.MergeTrouble`.
    """


class DossierUnknown(SessionError):
    """No such dossier, piece or document in this organisation. Detail: `what`."""


class RegisterSilent(DossierUnknown, code="register_away"):
    """No such dossier here, and the organisation's own register, which may have it, is away."""


class SealKeyRefused(SessionError):
    """The key that should seal this conversation is not what the organisation has signed.
    Detail: `organisation`, `why`.
    """


class SealKeyOld(SessionError):
    """Every sealing key of the organisation has expired, or is not valid yet.
    Detail: `organisation`.
    """


class SealBroken(SessionError):
    """A sealed message was changed on the way, or came twice; it was not taken. Detail: `why`."""


class VaultAway(SessionError):
    """The organisation's own dossier service or log keeper does not answer. Detail: `part`."""


class VaultOutOfReach(SessionError):
    """Callers of another network cannot be sent to an organisation that has a vault.
    Detail: `organisation`.
    """


class DeskNotAdmitted(SessionError):
    """The organisation's vault does not know this desk's key. Detail: `key`."""


class LogFull(SessionError):
    """A conversation's log has reached its limit. Detail: `limit_bytes`."""


class LogClosed(SessionError):
    """A conversation's log takes no more records: it began too long ago. Detail: `days`."""


class LogUnreadable(SessionError):
    """The file is not a session log, or is damaged. Detail: `line`."""


class LogUnknown(SessionError):
    """No log of such a session is kept, or no longer. Detail: `session`."""


class LogFormatUnknown(LogUnreadable):
    """The log was written by a version with another format. Detail: `theirs`, `ours`."""


class LogTooLarge(SessionError):
    """The log's file is larger than may be held in memory. Detail: `limit_mb`."""


class LogReasonNeeded(SessionError):
    """A log is read only for a reason, in words. Detail: `letters`, the fewest."""


class LogRunning(SessionError):
    """The conversation is not over: nobody reads along. Detail: `session`."""


class TooManyLogs(SessionError):
    """This person has read more different logs than anybody needs within an hour.
    Detail: `limit`.
    """


class KioskInUse(SessionError):
    """Somebody is at this kiosk: nothing is done there from afar. Detail: `kiosk`."""


class KioskAway(SessionError):
    """This kiosk gives no sign of life. Detail: `kiosk`."""


class RateLimited(SessionError):
    """Too many requests from this identity."""


class AppointmentUnknown(SessionError):
    """There is no such appointment here."""


class AppointmentOver(SessionError):
    """The appointment is not to come any more: it was cancelled, missed, or its caller is there."""


class AppointmentTimeGone(SessionError):
    """The service gives no appointment at that time. Detail: `service`."""


class AppointmentTooLate(SessionError):
    """The caller may not change it any more. Detail: `minutes`, until how long before it could."""


class PersonNeeded(SessionError):
    """An appointment needs a number, or a name and a birth date."""


class OutsideSignOn(SessionError):
    """The other booking service wants the agent to let us act there (again)."""


class OutsideRefused(SessionError):
    """The other booking service says no. Detail: `why`."""


class OutsideAway(SessionError):
    """The other booking service does not answer, or not as agreed. Detail: `why`."""
