# SPDX-License-Identifier: GPL-3.0-only
"""A session's log: events, writer, reader, replay."""
