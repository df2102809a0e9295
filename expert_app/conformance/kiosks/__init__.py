# SPDX-License-Identifier: GPL-3.0-only
"""Tries a kiosk: the hub is real, the desk is ours and has no window.

Start with `run`. `stage` has the scenes, `talk` and its neighbours are the levels' stories,
`written_log` reads what the kiosk wrote of them. Imports what `expert_app.conformance` imports.
"""
