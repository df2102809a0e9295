# SPDX-License-Identifier: GPL-3.0-only
"""Figures of a hub, and what those of a vault are made of, for Prometheus.
Used by `expert_app.hub.monitor`.

What several hubs see together (callers, agents) each of them tells:
take the maximum over hubs, not the sum. What a hub counts itself (requests, relay) is its own: take
the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from expert_app.backup.watch import BackupWatch
from session.bus.hub_connection import HubConnection
from session.core.tasks import Tasks
from session.hub.access.request_server import AnsweredRequest
from session.hub.composition import Hub
from session.hub.monitoring.health import Trouble

PREFIX = "poste_expert"
DAY_S = 86_400
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class MetricsCollector(Collector):
    """The figures that a hub and a vault both count: their requests as they come, and what is
    wrong with them.

    Args:
        prefix: of every figure's name.
        tasks: whose failures are counted.
    """

    def __init__(self, prefix: str, tasks: Tasks) -> None:
        self._prefix = prefix
        self._tasks = tasks
        self._troubles: Sequence[Trouble] = ()
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            f"{prefix}_requests",
            "Requests answered, refused ones too.",
            ["verb"],
            registry=registry,
        )
        self._refusals = Counter(
            f"{prefix}_refusals",
            "Requests refused, by reason.",
            ["verb", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            f"{prefix}_request_seconds",
            "Time until the answer.",
            ["verb"],
            buckets=BUCKETS_S,
            registry=registry,
        )
        registry.register(self)

    def on_request(self, request: AnsweredRequest) -> None:
        """A request was answered."""
        self._requests.labels(request.verb).inc()
        self._seconds.labels(request.verb).observe(request.seconds)
        if request.code:
            self._refusals.labels(request.verb, request.code).inc()

    def found(self, troubles: Sequence[Trouble]) -> None:
        """The newest look at the program's health."""
        self._troubles = troubles

    def facts(self) -> dict[str, int]:
        """Return what /healthz says of a program that is well too."""
        return {}

    def text(self, accept: str) -> tuple[str, bytes]:
        """(content type, text), in the format that the header `Accept` asks for."""
        encode, kind = choose_encoder(accept)
        return kind, encode(self._registry)

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        is_up = not any(entry.grave for entry in self._troubles)
        yield self.gauge("up", "1 while callers are served.", 1 if is_up else 0)
        trouble = GaugeMetricFamily(
            f"{self._prefix}_trouble",
            "1 for each thing that is wrong now.",
            labels=["code", "grave"],
        )
        for problem in self._troubles:
            trouble.add_metric([problem.code, str(problem.grave).lower()], 1)
        yield trouble
        failures = CounterMetricFamily(
            f"{self._prefix}_task_failures",
            "Failures of the program's tasks; those that go on for ever begin again.",
            labels=["task"],
        )
        for name, count in self._tasks.failures.items():
            failures.add_metric([name], count)
        yield failures

    def backup_age(self, watch: BackupWatch | None) -> Iterator[Metric]:
        """The age of the newest backup, where a timer makes them and has made one."""
        if watch is not None and watch.age_s is not None:
            words = "Seconds since the newest backup was made."
            yield self.gauge("backup_age_seconds", words, watch.age_s)

    def counter(self, name: str, words: str, value: int) -> Metric:
        """One number that only grows."""
        return CounterMetricFamily(f"{self._prefix}_{name}", words, value=value)

    def gauge(self, name: str, words: str, value: float) -> Metric:
        """One number of this moment."""
        return GaugeMetricFamily(f"{self._prefix}_{name}", words, value=value)


