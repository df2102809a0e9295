# SPDX-License-Identifier: GPL-3.0-only
"""The things that agent and caller look at together, seen from the desk:
the mirrored web page, clicks and typing on it, and documents that the agent shows.

Entry points: `shared_page.DeskSharedPage`, `remote_control.DeskRemoteControl`,
`shown_document.DeskShownDocument`. May import what `session.desk` may import, but no other
package of `session.desk`.
"""
