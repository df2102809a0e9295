# SPDX-License-Identifier: GPL-3.0-only
"""The guide of a procedure: its steps, each with one button that does all of it. A tab of the
desk's right side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFrame,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.dossier.guides import FRENCH, Guide, GuideStep, concerns
from views.widgets.icons import icon
from views.widgets.parts import (
    Card,
    EmptyState,
    FlowLayout,
    PageStack,
    column,
    label,
    name_button,
    push_button,
    restyle,
    row,
    scroll_area,
    tell_choice,
    tool_button,
)
from views.widgets.plain_words import CheckBox
from views.widgets.theme import SPACE

NEXT_KEYS = "Ctrl+G"

NAME_PX = 110
"""A step's name has at least so much beside its button."""


def act_words(step: GuideStep) -> str:
    """Return what a step's button does, in few words."""
    parts: list[str] = []
    if step.page or step.address:
        parts.append(_("Open"))
    if step.scan or step.piece:
        parts.append(_("Scan"))
    elif step.powers:
        parts.append(_("Ask"))
    return " · ".join(parts) or _("Tick off")


def act_icon(step: GuideStep) -> str:
    """The icon that goes with it."""
    if step.scan or step.piece:
        return "scanner"
    if step.page or step.address:
        return "shared_page"
    if step.powers:
        return "ask"
    return "kept"


class FollowGuide(Struct, frozen=True):
    """Follow this guide; "" for none."""

    guide_id: str


class SetCase(Struct, frozen=True):
    """The caller is in this case, or not."""

    case_id: str
    on: bool


class SetDone(Struct, frozen=True):
    """A step is done, or not after all."""

    step_id: str
    done: bool


class DoStep(Struct, frozen=True):
    """Do all that this step names."""

    step_id: str


class SayStep(Struct, frozen=True):
    """Write the words of this step to the caller."""

    step_id: str


GuideAct = FollowGuide | SetCase | SetDone | DoStep | SayStep


