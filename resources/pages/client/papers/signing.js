// SPDX-License-Identifier: GPL-3.0-only
// What a kiosk signs of a page, and what binds a print to one conversation and one kiosk (docs/protocol.md).
import { sha256, utf8 } from "../core/ids.js";

/**
 * A time as it is signed: UTC with six digits of a second.
 * @param {Date} at
 * @returns {string} e.g. "2026-11-28T09:30:00.250000+00:00"
 */
export const signedTime = (at) => at.toISOString().replace("Z", "000+00:00");

/**
 * @param {string} session
 * @param {object} page
 * @param {string} page.pageId
 * @param {string} page.sha256
 * @param {number} page.sizeBytes
 * @param {number} page.dpi
 * @param {string} page.takenAt as `signedTime` writes it
 * @returns {Uint8Array} the bytes under a page's signature
 */
export function pageWords(session, page) {
  const { pageId, sizeBytes, dpi, takenAt } = page;
  return utf8(["poste-expert page 1", session, pageId, page.sha256, String(sizeBytes), String(dpi), takenAt].join("\n"));
}

/**
 * @param {string} session
 * @param {string} kioskKey public
 * @param {string} hash SHA-256 of the document, hex
 * @param {number} copies
 * @returns {Promise<string>} what `PrintOffered.bound_to` must be
 */
export const printBinding = (session, kioskKey, hash, copies) =>
  sha256(utf8([session, kioskKey, hash, String(copies)].join("\n")));
