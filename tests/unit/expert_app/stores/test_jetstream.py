# SPDX-License-Identifier: GPL-3.0-only
"""How much room the settings give the store, with a server of ours and of somebody else's."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from expert_app.hub.bus_config import server_settings
from expert_app.runtime.config import HubSettings
from expert_app.runtime.store_settings import StoreSettings
from expert_app.stores.jetstream import server_store_bytes, store_limits
from session.hub.storage.store_space import QUOTA_BYTES

MB = 1 << 20


def test_half_of_the_disk_is_ours_and_a_server_of_others_has_a_figure(tmp_path: Path) -> None:
    disk = shutil.disk_usage(tmp_path).total
    settings = HubSettings()
    assert store_limits(settings, tmp_path).quota_bytes == disk // 2
    assert store_limits(settings, None).quota_bytes == QUOTA_BYTES
    assert store_limits(settings, tmp_path / "gone").quota_bytes == QUOTA_BYTES


def test_what_the_settings_say_holds_and_the_server_may_take_more(tmp_path: Path) -> None:
    store = StoreSettings(quota_mb=1000, session_log_mb=8, log_mb={"caf": 300})
    settings = HubSettings(store=store)
    limits = store_limits(settings, tmp_path)
    assert (limits.quota_bytes, limits.session_log_bytes) == (1000 * MB, 8 * MB)
    assert limits.log_bytes == {"caf": 300 * MB}
    # ours may always be given a smaller quota or disk, and never refuses a hang-up
    assert server_store_bytes(settings, tmp_path) > 100 * shutil.disk_usage(tmp_path).total
    assert server_store_bytes(settings, None) == 1250 * MB
    place = server_settings(settings, tmp_path, enrolment=False, store_bytes=1250 * MB)
    assert place.max_file_store == 1250 * MB


@pytest.mark.parametrize(
    "text", ["quota_mb = 63", "quota_mb = -1", "session_log_mb = 0", "log_mb = { caf = 0 }"]
)
def test_a_store_too_small_for_a_morning_is_refused(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.toml.decode(f"[store]\n{text}".encode(), type=HubSettings)
