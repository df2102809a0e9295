# SPDX-License-Identifier: GPL-3.0-only
"""Pages on a bad line, and ends that die on the way."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime

import msgspec
import pytest

from session.bus.transport.nkeys import is_signed, new_seed, public_key
from session.core.errors import PageUnreadable
from session.desk.devices import pages
from session.kiosk.drivers.scanner import ScannedPage
from session.protocol.conversation.messages import (
    ChunksRequested,
    DevicesReported,
    Grant,
    PageGlimpsed,
    PageKept,
    PageOffered,
    PageRefused,
    PrintState,
    ScanKind,
    ScannerState,
    ScanRequested,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.message_rates import KEPT
from tests.support.device_ends import Talk, drawn_page, invented_page, invented_pdf, settle
from tests.support.memory.channel import MemoryChannel
from tests.support.waiting import until


def asked(talk: Talk) -> list[ChunksRequested]:
    return [message for message in talk.desk_line.sent if isinstance(message, ChunksRequested)]


def acknowledged(talk: Talk) -> list[str]:
    return [message.page_id for message in talk.desk_line.sent if isinstance(message, PageKept)]


async def advance_until_received(talk: Talk, count: int = 1) -> None:
    """Time passes in steps of a stall until the pages are here."""
    for _step in range(60):
        await settle()
        if len(talk.desk.pages) >= count:
            return
        talk.clock.advance(2.1)
    raise AssertionError("the pages never came")


def refusals(talk: Talk) -> list[str]:
    """What the desk told the kiosk of its pages."""
    return [message.code for message in talk.desk_line.sent if isinstance(message, PageRefused)]


async def test_a_page_is_signed_by_the_kiosk_before_it_leaves(talk: Talk) -> None:
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    offer = talk.desk.pages[0].offer
    assert offer.signer == public_key(talk.kiosk.seed)
    assert is_signed(offer.signer, words_of(talk.kiosk.session_id, offer), offer.signature)
    other = msgspec.structs.replace(offer, sha256="0" * 64)
    assert not is_signed(offer.signer, words_of(talk.kiosk.session_id, other), offer.signature)


async def test_a_page_that_was_changed_on_the_way_is_not_kept_and_stays_at_the_kiosk(
    talk: Talk,
) -> None:
    talk.kiosk.devices.pages._sign = lambda offer: msgspec.structs.replace(
        talk.kiosk.signed(offer), dpi=299
    )
    await talk.scan_page()
    await until(lambda: talk.desk.failures)
    assert [failed.code for failed in talk.desk.failures] == ["page_not_signed"]
    assert talk.desk.pages == []
    assert refusals(talk) == ["page_not_signed"]
    await settle()
    assert len(talk.stored_files) == 2


@pytest.mark.parametrize("own_key", [True, False])
async def test_a_page_of_another_machine_is_not_kept(talk: Talk, own_key: bool) -> None:
    """With a signature of its own, or with none."""
    if own_key:
        talk.kiosk.seed = new_seed()
    else:
        talk.kiosk.devices.pages._sign = lambda offer: offer
    await talk.scan_page()
    await until(lambda: talk.desk.failures)
    assert [failed.code for failed in talk.desk.failures] == ["page_not_signed"]
    assert talk.desk.pages == []
    assert refusals(talk) == ["page_not_signed"]


async def test_a_key_that_the_kiosk_tells_later_does_not_replace_the_hubs(talk: Talk) -> None:
    report = DevicesReported(
        scanner=ScannerState.READY,
        scanner_name="Drawer 100",
        scanner_code="",
        printer=ScannerState.READY,
        printer_name="Drawer 200",
        printer_code="",
        kiosk_key=public_key(new_seed()),
    )
    await talk.kiosk_line.send("device", report)
    await until(lambda: talk.desk.reports)
    await talk.give(Grant.PRINT)
    await talk.desk.devices.print_document(invented_pdf(), "Reçu")
    await until(lambda: talk.desk.prints and talk.desk.prints[-1].state is PrintState.DONE)


async def test_a_single_lost_chunk_is_asked_for_by_name(talk: Talk) -> None:
    losses = [3]
    talk.kiosk_line.spoil = lambda payload, index: (
        None if losses and index == 3 and losses.pop() else payload
    )
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].data == invented_page(1)
    assert [message.missing for message in asked(talk)] == [[3]]


async def test_a_line_that_loses_every_third_chunk_still_brings_the_page(talk: Talk) -> None:
    dice = random.Random(3)
    talk.scanner.pages = [invented_page(5, 2_000_000)]
    talk.kiosk_line.spoil = lambda payload, index: None if dice.random() < 0.33 else payload
    await talk.scan_page()
    await advance_until_received(talk)
    assert talk.desk.pages[0].data == talk.scanner.pages[0]
    assert len(acknowledged(talk)) == 1


async def test_the_last_chunk_lost_is_noticed_by_silence(talk: Talk) -> None:
    losses = [6]
    talk.kiosk_line.spoil = lambda payload, index: (
        None if losses and index == 6 and losses.pop() else payload
    )
    await talk.scan_page()
    await until(lambda: talk.desk.page_progress and talk.desk.page_progress[-1].received == 6)
    assert asked(talk) == []
    talk.clock.advance(2.1)
    await until(lambda: talk.desk.pages)
    assert [message.missing for message in asked(talk)] == [[6]]


async def test_a_chunk_that_was_changed_on_its_way_is_never_believed(talk: Talk) -> None:
    changes = [1]
    talk.kiosk_line.spoil = lambda payload, index: (
        bytes([payload[0] ^ 1]) + payload[1:]
        if changes and index == 4 and changes.pop()
        else payload
    )
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].data == invented_page(1)
    assert (talk.desk.failures, len(talk.desk.kept)) == ([], 1)


async def test_a_page_that_is_always_damaged_fails_in_words_and_comes_when_the_line_is_good(
    talk: Talk,
) -> None:
    talk.kiosk_line.spoil = lambda payload, index: (
        bytes([payload[0] ^ 1]) + payload[1:] if index == 4 else payload
    )
    await talk.scan_page()
    await until(lambda: talk.desk.failures)
    assert [failure.code for failure in talk.desk.failures] == ["page_damaged"]
    assert (talk.desk.kept, acknowledged(talk)) == ([], [])
    assert refusals(talk) == ["page_damaged"]
    assert talk.kiosk.devices.held_pages == 1
    talk.kiosk_line.spoil = lambda payload, index: payload
    await talk.desk.devices.ask_pages()
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].data == invented_page(1)


async def test_a_line_that_is_cut_in_the_middle_loses_nothing_and_goes_on(talk: Talk) -> None:
    def cut_after_three(payload: bytes, index: int) -> bytes:
        talk.kiosk_line.cut = index == 3
        return payload

    talk.kiosk_line.spoil = cut_after_three
    await talk.scan_page()
    await until(lambda: talk.kiosk_line.cut)
    talk.desk_line.cut = True
    for _stall in range(20):
        talk.clock.advance(2.1)
        await settle()
    assert [failure.code for failure in talk.desk.failures] == ["transfer_interrupted"]
    talk.kiosk_line.spoil = lambda payload, index: payload
    talk.kiosk_line.cut = talk.desk_line.cut = False
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].data == invented_page(1)
    await until(lambda: talk.desk.ended)
    assert talk.desk.ended[0].code == ""


async def test_a_killed_kiosk_finds_the_page_on_its_shelf_and_sends_only_the_rest(
    talk: Talk,
) -> None:
    talk.kiosk_line.spoil = lambda payload, index: payload if index < 4 else None
    await talk.scan_page()
    await until(
        lambda: len(talk.kiosk_line.chunks_sent) == 7 and talk.desk.page_progress[-1].received == 4
    )
    await talk.restart_kiosk()
    talk.kiosk_line.spoil = lambda payload, index: payload
    talk.kiosk_line.chunks_sent.clear()
    talk.clock.advance(2.1)
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].data == invented_page(1)
    assert talk.kiosk_line.chunks_sent == [4, 5, 6]


async def test_a_killed_desk_finds_its_page_again(talk: Talk) -> None:
    talk.kiosk_line.spoil = lambda payload, index: payload if index < 4 else None
    await talk.scan_page()
    await until(lambda: talk.desk.page_progress and talk.desk.page_progress[-1].received == 4)
    await talk.restart_desk()
    talk.kiosk_line.spoil = lambda payload, index: payload
    await talk.desk.devices.ask_pages()
    await until(lambda: talk.desk.pages and not talk.stored_files)
    assert talk.desk.pages[0].data == invented_page(1)


async def test_a_desk_killed_between_disk_and_acknowledgement_doubles_nothing(talk: Talk) -> None:
    talk.desk_line.loses = lambda message: isinstance(message, PageKept)
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    assert talk.kiosk.devices.held_pages == 1
    await talk.restart_desk()
    talk.desk_line.loses = lambda message: False
    await talk.desk.devices.ask_pages()
    await until(lambda: not talk.stored_files)
    assert (talk.desk.kept, talk.desk.pages) == ([], [])
    assert len(list(talk.desk.folder.iterdir())) == 1


async def test_a_page_offered_again_and_again_is_kept_once(talk: Talk) -> None:
    talk.desk_line.loses = lambda message: isinstance(message, PageKept)
    await talk.scan_page()
    for _time in range(3):
        await talk.desk.devices.ask_pages()
        await settle()
    talk.desk_line.loses = lambda message: False
    await talk.desk.devices.ask_pages()
    await until(lambda: not talk.stored_files)
    assert (len(talk.desk.kept), len(talk.desk.pages)) == (1, 1)


async def test_a_page_that_the_desk_cannot_read_is_refused_and_forgotten(talk: Talk) -> None:
    async def unreadable(_offer: object, _data: bytes) -> None:
        raise PageUnreadable

    talk.desk.before_keep = unreadable
    await talk.scan_page()
    await until(lambda: talk.desk.failures and not talk.stored_files)
    assert talk.desk.failures[0].code == "page_unreadable"
    assert any(isinstance(message, PageRefused) for message in talk.desk_line.sent)


async def test_a_page_that_the_desk_cannot_write_stays_at_the_kiosk_until_there_is_room(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    async def full(_offer: object, _data: bytes) -> None:
        tries.append(len(tries))
        if len(tries) < 4:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(pages, "DISK_RETRY_S", 0.05)
    talk.desk.before_keep = full
    await talk.scan_page()
    await until(lambda: talk.desk.failures)
    assert acknowledged(talk) == []
    assert talk.stored_files  # the kiosk has it still
    await until(lambda: talk.desk.pages and not talk.stored_files)
    assert [failed.code for failed in talk.desk.failures] == ["desk_disk_unusable"]
    assert talk.desk.crashes == []


async def test_a_preview_overtakes_pages_that_are_on_their_way(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # this line is a thousand times faster than a real one:
    # the picture must not take longer than the pages' way
    monkeypatch.setattr("session.kiosk.devices.pages.small_preview", lambda page: page)
    await talk.give(Grant.SCAN)
    talk.scanner.pages = [invented_page(1, 3_000_000)]
    order: list[str] = []
    talk.desk.devices.page_received.connect(lambda page: order.append("page"))
    talk.desk.devices.preview_received.connect(lambda page: order.append("preview"))

    def cut_at_five(payload: bytes, index: int) -> bytes:
        talk.kiosk_line.cut = index == 5  # the sender of chunks pauses
        return payload

    talk.kiosk_line.spoil = cut_at_five
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: talk.kiosk_line.cut)
    talk.kiosk_line.spoil, talk.kiosk_line.cut = lambda payload, index: payload, False
    talk.scanner.pages = [invented_page(2, 20_000)]
    await talk.desk.devices.preview()
    await until(lambda: len(order) == 2)
    assert order == ["preview", "page"]


async def test_a_foreign_chunk_changes_nothing(talk: Talk) -> None:
    for headers in (
        {},
        {"Item": "a b", "Index": "0"},
        {"Item": "p1", "Index": "-1"},
        {"Item": "p1", "Index": "²"},
    ):
        await MemoryChannel.send_raw(talk.kiosk_line, "chunk", b"x", headers)
    await talk.kiosk_line.send_raw("chunk", b"x", {"Item": "nobodys", "Index": "3"})
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    assert talk.desk_line.refused == {"message_malformed": 4}


async def test_pages_that_never_come_have_a_bound_and_the_next_one_is_not_lost(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await until(lambda: talk.desk.grants.allowed(Grant.SCAN))
    for number in range(KEPT[PageOffered] + 100):
        offer = PageOffered(
            page_id=f"flood{number}",
            scan_id="s1",
            kind=ScanKind.PAGE,
            taken_at_utc=datetime(2026, 12, 1, tzinfo=UTC),
            size_bytes=1000,
            chunks=1,
            sha256="0" * 64,
            media_type="image/jpeg",
            width_px=10,
            height_px=10,
            dpi=300,
        )
        signed = talk.kiosk.signed(offer)
        await talk.kiosk_line.send("device", signed)
        await settle()
    assert len(talk.desk.devices._pages) == KEPT[PageOffered]
    assert talk.desk_line.refused["rate_limited"] == 100
    assert refusals(talk) == []  # a refused page would be forgotten at the kiosk


async def unasked_page(talk: Talk, kind: ScanKind = ScanKind.PAGE) -> PageOffered:
    """A kiosk scans, signs and offers a page of its own accord."""
    request = ScanRequested(scan_id="nobody-asked", kind=kind)
    data = drawn_page(3)
    page = ScannedPage(data=data, media_type="image/jpeg", width_px=310, height_px=438, dpi=75)
    offers: list[PageOffered] = []
    talk.kiosk.devices.page_offered.connect(offers.append)
    await talk.kiosk.devices.pages.put(request, page)
    return offers[0]


@pytest.mark.parametrize("kind", list(ScanKind))
async def test_a_page_that_nobody_asked_for_is_not_kept_without_the_power(
    talk: Talk, kind: ScanKind
) -> None:
    await unasked_page(talk, kind)
    await until(lambda: talk.desk.failures)
    assert [failed.code for failed in talk.desk.failures] == ["page_unasked"]
    assert refusals(talk) == ["page_unasked"]
    await settle()
    assert talk.desk.kept == []
    assert talk.desk.pages == talk.desk.previews == []
    assert len(talk.stored_files) == 2, "the kiosk still has it"


async def test_a_page_that_nobody_asked_for_is_kept_and_marked_with_the_power(talk: Talk) -> None:
    await talk.give(Grant.SCAN)
    await until(lambda: talk.desk.grants.allowed(Grant.SCAN))
    await unasked_page(talk)
    await until(lambda: talk.desk.pages)
    assert talk.desk.pages[0].unasked
    assert talk.desk.marked == [True]
    await talk.desk.devices.scan(ScanKind.PAGE)
    await until(lambda: len(talk.desk.pages) == 2)
    assert talk.desk.marked == [True, False]


async def test_what_was_left_at_the_kiosk_comes_once_the_caller_allows_scanning(talk: Talk) -> None:
    offer = await unasked_page(talk)
    await until(lambda: talk.desk.failures)
    await talk.give(Grant.SCAN)
    await until(lambda: talk.desk.pages)
    assert talk.desk.kept == [offer.page_id]
    await until(lambda: not talk.stored_files)


async def test_a_page_that_was_asked_for_is_kept_after_the_power_ended_and_the_desk_restarted(
    talk: Talk,
) -> None:
    """The page lies at the kiosk; meanwhile the desk dies, and the power is taken back."""
    talk.kiosk_line.loses = lambda message: isinstance(message, PageOffered)
    await talk.scan_page()
    await until(lambda: talk.stored_files and talk.desk.ended)
    await talk.restart_desk()
    talk.kiosk.grants.withdraw(Grant.SCAN)
    await until(lambda: not talk.kiosk.grants.allowed(Grant.SCAN))
    talk.kiosk_line.loses = lambda message: False
    await talk.desk.devices.ask_pages()
    await until(lambda: talk.desk.pages)
    assert talk.desk.marked == [False]
    assert refusals(talk) == []


async def test_a_desk_on_another_computer_does_not_lose_what_was_scanned(talk: Talk) -> None:
    talk.kiosk_line.loses = lambda message: isinstance(message, PageOffered)
    await talk.scan_page()
    await until(lambda: talk.stored_files and talk.desk.ended)
    talk.desk.devices.scans.forget()
    await talk.restart_desk()
    talk.kiosk_line.loses = lambda message: False
    await talk.desk.devices.ask_pages()
    await until(lambda: talk.desk.failures)
    await talk.desk.grants.ask_all()  # the kiosk says that scanning is still allowed
    await until(lambda: talk.desk.pages)
    assert talk.desk.marked == [True]


async def test_the_scans_of_a_finished_conversation_are_forgotten(talk: Talk) -> None:
    await talk.scan_page()
    await until(lambda: talk.desk.pages)
    memory = talk.desk.folder.parent / "scans" / "s1"
    assert memory.read_text().split() == [talk.desk.pages[0].offer.scan_id]
    talk.desk.devices.scans.forget()
    assert not memory.exists()


async def test_a_quick_copy_of_what_nobody_asked_for_is_not_looked_at(talk: Talk) -> None:
    copy = drawn_page(2)
    glimpse = PageGlimpsed(
        page_id="p9",
        item_id="q9",
        media_type="image/jpeg",
        size_bytes=len(copy),
        sha256=hashlib.sha256(copy).hexdigest(),
        chunks=1,
    )
    seen: list[object] = []
    talk.desk.devices.quick_copy_received.connect(seen.append)
    await talk.kiosk_line.send("device", glimpse)
    await talk.kiosk_line.send_raw("chunk", copy, {"Item": "q9", "Index": "0"})
    await settle()
    assert seen == []
    await talk.give(Grant.SCAN)
    await until(lambda: talk.desk.grants.allowed(Grant.SCAN))
    await talk.kiosk_line.send("device", glimpse)
    await talk.kiosk_line.send_raw("chunk", copy, {"Item": "q9", "Index": "0"})
    await until(lambda: seen)
