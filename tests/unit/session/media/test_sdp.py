# SPDX-License-Identifier: GPL-3.0-only
"""Session descriptions, read and amended as text."""

from __future__ import annotations

import pytest

from session.core.errors import CallLost
from session.media.sdp import (
    MAX_SDP_CHARS,
    check_offer,
    first_codec,
    in_order,
    lean,
    with_line_hints,
    without_local_names,
)

ANSWER = "\r\n".join(
    (
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 0",
        "c=IN IP4 192.0.2.7",
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:0 PCMU/8000",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 192.0.2.7",
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "",
    )
)
CANDIDATE = "a=candidate:1 1 udp 2122260223 {} 50000 typ host\r\n"


def hinted(answer: str) -> list[str]:
    return with_line_hints(answer, start_kbps=300, max_kbps=2000, voice_bps=28000).split("\r\n")


def test_the_line_is_told_to_each_codec_of_the_picture_but_not_to_retransmission() -> None:
    lines = hinted(ANSWER)
    assert lines[lines.index("a=rtpmap:96 VP8/90000") + 1] == "a=fmtp:96 x-google-start-bitrate=300"
    assert "a=fmtp:97 apt=96" in lines


def test_the_bandwidth_follows_the_connection_line_of_the_picture_only() -> None:
    lines = hinted(ANSWER)
    assert lines.count("b=AS:2000") == 1
    video = lines[lines.index("m=video 9 UDP/TLS/RTP/SAVPF 96 97") :]
    assert video[1:3] == ["c=IN IP4 192.0.2.7", "b=AS:2000"]


def test_an_earlier_bandwidth_is_replaced() -> None:
    lines = hinted(
        ANSWER.replace("m=video", "m=video", 1).replace("a=rtpmap:96", "b=AS:64\r\na=rtpmap:96")
    )
    assert [line for line in lines if line.startswith("b=")] == ["b=AS:2000"]


def test_the_voice_gets_error_correction_even_where_parameters_stand_already() -> None:
    plain = hinted(ANSWER)
    assert (
        "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=28000" in plain
    )
    with_some = hinted(ANSWER.replace("opus/48000/2", "opus/48000/2\r\na=fmtp:111 stereo=0"))
    assert (
        "a=fmtp:111 stereo=0;minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=28000"
        in with_some
    )


def test_what_is_not_amended_stays_as_it_was_and_in_order() -> None:
    lines = hinted(ANSWER)
    assert [line for line in lines if line in ANSWER.split("\r\n")] == ANSWER.split("\r\n")


def test_names_of_the_local_network_are_dropped_and_addresses_kept() -> None:
    name = CANDIDATE.format("0f6a-11.local")
    address, ipv6 = CANDIDATE.format("192.0.2.9"), CANDIDATE.format("2001:db8::9")
    assert without_local_names(ANSWER + name + address + ipv6) == ANSWER + address + ipv6


def test_the_preferred_codec_is_the_first_of_its_section() -> None:
    assert first_codec(ANSWER, "video") == "vp8"
    assert first_codec(ANSWER, "audio") == "opus"
    assert first_codec("v=0\r\n", "audio") == ""


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "hello",
        "v=0\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
        "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 5,
        ANSWER + CANDIDATE.format("192.0.2.9") * 81,
        ANSWER + "a=x:" + "y" * MAX_SDP_CHARS,
    ],
)
def test_what_no_kiosk_sends_is_refused(offer: str) -> None:
    with pytest.raises(CallLost):
        check_offer(offer)


def test_a_kiosks_offer_is_let_through() -> None:
    check_offer(ANSWER + CANDIDATE.format("192.0.2.9"))


OFFER = "\r\n".join(
    (
        "v=0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=rtpmap:111 opus/48000/2",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 45 46 47",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=rtpmap:98 VP9/90000",
        "a=rtpmap:45 AV1/90000",
        "a=fmtp:45 level-idx=5;profile=0;tier=0",
        "a=rtpmap:46 rtx/90000",
        "a=fmtp:46 apt=45",
        "a=rtpmap:47 AV1/90000",
        "a=fmtp:47 level-idx=5;profile=1;tier=0",
        "",
    )
)


def test_our_codecs_come_in_our_order_and_others_are_dropped() -> None:
    ordered = in_order(OFFER, ("av1", "vp8"))
    assert "m=video 9 UDP/TLS/RTP/SAVPF 45 96 97 46" in ordered
    assert "VP9" not in ordered
    assert "profile=1" not in ordered
    assert "a=rtcp-fb:96 nack" in ordered
    assert ordered.index("a=rtpmap:45 AV1") < ordered.index("a=rtpmap:96 VP8")
    assert first_codec(in_order(OFFER, ("vp8", "av1")), "video") == "vp8"


def test_an_offer_without_our_codecs_is_left_for_the_parser_to_refuse() -> None:
    assert in_order(OFFER, ("h264",)).count("a=rtpmap") == OFFER.count("a=rtpmap")


def test_an_answer_says_nothing_twice() -> None:
    prints = "a=fingerprint:sha-256 AA\r\na=fingerprint:sha-384 BB\r\na=fingerprint:sha-512 CC\r\n"
    way = (
        "a=candidate:1 1 udp 1 10.0.0.1 5 typ host\r\na=end-of-candidates\r\na=ice-ufrag:u\r\n"
        + prints
    )
    sections = [
        f"m={kind} 5 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\n{way}"
        for mid, kind in enumerate(("audio", "video"))
    ]
    together = "v=0\r\na=group:BUNDLE 0 1\r\n" + "".join(sections)
    leaned = lean(together)
    assert leaned.count("a=fingerprint:sha-256 AA") == leaned.count("a=ice-ufrag:u") == 2
    assert "sha-512" not in leaned
    assert leaned.count("a=candidate:") == leaned.count("a=end-of-candidates") == 1
    assert leaned.index("a=candidate:") < leaned.index("m=video")


def test_an_answer_with_a_way_for_each_part_keeps_them() -> None:
    apart = "v=0\r\n" + "".join(
        f"m={kind} 5 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na=candidate:{mid} 1 udp 1 10.0.0.1 5 "
        f"typ host\r\n"
        f"a=fingerprint:sha-512 CC\r\n"
        for mid, kind in enumerate(("audio", "video"))
    )
    assert lean(apart) == apart