class GuideView(QWidget):
    """Chooses a procedure, and shows its steps.

    Signals:
        acted(object): what the agent does, a `GuideAct`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guide_view")
        self._guide: Guide | None = None
        self._next = ""
        self._rows: dict[str, StepRow] = {}
        self._cases: dict[str, CheckBox] = {}
        self._choice = tell_choice(QComboBox())
        self._choice.setObjectName("guide_choice")
        self._choice.setAccessibleName(_("Procedure that is guided"))
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.activated.connect(
            lambda: self.acted.emit(FollowGuide(str(self._choice.currentData())))
        )
        self._build()
        self.show_guides([])
        self.show_progress(None)

    # ---- facts ----

    def show_guides(self, guides: Sequence[Guide]) -> None:
        """The procedures that can be guided."""
        self._choice.clear()
        self._choice.addItem(_("Choose a procedure…"), "")
        for guide in guides:
            self._choice.addItem(plain_text(guide.name), guide.id)
        self._choice.setEnabled(bool(guides))
        self._show_none()
        self._next_button.setEnabled(False)

    def _show_none(self) -> None:
        advice = _(
            "Choose a procedure: each step has one button that opens the page, asks the caller "
            "and scans. The order is free."
        )
        self._none.show_words(_("No guide yet"), advice)

    def show_not_read(self, words: str) -> None:
        """Nobody knows which guides there are, and why."""
        self._none.show_words(_("The guides were not read"), words)

    def show_progress(
        self,
        guide: Guide | None,
        cases: Collection[str] = (),
        done_steps: Collection[str] = (),
        *,
        live: bool = True,
    ) -> None:
        """The guide that is followed, and how far it is; not `live`: nobody is at a kiosk."""
        if guide != self._guide:
            self._guide = guide
            self._deal(guide)
            self._choice.setCurrentIndex(max(0, self._choice.findData(guide.id if guide else "")))
        self._parts.setCurrentWidget(self._none if guide is None else self._steps_page)
        if guide is None:
            return
        for case, box in self._cases.items():
            box.blockSignals(True)
            box.setChecked(case in cases)
            box.blockSignals(False)
        mine = [step for step in guide.steps if concerns(step, cases)]
        self._next = next((step.id for step in mine if step.id not in done_steps), "")
        for step in guide.steps:
            self._rows[step.id].setVisible(step in mine)
            self._rows[step.id].show_state(
                is_done=step.id in done_steps, is_next=step.id == self._next, live=live
            )
        finished = sum(step.id in done_steps for step in mine)
        self._count.setText(_("Steps done: {done} of {all}").format(done=finished, all=len(mine)))
        self._bar.setRange(0, max(1, len(mine)))
        self._bar.setValue(finished)
        self._bar.setAccessibleName(self._count.text())
        self._show_next(guide)

    def _show_next(self, guide: Guide) -> None:
        step = next((step for step in guide.steps if step.id == self._next), None)
        self._all_done.setVisible(step is None)
        self._next_button.setEnabled(step is not None)
        if step is not None:
            words = _("Next step: {step}").format(step=step.name)
        else:
            words = _("Next step")
        name_button(self._next_button, words, NEXT_KEYS)

    def press_next(self) -> None:
        """Does the next step."""
        self.press(self._next)

    def press(self, step: str) -> None:
        """Does this step, as its button does."""
        if step in self._rows:
            self._rows[step].press()

    # ---- building ----

    def _build(self) -> None:
        self._count = label(role="caption", name="guide_count")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(110)
        self._next_button = push_button(_("Next step"), "arrow_right", name="guide_next")
        self._next_button.clicked.connect(self.press_next)
        self._all_done = label(
            _("Every step is done. The wrap-up proposes the outcome and a note."),
            "soft",
            "guide_all_done",
            wrap=True,
        )
        self._case_box = FlowLayout(space=SPACE[2])
        self._case_title = label(_("The caller's case"), "caption")
        self._step_box = QVBoxLayout()
        self._step_box.setSpacing(0)
        steps = Card("guide_steps", space=SPACE[0])
        steps.body.addLayout(row(None, self._count, 0, self._bar))
        steps.body.addLayout(self._step_box)
        steps.body.addWidget(self._all_done)
        page = QWidget()
        column(page, self._case_title, self._case_box, steps, 0, space=SPACE[1])
        self._steps_page = scroll_area(page)
        self._none = EmptyState("stages", "", advice="", name="guide_none")
        self._show_none()
        self._parts = PageStack()
        self._parts.addWidget(self._none)
        self._parts.addWidget(self._steps_page)
        top = row(None, self._choice, self._next_button)
        top.setStretch(0, 1)
        margins = (SPACE[2], SPACE[2], SPACE[2], SPACE[2])
        column(self, top, self._parts, space=SPACE[2], margins=margins)

    def _deal(self, guide: Guide | None) -> None:
        """Makes the cases and steps of another guide."""
        for old in (*self._rows.values(), *self._cases.values()):
            old.hide()
            old.deleteLater()
        self._rows = {}
        self._cases = {}
        self._case_title.setVisible(bool(guide and guide.cases))
        if guide is None:
            return
        for case in guide.cases:
            box = CheckBox(case.name)
            box.setObjectName(f"guide_case_{case.id}")
            name_button(box, case.name)
            box.toggled.connect(lambda on, name=case.id: self.acted.emit(SetCase(name, on)))
            self._cases[case.id] = box
            self._case_box.addWidget(box)
        for place, step in enumerate(guide.steps):
            step_row = StepRow(step, self.acted.emit, is_first=place == 0)
            self._rows[step.id] = step_row
            self._step_box.addWidget(step_row)


class StepRow(QFrame):
    """One step: whether it is done, its words to say, and its button.

    Args:
        tell: told what the agent does with it.
    """

    def __init__(
        self, step: GuideStep, tell: Callable[[GuideAct], None], *, is_first: bool
    ) -> None:
        super().__init__()
        self._step = step
        self._tell = tell
        self.setObjectName(f"guide_step_{step.id}")
        restyle(self, first=is_first)
        self._done = CheckBox()
        self._done.setObjectName(f"guide_done_{step.id}")
        self._done.setMinimumSize(24, 24)  # a target (WCAG 2.2, 2.5.8)
        self._done.toggled.connect(lambda on: tell(SetDone(step.id, on)))
        self._name = label(step.name, wrap=True)
        self._name.setMinimumWidth(NAME_PX)
        self._act = push_button(act_words(step), act_icon(step), name=f"guide_do_{step.id}")
        self._act.clicked.connect(self.press)
        self._say = tool_button(
            _("Write these words to the caller"), "written", f"guide_say_{step.id}"
        )
        self._say.clicked.connect(lambda: tell(SayStep(step.id)))
        words = step.say.get(FRENCH, "")
        note = label(_("“{note}”").format(note=words), "soft", wrap=True)
        line = row(None, self._done, space=SPACE[1])
        line.addWidget(self._name, 1)
        line.addWidget(self._act, 0, Qt.AlignmentFlag.AlignTop)
        under = row(None, note, self._say, margins=(26, 0, 0, 0))
        under.setStretch(0, 1)
        for part in (note, self._say):
            part.setVisible(bool(words))
        column(self, line, under, space=2, margins=(2, 5, 0, 5))

    def show_state(self, *, is_done: bool, is_next: bool, live: bool) -> None:
        """Show whether it is done, whether it is the next one, and whether a kiosk is there."""
        self._done.blockSignals(True)
        self._done.setChecked(is_done)
        self._done.blockSignals(False)
        self._done.setAccessibleName(_("Done: {step}").format(step=self._step.name))
        needs_kiosk = self._step.page or self._step.address or self._step.powers
        needs_kiosk = needs_kiosk or self._step.scan or self._step.piece
        self._act.setEnabled(live or not needs_kiosk)
        self._say.setEnabled(live)
        restyle(self._act, kind="primary" if is_next else "plain")
        restyle(self._name, role="strong" if is_next else "body")
        self._act.setIcon(icon(act_icon(self._step), "on_accent" if is_next else "text"))
        words = f"{self._step.name}: {act_words(self._step)}"
        name_button(self._act, words, NEXT_KEYS if is_next else "")

    def press(self) -> None:
        """Does the step; one without any act is simply done."""
        if act_words(self._step) == _("Tick off"):
            self._tell(SetDone(self._step.id, True))
        elif self._act.isEnabled():
            self._tell(DoStep(self._step.id))
