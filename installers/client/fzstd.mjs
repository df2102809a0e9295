// SPDX-License-Identifier: GPL-3.0-only
// The reader of zstd frames, bundled into resources/vendor/fzstd.mjs by installers/hatch_build.py.
export { Decompress } from "fzstd";
