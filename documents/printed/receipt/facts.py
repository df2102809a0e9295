# SPDX-License-Identifier: GPL-3.0-only
"""The content of a receipt, apart from its look: facts, sentences, code.
Used by the paper, its large print, the page.

Its content is that of an acknowledgement of receipt: code des relations entre le public et
l'administration, articles L. 112-3, R. 112-5 (date, service in charge with its addresses,
implicit decision) and L. 114-5 (missing pieces).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from documents.printed.dates import hour, long_date, moment
from resources.texts import N_, _
from session.core.spoken_letters import short_number

MARK = "RECEPISSE-2"
UNSIGNED_MARK = "RECEPISSE-1"


class ServiceInCharge(msgspec.Struct, frozen=True, kw_only=True):
    """The service that handles the dossier and how to reach it (R. 112-5, 2°).
    The address may have several lines.
    """

    name: str
    postal_address: str = ""
    email: str = ""
    phone: str = ""


class ReceivedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece as it was filed; `registered`:
    it is safe with the adviser and not yet in the store.
    """

    name: str
    pages: int
    sha256: str
    registered: bool = False


class Silence(StrEnum):
    """The meaning of no answer."""

    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"


class ImplicitDecision(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that no answer means, and when (R. 112-5, 1°).

    Attributes:
        on: None while pieces are missing: then the `days` run from the day on which they are
            received (L. 114-5).
        appeal: time limits and ways, for a refusal.
    """

    silence: Silence
    on: date | None
    days: int = 0
    appeal: str = ""


class GivenConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A yes of the caller in this conversation.

    Attributes:
        sentence: the words that were on the screen, in the caller's language.
        shown: the same question in the language of the paper.
        version: of the words, with their language before it, e.g. "fr_72dbeccfab47".
        read_as: "read", "heard" or "signed".
        by_other: somebody answered for the caller, with a mandate.
    """

    at: datetime
    sentence: str
    shown: str
    version: str
    read_as: str
    by_other: bool = False


MOST_CONSENTS = 12
"""Of one conversation on its receipt: the last ones."""


class ReceiptFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on a receipt; what is empty is left out.

    Attributes:
        received_at: timezone-aware, shown as it is: give the time of the site's own clock.
        missing, missing_by: names of the pieces still expected, and until when (L. 114-5).
        legal_mention: the organisation's own sentence; a general one by default.
        consents: what the caller agreed to, and how it was asked.
        registered_only: the store was away: pieces are received and safe, and will be filed (accusé
            d'enregistrement).
        verify_url: put before the verification text in the QR code.
    """

    organisation: str
    dossier_number: str
    received_at: datetime
    service: ServiceInCharge
    caller_name: str = ""
    caller_number: str = ""
    procedure: str = ""
    pieces: tuple[ReceivedPiece, ...] = ()
    missing: tuple[str, ...] = ()
    missing_by: date | None = None
    decision: ImplicitDecision | None = None
    legal_mention: str = ""
    site: str = ""
    agent_name: str = ""
    ticket_number: str = ""
    session_id: str = ""
    consents: tuple[GivenConsent, ...] = ()
    registered_only: bool = False
    verify_url: str = ""
    language: str = "fr-FR"


class Signer(NamedTuple):
    """The key that signs receipts: its public half, 32 bytes (Ed25519), and the act of signing."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


class Section(NamedTuple):
    """A part of the receipt: a heading ("" for none), labelled values, sentences, a list."""

    heading: str
    rows: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def title_words(facts: ReceiptFacts) -> str:
    """Return the title of the whole receipt."""
    return _("Receipt for pieces – dossier {number}").format(number=facts.dossier_number)


def sections(facts: ReceiptFacts) -> list[Section]:
    """Everything that the receipt says, in the order in which one reads it;
    each variant says all of it.
    """
    missing = Section(missing_heading(facts), texts=missing_texts(facts), items=facts.missing)
    agreed = Section(consents_heading(), items=consent_lines(facts))
    return [
        Section("", rows=_who(facts)),
        Section(
            pieces_heading(facts),
            rows=_pieces(facts),
            texts=() if facts.pieces else (_("No piece was received."),),
        ),
        *([missing] if facts.missing else []),
        Section(
            _("What happens next"),
            texts=(*decision_words(facts), legal_words(facts), rights_words()),
        ),
        *([agreed] if facts.consents else []),
        Section(
            _("Verification"),
            texts=(_("Control code: {code}").format(code=control_code(facts)), *foot_words(facts)),
        ),
    ]


def _who(facts: ReceiptFacts) -> tuple[tuple[str, str], ...]:
    service = facts.service
    rows = (
        (_("Organisation"), facts.organisation),
        (_("Received on"), moment(facts.received_at)),
        (_("Dossier number"), facts.dossier_number),
        (_("Procedure"), facts.procedure),
        (_("Caller"), facts.caller_name),
        (_("Caller number"), facts.caller_number),
        (_("Service in charge of the dossier"), service.name),
        (_("Postal address"), service.postal_address),
        (_("Telephone"), service.phone),
        (_("E-mail"), service.email),
    )
    return tuple((label, value) for label, value in rows if value)


def _pieces(facts: ReceiptFacts) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            piece.name,
            " · ".join(
                part
                for part in (pages_words(piece), state_words(piece, facts), fingerprint(piece))
                if part
            ),
        )
        for piece in facts.pieces
    )


