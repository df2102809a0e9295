# SPDX-License-Identifier: GPL-3.0-only
"""The replay of a session's log: timeline, events in words, and the page as the agent saw it.

Entry point: `view.ReplayView`, which plays a `session.log.replay.Replay`. `track` joins the
recorded page to events with times, `timeline` paints the lanes, `words` has a sentence per event.
May import the mirror of `views.desk.shared_page`, `views.widgets` and `views.words`.
"""
