# SPDX-License-Identifier: GPL-3.0-only
"""Everything that crosses between the ends of a session, between hubs,
and between networks.

Entry points: `relay.Relay` passes what one end of a session says to the other;
`sites_and_hubs.SitesAndHubs` shows hubs and sites to an operator;
`outgoing_callers.OutgoingCallers` and `incoming_callers.IncomingCallers` are the two sides of a
link to a partner's network. May import every other package of the hub.
"""
