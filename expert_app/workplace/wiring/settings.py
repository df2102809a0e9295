# SPDX-License-Identifier: GPL-3.0-only
"""Connects the settings window of any role with its look, its file of choices and its keys; and
the window that says which program this is. Used by the programs of desk, board and helpdesk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import keyring
from PyQt6.QtWidgets import QWidget

from expert_app.runtime.crash import reports
from expert_app.runtime.paths import LOG_FOLDER
from expert_app.workplace.choices import LANGUAGE
from expert_app.workplace.key_file import KeyFile, PassphraseWrong
from expert_app.workplace.role_parts import RoleParts
from expert_app.workplace.wiring.support import SupportConnections
from resources.handbook import handbook_page
from resources.texts import _, ngettext
from session.core.signals import Signal
from views.widgets.keyboard.command_palette import forget_recent
from views.workplace.about import AboutWindow
from views.workplace.help_page import HelpPage
from views.workplace.pages import AppearancePage, PrivacyPage
from views.workplace.role_help import ROLE_HELP
from views.workplace.settings import NamedPage, SettingsWindow


def help_page(role: str) -> NamedPage:
    """The page of help for the window of this role, as the settings name it."""
    of_role = ROLE_HELP[role]
    return NamedPage(_("Help"), "help", HelpPage(of_role, handbook_page(of_role.page)))


class SettingsConnections:
    """The window on one side, the person's own file on the other; each change holds at once.

    Args:
        window: of the role.
        pages: of this role, between how it looks and what it keeps.

    Attributes:
        language_chosen: another language, kept by now; whoever can begins anew.
    """

    def __init__(
        self,
        parts: RoleParts,
        window: QWidget,
        *,
        support: SupportConnections,
        pages: Sequence[NamedPage] = (),
    ) -> None:
        appearance = parts.appearance
        self.language_chosen: Signal[str] = Signal()
        self._appearance = appearance
        self._language = parts.settings.language
        self._store = parts.window_settings
        self._paths = parts.paths
        self._tasks = parts.tasks
        self.appearance_page = AppearancePage()
        self.privacy_page = PrivacyPage()
        all_pages = [
            NamedPage(_("Appearance"), "colour", self.appearance_page),
            *pages,
            NamedPage(_("Privacy"), "privacy", self.privacy_page),
        ]
        self._help = next((entry.page for entry in pages if isinstance(entry.page, HelpPage)), None)
        self.window = SettingsWindow(all_pages, window)
        self.about = AboutWindow(window)
        self.window.about_requested.connect(self.about.open)
        self.about.support_requested.connect(support.write_file)
        self.appearance_page.language_chosen.connect(self._on_language)
        self.appearance_page.dark_chosen.connect(appearance.set_dark)
        self.appearance_page.text_size_chosen.connect(appearance.set_text_size)
        self.privacy_page.forget_requested.connect(self._on_forget)
        self.privacy_page.reports_requested.connect(self._on_reports)
        self.privacy_page.support_requested.connect(support.write_file)
        self.privacy_page.passphrase_requested.connect(self._on_passphrase)

    def open(self) -> None:
        """Shows what holds now."""
        page = self.appearance_page
        page.show_appearance(
            self._language, dark=self._appearance.dark, text_size=self._appearance.text_size
        )
        named = {"theme": page.theme, "text_size": page.text_size, LANGUAGE: page.language}
        page.fix(*(part for name, part in named.items() if self._store.is_fixed(name)))
        self.privacy_page.offer_passphrase(offered=isinstance(keyring.get_keyring(), KeyFile))
        self.window.open()

    def open_help(self) -> None:
        """Shows what the window is for and its keys."""
        self.open()
        if self._help is not None:
            self.window.show_page(self._help)

    def _on_language(self, language: str) -> None:
        if language != self._language:
            self._store.write(LANGUAGE, language)
            self.language_chosen.emit(language)

    def _on_forget(self) -> None:
        forget_recent(self._store)
        self.privacy_page.show_done(_("What you used last is forgotten."))

    def _on_reports(self) -> None:
        crash_reports = reports(self._paths.folder(LOG_FOLDER))
        for report in crash_reports:
            report.unlink(missing_ok=True)
        count = len(crash_reports)
        words = ngettext(
            "One report of a crash is deleted.", "{count} reports of crashes are deleted.", count
        )
        self.privacy_page.show_done(words.format(count=count))

    def _on_passphrase(self, now: str, new: str) -> None:
        self._tasks.start(self._change(now, new), name="change the passphrase")

    async def _change(self, now: str, new: str) -> None:
        keys = keyring.get_keyring()
        if not isinstance(keys, KeyFile):
            return
        try:
            await asyncio.to_thread(keys.change_passphrase, now, new)
        except PassphraseWrong:
            words = _("The passphrase that holds now is another one. Nothing was changed.")
            self.privacy_page.show_done(words, is_wrong=True)
        except OSError as error:
            words = _("The file of keys cannot be written: {why}.").format(why=error.strerror)
            self.privacy_page.show_done(words, is_wrong=True)
        else:
            words = _("The passphrase is changed; it is asked at the next start.")
            self.privacy_page.show_done(words)
