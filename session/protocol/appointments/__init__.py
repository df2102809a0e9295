# SPDX-License-Identifier: GPL-3.0-only
"""Messages about appointments: free times, booking, moving, cancelling, checking in, the day.

Entry points: `booking` (agent, supervisor, host and kiosk), `day` (those who work by them).
May import `session.core` and the other packages of `session.protocol`.
"""
