# SPDX-License-Identifier: GPL-3.0-only
"""The replay of a session's log: timeline, events in words, and the page as the agent saw it.

Entry point: `view.ReplayView`, which plays a `session.log.playback.opened.OpenedLog`. `shown_time`
is the stretch on the screen, shared by `timeline` and curves; `filters` chooses events, `gaps`
finds silences, `track` joins the recorded page, `words` has a sentence per event.
May import the mirror of `views.desk.shared_page`, `views.widgets` and `views.words`.
"""
