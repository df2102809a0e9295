# SPDX-License-Identifier: GPL-3.0-only
"""The parts that all pages of the kiosk are made of.

`page_base.KioskPage` is the base class of the pages, with large buttons and labels. `theme` has
colours, fonts and the unit that all sizes follow; `icons` draws icons and countdowns,
`keyboard` types on the screen.
May import `views.widgets`, no other package of `views.kiosk`.
"""
