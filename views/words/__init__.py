# SPDX-License-Identifier: GPL-3.0-only
"""Sentences that several windows say in the same way.

Entry point: `errors.sentence`, the one table of what went wrong and what to do now. The others hold
the words of one subject: consent, copies for an agency's systems, the connection, the line,
opening hours.
May import `resources` and the types of `session`; no Qt.
"""
