# SPDX-License-Identifier: GPL-3.0-only
"""What every program of ours needs to run: settings, folders, keys, enrolment, child programs.

Entry points: `window_program.run_application` for programs with a window, `config` for the settings
file.
May import `views`, `session` and `documents`; no package of one program.
"""
