# SPDX-License-Identifier: GPL-3.0-only
"""What one would write without our hub: PostgreSQL or Valkey, and a WebSocket for each desk.
`pg|valkey DSN PORT`.

The same work for each request as our hub's: the ticket is looked for, stored durably, what the same
kiosk asked before is abandoned, every change is kept and reaches every desk; on the same event
loop. What our hub does besides (hours, rights, limits, the wait that is told, signs of life,
statistics) is left out. Started by `engines`.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import sys
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from expert_app.commands.hub.event_loop import run

TABLE = """
create table ticket(id text primary key, kiosk text, state text, agent text,
    arrived timestamptz default now());
create index on ticket(kiosk) where state = 'waiting';
create table change(id bigserial primary key, ticket text, state text, at timestamptz default now())
"""
KEEP = "insert into change(ticket, state) values ($1, $2)"
"""Every change is kept, as in our AUDIT and in Valkey's stream."""


class Store(Protocol):
    """Does the work; `changes` gets each change as committed."""

    changes: asyncio.Queue[str]

    async def open(self, dsn: str) -> None: ...

    async def call(self, kiosk: str, ticket: str) -> None: ...

    async def accept(self, agent: str, ticket: str) -> bool: ...

    async def fill(self, count: int) -> None: ...

    async def snapshot(self) -> list[list[str]]: ...


def _change(ticket: str, kiosk: str, state: str) -> str:
    filler = {
        "organisation": "valdore",
        "service": "housing",
        "site": "Mairie de Saint-Oyen",
        "number": "L001",
    }
    return json.dumps({"id": ticket, "kiosk": kiosk, "state": state, **filler})


class Postgres:
    """One row a ticket; SKIP LOCKED, LISTEN and NOTIFY.
    Commits wait for the disk (`synchronous_commit` is on).
    """

    def __init__(self) -> None:
        self.changes: asyncio.Queue[str] = asyncio.Queue()
        self._pool: Any = None
        self._ear: Any = None

    async def open(self, dsn: str) -> None:
        asyncpg: Any = importlib.import_module("asyncpg")
        self._pool = await asyncpg.create_pool(dsn, min_size=16, max_size=16)
        await self._pool.execute(
            "drop table if exists ticket; drop table if exists change;" + TABLE
        )
        self._ear = await asyncpg.connect(dsn)
        await self._ear.add_listener(
            "q", lambda _c, _p, _n, payload: self.changes.put_nowait(payload)
        )

    async def call(self, kiosk: str, ticket: str) -> None:
        async with self._pool.acquire() as connection:
            if await connection.fetchval("select 1 from ticket where id = $1", ticket):
                return
            insert = (
                "insert into ticket(id, kiosk, state) values ($1, $2, 'waiting') "
                "on conflict do nothing"
            )
            async with connection.transaction():
                await connection.execute(insert, ticket, kiosk)
                await connection.execute(KEEP, ticket, "waiting")
                await connection.execute(
                    "select pg_notify('q', $1)", _change(ticket, kiosk, "waiting")
                )
            older = (
                "update ticket set state = 'abandoned' "
                "where kiosk = $1 and state = 'waiting' and id <> $2 returning id"
            )
            async with connection.transaction():
                for row in await connection.fetch(older, kiosk, ticket):
                    await connection.execute(KEEP, row["id"], "abandoned")
                    await connection.execute(
                        "select pg_notify('q', $1)", _change(row["id"], kiosk, "abandoned")
                    )

    async def accept(self, agent: str, ticket: str) -> bool:
        take = """update ticket set state = 'in_session', agent = $2 where id =
            (select id from ticket where id = $1 and state = 'waiting' for update skip locked)
            returning kiosk"""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(take, ticket, agent)
            if row is not None:
                await connection.execute(KEEP, ticket, "in_session")
                await connection.execute(
                    "select pg_notify('q', $1)", _change(ticket, row["kiosk"], "in_session")
                )
            return row is not None

    async def fill(self, count: int) -> None:
        await self._pool.execute(
            "insert into ticket(id, kiosk, state) select 'f' || n, 'k' || n, 'waiting' from "
            "generate_series(1, $1) n",
            count,
        )

    async def snapshot(self) -> list[list[str]]:
        rows = await self._pool.fetch(
            "select id, kiosk, arrived from ticket where state = 'waiting' order by arrived"
        )
        return [
            [row["id"], row["kiosk"], row["arrived"].isoformat(), "valdore", "housing"]
            for row in rows
        ]


