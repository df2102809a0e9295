# SPDX-License-Identifier: GPL-3.0-only
"""The one card that finds the caller's dossier: by name and birth date, by its number, or makes it
with the caller. Used by the dossier view.

What was typed stays until the dossier is there or the conversation is over: a line that is cut, a
refusal, or going from the search to a new dossier lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec
from PyQt6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from resources.texts import _
from session.core.dossier_model import CallerIdentity, DossierHit
from session.protocol.dossier.identity import RegisterState
from session.protocol.hub.number_check import written_number
from session.protocol.wire.typed_words import is_reason
from views.desk.dossier import acts
from views.desk.dossier.caller_number import (
    LONGEST,
    is_good_number,
    number_advice,
    number_name,
)
from views.widgets.dossier.birth_date import FLAWS, read_birth_date
from views.widgets.dossier.hits import HitList
from views.widgets.dossier.in_sight import InSight
from views.widgets.field import Field
from views.widgets.parts import Card, label, push_button, restyle, row
from views.words.errors import sentence

SEARCH, OPEN, CREATE = "search", "open", "create"
"""What is asked for; refusals come back under the same word."""

FIND, MAKE = "find", "make"
"""What the card is doing."""

NAME_LETTERS, CONTACT_LETTERS, REASON_LETTERS, NUMBER_LETTERS = 100, 200, 200, 40

_FIELD_OF = {
    "dossier_unknown": "number",
    "reason_needed": "reason",
    "caller_number_invalid": "caller_number",
    "number_taken": "caller_number",
}
"""Refusals that belong to one field."""


_LINE_CODES = ("bus_unreachable", "hub_unreachable", "vault_away", "store_unreachable")
"""Refusals that go away by themselves."""


class FindCard(Card):
    """Searches, opens, makes; the keyboard alone is enough.

    Args:
        today: the day on which a birth date is judged.
        act: told what the agent wants.
        back: called when the agent goes back to the dossier that is open.
    """

    def __init__(
        self,
        today: Callable[[], date],
        act: Callable[[acts.DossierAct], None],
        *,
        back: Callable[[], None],
    ) -> None:
        super().__init__("dossier_search")
        self._today = today
        self._act = act
        self._mode = FIND
        self._busy = ""
        self._kind = ""
        self._given = ""
        self._is_bound = False
        self._likely = False
        self._line_was_cut = False
        self._title = label(role="title", name="dossier_find_title", wrap=True)
        self._hint = label(role="soft", name="dossier_find_hint", wrap=True)
        self._open = push_button(_("Open"), name="dossier_open")
        self._fields = _fields(self._open)
        self._search = push_button(_("Search"), "search", "primary", name="dossier_find")
        self._make = push_button(_("Create the dossier"), "kept", "primary", name="dossier_create")
        self._status = label(name="dossier_refused", wrap=True)
        self.hits = HitList("dossier_hits")
        self._take = push_button(_("Open this one"), name="dossier_open_hit")
        self._anyway = push_button(_("Create all the same"), name="dossier_create_anyway")
        self._begin = push_button(_("Create with the caller"), "add", name="dossier_create_begin")
        self._again = push_button(
            _("Search again"), "arrow_left", "quiet", name="dossier_search_again"
        )
        self._back = push_button(
            _("Back to the dossier"), "arrow_left", "quiet", name="dossier_back"
        )
        self._sight = InSight(self)
        self._build()
        self._connect(back)
        self._show_mode(FIND)

    # ---- facts ----

    def show_caller(self, kind: str, number: str) -> None:
        """The caller of the conversation: kind and text of the number ("" for none); an unknown
        one is proposed for the new dossier.
        """
        self._kind = kind
        self._given = number
        field = self._fields["caller_number"]
        field.rename(number_name(kind))
        if not field.text():
            field.fill(number)
        self._show_mode(self._mode)

    def is_opening(self) -> bool:
        """A dossier was asked for, not only a list."""
        return self._busy in (OPEN, CREATE)

    def begin(self, *, bound: bool) -> None:
        """The card comes to the front. `bound`: the conversation has a dossier, and another one
        needs a reason.
        """
        self._is_bound = bound
        self._show_mode(self._mode)
        if not _somebody_types():
            self._first().setFocus()

    def show_busy(self, act: str) -> None:
        """It is being asked for."""
        self._busy = act
        words = {
            SEARCH: _("Searching…"),
            OPEN: _("Opening the dossier…"),
            CREATE: _("Creating the dossier…"),
        }
        self._show_words(words[act], "soft")

    def show_found(
        self, hits: Sequence[DossierHit], *, more: bool, register: RegisterState
    ) -> None:
        """Dossiers with the name and the birth date; the agent may have gone on meanwhile."""
        if self._busy != SEARCH:
            return
        self._busy = ""
        self._likely = False
        if hits:
            words = [_("Dossiers found: {count}.").format(count=len(hits))]
        else:
            words = []
        if more:
            words.append(_("There are more: type the given names too."))
        if not hits:
            words.append(
                _(
                    "No dossier has this name and this birth date. Check how they are written, or "
                    "create it with the caller."
                )
            )
        if register is RegisterState.AWAY:
            words.append(
                _("The organisation's register does not answer: only what is here was searched.")
            )
        self._show_words(" ".join(words), "" if hits else "soft")
        self._show_hits(hits, _("Dossiers found"))
        self._go_on_to(self.hits if hits else self._begin)

    def show_likely(self, hits: Sequence[DossierHit]) -> None:
        """Nothing was made yet: the caller may have one of these."""
        self._busy = ""
        self._likely = True
        words = _("The caller may have a dossier already. Look at it together before you go on.")
        self._show_words(words, "warn")
        self._show_hits(hits, _("Dossiers that may be the caller's"))
        self._go_on_to(self.hits)

    def show_refused(
        self, act: str, code: str, detail: Mapping[str, str | int | float] | None = None
    ) -> None:
        """Why what was asked for was not done; it stays as it was typed."""
        if act == SEARCH != self._busy:
            return
        self._busy = ""
        if act == SEARCH:
            self._forget_hits()  # they are no answer to what stands in the fields
        words = _refusal_words(code, detail or {})
        field = self._fields.get(_FIELD_OF.get(code, ""))
        if code == "reason_needed":
            self._is_bound = True
            self._show_mode(self._mode)
        if field is None or field.isHidden():
            self._show_words(words, "bad")
            self._line_was_cut = code in _LINE_CODES
            return
        self._show_words("", "")
        field.show_wrong(words)
        self._go_on_to(field)

    def show_line_back(self) -> None:
        """The hub answers again: what was said of the cut line is over."""
        if self._line_was_cut and not self._busy:
            self._show_words("", "")

    def clear(self) -> None:
        """The conversation is over: nothing of the caller stays, and nothing can be undone."""
        for field in self._fields.values():
            field.fill("")
        self._busy = ""
        self._is_bound = False
        self.show_caller("", "")
        self._forget_hits()
        self._show_mode(FIND)

    def done(self) -> None:
        """The dossier is open: what was typed for it has done its work."""
        kind = self._kind
        self.clear()
        self.show_caller(kind, "")
        self._is_bound = True

    # ---- building ----

    def _build(self) -> None:
        for part in (
            self._title,
            self._hint,
            *(self._fields[name] for name in _ORDER),
        ):
            self.body.addWidget(part)
        self.body.addLayout(row(None, self._search, self._make, 0))
        self.body.addWidget(self._status)
        self.body.addWidget(self.hits)
        self.body.addLayout(row(None, self._take, self._anyway, 0))
        self.body.addLayout(row(None, self._begin, self._again, 0))
        self.body.addWidget(self._fields["number"])
        self.body.addLayout(row(None, self._back, 0))

    def _connect(self, back: Callable[[], None]) -> None:
        for name in _ORDER:
            self._fields[name].entered.connect(self._on_enter)
            self._fields[name].edited.connect(self._on_edited)
        self._fields["number"].entered.connect(self._on_open)
        self._search.clicked.connect(self._on_search)
        self._make.clicked.connect(lambda: self._on_create(confirmed=False))
        self._anyway.clicked.connect(lambda: self._on_create(confirmed=True))
        self._begin.clicked.connect(self._on_begin)
        self._again.clicked.connect(self._on_again)
        self._open.clicked.connect(self._on_open)
        self._take.clicked.connect(lambda: self._ask_open(self.hits.chosen()))
        self._back.clicked.connect(lambda: back())
        self.hits.taken.connect(self._ask_open)
        self.hits.left_upwards.connect(self._fields["born_on"].setFocus)

    # ---- what is seen ----

    def _show_mode(self, mode: str) -> None:
        self._mode = mode
        makes = mode == MAKE
        self._title.setText(self._title_words())
        self._hint.setText(self._hint_words())
        if makes:
            given_names_label = _("Given names")
        else:
            given_names_label = _("Given names (if you know them)")
        self._fields["given_names"].rename(given_names_label)
        self._fields["reason"].setVisible(self._is_bound)
        for name in ("caller_number", "contact"):
            self._fields[name].setVisible(makes)
        self._search.setVisible(not makes)
        self._begin.setVisible(not makes)
        self._fields["number"].setVisible(not makes)
        self._make.setVisible(makes and not self._likely)
        self._again.setVisible(makes)
        self._back.setVisible(self._is_bound)
        self._show_choice()

    def _title_words(self) -> str:
        if self._mode == MAKE:
            return _("Create a dossier with the caller")
        if self._is_bound:
            return _("Open another dossier")
        return _("Which dossier?")

    def _hint_words(self) -> str:
        if self._is_bound:
            return _("Your reason, your name and the time stay in the register of accesses.")
        if self._mode == MAKE:
            return _("Read everything back to the caller: the dossier will be found by it.")
        if self._fields["caller_number"].text():
            return _(
                "No dossier has the number that the caller typed. Ask for name and birth date."
            )
        return _("The caller gave no number. Ask for name and birth date.")

    def _show_hits(self, hits: Sequence[DossierHit], spoken: str) -> None:
        self.hits.show_hits(hits, spoken)
        self._show_mode(self._mode)

    def _show_choice(self) -> None:
        has_hits = self.hits.count() > 0
        self._take.setVisible(has_hits)
        restyle(self._take, kind="primary" if has_hits and self._likely else "plain")
        self._anyway.setVisible(has_hits and self._likely)

    def _forget_hits(self) -> None:
        self._likely = False
        self._show_hits((), "")
        self._show_words("", "")

    def _show_words(self, words: str, tone: str) -> None:
        self._line_was_cut = False
        self._status.setText(words)
        self._status.setVisible(bool(words))
        restyle(self._status, tone=tone)

    def _first(self) -> Field:
        return self._fields["reason" if self._is_bound else "family_name"]

    def _go_on_to(self, widget: QWidget) -> None:
        """Moves the keyboard on, unless the agent has gone elsewhere meanwhile."""
        here = QApplication.focusWidget()
        if here is None or self.isAncestorOf(here):
            widget.setFocus()
            self._sight.follow(widget)

    # ---- what the agent does ----

    def _on_edited(self) -> None:
        """Forget what was found: it belongs to what was typed before."""
        if self.hits.count() and not self._busy:
            self._forget_hits()

    def _on_enter(self) -> None:
        if self._mode == MAKE:
            self._on_create(confirmed=False)
        elif self._fields["number"].text() and not self._fields["family_name"].text():
            self._on_open()
        else:
            self._on_search()

    def _on_begin(self) -> None:
        if self._busy == SEARCH:  # nobody waits for it any more
            self._busy = ""
        self._forget_hits()
        self._show_mode(MAKE)
        empty = (name for name in _MADE_OF if not self._fields[name].text())
        self._fields[next(empty, "contact")].setFocus()

    def _on_again(self) -> None:
        self._forget_hits()
        self._show_mode(FIND)
        self._first().setFocus()

    def _on_search(self) -> None:
        person = self._person()
        if not self._busy and person is not None:
            self._forget_hits()
            self._act(acts.FindDossiers(person))

    def _on_open(self) -> None:
        number = self._fields["number"].text()
        if number:
            self._ask_open(number)
        else:
            self._fields["number"].setFocus()

    def _ask_open(self, number: str) -> None:
        reason = self._reason()
        if number and reason is not None and not self._busy:
            self._act(acts.OpenDossier(number, reason))

    def _on_create(self, *, confirmed: bool) -> None:
        person, reason = self._person(), self._reason()
        number = written_number(self._kind, self._fields["caller_number"].text())
        if number and not is_good_number(self._kind, number):
            self._fields["caller_number"].show_wrong(number_advice(self._kind))
            person = None
        if self._busy or person is None or reason is None:
            self._go_to_wrong()
            return
        contact = self._fields["contact"].text()
        caller = msgspec.structs.replace(person, caller_number=number, contact=contact)
        self._act(acts.CreateDossier(caller, confirmed, reason))

    def _person(self) -> CallerIdentity | None:
        """Return who was typed; None when something is missing,
        which is said below its field.
        """
        family, given_names, born = (
            self._fields[name] for name in ("family_name", "given_names", "born_on")
        )
        day = read_birth_date(born.text(), self._today())
        family.show_wrong("" if family.text() else _("Ask for the family name."))
        is_short = self._mode == MAKE and not given_names.text()
        given_names.show_wrong(_("Ask for the given names.") if is_short else "")
        born.show_wrong(_(FLAWS[day.flaw]) if day.flaw is not None else "")
        if any(field.is_wrong() for field in (family, given_names, born)):
            self._go_to_wrong()
            return None
        return CallerIdentity(
            family_name=family.text(), given_names=given_names.text(), born_on=day.born_on
        )

    def _reason(self) -> str | None:
        """Why another dossier is opened; None when it must be said and was not."""
        field = self._fields["reason"]
        if not self._is_bound:
            return ""
        if is_reason(field.text()):
            return field.text()
        field.show_wrong(_("Say why: another dossier is opened only with a reason."))
        field.setFocus()
        return None

    def _go_to_wrong(self) -> None:
        wrong = next((name for name in _ORDER if self._fields[name].is_wrong()), "")
        if wrong:
            self._fields[wrong].setFocus()


_ORDER = ("reason", "family_name", "given_names", "born_on", "caller_number", "contact")
"""Fields from top to bottom; the dossier's own number stands apart."""

