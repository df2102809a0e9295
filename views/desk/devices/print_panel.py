# SPDX-License-Identifier: GPL-3.0-only
"""The panel of the kiosk's printer: state, permission, receipt, a PDF.
Used by the devices view.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QFileDialog, QFrame, QVBoxLayout

from resources.texts import N_, _
from session.protocol.conversation.messages import (
    DevicesReported,
    PrintChanged,
    PrintState,
    ScannerState,
)
from views.desk.devices.acts import (
    CancelPrint,
    DevicesAct,
    PrintFile,
    PrintReceipt,
    SaveReceipt,
)
from views.desk.devices.scan_panel import DEVICE_WORDS, show_act
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    Chip,
    ElidedLabel,
    FlowLayout,
    column,
    label,
    name_widget,
    push_button,
    row,
    tool_button,
)
from views.widgets.plain_words import CheckBox, tip_words
from views.widgets.theme import SPACE
from views.words.errors import sentence

PRINT_WORDS: dict[PrintState, tuple[str, str, str]] = {
    PrintState.SHOWN: (N_("the caller looks at it"), "time", "accent"),
    PrintState.RECEIVED: (N_("at the kiosk"), "time", "accent"),
    PrintState.SENT: (N_("sent to the printer"), "time", "accent"),
    PrintState.PRINTING: (N_("printing"), "printer", "accent"),
    PrintState.WAITING: (N_("waiting"), "warning", "warn"),
    PrintState.DONE: (N_("printed"), "allowed", "good"),
    PrintState.FAILED: (N_("not printed"), "error", "bad"),
    PrintState.CANCELLED: (N_("cancelled"), "cancel", "soft"),
}
"""State of a print in words, with icon and tone."""

_OVER = frozenset({PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED})
MAX_JOBS = 3


class PrintLine(QFrame):
    """One print: its name, its state, why it waits, and a cross while it can be cancelled."""

    def __init__(self, print_id: str, name: str, *, act: Callable[[DevicesAct], None]) -> None:
        super().__init__()
        self.setObjectName(f"print_{print_id}")
        self._icon = IconLabel(size_px=16)
        self._name = ElidedLabel(name)
        self._state = label(role="small", name="print_state")
        self._why = label(role="small", wrap=True, name="print_why")
        self._cross = tool_button(_("Cancel this print"), "close", f"print_cancel_{print_id}")
        self._cross.clicked.connect(lambda: act(CancelPrint(print_id)))
        top = row(None, self._icon, space=6)
        top.addWidget(self._name, 1)
        top.addWidget(self._state)
        top.addWidget(self._cross)
        column(self, top, self._why, space=0)

    def show_state(self, changed: PrintChanged) -> None:
        """Shows the state of the print; why it waits is hidden by `hide_why`."""
        text, icon_name, tone = PRINT_WORDS[changed.state]
        self._icon.set_icon(icon_name, tone)
        self._state.setText(_(text))
        self._why.setText(sentence(changed.code, changed.detail).sentence if changed.code else "")
        self._why.setVisible(bool(changed.code))
        self._cross.setVisible(changed.state not in _OVER)
        self.setAccessibleName(f"{self._name.text()}: {_(text)}")

    def hide_why(self, printer_words: str) -> None:
        """Hides why it waits when the printer says the same above."""
        self._why.setVisible(self._why.text() not in ("", printer_words))


class PrintPanel(Card):
    """The kiosk's printer and its latest prints.

    Args:
        act: told what the agent wants.
    """

    def __init__(self, act: Callable[[DevicesAct], None]) -> None:
        super().__init__("print_panel", space=6, padding=SPACE[1])
        self._act = act
        self._allowed = False
        self._answer_s = 0.0
        self._report: DevicesReported | None = None
        self._lines: dict[str, PrintLine] = {}
        self._state = Chip("printer_state")
        self._title = ElidedLabel(_("Printer"), "strong", name="printer_name")
        self._fault = label(role="small", name="printer_fault", wrap=True)
        self._receipt = push_button(_("Print receipt"), "receipt", name="print_receipt")
        self._receipt.setAutoDefault(True)  # Enter presses it
        self._file = push_button(_("Print a PDF…"), "pdf", name="print_file")
        self._large = CheckBox(_("Large print"))
        self._large.setObjectName("receipt_large")
        self._large.setAccessibleName(_("Receipt in large print"))
        self._save = tool_button(_("Save receipt…"), "save", "save_receipt")
        self._receipt.clicked.connect(lambda: self._act(PrintReceipt(self._large.isChecked())))
        self._save.clicked.connect(self.choose_receipt_file)
        self._file.clicked.connect(self._on_file)
        self._jobs = QVBoxLayout()
        self._build()
        self.show_report(None)

    def show_report(self, report: DevicesReported | None) -> None:
        """State of the printer; None while it is not known."""
        self._report = report
        if report is None:
            self._state.show_state(_("Asking the kiosk…"), "time", "soft")
        else:
            text, icon_name, tone = DEVICE_WORDS[report.printer]
            self._state.show_state(_(text), icon_name, tone)
        self._title.setToolTip(tip_words(report.printer_name if report else ""))
        if report:
            code = report.printer_code
        else:
            code = ""
        self._fault.setText(sentence(code).sentence if code else "")
        self._fault.setVisible(bool(code))
        self._hide_repeated_reasons()
        self._allow()

    def show_grant(self, allowed: bool) -> None:
        """Show whether the caller allows printing."""
        self._allowed = allowed
        self._allow()

    def show_asking(self, left_s: float) -> None:
        """Seconds that the caller has to allow printing; 0 when nobody is asked."""
        if left_s != self._answer_s:
            self._answer_s = left_s
            self._allow()

    def show_print(self, changed: PrintChanged, name: str) -> None:
        """State of one print; the newest on top, a few are kept in view."""
        line = self._lines.get(changed.print_id)
        if line is None:
            line = PrintLine(changed.print_id, name, act=self._act)
            self._lines[changed.print_id] = line
            self._jobs.insertWidget(0, line)
            for old in list(self._lines)[: max(0, len(self._lines) - MAX_JOBS)]:
                self._forget(old)
        line.show_state(changed)
        self._hide_repeated_reasons()

    def _hide_repeated_reasons(self) -> None:
        for line in self._lines.values():
            line.hide_why(self._fault.text())

    def choose_receipt_file(self) -> None:
        """Asks where the receipt shall be saved, and as what."""
        kinds = f"{_('PDF documents (*.pdf)')};;{_('Page for screen readers (*.html)')}"
        dialog = QFileDialog(self, _("Save receipt"), "", kinds)
        dialog.setObjectName("save_receipt_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix("html" if "html" in chosen else "pdf")
        )
        dialog.fileSelected.connect(lambda path: self._act(SaveReceipt(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def clear_prints(self) -> None:
        """Removes everything of the caller before."""
        self._large.setChecked(False)
        for print_id in list(self._lines):
            self._forget(print_id)

    def _forget(self, print_id: str) -> None:
        line = self._lines.pop(print_id)
        line.hide()
        line.deleteLater()

    def _build(self) -> None:
        title = row(None, IconLabel("printer", "text", size_px=18), space=SPACE[0])
        title.addWidget(self._title, 1)
        title.addWidget(self._state)
        title.addWidget(self._large)
        title.addWidget(self._save)
        self.body.addLayout(title)
        self.body.addWidget(self._fault)
        self.body.addLayout(FlowLayout(self._receipt, self._file))
        self._jobs.setSpacing(4)
        self.body.addLayout(self._jobs)

    def is_possible(self) -> bool:
        """True if the kiosk has a printer, as far as is known."""
        return self._report is not None and self._report.printer is not ScannerState.NONE

    def _allow(self) -> None:
        has_printer = self.is_possible()
        if self._allowed:
            asks = ""
        else:
            asks = f"{_('Asks the caller first')}. "
        receipt = _("Print receipt")
        name_widget(self._receipt, show_act(self._receipt, receipt, self._answer_s))
        for button, words, keys in (
            (self._receipt, receipt, "Ctrl+P"),
            (self._file, self._file.text(), "Ctrl+Alt+P"),
        ):
            button.setEnabled(has_printer)
            button.setToolTip(tip_words(f"{asks}{words}  ({keys})"))

    def take_keyboard(self) -> None:
        """The next Enter prints the receipt."""
        self._receipt.setFocus()

    def press_receipt(self) -> None:
        """Prints the receipt, as the button does."""
        if not self.isHidden():
            self._receipt.click()

    def press_file(self) -> None:
        """Asks which PDF is printed, as the button does."""
        if not self.isHidden():
            self._file.click()

    def _on_file(self) -> None:
        dialog = QFileDialog(self, _("Print a PDF at the kiosk"), "", _("PDF documents (*.pdf)"))
        dialog.setObjectName("print_file_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._act(PrintFile(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