def pieces_heading(facts: ReceiptFacts) -> str:
    """Above the list of what was received."""
    return _("Pieces received ({count})").format(count=len(facts.pieces))


def pages_words(piece: ReceivedPiece) -> str:
    """Return the number of pages in words."""
    return (_("{count} page") if piece.pages == 1 else _("{count} pages")).format(count=piece.pages)


def state_words(piece: ReceivedPiece, facts: ReceiptFacts) -> str:
    """On a registration, whether the piece is in the store yet; on a receipt all are."""
    if not facts.registered_only:
        return ""
    if piece.registered:
        return _("registered")
    return _("filed")


def fingerprint(piece: ReceivedPiece) -> str:
    """Beginning and end of its hash."""
    return f"{piece.sha256[:8]}…{piece.sha256[-8:]}"


def missing_heading(facts: ReceiptFacts) -> str:
    """Above the list of what is still expected."""
    if facts.missing_by is None:
        return _("Pieces still to be supplied")
    return _("Pieces to be supplied before {date}").format(date=long_date(facts.missing_by))


def missing_texts(facts: ReceiptFacts) -> tuple[str, ...]:
    """L. 114-5: only a demand with its date suspends."""
    if facts.missing_by is None:
        return ()
    return (_("Until they are received, the time limits of the decision are suspended."),)


def kind_words(facts: ReceiptFacts) -> str:
    """Return the kind of paper: a receipt, or (R. 112-9-2) only that what was sent is
    registered.
    """
    if facts.registered_only:
        return _("Acknowledgement of registration: the pieces are safe and will be filed")
    return _("Acknowledgement of receipt")


def decision_words(facts: ReceiptFacts) -> list[str]:
    """Return the meaning of no answer, and how to appeal; of pieces that are only registered,
    what comes next.
    """
    if facts.registered_only:
        return [
            _(
                "As soon as the pieces are filed, the acknowledgement of receipt follows this "
                "paper and replaces it."
            )
        ]
    decision = facts.decision
    if decision is None:
        return []
    return [_silence_text(decision), *([decision.appeal] if decision.appeal else [])]


def legal_words(facts: ReceiptFacts) -> str:
    """Return the sentence that says what the paper proves."""
    return facts.legal_mention or _(
        "This receipt proves the deposit of the pieces listed. It does not prejudge the "
        "completeness or the "
        "admissibility of the request. Articles L. 112-3, R. 112-5 and L. 114-5 of the code of "
        "relations between "
        "the public and the administration."
    )


def rights_words() -> str:
    """The caller's rights over the data."""
    return _(
        "You have a right of access to your data and may have it corrected: write to the service "
        "in charge "
        "(GDPR, articles 15 and 16)."
    )


_TAKEN_IN = {
    "read": N_("read on the screen"),
    "heard": N_("read and heard"),
    "signed": N_("read, and shown in sign language"),
}


def consents_heading() -> str:
    """Above what the caller agreed to."""
    return _("What you agreed to")