_MADE_OF = ("family_name", "given_names", "born_on", "caller_number")


def _fields(open_button: QWidget) -> dict[str, Field]:
    return {
        "reason": Field("dossier_reason", _("Why another dossier?"), longest=REASON_LETTERS),
        "family_name": Field("dossier_family_name", _("Family name"), longest=NAME_LETTERS),
        "given_names": Field("dossier_given_names", _("Given names"), longest=NAME_LETTERS),
        "born_on": Field(
            "dossier_born_on", _("Birth date"), longest=20, example=_("day/month/year")
        ),
        "caller_number": Field("dossier_caller_number", _("Caller number"), longest=LONGEST),
        "contact": Field(
            "dossier_contact",
            _("Telephone or e-mail, if the caller likes"),
            longest=CONTACT_LETTERS,
        ),
        "number": Field(
            "dossier_number",
            _("Or by the dossier's number"),
            longest=NUMBER_LETTERS,
            beside=open_button,
        ),
    }


def _refusal_words(code: str, detail: Mapping[str, str | int | float]) -> str:
    words = sentence(code, dict(detail))
    if code not in _LINE_CODES:
        return words.sentence
    advice = _("Nothing that you typed is lost: press again when it answers.")
    return f"{words.title} {advice}"


def _somebody_types() -> bool:
    """The keyboard is in a text: it must not jump out of it."""
    return isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit)
