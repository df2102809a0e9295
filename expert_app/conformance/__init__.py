# SPDX-License-Identifier: GPL-3.0-only
"""Tries a kiosk, whoever built it, against the protocol: `expert-app conformance --kiosk`.

Start with `driver`: how the kiosk under test is told what its caller does, by a person or by a
program. Begins a hub of its own and plays the other end; knows nothing of Qt.
Imports `hub` and `runtime` of `expert_app`, and `session`.
"""
