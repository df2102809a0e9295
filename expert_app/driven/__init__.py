# SPDX-License-Identifier: GPL-3.0-only
"""Lets a script use a program as a person does and read what happened: real mouse and key events in
its windows, observations made from its signals. Only the command line loads it, for `--driven`: the
demo's walk, the pilot and the end-to-end tests; no package of the product knows it.

Entry points: `windows.drive_windows`, `services.drive_service`. May import every program.
"""
