# SPDX-License-Identifier: GPL-3.0-only
"""Rules of who may do what: requests at the hub's door, limits,
and the identities that may connect.

Entry points: `request_server.RequestServer` (a request's way to its handler),
`handlers.handles` (which method answers which verb), `identities.IdentityBook` and
`enrolment.Enrolment` (new kiosks and people). May import no other package of the hub but
`opening_hours` and `storage`.
"""
