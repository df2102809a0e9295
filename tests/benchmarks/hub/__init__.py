# SPDX-License-Identifier: GPL-3.0-only
"""Parts of `bench_hub`: the engines that are compared, their clients, and a cluster's fail-over."""
