// SPDX-License-Identifier: GPL-3.0-only
// Scans with the caller's consent, and their pages on the way to the desk: kept, signed, offered, sent, forgotten
// (docs/protocol.md, "A page").
import { ChunkSender, countChunks, MAX_ITEM_BYTES } from "./chunks.js";
import { Refused } from "../core/errors.js";
import { newId, sha256 } from "../core/ids.js";
import { pageWords, signedTime } from "./signing.js";
import { Signals } from "../core/signals.js";

const BEAT_MS = 5000;
const MOST_PAGES = 200;
const REMEMBERED = 50;
/** A page refused so is kept, and offered again when the desk asks. */
const KEPT_THOUGH_REFUSED = new Set(["page_damaged", "page_not_signed", "page_unasked"]);

/**
 * @typedef {object} ScannedPage
 * @property {Uint8Array} bytes
 * @property {string} mediaType "image/jpeg", "image/png", or "application/pdf" for a file that was given
 * @property {number} width in pixels
 * @property {number} height
 * @property {number} dpi
 */

/**
 * What scans, or asks the caller for a file. It throws `Refused` with a code of docs/protocol.md ("scanner_jammed",
 * "file_not_given", ...).
 * @typedef {object} Scanner
 * @property {() => Promise<{state: string, name: string, code: string, feeder?: boolean, duplex?: boolean}>} state
 * @property {(wanted: Record<string, any>, report: (percent: number) => void, signal: AbortSignal) => AsyncIterable<ScannedPage>} scan
 *   `wanted` is the desk's `ScanRequested`
 */

