# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script use the windows as a person does, with real mouse and key events. Used by the
scripted walk and the end-to-end tests, only when a program runs with `--driven`.

Entry point: `window_driver.WindowDriver`; desk, kiosk and board have drivers for what only they
show. May import every other package of `views`.
"""
