# SPDX-License-Identifier: GPL-3.0-only
"""The caller's page at the desk: the mirror, the tools over it, and documents that the agent shows.

Entry point: `view.SharedPageView`. `mirror_pane.MirrorPane` draws the page in a locked browser;
`overlay.MirrorOverlay` takes mouse and keyboard; `pointer_acts.PointerActs` turns them into
requests, which the kiosk grants or refuses. May import `views.widgets` and `views.words`.
"""