def consent_lines(facts: ReceiptFacts) -> tuple[str, ...]:
    """Each question with its yes: when, how it was taken in, who answered, which words it was."""
    return tuple(consent_line(consent) for consent in facts.consents)


def consent_line(consent: GivenConsent) -> str:
    """One question with its yes."""
    taken_in = _(_TAKEN_IN.get(consent.read_as, _TAKEN_IN["read"]))
    words = _("{hour}: {question} Yes ({taken_in}; you answered; text {version})")
    if consent.by_other:
        words = _("{hour}: {question} Yes ({taken_in}; answered for you; text {version})")
    return words.format(
        hour=hour(consent.at), question=consent.shown, taken_in=taken_in, version=consent.version
    )


def foot_words(facts: ReceiptFacts) -> list[str]:
    """Return the foot's lines: where, with whom, in which conversation."""
    if facts.site:
        place = [_("Reception point: {site}").format(site=facts.site)]
    else:
        place = []
    if facts.agent_name:
        agent = [_("Adviser: {agent}").format(agent=facts.agent_name)]
    else:
        agent = []
    if facts.ticket_number:
        ticket = [_("Ticket: {ticket}").format(ticket=facts.ticket_number)]
    else:
        ticket = []
    number = short_number(facts.session_id)
    if number:
        session = [_("Number of the conversation: {number}").format(number=number)]
    else:
        session = []
    return ["  ·  ".join(parts) for parts in (place + agent, ticket + session) if parts]


def _silence_text(decision: ImplicitDecision) -> str:
    if decision.on is None:
        days = decision.days
        if decision.silence is Silence.ACCEPTANCE:
            return _(
                "Without an answer within {days} days of the day on which the last missing piece "
                "is received, your "
                "request is deemed accepted; a certificate of it is given on request."
            ).format(days=days)
        return _(
            "Without an answer within {days} days of the day on which the last missing piece is "
            "received, your "
            "request is deemed refused."
        ).format(days=days)
    day = long_date(decision.on)
    if decision.silence is Silence.ACCEPTANCE:
        return _(
            "Without an answer by {date}, your request is deemed accepted; a certificate of it is "
            "given on request."
        ).format(date=day)
    return _("Without an answer by {date}, your request is deemed refused.").format(date=day)


# ---- the code ----


def verification_text(facts: ReceiptFacts, signer: Signer | None = None) -> str:
    """Return the QR code's text: the facts that a forger would change, one hash over all
    pieces, and who signs for it.
    """
    code = _code_text(facts, MARK if signer else UNSIGNED_MARK)
    if signer is None:
        return facts.verify_url + code
    signature = signer.sign(code.encode())
    return f"{facts.verify_url}{code}|{letters(signer.public_key)}|{letters(signature)}"


def _code_text(facts: ReceiptFacts, mark: str) -> str:
    parts = [
        mark,
        facts.organisation.replace("|", "/"),
        facts.dossier_number.replace("|", "/"),
        facts.received_at.isoformat(timespec="minutes"),
        str(len(facts.pieces)),
        digest(facts.dossier_number, facts.received_at, [piece.sha256 for piece in facts.pieces]),
    ]
    if mark == MARK:
        parts.append("registered" if facts.registered_only else "received")
    return "|".join(parts)


def control_code(facts: ReceiptFacts) -> str:
    """The beginning of the hash over all pieces, for the eye: "9F2C 41AB 77D0 18E3"."""
    hashes = [piece.sha256 for piece in facts.pieces]
    start = digest(facts.dossier_number, facts.received_at, hashes)[:16].upper()
    return " ".join(start[at : at + 4] for at in range(0, 16, 4))


def digest(dossier_number: str, received_at: datetime, hashes: list[str]) -> str:
    """One hash over number, time and every piece's own hash, whatever their order."""
    lines = [dossier_number, received_at.isoformat(timespec="minutes"), *sorted(hashes)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def check_text(text: str, facts: ReceiptFacts) -> bool:
    """True when an unsigned QR code's text is that of these facts:
    what was printed is what the dossier says.
    """
    return text == verification_text(facts)


def letters(data: bytes) -> str:
    """Base64 for a QR code (RFC 4648, section 5), without the signs that fill it up."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_letters(text: str) -> bytes:
    """The bytes again. Raises `ValueError`."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
