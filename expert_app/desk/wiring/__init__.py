# SPDX-License-Identifier: GPL-3.0-only
"""Makes the desk's window and connects it with the desk's jobs: an agent's act becomes a call of a
job, a job's signal becomes something on the screen.

Entry point: `program.build_desk`; it reads top to bottom as parts, jobs, screen, connections. The
other modules connect one area of the window each.
The only package of `expert_app.desk` that may import PyQt6.
"""
