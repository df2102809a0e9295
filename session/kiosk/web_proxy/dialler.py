# SPDX-License-Identifier: GPL-3.0-only
"""Looks a name up and connects to the very address that was checked. Used by `server`.

One look-up serves one connection: a name that answers with another address the next time is
checked anew, so it cannot be rebound. Where the system names an HTTP proxy for the web, as
agencies do, that one looks names up and connects; it is told no number, and no name of inside.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import aiohappyeyeballs
import ifaddr

from session.bus.transport.system_proxy import proxy_for
from session.kiosk.cobrowse.ipv4_in_ipv6 import NAT64_NAME, nat64_prefixes
from session.kiosk.cobrowse.reach import IpAddress, IpNetwork, is_localhost, why_not_connect
from session.protocol.conversation.web_hosts import address_of, canonical_host

LOOK_UP_S, CONNECT_S = 8.0, 10.0
_LOOK_UPS_AT_ONCE = 16
_MOST_ADDRESSES = 8
_NEXT_ADDRESS_S = 0.25  # RFC 8305, section 5
_OWN_KEPT_S = 5.0
_NAT64_KEPT_S, _NAT64_AGAIN_S = 600.0, 10.0
"""How long the network's prefixes are believed; when they are asked for again after nobody knew."""
_WIDEST_OWN = {4: 8, 6: 32}
"""A network as wide as that is no network of neighbours, but somebody's way to all addresses."""

LookUp = Callable[[str], Sequence[str]]
OwnNetworks = Callable[[], Sequence[IpNetwork]]
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]

READ_BYTES = 64 * 1024
_ANSWER_BYTES = 16 * 1024


_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class InsideAddress(Exception):
    """The name answers with an address of the kiosk's own network."""


def look_up(host: str) -> list[str]:
    """The addresses of a name, from the system.

    A dot at the end keeps the system from trying the name below its own domains.
    """
    if "." in host:
        name = host + "."
    else:
        name = host
    answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _family, _kind, _protocol, _name, sockaddr in answers]


def own_networks() -> list[IpNetwork]:
    """The networks to which this machine is attached."""
    networks: list[IpNetwork] = []
    for adapter in ifaddr.get_adapters():
        for adapter_ip in adapter.ips:
            if isinstance(adapter_ip.ip, str):
                address = adapter_ip.ip
            else:
                address = adapter_ip.ip[0]
            network = ipaddress.ip_network(f"{address}/{adapter_ip.network_prefix}", strict=False)
            if network.prefixlen >= _WIDEST_OWN[network.version]:
                networks.append(network)
    return networks


