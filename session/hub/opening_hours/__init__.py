# SPDX-License-Identifier: GPL-3.0-only
"""Weekly hours, closed days and public holidays, as pure rules.

Entry point: `rules`; `entries` is how they stand in the convention. May import nothing of the hub.
"""