/** Signals: "started" (`ScanRequested`); "ended" (`ScanEnded`); "offered" (`PageOffered`). */
export class Pages extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {object} parts
   * @param {import("../hub/channel.js").OrderedSender} parts.sender
   * @param {import("../powers.js").Powers} parts.powers
   * @param {import("../hub/keys.js").Key} parts.key
   * @param {Scanner | null} parts.scanner
   * @param {Scanner | null} parts.files
   * @param {number} parts.kbps
   */
  constructor(channel, { sender, powers, key, scanner, files, kbps }) {
    super();
    this.channel = channel;
    this.sender = sender;
    this.powers = powers;
    this.key = key;
    this.scanner = scanner;
    this.files = files;
    this.chunks = new ChunkSender(channel, kbps);
    /** @type {Map<string, {offer: Record<string, any>, bytes: Uint8Array}>} pages that the desk does not have yet */
    this.held = new Map();
    /** @type {Map<string, Record<string, any>>} */
    this.over = new Map();
    /** @type {{wanted: Record<string, any>, abort: AbortController, percent: number} | null} */
    this.current = null;
    this.removed = 0;
    this.stop = powers.on("changed", ({ grant, allowed }) => {
      if (grant === "scan" && !allowed && this.current) this.current.abort.abort();
    });
  }

  /**
   * @param {import("../hub/codec.js").Message} message
   * @returns {boolean} whether it was for this part
   */
  receive(message) {
    switch (message.type) {
      case "ScanRequested":
        this.request(message);
        return true;
      case "ScanCancelRequested":
        this.cancel(message.scan_id);
        return true;
      case "PagesRequested":
        for (const [id] of this.held) this.offer(id);
        return true;
      case "PageKept":
        this.release(message.page_id);
        return true;
      case "PageRefused":
        if (!KEPT_THOUGH_REFUSED.has(message.code)) this.release(message.page_id);
        this.emit("refused", message);
        return true;
      default:
        return false;
    }
  }

  /** @param {import("../hub/codec.js").Message} message `ChunksRequested` for a page of ours */
  sendAgain({ item_id: id, missing }) {
    const page = this.held.get(id);
    if (page) this.chunks.again(id, page.bytes, page.offer.chunks, missing);
  }

  // ---- scanning

  /** @param {import("../hub/codec.js").Message} wanted the same `scan_id` is the same scan, however often it is asked for */
  request(wanted) {
    const over = this.over.get(wanted.scan_id);
    const scanner = wanted.source === "file" ? this.files : this.scanner;
    if (over) this.sender.send("ScanEnded", over);
    else if (this.current && this.current.wanted.scan_id === wanted.scan_id) this.sendProgress();
    else if (!this.powers.allowed("scan")) this.end(wanted.scan_id, 0, new Refused("grant_missing", { grant: "scan" }));
    else if (!scanner) this.end(wanted.scan_id, 0, new Refused(wanted.source === "file" ? "file_not_given" : "scanner_gone"));
    else if (this.current) this.end(wanted.scan_id, 0, new Refused("scanner_busy"));
    else this.scan(wanted, scanner);
  }

  /** @param {string} id one that was never asked for will not start either */
  cancel(id) {
    const over = this.over.get(id);
    if (this.current && this.current.wanted.scan_id === id) this.current.abort.abort();
    else if (over) this.sender.send("ScanEnded", over);
    else this.end(id, 0, new Refused("scan_cancelled"));
  }

  /**
   * @param {import("../hub/codec.js").Message} wanted
   * @param {Scanner} scanner
   */
  async scan(wanted, scanner) {
    const current = { wanted, abort: new AbortController(), percent: -1 };
    this.current = current;
    this.emit("started", wanted);
    this.sendProgress();
    const beat = setInterval(() => this.sendProgress(), BEAT_MS);
    let taken = 0;
    /** @type {Refused | null} */
    let problem = null;
    try {
      const report = (/** @type {number} */ percent) => {
        current.percent = Math.round(percent);
        this.sendProgress();
      };
      for await (const page of scanner.scan(wanted, report, current.abort.signal)) {
        if (current.abort.signal.aborted) throw new Refused("scan_cancelled");
        if (taken === MOST_PAGES) throw new Refused("too_many_pages", { most: MOST_PAGES });
        await this.put(wanted, page);
        taken++;
      }
      if (current.abort.signal.aborted) throw new Refused("scan_cancelled");
      if (!taken) problem = new Refused(wanted.source === "feeder" ? "scanner_empty" : "scanner_failed", { status: "no page" });
    } catch (error) {
      problem = error instanceof Refused ? error : new Refused("scanner_failed", { status: String(error).slice(0, 100) });
      if (current.abort.signal.aborted) problem = new Refused("scan_cancelled");
    }
    clearInterval(beat);
    this.current = null;
    if (problem && problem.code === "scan_cancelled" && !this.powers.allowed("scan")) {
      problem = new Refused("grant_missing", { grant: "scan" });
    }
    this.end(wanted.scan_id, taken, problem);
  }

  sendProgress() {
    if (!this.current) return;
    const { wanted, percent } = this.current;
    this.sender.send("ScanProgressed", { scan_id: wanted.scan_id, percent: Math.max(-1, Math.min(100, percent)) });
  }

  /**
   * @param {string} id
   * @param {number} pages
   * @param {Refused | null} problem
   */
  end(id, pages, problem) {
    const ended = { scan_id: id, pages, code: problem ? problem.code : "", detail: problem ? problem.detail : {} };
    this.over.set(id, ended);
    if (this.over.size > REMEMBERED) this.over.delete([...this.over.keys()][0]);
    this.sender.send("ScanEnded", ended);
    this.emit("ended", ended);
  }

  // ---- pages

  /**
   * Keeps a page, signs it before anything of it leaves, and offers it.
   * @param {Record<string, any>} wanted
   * @param {ScannedPage} page
   */
  async put(wanted, page) {
    const { bytes } = page;
    if (!bytes.length) throw new Refused("page_unreadable");
    if (bytes.length > MAX_ITEM_BYTES) {
      throw new Refused("page_too_large", { size_bytes: bytes.length, limit_bytes: MAX_ITEM_BYTES });
    }
    const signed = {
      pageId: newId(), sha256: await sha256(bytes), sizeBytes: bytes.length, dpi: page.dpi, takenAt: signedTime(new Date()),
    };
    const kind = wanted.kind === "preview" ? "preview" : "page";
    if (kind === "preview") this.forgetPreviews();
    this.held.set(signed.pageId, {
      bytes,
      offer: {
        page_id: signed.pageId,
        scan_id: wanted.scan_id,
        kind,
        media_type: page.mediaType,
        size_bytes: bytes.length,
        sha256: signed.sha256,
        width_px: page.width,
        height_px: page.height,
        dpi: page.dpi,
        chunks: countChunks(bytes.length, this.chunks.chunkBytes),
        taken_at_utc: signed.takenAt,
        given: wanted.source === "file",
        signer: this.key.public,
        signature: this.key.sign(pageWords(this.channel.session, signed)),
      },
    });
    this.offer(signed.pageId);
  }

  forgetPreviews() {
    for (const [id, { offer }] of this.held) if (offer.kind === "preview") this.release(id);
  }

  /** @param {string} id */
  offer(id) {
    const page = this.held.get(id);
    if (!page) return;
    this.emit("offered", page.offer);
    this.sender.send("PageOffered", page.offer, () => {
      if (!this.held.has(id)) return;
      const every = Array.from({ length: page.offer.chunks }, (_, index) => index);
      if (page.offer.kind === "preview") this.chunks.again(id, page.bytes, page.offer.chunks, every); // somebody waits for it
      else this.chunks.send(id, page.bytes, page.offer.chunks);
    });
  }

  /** @param {string} id the page is not needed here any more */
  release(id) {
    this.chunks.drop(id);
    this.held.delete(id);
  }

  /** @returns {number} how many pages were removed */
  close() {
    this.stop();
    if (this.current) this.current.abort.abort();
    this.chunks.close();
    const count = this.held.size;
    this.held.clear();
    return count;
  }
}
