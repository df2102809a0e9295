# SPDX-License-Identifier: GPL-3.0-only
"""Tries a desk, whoever built it, against the protocol: `expert-app conformance --desk`.

Start with `run`: the hub of `expert_app.conformance`, a kiosk without a window, and one story after
the other. `rules` has what is tried, `instructions` what the agent at the desk under test does.
Knows nothing of Qt. Imports `expert_app.conformance` and `session`.
"""
