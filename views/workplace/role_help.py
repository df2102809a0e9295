# SPDX-License-Identifier: GPL-3.0-only
"""The purpose and the keys of each role's window, in a few sentences. Used by the page "Help"
of the settings; an agent's desk has its own list of shortcuts.
"""

from __future__ import annotations

from dataclasses import dataclass

from resources.texts import N_

_OF_EVERY_WINDOW = (
    ("Ctrl+,", N_("Settings")),
    ("F1", N_("Help")),
    ("Tab", N_("Goes to the next part; Shift+Tab to the one before")),
    ("Esc", N_("Close what lies on top")),
)
_OF_CONVERSATIONS = (
    ("Ctrl+F", N_("The line of the filter")),
    ("F5", N_("Ask for the list again")),
    ("Space", N_("Play or stop a conversation")),
    ("T", N_("The next trouble; Shift+T the one before")),
    ("F11", N_("The page alone on the screen")),
)


@dataclass(frozen=True)
class RoleHelp:
    """Sentences, then keys with what they do, all to be translated; the handbook's page."""

    sentences: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    page: str


ROLE_HELP = {
    "facilitator": RoleHelp(
        (
            N_(
                "The kiosks of your sites stand below each other. A kiosk that calls you comes "
                "first, and this window rings."
            ),
            N_(
                "“I am coming”: the caller reads it. “I am with the caller”, once one is there or "
                "calls: the adviser reads it too, because a third person hears. “I have finished” "
                "ends the call."
            ),
            N_("You see no name, no number and no service: what everybody in the room sees."),
            N_(
                "A kiosk that gives no sign of life: look whether it is switched on, then tell the "
                "help desk."
            ),
        ),
        _OF_EVERY_WINDOW,
        page="kiosk",
    ),
    "operator": RoleHelp(
        (
            N_(
                "“Network” shows hubs and sites. What is wrong stands on top, with what to do; "
                "choose a site and write why to close it for new calls."
            ),
            N_(
                "“Conversations” has those of all organisations, their events but never their "
                "pages. Opening one needs a reason, which that organisation's supervisor reads."
            ),
            N_("“Kiosks and desks” has the tests of the night, and help from afar."),
        ),
        (*_OF_CONVERSATIONS, *_OF_EVERY_WINDOW),
        page="operator",
    ),
    "helpdesk": RoleHelp(
        (
            N_(
                "Type the number that the caller or the adviser tells you, then Enter. Words, days "
                "and places find conversations, too."
            ),
            N_("Opening one needs a reason; it stays in the register, which the supervisor reads."),
            N_("“Kiosks and desks” has the tests of the night, and help from afar."),
        ),
        (*_OF_CONVERSATIONS, *_OF_EVERY_WINDOW),
        page="assistance",
    ),
    "supervisor": RoleHelp(
        (
            N_("Services, callers and agents stand side by side; what is wrong stands on top."),
            N_(
                "An act wants a reason, which stays in the history. The last one can be taken back."
            ),
            N_("Nobody is heard unseen: whoever joins a conversation is announced to both."),
        ),
        (
            ("Alt+1", N_("The first page; Alt+2 to Alt+9 and Alt+0 the others")),
            ("Ctrl+1", N_("Services; Ctrl+2 callers, Ctrl+3 agents")),
            ("F4", N_("Give the caller to an agent")),
            ("F5", N_("Give the caller to a service")),
            ("F6", N_("Priority…")),
            ("F7", N_("Move everybody…")),
            ("F8", N_("Close or open…")),
            ("F9", N_("Message…")),
            ("F10", N_("Join visibly…")),
            ("Ctrl+F10", N_("Join this agent visibly…")),
            ("Ctrl+Z", N_("Take back")),
            ("Ctrl+Shift+P", N_("Find anything to do")),
            ("F12", N_("Dismiss the messages")),
            *_OF_EVERY_WINDOW,
        ),
        page="supervisor",
    ),
}
"""By the role as the settings name it."""
