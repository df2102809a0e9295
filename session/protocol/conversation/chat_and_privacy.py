# SPDX-License-Identifier: GPL-3.0-only
"""The messages of the two ends of a session beside voice and page:
written words, and the privacy pause. Topic "beside".
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.conversation.messages import SessionMessage
from session.protocol.wire.ids import Id

TOPIC = "beside"
MAX_WORDS = 400

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_WORDS)]


class WordsSaid(SessionMessage, frozen=True, kw_only=True):
    """The sender wrote something, for a caller who hears badly.
    Kept nowhere; the kiosk forgets it with the session.
    """

    words_id: Id
    text: Words


class WordsShown(SessionMessage, frozen=True, kw_only=True):
    """These words stand on the sender's screen now."""

    words_id: Id


class PrivacyAsked(SessionMessage, frozen=True, kw_only=True):
    """Desk: nobody shall see anything for a moment, or the agent's pause is over;
    the voice goes on.
    """

    on: bool


class PrivacyShown(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: its screen shows neither face nor page now, and sends none; or shows them again.

    A pause goes on until everybody who began one has ended it.

    Attributes:
        agent, caller: whose pauses go on.
    """

    on: bool
    agent: bool = False
    caller: bool = False


BesideMessage = WordsSaid | WordsShown | PrivacyAsked | PrivacyShown
