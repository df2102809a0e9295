# SPDX-License-Identifier: GPL-3.0-only
"""Reads and amends session descriptions (SDP, RFC 8866) as text.
Used by `aiortc_engine` and by the kiosk's tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from session.core.errors import CallLost

MAX_SDP_CHARS = 60_000
MAX_MEDIA_SECTIONS = 4
MAX_CANDIDATES = 80

_RTPMAP = re.compile(r"a=rtpmap:(\d{1,3}) ([A-Za-z0-9-]+)/")
_FMTP = re.compile(r"a=fmtp:(\d{1,3}) (.*)")
_OF_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}) ")
_CANDIDATE = re.compile(r"a=candidate:\S+ \d+ \S+ \d+ (\S+) ")


def check_offer(sdp: str) -> None:
    """Refuses what no kiosk sends, before a parser sees it.

    Raises:
        CallLost: not an SDP with voice or picture, or larger than any real one. Detail: `why`.
    """
    lines = sdp.splitlines()
    sections = sum(line.startswith("m=") for line in lines)
    if (
        len(sdp) > MAX_SDP_CHARS
        or sum(line.startswith("a=candidate:") for line in lines) > MAX_CANDIDATES
    ):
        raise CallLost(why="offer too large")
    if not lines or not lines[0].startswith("v=0") or not 1 <= sections <= MAX_MEDIA_SECTIONS:
        raise CallLost(why="offer malformed")


def without_local_names(sdp: str) -> str:
    """Drops candidates that are mDNS names (`….local`):
    aioice cannot resolve them and waits a second for each try.

    The call still connects: the other end's checks arrive from its real address (peer reflexive,
    RFC 8445, 7.3.1.3).
    """
    return _join(line for line in sdp.splitlines() if not _is_local_name(line))


def in_order(sdp: str, codecs: Sequence[str]) -> str:
    """Puts the picture's codecs into our order and drops what is not among `codecs` (and not their
    retransmission).

    Of AV1 only the main profile is kept:
    others have the same name and no decoder here (AV1 RTP, section 7.2.1).
    """
    sections = re.split(r"(?m)^(?=m=)", "\n".join(sdp.splitlines()) + "\n")
    return _join(line for section in sections for line in _ordered(section, codecs))


def _ordered(section: str, codecs: Sequence[str]) -> list[str]:
    lines = section.splitlines()
    if not section.startswith("m=video "):
        return lines
    named = dict(_codecs(lines))
    parameters = {match[1]: match[2] for line in lines if (match := _FMTP.match(line))}
    preferred = [
        kind
        for codec in codecs
        for kind, name in named.items()
        if name == codec and _main(name, parameters.get(kind, ""))
    ]
    repeats = [
        kind
        for kind, name in named.items()
        if name == "rtx" and _apt(parameters.get(kind, "")) in preferred
    ]
    if not preferred:
        return lines
    head = lines[0].split()
    kinds = [*preferred, *repeats]
    others = [line for line in lines[1:] if not _OF_CODEC.match(line)]
    # aiortc goes by the order of these lines, not by that of the first one.
    of_codecs = [
        line
        for kind in kinds
        for line in lines
        if (match := _OF_CODEC.match(line)) and match[1] == kind
    ]
    return [" ".join([*head[:3], *kinds]), *others, *of_codecs]


def _main(name: str, parameters: str) -> bool:
    return name != "av1" or re.search(r"profile=(?!0\b)", parameters) is None


def _apt(parameters: str) -> str:
    match = re.search(r"apt=(\d+)", parameters)
    if match:
        return match[1]
    return ""


def _is_local_name(line: str) -> bool:
    match = _CANDIDATE.match(line)
    return match is not None and match[1].lower().endswith(".local")


def with_line_hints(answer: str, *, start_kbps: int, max_kbps: int, voice_bps: int) -> str:
    """Adds hints of how wide the line is, where the kiosk's Chromium would guess.

    `b=AS` (RFC 8866, 5.8) bounds the picture; `x-google-start-bitrate` makes it begin at
    `start_kbps` and not climb for half a minute; aiortc leaves the voice's parameters out, and
    without them Chromium sends no error correction (RFC 7587, section 6.1).
    """
    sections = re.split(r"(?m)^(?=m=)", "\n".join(answer.splitlines()) + "\n")
    return _join(
        line for section in sections for line in _hinted(section, start_kbps, max_kbps, voice_bps)
    )


def _hinted(section: str, start_kbps: int, max_kbps: int, voice_bps: int) -> list[str]:
    lines = section.splitlines()
    if section.startswith("m=video"):
        lines = _with_bandwidth(lines, max_kbps)
        for payload_type, codec in _codecs(lines):
            if codec != "rtx":
                lines = _with_parameters(
                    lines, payload_type, f"x-google-start-bitrate={start_kbps}"
                )
    elif section.startswith("m=audio"):
        for payload_type, codec in _codecs(lines):
            if codec == "opus":
                fec = f"minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate={voice_bps}"
                lines = _with_parameters(lines, payload_type, fec)
    return lines


def _codecs(lines: list[str]) -> list[tuple[str, str]]:
    return [(match[1], match[2].lower()) for line in lines if (match := _RTPMAP.match(line))]


def _with_bandwidth(lines: list[str], max_kbps: int) -> list[str]:
    other_lines = [line for line in lines if not line.startswith("b=")]
    after = (
        max(
            (i for i, line in enumerate(other_lines) if line.startswith(("m=", "c=", "i="))),
            default=0,
        )
        + 1
    )
    return [*other_lines[:after], f"b=AS:{max_kbps}", *other_lines[after:]]


def _with_parameters(lines: list[str], payload_type: str, parameters: str) -> list[str]:
    """Adds to the codec's `a=fmtp` line, or writes one just after its `a=rtpmap`."""
    start = f"a=fmtp:{payload_type} "
    if any(line.startswith(start) for line in lines):
        return [f"{line};{parameters}" if line.startswith(start) else line for line in lines]
    at = next(i for i, line in enumerate(lines) if line.startswith(f"a=rtpmap:{payload_type} ")) + 1
    return [*lines[:at], start + parameters, *lines[at:]]


