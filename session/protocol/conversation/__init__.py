# SPDX-License-Identifier: GPL-3.0-only
"""Messages between the two ends of a conversation, desk and kiosk.

`messages` has the base class and most messages. The other modules hold those of one subject,
and the pure rules that both ends share: which addresses are allowed, how the events of the
mirror are packed, what the signature of a page covers, to what a print is bound.
Both ends import it; no module here knows an end. May import `session.protocol.wire` and
`session.core`.
"""