CALL = """
if redis.call('EXISTS', 't:' .. ARGV[1]) == 1 then return 0 end
redis.call('HSET', 't:' .. ARGV[1], 'kiosk', ARGV[2], 'state', 'waiting')
redis.call('ZADD', 'waiting', ARGV[3], ARGV[1])
redis.call('XADD', 'q', '*', 'b', ARGV[4])
local older = redis.call('GETSET', 'k:' .. ARGV[2], ARGV[1])
if older and redis.call('HGET', 't:' .. older, 'state') == 'waiting' then
  redis.call('HSET', 't:' .. older, 'state', 'abandoned')
  redis.call('ZREM', 'waiting', older)
  redis.call('XADD', 'q', '*', 'b', '{"id":"' .. older .. '","state":"abandoned"}')
end
return 1
"""
ACCEPT = """
if redis.call('HGET', 't:' .. ARGV[1], 'state') ~= 'waiting' then return 0 end
redis.call('HSET', 't:' .. ARGV[1], 'state', 'in_session', 'agent', ARGV[2])
redis.call('ZREM', 'waiting', ARGV[1])
redis.call('XADD', 'q', '*', 'b', '{"id":"' .. ARGV[1] .. '","state":"in_session"}')
return 1
"""


class Valkey:
    """One hash a ticket and a stream of changes; scripts are atomic; `appendfsync always`."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[str] = asyncio.Queue()
        self._client: Any = None
        self._call: Any = None
        self._accept: Any = None
        self._order = 0
        self._reading: asyncio.Task[None] | None = None

    async def open(self, dsn: str) -> None:
        redis: Any = importlib.import_module("redis.asyncio")
        pool = redis.BlockingConnectionPool.from_url(dsn, max_connections=64)
        self._client = redis.Redis(connection_pool=pool)
        await self._client.flushall()
        self._call = self._client.register_script(CALL)
        self._accept = self._client.register_script(ACCEPT)
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        last: Any = "$"
        while True:
            for _, entries in await self._client.xread({"q": last}, block=1000) or ():
                for _, fields in entries:
                    self.changes.put_nowait(fields[b"b"].decode())
                last = entries[-1][0]

    async def call(self, kiosk: str, ticket: str) -> None:
        self._order += 1
        await self._call(args=[ticket, kiosk, self._order, _change(ticket, kiosk, "waiting")])

    async def accept(self, agent: str, ticket: str) -> bool:
        return bool(await self._accept(args=[ticket, agent]))

    async def fill(self, count: int) -> None:
        for start in range(0, count, 500):
            pipe = self._client.pipeline(transaction=True)
            for n in range(start, min(start + 500, count)):
                pipe.hset(f"t:f{n}", mapping={"kiosk": f"k{n}", "state": "waiting"})
                pipe.zadd("waiting", {f"f{n}": n})
            await pipe.execute()

    async def snapshot(self) -> list[list[str]]:
        names = await self._client.zrange("waiting", 0, -1)
        pipe = self._client.pipeline(transaction=False)
        for name in names:
            pipe.hget(b"t:" + name, "kiosk")
        kiosks = await pipe.execute()
        return [
            [name.decode(), kiosk.decode(), "2026-03-02T09:00:00Z", "valdore", "housing"]
            for name, kiosk in zip(names, kiosks, strict=True)
        ]


class PeerHub:
    """Requests come and changes go over WebSockets."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._desks: dict[web.WebSocketResponse, None] = {}  # told in the order in which they came

    async def desk(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._desks[socket] = None
        async for _ in socket:
            pass
        self._desks.pop(socket, None)
        return socket

    async def ask(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=1 << 25)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                verb, *words = json.loads(message.data)
                await socket.send_str(json.dumps(await self._answer(verb, words)))
        return socket

    async def _answer(self, verb: str, words: list[Any]) -> object:
        if verb == "call":
            ticket = hashlib.blake2b(f"{words[0]}|{words[1]}".encode(), digest_size=9).hexdigest()
            await self._store.call(words[0], ticket)
            return ticket
        if verb == "accept":
            return await self._store.accept(words[0], words[1])
        if verb == "fill":
            await self._store.fill(words[0])
            return True
        return await self._store.snapshot()

    async def fan_out(self) -> None:
        while True:
            change = await self._store.changes.get()
            for desk in list(self._desks):
                try:
                    await desk.send_str(change)
                except ConnectionError:  # a desk has just gone
                    self._desks.pop(desk, None)


async def main(kind: str, dsn: str, port: int) -> None:
    store: Store = Postgres() if kind == "pg" else Valkey()
    await store.open(dsn)
    hub = PeerHub(store)
    application = web.Application()
    application.add_routes([web.get("/desk", hub.desk), web.get("/ask", hub.ask)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await hub.fan_out()


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
