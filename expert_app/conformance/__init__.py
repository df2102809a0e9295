# SPDX-License-Identifier: GPL-3.0-only
"""Tries a kiosk or a desk, whoever built it, against the protocol: `expert-app conformance`.

Start with `run`: a hub of its own, our end without a window, and one story after the other. The
rules are rows of `rules.toml`. What both ends must do alike is told once, on a `stage`:
`conversation`, `hostile`, `sealed`; what one of them must do is in `kiosks` and `desks`. The end
under test is told by a `driver`, a person or a program, what its person does. Knows nothing of Qt.
Imports `hub`, `stores` and `runtime` of `expert_app`, and `session`.
"""
