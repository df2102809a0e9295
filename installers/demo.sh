#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-only
# The demo in windows where there is a screen; without one, the scripted walk and its pictures.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" != Linux ]; then
  exec .venv/bin/expert-app demo
fi
echo "No screen here: the walk runs by itself. Its pictures go to build/demo/shots, its report to build/demo/report.json."
mkdir -p build/demo
exec .venv/bin/expert-app demo --script walk --report build/demo/report.json --shots build/demo/shots
