// SPDX-License-Identifier: GPL-3.0-only
// The example's scanner: pages that were laid on it, drawn or photographed, taken as JPEG. A real kiosk speaks to its device
// here, and throws `Refused` with the code that the desk has a sentence for.
import { Refused } from "../core/errors.js";

const PAPER_MM = { width: 210, height: 297 };

/** @typedef {ImageBitmap | string} Sheet a picture, or words to draw */

export class Tray {
  constructor() {
    /** @type {Sheet[]} */
    this.sheets = [];
    this.jammed = false;
  }

  async state() {
    const code = this.jammed ? "scanner_jammed" : "";
    return { state: this.jammed ? "fault" : "ready", name: "Scanner d'exemple", code, feeder: true };
  }

  /**
   * @param {Record<string, any>} wanted
   * @param {(percent: number) => void} report
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<import("../papers/pages.js").ScannedPage>}
   */
  async *scan(wanted, report, signal) {
    if (this.jammed) throw new Refused("scanner_jammed");
    if (!this.sheets.length) throw new Refused("scanner_empty");
    const preview = wanted.kind === "preview";
    const fed = wanted.source === "feeder" && !preview;
    const count = fed ? this.sheets.length : 1;
    for (let taken = 0; taken < count && !signal.aborted; taken++) {
      report(0);
      const page = await pictureOf(this.sheets[0], preview ? 75 : wanted.dpi || 300);
      report(100);
      if (fed) this.sheets.shift(); // on the glass it stays until somebody takes it
      yield page;
    }
  }
}

/**
 * @param {Sheet} sheet
 * @param {number} dpi
 * @returns {Promise<import("../papers/pages.js").ScannedPage>}
 */
async function pictureOf(sheet, dpi) {
  const width = Math.round((PAPER_MM.width / 25.4) * dpi);
  const height = Math.round((PAPER_MM.height / 25.4) * dpi);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  if (!pen) throw new Refused("scanner_failed", { status: "no canvas" });
  pen.fillStyle = "white";
  pen.fillRect(0, 0, width, height);
  if (typeof sheet === "string") {
    pen.fillStyle = "black";
    pen.font = `${Math.round(dpi / 5)}px sans-serif`;
    sheet.split("\n").forEach((line, index) => pen.fillText(line, dpi * 0.8, dpi * (1 + index * 0.35)));
  } else {
    const scale = Math.min(width / sheet.width, height / sheet.height);
    pen.drawImage(sheet, 0, 0, sheet.width * scale, sheet.height * scale);
  }
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  const bytes = new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer());
  return { bytes, mediaType: "image/jpeg", width, height, dpi };
}
