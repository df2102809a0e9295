# SPDX-License-Identifier: GPL-3.0-only
"""The call's page tries camera and microphone: real Chromium, with devices that the page is told to
have: a lit and a dark picture, a microphone that hears what is played and one that hears nothing.
"""

from __future__ import annotations

import msgspec

from tests.support.qt_loop import QtLoop
from views.kiosk.call_pane import KioskCallPane

DEVICES = """(() => {
  const canvas = document.createElement("canvas");
  canvas.width = 64; canvas.height = 36;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "COLOUR"; pen.fillRect(0, 0, 64, 36);
  const RealContext = AudioContext;
  const heard = HEARS;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (wanted.video) {
      const stream = canvas.captureStream(10);
      setInterval(() => pen.fillRect(0, 0, 64, 36), 50);
      return stream;
    }
    const context = new RealContext();
    const out = context.createMediaStreamDestination();
    if (heard) setTimeout(() => {
      const tone = new OscillatorNode(context, { frequency: 1000 });
      tone.connect(new GainNode(context, { gain: 0.2 })).connect(out);
      tone.start();
    }, 1000);
    return out.stream;
  };
  return true;
})()"""


class Found(msgspec.Struct):
    state: str
    value: float | None


async def _tried(pane: KioskCallPane, colour: str, hears: str) -> tuple[Found, Found]:
    await pane.run(DEVICES.replace("COLOUR", colour).replace("HEARS", hears))
    answer = msgspec.convert(await pane.run('selfCheck.run("", "")'), dict[str, Found])
    return answer["camera"], answer["microphone"]


def test_light_and_our_own_tone_are_told_from_darkness_and_silence(qt_loop: QtLoop) -> None:
    async def story() -> None:
        pane = KioskCallPane()
        pane.show()
        absent = msgspec.convert(
            await pane.run('selfCheck.run("none", "simulated")'), dict[str, Found]
        )
        assert [absent[name].state for name in ("camera", "microphone")] == ["absent", "simulated"]
        camera, microphone = await _tried(pane, "#c0c0c0", "true")
        assert camera.state == microphone.state == "measured"
        assert camera.value is not None
        assert 150 < camera.value < 220
        assert microphone.value is not None
        assert microphone.value > 6
        camera, microphone = await _tried(pane, "#000000", "false")
        assert camera.value is not None
        assert camera.value < 8
        assert microphone.value is not None
        assert microphone.value < 6
        failing = "navigator.mediaDevices.getUserMedia = async () => { throw new Error('busy'); }"
        await pane.run(f"void ({failing})")
        answer = msgspec.convert(await pane.run('selfCheck.run("", "")'), dict[str, Found])
        assert {one.state for one in answer.values()} == {"failed"}
        nothing = failing.replace("Error('busy')", "DOMException('', 'NotFoundError')")
        await pane.run(f"void ({nothing})")
        answer = msgspec.convert(await pane.run('selfCheck.run("", "")'), dict[str, Found])
        assert {one.state for one in answer.values()} == {"not_found"}
        pane.close_page()
        pane.deleteLater()

    qt_loop.run(story())
