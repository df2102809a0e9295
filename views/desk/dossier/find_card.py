# SPDX-License-Identifier: GPL-3.0-only
"""The one card that finds the caller's dossier: by name and birth date, by its number, or makes it
with the caller. Used by the dossier view.

What was typed stays until the dossier is there or the conversation is over: a line that is cut, a
refusal, or going from the search to a new dossier lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PyQt6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from resources.texts import _, ngettext
from session.core.dossier_model import DossierHit
from session.protocol.dossier.identity import RegisterState
from views.desk.dossier import acts
from views.desk.dossier.find_fields import ORDER, FindFields
from views.widgets.dossier.hits import HitList
from views.widgets.dossier.in_sight import InSight
from views.widgets.field import Field
from views.widgets.parts import Card, label, push_button, restyle, row
from views.words.errors import sentence

SEARCH, OPEN, CREATE = "search", "open", "create"
"""What is asked for; refusals come back under the same word."""

FIND, MAKE = "find", "make"
"""What the card is doing."""

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

    Attributes:
        fields: what is typed.
    """

    def __init__(
        self,
        today: Callable[[], date],
        act: Callable[[acts.DossierAct], None],
        *,
        back: Callable[[], None],
    ) -> None:
        super().__init__("dossier_search")
        self._act = act
        self._mode = FIND
        self._busy = ""
        self._is_bound = False
        self._likely = False
        self._line_was_cut = False
        self._title = label(role="title", name="dossier_find_title", wrap=True)
        self._hint = label(role="soft", name="dossier_find_hint", wrap=True)
        self._open = push_button(_("Open"), name="dossier_open")
        self.fields = FindFields(today, self._open)
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
        self.fields.show_caller(kind, number)
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
            found = len(hits)
            words = [
                ngettext("One dossier found.", "{count} dossiers found.", found).format(count=found)
            ]
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
        field = self.fields.by_name.get(_FIELD_OF.get(code, ""))
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
        self.fields.clear()
        self._busy = ""
        self._is_bound = False
        self.show_caller("", "")
        self._forget_hits()
        self._show_mode(FIND)

    def done(self) -> None:
        """The dossier is open: what was typed for it has done its work."""
        kind = self.fields.kind
        self.clear()
        self.show_caller(kind, "")
        self._is_bound = True

    # ---- building ----

    def _build(self) -> None:
        for part in (
            self._title,
            self._hint,
            *(self.fields.by_name[name] for name in ORDER),
        ):
            self.body.addWidget(part)
        self.body.addLayout(row(None, self._search, self._make, 0))
        self.body.addWidget(self._status)
        self.body.addWidget(self.hits)
        self.body.addLayout(row(None, self._take, self._anyway, 0))
        self.body.addLayout(row(None, self._begin, self._again, 0))
        self.body.addWidget(self.fields.by_name["number"])
        self.body.addLayout(row(None, self._back, 0))

    def _connect(self, back: Callable[[], None]) -> None:
        for name in ORDER:
            self.fields.by_name[name].entered.connect(self._on_enter)
            self.fields.by_name[name].edited.connect(self._on_edited)
        self.fields.by_name["number"].entered.connect(self._on_open)
        self._search.clicked.connect(self._on_search)
        self._make.clicked.connect(lambda: self._on_create(confirmed=False))
        self._anyway.clicked.connect(lambda: self._on_create(confirmed=True))
        self._begin.clicked.connect(self._on_begin)
        self._again.clicked.connect(self._on_again)
        self._open.clicked.connect(self._on_open)
        self._take.clicked.connect(lambda: self._ask_open(self.hits.chosen()))
        self._back.clicked.connect(lambda: back())
        self.hits.taken.connect(self._ask_open)
        self.hits.left_upwards.connect(self.fields.by_name["born_on"].setFocus)

    # ---- what is seen ----

    def _show_mode(self, mode: str) -> None:
        self._mode = mode
        makes = mode == MAKE
        self._title.setText(_title_words(mode, is_bound=self._is_bound))
        number = self.fields.by_name["caller_number"].text()
        self._hint.setText(_hint_words(mode, number, is_bound=self._is_bound))
        self.fields.show_mode(makes=makes, is_bound=self._is_bound)
        self._search.setVisible(not makes)
        self._begin.setVisible(not makes)
        self._make.setVisible(makes and not self._likely)
        self._again.setVisible(makes)
        self._back.setVisible(self._is_bound)
        self._show_choice()

    def _show_hits(self, hits: Sequence[DossierHit], spoken: str) -> None:
        self.hits.show_hits(hits, spoken)
        self._show_mode(self._mode)

    def _show_choice(self) -> None:
        has_hits = self.hits.count() > 0
        self._take.setVisible(has_hits)
        is_sure = self.hits.count() == 1 and not self._likely
        restyle(self._take, kind="primary" if is_sure or (has_hits and self._likely) else "plain")
        restyle(self._search, kind="plain" if is_sure else "primary")
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
        return self.fields.by_name["reason" if self._is_bound else "family_name"]

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
        elif self.fields.by_name["number"].text() and not self.fields.by_name["family_name"].text():
            self._on_open()
        else:
            self._on_search()

    def _on_begin(self) -> None:
        if self._busy == SEARCH:  # nobody waits for it any more
            self._busy = ""
        self._forget_hits()
        self._show_mode(MAKE)
        self.fields.first_empty().setFocus()

    def _on_again(self) -> None:
        self._forget_hits()
        self._show_mode(FIND)
        self._first().setFocus()

    def _on_search(self) -> None:
        person = self.fields.person(makes=self._mode == MAKE)
        if not self._busy and person is not None:
            self._forget_hits()
            self._act(acts.FindDossiers(person))

    def _on_open(self) -> None:
        number = self.fields.by_name["number"].text()
        if number:
            self._ask_open(number)
        else:
            self.fields.by_name["number"].setFocus()

    def _ask_open(self, number: str) -> None:
        reason = self.fields.reason(self._is_bound)
        if number and reason is not None and not self._busy:
            self._act(acts.OpenDossier(number, reason))

    def _on_create(self, *, confirmed: bool) -> None:
        caller, reason = self.fields.new_caller(), self.fields.reason(self._is_bound)
        if self._busy or caller is None or reason is None:
            self.fields.go_to_wrong()
            return
        self._act(acts.CreateDossier(caller, confirmed, reason))


def _title_words(mode: str, *, is_bound: bool) -> str:
    if mode == MAKE:
        return _("Create a dossier with the caller")
    if is_bound:
        return _("Open another dossier")
    return _("Which dossier?")


def _hint_words(mode: str, number: str, *, is_bound: bool) -> str:
    if is_bound:
        return _("Your reason, your name and the time stay in the register of accesses.")
    if mode == MAKE:
        return _("Read everything back to the caller: the dossier will be found by it.")
    if number:
        return _("No dossier has the number that the caller typed. Ask for name and birth date.")
    return _("The caller gave no number. Ask for name and birth date.")


def _refusal_words(code: str, detail: Mapping[str, str | int | float]) -> str:
    words = sentence(code, dict(detail))
    if code not in _LINE_CODES:
        return words.sentence
    advice = _("Nothing that you typed is lost: press again when it answers.")
    return f"{words.title} {advice}"


def _somebody_types() -> bool:
    """The keyboard is in a text: it must not jump out of it."""
    return isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit)
