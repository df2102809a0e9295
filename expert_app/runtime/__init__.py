# SPDX-License-Identifier: GPL-3.0-only
"""What every program of ours needs to run: settings, folders, keys, enrolment, child programs, and
driving a program by a script.

Entry points: `window_program.run_application` for programs with a window, `config` for the settings
file, `automation.Automation` for `--driven`.
May import `views`, `session` and `documents`; no package of one program.
"""
