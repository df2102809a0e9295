# SPDX-License-Identifier: GPL-3.0-only
"""What is broken on purpose (servers, hubs, networks, disks, power), and what must hold after it:
docs/fault-tests.md. `run_cluster`, `power_cut` and `paper` are `make test-faults`.
"""
