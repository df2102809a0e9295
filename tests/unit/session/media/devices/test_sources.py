# SPDX-License-Identifier: GPL-3.0-only
"""Cameras: drawn, real (a film stands in for the device FFmpeg would open), and gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from session.media.devices import sources
from session.media.devices.sources import CameraSource, NoCamera, SyntheticCamera, dark_frame
from tests.support.waiting import LONGEST_S


def wait_until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuvj420p"
        for brightness in range(60, 85):
            picture = np.full((180, 320, 3), brightness * 3, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def test_the_drawn_camera_says_so_and_moves() -> None:
    camera = SyntheticCamera(320, 180)
    assert camera.simulated
    first = camera.read().to_ndarray(format="gray")
    wait_until(lambda: not np.array_equal(camera.read().to_ndarray(format="gray"), first))


def test_a_camera_gives_its_pictures_and_darkness_when_it_is_gone(film: Path) -> None:
    camera = CameraSource(str(film), 320, height_px=180, input_format=None)
    wait_until(lambda: camera.working)
    assert camera.read().to_ndarray(format="gray").mean() > 150
    wait_until(lambda: not camera.working)  # the film has ended, as if the plug had been pulled
    assert camera.read().to_ndarray(format="gray").mean() < 60
    wait_until(lambda: camera.working)  # and it is opened again
    camera.close()


def test_a_camera_that_is_not_there_is_dark() -> None:
    camera = CameraSource("/dev/no-such-camera", 320, height_px=180)
    frame = camera.read()
    camera.close()
    assert (frame.width, frame.height) == (320, 180)
    assert not camera.working


def test_a_camera_is_expected_for_a_moment_and_then_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = CameraSource("/dev/no-such-camera", 320, height_px=180)
    seen = [camera.there]  # it is being opened
    monkeypatch.setattr(sources, "GONE_AFTER_S", 0.0)
    seen.append(camera.there)
    camera.close()
    assert seen == [True, False]
    assert not NoCamera().there


def test_darkness_has_the_size_asked_for() -> None:
    assert dark_frame(320, 180).format.name == "yuv420p"
