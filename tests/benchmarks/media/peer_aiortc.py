# SPDX-License-Identifier: GPL-3.0-only
"""Our aiortc engine as a peer of the bench, with the line's governor."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from session.media.engine import MediaStats, PictureLimits
from session.media.engines.aiortc_engine import AiortcEngine, AiortcSettings
from session.media.video.picture_codecs import PICTURE_CODECS
from tests.benchmarks.media.peer_line import GovernedEnd
from tests.benchmarks.media.peer_python import MaterialCamera, Shown, serve, settings
from tests.benchmarks.media.voice import Speech


async def main() -> None:
    """The program."""
    wanted = settings()
    codecs = (wanted.codec,) if wanted.codec else PICTURE_CODECS
    engine = AiortcEngine(
        MaterialCamera(wanted.clip, wanted.height), Speech(), settings=AiortcSettings(codecs=codecs)
    )
    engine.set_line(wanted.line_kbps)
    shown = Shown()

    def on_picture(_none: None) -> None:
        frame = engine.latest_frame()
        if frame is not None:
            rows = np.frombuffer(frame.pixels, np.uint8).reshape(-1, frame.stride_bytes)
            # green is bright enough to tell fields
            shown.add(rows[: frame.height_px, 1 : frame.width_px * 4 : 4])

    engine.picture_shown.connect(on_picture)

    def limit(limits: PictureLimits) -> None:
        engine.set_picture_limit(limits.kbps, height_px=limits.height_px, fps=limits.fps)

    async def count() -> MediaStats:
        return engine.stats()

    line = GovernedEnd(wanted.line_kbps, limit, count=count)

    async def answer(asked: dict[str, Any]) -> Any:
        said = await engine.answer(asked["sdp"])
        line.begin_call()
        return said

    async def pop(_asked: dict[str, Any]) -> Any:
        return shown.pop()

    async def close(_asked: dict[str, Any]) -> Any:
        await engine.close_call()

    async def stats(_asked: dict[str, Any]) -> Any:
        found = engine.stats()
        rate = f"{found.target_kbps} kb/s, {found.sent_frames}"
        return {
            "voice_s": found.voice_blocks * 0.02,
            "guessed_s": found.voice_made_up * 0.02,
            "video_octets": 0,
            "codec": found.codec,
            "sent": f"{found.sent_codec} {found.sent_height_px}p {rate}",
            "voice_delay_ms": found.voice_delay_ms,
            "lip_ms": found.lip_ms,
            "rule": line.rule,
        }

    try:
        await serve({"answer": answer, "pop": pop, "close": close, "stats": stats})
    finally:
        await line.close()
        await engine.close()


if __name__ == "__main__":
    asyncio.run(main())
