# SPDX-License-Identifier: GPL-3.0-only
"""Tries a kiosk, whoever built it, against the protocol: `expert-app conformance --kiosk`.

Start with `run`: a hub of its own, a desk without a window, and one story after the other (`talk`
and the other levels). `rules` has what is tried, `driver` how the kiosk under test is told what its
caller does, by a person or a program. Knows nothing of Qt.
Imports `hub`, `stores` and `runtime` of `expert_app`, and `session`.
"""
