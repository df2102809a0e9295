# SPDX-License-Identifier: GPL-3.0-only
"""The log of a session: events without personal data, written by kiosk, desk and hub.

Entry points: `events` (every event, each with its fields and its lane), `writer.LogWriter` (writes
and sends them), `reader.read_log` (reads a whole file). `redact` is the last guard before a record
is kept, `codec` encodes and decodes it, `playback` opens and plays logs of any size.
May import `session.protocol` and `session.core`; no Qt.
"""
