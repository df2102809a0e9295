# SPDX-License-Identifier: GPL-3.0-only
"""A town hall on one machine: hub, kiosk and desk as real programs with a simulated scanner and
printer, for people who want to see it and for a script that proves it.

Entry points: `command.run_demo` is the command, `run.Demo` the running programs, `walk.Walk` the
scripted walk through a whole conversation.
May import every other package of `expert_app`; no Qt.
"""
