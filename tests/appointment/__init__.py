# SPDX-License-Identifier: GPL-3.0-only
"""The scripted walk of appointments: real programs on this machine, a week in some minutes.

Entry point: `python -m tests.appointment` (`make walk-appointment`). May import `tests.support` and
the demo, whose programs it drives.
"""