class Dialler:
    """Connects to hosts that the rules let pass.

    Args:
        look_up: the addresses of a name; raises `OSError`.
        read_networks: the networks to which this machine is attached.
        far_proxy: the system's HTTP proxy for an address, or None.
        intranet: hosts that may answer with an address of inside, as `why_not_connect` says.
    """

    def __init__(
        self,
        look_up: LookUp = look_up,
        *,
        read_networks: OwnNetworks = own_networks,
        far_proxy: Callable[[str], str | None] = proxy_for,
        intranet: Collection[str] = (),
    ) -> None:
        self._intranet = frozenset(canonical_host(host) for host in intranet) - {""}
        self._look_up = look_up
        self._read_own = read_networks
        self._far_proxy = far_proxy
        self._own: Sequence[IpNetwork] = ()
        self._own_until_s = 0.0
        self._nat64: Sequence[ipaddress.IPv6Network] | None = None
        self._nat64_until_s = 0.0
        self._asking_nat64 = asyncio.Lock()
        self._threads = ThreadPoolExecutor(_LOOK_UPS_AT_ONCE, thread_name_prefix="look-up")

    def close(self) -> None:
        """Waits for no look-up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def connect(self, host: str, port: int, *, listed: bool) -> Ends:
        """A connection's two ends.

        Args:
            host: as `canonical_host` writes it.
            listed: whether the session's list names host and port.

        Raises:
            InsideAddress: an answer is an address of the kiosk's own network.
            OSError: the name is unknown or nobody answers; `TimeoutError` is one.
        """
        if listed and address_of(host):
            far_proxy = None
        else:
            far_proxy = self._far_proxy(f"https://{host}/")
        if far_proxy and not is_localhost(host):
            async with asyncio.timeout(LOOK_UP_S + CONNECT_S):
                return await _through(far_proxy, host, port)
        addresses = await self._checked(await self._addresses(host), host, listed=listed)
        async with asyncio.timeout(CONNECT_S):
            connected = await aiohappyeyeballs.start_connection(
                [_info(address, port) for address in addresses[:_MOST_ADDRESSES]],
                happy_eyeballs_delay=_NEXT_ADDRESS_S,
                interleave=1,
            )
        return await asyncio.open_connection(sock=connected, limit=READ_BYTES)

    async def _checked(
        self, addresses: Sequence[IpAddress], host: str, *, listed: bool
    ) -> Sequence[IpAddress]:
        """Return those to which a connection may go, while none of them is of the own network:
        one such address among public ones is a trap, not a choice.
        """
        is_known_number = listed and address_of(host) is not None
        is_asked = not is_known_number and any(_may_hold_ipv4(address) for address in addresses)
        if is_asked:
            nat64 = await self._nat64_now()
        else:
            nat64 = ()
        networks = self._own_now()
        for address in addresses:
            if why_not_connect(
                address, host, networks, listed=listed, intranet=self._intranet, nat64=nat64 or ()
            ):
                raise InsideAddress
        if nat64 is None:
            addresses = [address for address in addresses if not _may_hold_ipv4(address)]
        if not addresses:
            raise ConnectionRefusedError
        return addresses

    async def _addresses(self, host: str) -> list[IpAddress]:
        if (number := address_of(host)) is not None:
            return [number]
        if is_localhost(host):
            return [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
        return await self._answers(host)

    async def _answers(self, name: str) -> list[IpAddress]:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(LOOK_UP_S):
            texts = await loop.run_in_executor(self._threads, self._look_up, name)
        # a scope ("%eth0") is only on addresses that are refused without it, too
        return [ipaddress.ip_address(text.partition("%")[0]) for text in dict.fromkeys(texts)]

    async def _nat64_now(self) -> Sequence[ipaddress.IPv6Network] | None:
        """Below which prefixes this network reaches IPv4 hosts; None while nobody says so: then
        an IPv6 address may be any IPv4 host.
        """
        async with self._asking_nat64:
            now_s = asyncio.get_running_loop().time()
            if now_s >= self._nat64_until_s:
                await self._ask_nat64(now_s)
        return self._nat64

    async def _ask_nat64(self, now_s: float) -> None:
        try:
            addresses = await self._answers(NAT64_NAME)
        except OSError as error:
            if error.errno not in _NO_SUCH_NAME:
                self._nat64_until_s = now_s + _NAT64_AGAIN_S
                return
            addresses = []
        self._nat64 = nat64_prefixes(
            address for address in addresses if isinstance(address, ipaddress.IPv6Address)
        )
        self._nat64_until_s = now_s + _NAT64_KEPT_S

    def _own_now(self) -> Sequence[IpNetwork]:
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._own_until_s:
            self._own = self._read_own()
            self._own_until_s = now_s + _OWN_KEPT_S
        return self._own


def _may_hold_ipv4(address: IpAddress) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and not address.is_loopback


def _info(address: IpAddress, port: int) -> aiohappyeyeballs.AddrInfoType:
    text = str(address)
    kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    if isinstance(address, ipaddress.IPv4Address):
        return (socket.AF_INET, *kind, (text, port))
    return (socket.AF_INET6, *kind, (text, port, 0, 0))


async def _through(far_proxy: str, host: str, port: int) -> Ends:
    """A tunnel through the agency's own HTTP proxy (RFC 9110, section 9.3.6)."""
    parts = urlsplit(far_proxy if "://" in far_proxy else f"http://{far_proxy}")
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or 80, limit=READ_BYTES
    )
    if ":" in host:
        at = f"[{host}]:{port}"
    else:
        at = f"{host}:{port}"
    lines = [f"CONNECT {at} HTTP/1.1", f"Host: {at}"]
    if parts.username:
        word = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append("Proxy-Authorization: Basic " + base64.b64encode(word.encode()).decode())
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if len(head) > _ANSWER_BYTES or head.split(b" ", 2)[1:2] != [b"200"]:
            raise ConnectionRefusedError
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.transport.abort()
        raise ConnectionRefusedError from error
    except BaseException:
        writer.transport.abort()
        raise
    return reader, writer
