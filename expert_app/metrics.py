# SPDX-License-Identifier: GPL-3.0-only
"""The hub's figures for Prometheus. Used by `expert_app.monitor`.

What several hubs see together (callers, agents) each of them tells: take the maximum over hubs, not the sum. What a hub
counts itself (requests, relay) is its own: take the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from session.bus.hub_connection import HubConnection
from session.hub.health import Trouble
from session.hub.hub import Hub

PREFIX = "poste_expert"
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics(Collector):
    """Reads a hub when asked, and counts its requests as they come.

    Args:
        connection: the hub's own.
    """

    def __init__(self, hub: Hub, connection: HubConnection) -> None:
        self._hub = hub
        self._connection = connection
        self._troubles: Sequence[Trouble] = ()
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            f"{PREFIX}_requests", "Requests answered, refused ones too.", ["verb"], registry=registry
        )
        self._refusals = Counter(
            f"{PREFIX}_refusals", "Requests refused, by reason.", ["verb", "code"], registry=registry
        )
        self._seconds = Histogram(
            f"{PREFIX}_request_seconds", "Time until the answer.", ["verb"], buckets=BUCKETS_S, registry=registry
        )
        self._registry.register(self)
        hub.service.measured = self._on_request

    def _on_request(self, verb: str, seconds: float, code: str) -> None:
        self._requests.labels(verb).inc()
        self._seconds.labels(verb).observe(seconds)
        if code:
            self._refusals.labels(verb, code).inc()

    def found(self, troubles: Sequence[Trouble]) -> None:
        """The newest look at the hub's health."""
        self._troubles = troubles

    def text(self, accept: str) -> tuple[str, bytes]:
        """(content type, text), in the format that the header `Accept` asks for."""
        encode, kind = choose_encoder(accept)
        return kind, encode(self._registry)

    # ---- read when asked -------------------------------------------------------------------------------------------

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        yield from self._people()
        relay, streams = self._hub.relay, self._connection.streams
        yield _counter("relay_bytes", "Bytes passed between the ends of sessions.", relay.passed_bytes)
        yield _counter("relay_messages", "Messages passed between the ends of sessions.", relay.passed)
        yield _counter("relay_dropped", "Messages of sessions not passed.", relay.dropped)
        yield _counter("store_errors", "Requests to the store without a good answer.", streams.failed)
        yield _gauge("history_behind", "Changes that the history lacks.", self._hub.projection.position.behind)
        free = self._hub.room.free_bytes
        if free is not None:
            yield _gauge("disk_free_bytes", "Least free room of the hub's folders.", free)
        yield _gauge("up", "1 while callers are served.", 0 if any(one.grave for one in self._troubles) else 1)
        trouble = GaugeMetricFamily(
            f"{PREFIX}_trouble", "1 for each thing that is wrong now.", labels=["code", "grave"]
        )
        for one in self._troubles:
            trouble.add_metric([one.code, str(one.grave).lower()], 1)
        yield trouble

    def _people(self) -> Iterator[Metric]:
        services = ["organisation", "service"]
        waiting = GaugeMetricFamily(f"{PREFIX}_waiting", "Callers who wait.", labels=services)
        longest = GaugeMetricFamily(f"{PREFIX}_longest_wait_seconds", "Wait of who came first.", labels=services)
        talking = GaugeMetricFamily(f"{PREFIX}_in_session", "Conversations.", labels=["organisation"])
        agents = GaugeMetricFamily(f"{PREFIX}_agents", "Agents by state.", labels=["organisation", "state"])
        for found in self._hub.gauges.read():
            for service, count in found.waiting.items():
                waiting.add_metric([found.organisation, service], count)
            for service, wait_s in found.longest_wait_s.items():
                longest.add_metric([found.organisation, service], wait_s)
            talking.add_metric([found.organisation], found.in_session)
            for state, count in found.agents.items():
                agents.add_metric([found.organisation, state.value], count)
        yield from (waiting, longest, talking, agents)


def _counter(name: str, words: str, value: int) -> Metric:
    return CounterMetricFamily(f"{PREFIX}_{name}", words, value=value)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", words, value=value)