class HubMetrics(MetricsCollector):
    """Reads a hub when asked.

    Args:
        connection: the hub's own.
        backups: None where no timer makes them.
    """

    def __init__(
        self, hub: Hub, connection: HubConnection, *, backups: BackupWatch | None = None
    ) -> None:
        self._hub = hub
        self._backups = backups
        self._connection = connection
        super().__init__(PREFIX, hub.parts.tasks)
        hub.server.answered.connect(self.on_request)

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client.registry.Collector`."""
        yield from super().collect()
        yield from self._people()
        yield from self._self_tests()
        relay, streams = self._hub.network.relay, self._connection.streams
        yield self.counter(
            "requests_dropped",
            "Requests beyond every limit, not answered.",
            self._hub.server.counts.dropped,
        )
        yield self.counter(
            "requests_late",
            "Requests not begun, because nobody waited for the answer any more.",
            self._hub.server.counts.late,
        )
        yield self.counter(
            "odd_headers",
            "Headers of requests that are no trace id and no seconds, left aside.",
            self._hub.server.counts.odd_headers,
        )
        yield self.counter(
            "messages_of_nobody",
            "Messages whose subject names no role or no id, dropped.",
            self._connection.not_taken + self._hub.sightings.dropped,
        )
        yield self.counter(
            "relay_bytes", "Bytes passed between the ends of sessions.", relay.passed_bytes
        )
        yield self.counter(
            "relay_messages", "Messages passed between the ends of sessions.", relay.passed
        )
        yield self.counter("relay_dropped", "Messages of sessions not passed.", relay.dropped)
        refused = CounterMetricFamily(
            f"{PREFIX}_relay_refused",
            "Messages of sessions not passed, by reason.",
            labels=["code"],
        )
        for code, count in relay.dropped_by_code.items():
            refused.add_metric([code], count)
        yield refused
        yield self.counter(
            "store_errors", "Requests to the store without a good answer.", streams.failed
        )
        yield self.gauge(
            "history_behind",
            "Changes that the history lacks.",
            self._hub.history.projection.position.behind,
        )
        free = self._hub.parts.disk_space.free_bytes
        if free is not None:
            yield self.gauge("disk_free_bytes", "Least free room of the hub's folders.", free)
        days = self.facts().get("certificate_days")
        if days is not None:
            words = "Seconds until the bus's certificate ends, in whole days."
            yield self.gauge("certificate_seconds", words, days * DAY_S)
        yield from self._store()
        yield from self.backup_age(self._backups)

    def facts(self) -> dict[str, int]:
        """See `MetricsCollector.facts`."""
        days = self._hub.network.state.certificate.days
        if days is None:
            return {}
        return {"certificate_days": days}

    def _store(self) -> Iterator[Metric]:
        space = self._hub.space
        used = GaugeMetricFamily(
            f"{PREFIX}_store_bytes", "What each share of the store holds.", labels=["part"]
        )
        limit = GaugeMetricFamily(
            f"{PREFIX}_store_limit_bytes", "What each share may hold.", labels=["part"]
        )
        for part in space.parts:
            used.add_metric([part.name], part.used_bytes)
            limit.add_metric([part.name], part.limit_bytes)
        yield from (used, limit)
        yield self.gauge(
            "store_quota_bytes", "All that the store may take.", space.limits.quota_bytes
        )

    def _self_tests(self) -> Iterator[Metric]:
        """Yield what kiosks have found of themselves at night."""
        tests = self._hub.remote_help.self_tests
        faults = GaugeMetricFamily(
            f"{PREFIX}_kiosk_self_test_faults",
            "Kiosks whose newest self-test found a fault, by part.",
            labels=["part"],
        )
        for part, kiosks in tests.faults().items():
            faults.add_metric([part], kiosks)
        yield faults
        words = "Kiosks that have not tried themselves for two nights."
        yield self.gauge("kiosk_self_tests_missing", words, tests.silent())

    def _people(self) -> Iterator[Metric]:
        services = ["organisation", "service"]
        waiting = GaugeMetricFamily(f"{PREFIX}_waiting", "Callers who wait.", labels=services)
        longest = GaugeMetricFamily(
            f"{PREFIX}_longest_wait_seconds", "Wait of the queue's first caller.", labels=services
        )
        talking = GaugeMetricFamily(
            f"{PREFIX}_in_session", "Conversations.", labels=["organisation"]
        )
        agents = GaugeMetricFamily(
            f"{PREFIX}_agents", "Agents by state.", labels=["organisation", "state"]
        )
        for gauges in self._hub.monitoring.gauges.read():
            for service, count in gauges.waiting.items():
                waiting.add_metric([gauges.organisation, service], count)
            for service, wait_s in gauges.longest_wait_s.items():
                longest.add_metric([gauges.organisation, service], wait_s)
            talking.add_metric([gauges.organisation], gauges.in_session)
            for state, count in gauges.agents.items():
                agents.add_metric([gauges.organisation, state.value], count)
        yield from (waiting, longest, talking, agents)
