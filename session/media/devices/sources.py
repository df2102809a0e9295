# SPDX-License-Identifier: GPL-3.0-only
"""The source of our picture: a camera, or a drawn person where there is none.
Used by `tracks`.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path
from typing import Protocol

import av
import av.container
import numpy as np

from session.media.devices.person import SyntheticPerson

log = logging.getLogger(__name__)

REOPEN_AFTER_S = 2.0
STALE_AFTER_S = 1.0
GONE_AFTER_S = 4.0
"""A camera that gives no picture for so long, or none after it was opened, is not there."""


CAMERA_FORMAT = {"win32": "dshow", "darwin": "avfoundation"}.get(sys.platform, "v4l2")
"""FFmpeg's name of this system's cameras."""


class FrameSource(Protocol):
    """A camera. `read` runs in a worker thread and may compute, but never waits for a device."""

    @property
    def simulated(self) -> bool:
        """True when the picture is drawn."""
        ...

    @property
    def there(self) -> bool:
        """False when no picture is to be expected: there is no camera, or it gives nothing."""
        ...

    def read(self) -> av.VideoFrame:
        """The picture of this moment, any format; times are set by the reader."""
        ...

    def close(self) -> None:
        """Gives the device back."""
        ...


def dark_frame(width_px: int, height_px: int) -> av.VideoFrame:
    """Return what is sent while the camera is off: a plain dark grey picture."""
    planes = np.full((height_px * 3 // 2, width_px), 128, np.uint8)
    planes[:height_px] = 40
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


class SyntheticCamera:
    """Films an invented person. Chosen explicitly, and labelled on both screens.

    Args:
        width_px, height_px: size of the pictures, even numbers, 16:9.
    """

    simulated = True
    there = True

    def __init__(self, width_px: int = 640, height_px: int = 360) -> None:
        self._size = (width_px, height_px)
        self._person: SyntheticPerson | None = None
        self._start_s = time.monotonic()

    def read(self) -> av.VideoFrame:
        """The person now. The first call draws its parts, which takes some tenths of a second."""
        if self._person is None:
            self._person = SyntheticPerson(*self._size)
        picture = self._person.draw(time.monotonic() - self._start_s)
        return av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")

    def close(self) -> None:
        """Nothing to give back."""


class CameraSource:
    """A camera read by FFmpeg in a thread of its own;
    unplugged, it gives a dark picture until it is back.

    Args:
        device: what FFmpeg opens, e.g. "/dev/video0".
        width_px, height_px, fps: asked of the camera.
        input_format: FFmpeg's name of the kind of device:
            "v4l2" on Linux, "dshow" on Windows, "avfoundation" on macOS; None for a file.
    """

    simulated = False

    def __init__(
        self,
        device: str,
        width_px: int = 1280,
        *,
        height_px: int = 720,
        fps: int = 25,
        input_format: str | None = CAMERA_FORMAT,
    ) -> None:
        self._device = device
        self._input_format = input_format
        self._options = {"video_size": f"{width_px}x{height_px}", "framerate": str(fps)}
        if input_format == "v4l2":
            self._options["input_format"] = "mjpeg"
        self._dark = dark_frame(width_px, height_px)
        self._latest: tuple[float, av.VideoFrame] | None = None
        self._began_s = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._film, name="camera", daemon=True)
        self._thread.start()

    @property
    def working(self) -> bool:
        """True while pictures arrive."""
        return self._latest is not None and time.monotonic() - self._latest[0] < STALE_AFTER_S

    @property
    def there(self) -> bool:
        """False when no picture came for a while; one that is just being opened is there."""
        if self._latest is None:
            last_s = self._began_s
        else:
            last_s = self._latest[0]
        return time.monotonic() - last_s < GONE_AFTER_S

    def read(self) -> av.VideoFrame:
        """The camera's last picture, or a dark one while none arrives."""
        latest = self._latest
        if latest is not None and self.working:
            return latest[1]
        return self._dark

    def close(self) -> None:
        """Stops the thread and gives the camera back."""
        self._stop.set()
        self._thread.join(3.0)

    def _film(self) -> None:
        while not self._stop.is_set():
            try:
                self._film_until_gone()
            except (av.FFmpegError, OSError) as error:
                log.warning("camera not readable: %s", type(error).__name__)
            self._stop.wait(REOPEN_AFTER_S)

    def _film_until_gone(self) -> None:
        live = self._input_format is not None
        with av.open(
            self._device, format=self._input_format, options=self._options if live else {}
        ) as container:
            for frame in container.decode(video=0):
                self._latest = (time.monotonic(), frame)
                if self._stop.is_set():
                    return
                if not live:
                    self._stop.wait(1 / 25)


def camera_devices() -> list[str]:
    """Cameras the system names (Linux), e.g. ["/dev/video0"]."""
    return sorted(str(path) for path in Path("/dev").glob("video[0-9]*"))


class NoCamera:
    """No camera is there, or it is not wanted: a plain dark picture."""

    simulated = False
    there = False

    def read(self) -> av.VideoFrame:
        """The same dark picture every time."""
        return dark_frame(640, 360)

    def close(self) -> None:
        """Nothing to give back."""
