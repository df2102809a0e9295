# SPDX-License-Identifier: GPL-3.0-only
"""The buttons over the pages and their keys: what is done to the chosen pages.
Used by the panel of pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtWidgets import QHBoxLayout, QToolButton

from documents.imaging.edits import CleaningStage
from resources.texts import _
from session.protocol.conversation.messages import ScanKind
from session.protocol.conversation.page_removal import RemovalReason
from views.desk.devices import acts
from views.desk.devices.cleaning_menu import ask_stages
from views.desk.devices.page_strip import PageStrip
from views.desk.devices.removal_menu import Split, ask_reason, ask_split
from views.desk.devices.removed_pages import RemovedPages
from views.desk.devices.strip_page import PageStatus, StripPage
from views.widgets.parts import row, tool_button


class StripTools:
    """Acts on the chosen pages, or on the last one.

    Args:
        act: told what the agent does.
        change: called with a page and how it is changed.
        chosen_scan: returns the scan that is set at the scanner.
    """

    def __init__(
        self,
        strip: PageStrip,
        removed: RemovedPages,
        *,
        act: Callable[[acts.DevicesAct], None],
        change: Callable[[str, Callable[[StripPage], StripPage]], None],
        chosen_scan: Callable[[ScanKind], acts.ChosenScan],
    ) -> None:
        self._strip = strip
        self._removed = removed
        self._act = act
        self._change = change
        self._chosen_scan = chosen_scan
        self.buttons: dict[str, QToolButton] = {
            "left": tool_button(_("Turn left"), "rotate_left", "page_turn_left", keys="Ctrl+Left"),
            "right": tool_button(
                _("Turn right"), "rotate_right", "page_turn_right", keys="Ctrl+Right"
            ),
            "version": tool_button(_("Original or cleaned"), "cleaned", "page_version"),
            "stages": tool_button(
                _("What was done to the page"), "stages", "page_stages", keys="Ctrl+E"
            ),
            "earlier": tool_button(_("Earlier"), "arrow_left", "page_earlier", keys="Alt+Left"),
            "later": tool_button(_("Later"), "arrow_right", "page_later", keys="Alt+Right"),
            "open": tool_button(_("Look at the page"), "search", "page_open", keys="Return"),
            "again": tool_button(_("Scan the page again"), "retry", "page_again", keys="Ctrl+R"),
            "split": tool_button(_("Split the page"), "split", "page_split", keys="Ctrl+K"),
            "remove": tool_button(_("Take the page out"), "remove", "page_remove", keys="Del"),
        }
        for tool, button in self.buttons.items():
            button.clicked.connect(lambda _checked, tool=tool: self.use(tool))

    def line(self) -> QHBoxLayout:
        """The buttons for one page on the left, those for its place on the right."""
        left_buttons = [self.buttons[key] for key in ("left", "right", "version", "stages", "open")]
        right = [self.buttons[key] for key in ("earlier", "later", "remove")]
        return row(None, *left_buttons, 0, *right, space=2)

    def refresh(self, *, shown: bool) -> None:
        """Allow what can be done now. `shown`: the pages are."""
        some = self._strip.count() > 0
        chosen = bool(self._strip.chosen())
        for key, button in self.buttons.items():
            button.setEnabled(chosen if key in ("earlier", "later", "remove") else some)
            button.setVisible(shown and some)

    def use(self, tool: str) -> None:
        """Does what a button over the pages does, or its key in the strip."""
        match tool:
            case "left":
                self._on_turn(-1)
            case "right":
                self._on_turn(1)
            case "version":
                self._on_version()
            case "stages":
                self._on_stages()
            case "earlier":
                self._strip.move_chosen(-1)
            case "later":
                self._strip.move_chosen(1)
            case "open":
                self._act(acts.LookAtPage(self._targets()[0]))
            case "again":
                self._on_again()
            case "split":
                self._on_split()
            case "remove":
                self._on_remove()
            case "undo":
                self._removed.put_back()

    def _targets(self) -> list[str]:
        chosen = self._strip.chosen()
        everything = self._strip.order()
        return chosen or everything[-1:]

    def _on_turn(self, quarter_turns: int) -> None:
        for page_id in self._targets():
            self._strip.turn(page_id, quarter_turns)
            facts = self._strip.facts(page_id)
            if facts is not None:
                self._act(acts.RotatePage(page_id, facts.turns))

    def _on_version(self) -> None:
        for page_id in self._targets():
            facts = self._strip.facts(page_id)
            if facts is not None and facts.cleaned is not None:
                self._change(
                    page_id, lambda facts: replace(facts, use_cleaned=not facts.use_cleaned)
                )
                self._act(acts.UseVersion(page_id, not facts.use_cleaned))

    def _on_remove(self) -> None:
        if self._strip.chosen():
            ask_reason(self.buttons["remove"], self._remove)

    def _remove(self, reason: RemovalReason) -> None:
        """Takes the chosen pages out; those that are filed stay."""
        for page_id in self._strip.chosen():
            facts = self._strip.facts(page_id)
            if facts is not None and facts.status != PageStatus.FILED:
                self._removed.take(facts, reason)
                self._act(acts.TakePageOut(page_id, reason))
        self._strip.setFocus()

    def _on_again(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self._strip.facts(page_id)
            if facts is not None and facts.status != PageStatus.FILED:
                self._act(acts.ScanAgain(page_id, self._chosen_scan(ScanKind.PAGE)))

    def _on_split(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self._strip.facts(page_id)
            if facts is not None and facts.status == PageStatus.CLEANED:
                ask_split(self.buttons["split"], partial(self._split_in_two, page_id))

    def _split_in_two(self, page_id: str, way: Split) -> None:
        self._act(acts.SplitInTwo(page_id, way))

    def _on_stages(self) -> None:
        for page_id in self._targets()[:1]:
            facts = self._strip.facts(page_id)
            if facts is not None and facts.status == PageStatus.CLEANED and facts.use_cleaned:
                ask_stages(
                    self.buttons["stages"],
                    facts.left_out,
                    partial(self._use_stage, page_id),
                )

    def _use_stage(self, page_id: str, stage: CleaningStage, is_used: bool) -> None:
        self._act(acts.UseStage(page_id, stage, is_used))
