# SPDX-License-Identifier: GPL-3.0-only
"""Tries a kiosk: the hub is real, the desk is ours and has no window.

Start with `talk`; its neighbours are the other levels' stories, `stage` has the scenes, and
`written_log` reads what the kiosk wrote of them. Imports what `expert_app.conformance` imports.
"""
