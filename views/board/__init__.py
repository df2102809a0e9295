# SPDX-License-Identifier: GPL-3.0-only
"""The supervisor's board: the queue with the acts on it, curves of the last hours, the history of
acts, the kiosks' lines, figures, and copies for the agency's own systems.

Entry point: `window.BoardWindow`, which holds one page per subject (`live_page`, `trends_page`,
...). `facts.BoardFacts` is what all pages know of the moment; an act begins in `acts.ActBeginner`.
May import `views.media`, `views.widgets` and `views.words`.
"""
