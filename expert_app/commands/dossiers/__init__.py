# SPDX-License-Identifier: GPL-3.0-only
"""Commands about dossiers: `expert-app hub dossiers ...` and `hub register-test`.

Begin with `erasing`: a dossier erased by right, or kept from it. `accesses` says who looked at one,
`register` takes in those of an organisation's own system. Used by `expert_app.__main__`; may
import what `expert_app.commands` may.
"""
