# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's pages of an appointment: one question a page, and what the hub has answered.

Entry points: `typing.TypingPage`, `choice.ChoicePage`, `telling.TellingPage`, shown in turn by
`expert_app.kiosk.wiring.visit`. May import the kiosk's widgets, words and acts.
"""
