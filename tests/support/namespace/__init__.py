# SPDX-License-Identifier: GPL-3.0-only
"""A machine's network for one test program: Linux namespaces in which every packet is seen.

`network.enter` puts the running program there (`network.possible` says whether this system lets
us), `traffic` has what counts: each packet on each interface, listeners that only note who came,
and a name server.
"""