def lean(answer: str) -> str:
    """An answer without its repetitions: on 512 kb/s a thousand characters take 16 ms.

    Of an end's fingerprints the SHA-256 one is enough (RFC 8122, section 5);
    sections that share the first one's transport need no addresses of their own (RFC 8843, section
    7.3).
    """
    sections = re.split(r"(?m)^(?=m=)", "\n".join(answer.splitlines()) + "\n")
    bundled = re.search(r"^a=group:BUNDLE (\S+)(.*)$", sections[0], re.MULTILINE)
    if bundled:
        others = set(bundled[2].split())
    else:
        others = set()
    return _join(line for section in sections for line in _leaned(section, others))


def _leaned(section: str, others: set[str]) -> list[str]:
    lines = section.splitlines()
    if "a=fingerprint:sha-256 " in section:
        lines = [line for line in lines if not re.match(r"a=fingerprint:(?!sha-256 )", line)]
    mid = re.search(r"^a=mid:(\S+)", section, re.MULTILINE)
    if mid is not None and mid[1] in others:
        lines = [
            line for line in lines if not line.startswith(("a=candidate:", "a=end-of-candidates"))
        ]
    return lines


def first_codec(sdp: str, kind: str) -> str:
    """Lower-case name of the codec that section `kind` ("audio", "video") prefers;
    empty when there is none.
    """
    for section in re.split(r"(?m)^(?=m=)", sdp.replace("\r\n", "\n")):
        if section.startswith(f"m={kind} "):
            lines = section.splitlines()
            preferred = (lines[0].split() + [""] * 4)[3]
            return dict(_codecs(lines)).get(preferred, "")
    return ""


def _join(lines: Iterable[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
