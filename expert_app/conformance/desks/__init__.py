# SPDX-License-Identifier: GPL-3.0-only
"""Tries a desk: the hub is real, the kiosk is ours and has no window.

Start with `talk`; its neighbours are the other levels' stories, `stage` has the scenes. Imports
what `expert_app.conformance` imports.
"""
