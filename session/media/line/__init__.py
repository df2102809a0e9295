# SPDX-License-Identifier: GPL-3.0-only
"""The line between two ends: what it carries, and who may send how much of it.
Pure but for `end`.

Entry point: `end.LineEnd`, ticked once a second at both ends. `estimate` judges the line,
`governor` shares it out, `picture_limits` says how a picture of so many bits looks, `meter` and
`history` keep what arrived.
May import the modules of `session.media`, none of its packages.
"""
