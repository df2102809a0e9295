# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does with callers, as values. Made by the views of this package that have several
things to tell, done by `expert_app.desk.wiring`, each where its view is connected.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from session.protocol.hub.talk_state import HoldReason, PassReason
from views.widgets.agent_state import ChooseOwnState as ChooseOwnState

# ---- queue, offer, telephone


class AcceptCaller(Struct, frozen=True):
    """Take this caller of the queue."""

    ticket_id: str


class AcceptNext(Struct, frozen=True):
    """Take whoever is next, of this service ("" for all)."""

    service: str


QueueAct = AcceptCaller | AcceptNext | ChooseOwnState


class AcceptOffer(Struct, frozen=True):
    """Take the caller who is offered."""

    ticket_id: str


class DeclineOffer(Struct, frozen=True):
    """Do not take the caller who is offered, for this reason."""

    ticket_id: str
    reason: str


OfferAct = AcceptOffer | DeclineOffer


class PhonePress(Enum):
    """The end of a talk by telephone: wrap-up begins, or nobody answered and the agent gives up."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"


class CallLater(Struct, frozen=True):
    """Nobody answered: the caller waits again after so many minutes."""

    minutes: int


PhoneAct = PhonePress | CallLater

# ---- between two callers


class IdlePress(Enum):
    """A button that says all by itself; `PAUSE_IS_OVER`: its end has come."""

    ACCEPT_NEXT = "accept_next"
    END_PAUSE = "end_pause"
    PAUSE_IS_OVER = "pause_is_over"
    PREVIEW = "preview"
    CLOSE = "close"


class CheckPress(Enum):
    """What an agent does in the check of its desk; `BEGIN`: once more. `SEEN`, `HIDDEN`: it is on
    the screen, or no longer.
    """

    BEGIN = "begin"
    SEEN = "seen"
    HIDDEN = "hidden"
    TONE = "tone"
    MEASURE = "measure"
    CHOOSE_DEVICES = "choose_devices"
    END = "end"


class PauseFor(Struct, frozen=True):
    """The pause shall end in so many minutes."""

    minutes: int


class AcceptByThemselves(Struct, frozen=True):
    """Callers who are offered are accepted without a press, or only by one."""

    on: bool


class WriteOwedNote(Struct, frozen=True):
    """The note that was owed on a session."""

    session_id: str
    note: str


class DropOwedNote(Struct, frozen=True):
    """No note is needed on a session."""

    session_id: str


class MakePromisedCall(Struct, frozen=True):
    """Call now whom the agent has promised to call."""

    ticket_id: str


class CorrectOutcome(Struct, frozen=True):
    """Another outcome of a conversation that is over."""

    session_id: str
    outcome: str


class TakeBackNote(Struct, frozen=True):
    """Withdraw a note of a conversation that is over; `text` stands instead, "" for none."""

    session_id: str
    note_id: str
    text: str = ""


class TakeBackPaper(Struct, frozen=True):
    """Take a document of a conversation that is over out of its dossier, or (`dossier` not "") file
    it there instead, as `piece_id` ("": as no piece).
    """

    session_id: str
    document_id: str
    reason: str
    dossier: str = ""
    piece_id: str = ""


class FileLeftPages(Struct, frozen=True):
    """File the scanned pages that a session left behind."""

    session_id: str


class DeleteLeftPages(Struct, frozen=True):
    """Delete the scanned pages that a session left behind."""

    session_id: str


class WriteOfDossier(Struct, frozen=True):
    """Write to the supervisors about this provisional dossier."""

    number: str


class BookAgain(Struct, frozen=True):
    """Another appointment for who missed this one."""

    appointment_id: str


class SettleUntold(Struct, frozen=True):
    """The person whom no message reached, or who did not come, needs no call any more."""

    appointment_id: str


IdleAct = (
    IdlePress
    | CheckPress
    | PauseFor
    | AcceptByThemselves
    | CorrectOutcome
    | TakeBackNote
    | TakeBackPaper
    | MakePromisedCall
    | WriteOwedNote
    | DropOwedNote
    | FileLeftPages
    | DeleteLeftPages
    | WriteOfDossier
    | BookAgain
    | SettleUntold
)

# ---- in a conversation


class CallPress(Enum):
    """A button of the call that says all by itself; `HANG_UP` is confirmed already."""

    HANG_UP = "hang_up"
    CALL_AGAIN = "call_again"
    WRITE = "write"
    SHOW_QUALITY = "show_quality"
    CALIBRATE = "calibrate"


class CallSwitch(Enum):
    """What the agent switches on and off; sign language lets movement go before size."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    PRIVACY = "privacy"
    SIGN_LANGUAGE = "sign_language"
    LIFE_SIZE = "life_size"


class Switch(Struct, frozen=True):
    """Switch something of the call."""

    what: CallSwitch
    on: bool


CallAct = CallPress | Switch


class TalkPress(Enum):
    """A button that says all by itself; `PASS_ON`: choose to whom."""

    RESUME = "resume"
    PASS_ON = "pass_on"
    DISMISS = "dismiss"
    HAND_OVER = "hand_over"


class LetWait(Struct, frozen=True):
    """Let the caller wait."""

    reason: HoldReason


class CallHost(Struct, frozen=True):
    """Call the site's host, or take that back."""

    on: bool


class BannerPainted(Struct, frozen=True):
    """The words that name this third person are on the screen."""

    user: str


TalkAct = TalkPress | LetWait | CallHost | BannerPainted


class PassOnCaller(Struct, frozen=True):
    """Give the caller to an agent or to a service (one of them is "")."""

    agent: str
    service: str
    reason: PassReason
    note: str


class InviteColleague(Struct, frozen=True):
    """Call a colleague in; the caller may wait meanwhile."""

    agent: str
    is_on_hold: bool


PassOnAct = PassOnCaller | InviteColleague

# ---- after a conversation


class WrapUpPress(Enum):
    """A button that says all by itself; `PAUSE`: the agent pauses once this is finished."""

    PAUSE = "pause"
    PROLONG = "prolong"


class FinishWrapUp(Struct, frozen=True):
    """The wrap-up is done, with this outcome."""

    outcome: str


class CallBack(Struct, frozen=True):
    """Finish, and call this number ("" for the ticket's own) after so many minutes."""

    phone: str
    minutes: int


class UseNoteTemplate(Struct, frozen=True):
    """Begin the note with one that the organisation has ready."""

    template_id: str


class EndWrapUpTime(Struct, frozen=True):
    """The time is over; this outcome was chosen, or none was said."""

    outcome: str


WrapUpAct = WrapUpPress | FinishWrapUp | CallBack | UseNoteTemplate | EndWrapUpTime
