# SPDX-License-Identifier: GPL-3.0-only
"""The programs of a supervisor, of a site's host and of the network's operator.

Entry point: `wiring.program.BoardProgram`; the host's window is in `wiring.site`, the operator's
is the helpdesk's. The modules here are the supervisor's jobs, without Qt: the queue and the acts on
it (`app.SupervisorApp`), copies for the agency's own systems, exports, figures as files, visits.
They may import `session`, `documents` and `expert_app.runtime`; windows are connected in `wiring`.
"""
