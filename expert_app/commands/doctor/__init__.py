# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app doctor`: tries each thing that this machine's programs need, and says in one sentence
what is wrong and what to do.

Entry point: `command.run_doctor`. Imports what the programs are built of; `findings`, `hub` and
`support` are for a machine without windows, too.
"""
