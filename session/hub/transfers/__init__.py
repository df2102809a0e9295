# SPDX-License-Identifier: GPL-3.0-only
"""The ways in which a caller changes hands or place.

Entry points: `moves.Moves` (to another organisation), `pass_on.PassOn` (to a colleague or a
queue), `third_parties.ThirdParties` (a third person in a conversation),
`waiting_elsewhere.WaitingElsewhere`, `callbacks.Callbacks`, `host_calls.HostCalls`,
`overflow_moves.OverflowMoves` (by the convention's rule). May import `assignment`, `history`,
`queue` and what stands below them.
"""
