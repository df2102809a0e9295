# SPDX-License-Identifier: GPL-3.0-only
"""What a kiosk shows and leaks is read as what it says, however its JSON is written."""

from __future__ import annotations

from expert_app.conformance.kiosks.mirror_reading import MirrorReading
from expert_app.conformance.site import HARMLESS, SECRETS, secrets_in
from expert_app.conformance.throw_away_hub import RecordedMessage
from session.protocol.conversation import mirror


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def test_a_number_that_is_written_in_escapes_is_found() -> None:
    kind, value = next(iter(SECRETS.items()))
    words = f'{{"type":3,"textContent":"{escaped(HARMLESS)} {escaped(value)}","id":2}}'
    tree = f'{{"node":{{"type":0,"childNodes":[{words}],"id":1}}}}'
    text = f'[{{"type":4,"data":{{}},"timestamp":1}},{{"type":2,"data":{tree},"timestamp":2}}]'
    data = mirror.Packer().pack(text.encode(), start=True)
    parts = mirror.parts_of(data, epoch=1, seq=0, start=True)
    reading = MirrorReading(
        RecordedMessage(0.0, "ses.k.borne1.s1.mirror", part, headers) for part, headers in parts
    )
    assert reading.wrong == []
    assert HARMLESS in reading.text
    assert secrets_in(reading.text) == [kind]
