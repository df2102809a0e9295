// SPDX-License-Identifier: GPL-3.0-only
// Documents from the desk: bound to this conversation and this kiosk, shown to the caller, printed after a yes
// (docs/protocol.md, "A print").
import { Arrivals } from "./chunks.js";
import { needBoolean, needText } from "../core/arguments.js";
import { Refused } from "../core/errors.js";
import { printBinding } from "./signing.js";
import { Signals } from "../core/signals.js";

const SHOW_MS = 90_000;
const MOST_SHEETS = 40;
const LAST = new Set(["done", "failed", "cancelled"]);

/**
 * What prints. It throws `Refused` with a code of docs/protocol.md ("printer_out_of_paper", ...).
 * @typedef {object} Printer
 * @property {() => Promise<{state: string, name: string, code: string}>} state
 * @property {(document: Uint8Array) => Promise<number>} [countPages] refuses a document that is not safe
 * @property {(document: Uint8Array, job: {name: string, copies: number, report(state: string, code?: string): void, signal: AbortSignal}) => Promise<void>} print
 *   returns once the last sheet is out
 */

/**
 * @typedef {object} Job
 * @property {Record<string, any>} offer
 * @property {Record<string, any> | null} reported
 * @property {AbortController} abort
 */

/**
 * Signals: "asked" ({id, name, bytes, pages, copies}): show this document to the caller, who answers by `answer`; "ended"
 * (id): nothing waits any more; "changed" (`PrintChanged`).
 */
export class Prints extends Signals {
  /**
   * @param {import("../hub/channel.js").Channel} channel
   * @param {object} parts
   * @param {import("../hub/channel.js").OrderedSender} parts.sender
   * @param {import("../powers.js").Powers} parts.powers
   * @param {string} parts.kioskKey
   * @param {Printer | null} parts.printer
   */
  constructor(channel, { sender, powers, kioskKey, printer }) {
    super();
    this.channel = channel;
    this.sender = sender;
    this.powers = powers;
    this.kioskKey = kioskKey;
    this.printer = printer;
    this.arrivals = new Arrivals();
    /** @type {Map<string, Job>} */
    this.jobs = new Map();
    /** @type {{id: string, resolve: (yes: boolean | null) => void} | null} */
    this.shown = null;
    /** @type {Promise<void>} one document after the other is shown */
    this.turn = Promise.resolve();
    this.jobNumber = 0;
    this.open = true;
    this.stop = powers.on("changed", ({ grant, allowed }) => {
      if (grant === "print" && !allowed && this.shown) this.shown.resolve(false);
    });
  }

  /**
   * The caller's answer; one to a document that is not shown any more does nothing.
   * @param {string} id
   * @param {boolean} yes
   */
  answer(id, yes) {
    needText("session.prints.answer", "id", id);
    needBoolean("session.prints.answer", "yes", yes);
    if (this.shown && this.shown.id === id) this.shown.resolve(yes);
  }

  /**
   * @param {import("../hub/codec.js").Message} message
   * @returns {boolean} whether it was for this part
   */
  receive(message) {
    if (message.type === "PrintOffered") this.offered(message);
    else if (message.type === "PrintCancelRequested") this.cancel(message.print_id);
    else return false;
    return true;
  }

  /** @param {import("../hub/codec.js").Message} offer the same `print_id` is the same print, however often it is offered */
  async offered(offer) {
    const known = this.jobs.get(offer.print_id);
    if (known) {
      this.sender.send("PrintChanged", known.reported || { print_id: offer.print_id, state: "received" });
      return;
    }
    /** @type {Job} */
    const job = { offer: { ...offer, copies: offer.copies || 1 }, reported: null, abort: new AbortController() };
    this.jobs.set(offer.print_id, job);
    const problem = this.refusal() || (await this.notOurs(job.offer));
    if (problem) {
      this.fail(job, problem);
      return;
    }
    const ask = (/** @type {number[]} */ missing) =>
      this.sender.send("ChunksRequested", { item_id: offer.print_id, missing });
    try {
      this.arrivals.expect(offer.print_id, /** @type {any} */ (offer), {
        ask,
        whole: (bytes) => this.print(job, bytes),
        failed: (code) => this.fail(job, new Refused(code)),
      });
    } catch (error) {
      this.fail(job, error instanceof Refused ? error : new Refused("message_malformed"));
    }
  }

  /** @returns {Refused | null} */
  refusal() {
    if (!this.open) return new Refused("print_not_for_us");
    if (!this.powers.allowed("print")) return new Refused("grant_missing", { grant: "print" });
    return this.printer ? null : new Refused("printer_gone");
  }

  /** @param {Record<string, any>} offer */
  async notOurs({ sha256, copies, bound_to: bound }) {
    const ours = await printBinding(this.channel.session, this.kioskKey, sha256, copies);
    return bound === ours ? null : new Refused("print_not_for_us");
  }

  /**
   * @param {Job} job
   * @param {Uint8Array} bytes
   */
  async print(job, bytes) {
    const { printer } = this;
    const { name, copies, sha256 } = job.offer;
    try {
      const refused = this.refusal();
      if (refused || !printer) throw refused || new Refused("printer_gone");
      if (new TextDecoder("latin1").decode(bytes.subarray(0, 5)) !== "%PDF-") {
        throw new Refused("print_refused", { status: "not_pdf" });
      }
      const pages = printer.countPages ? await printer.countPages(bytes) : 0;
      if (pages * copies > MOST_SHEETS) throw new Refused("print_too_long", { pages: pages * copies, most: MOST_SHEETS });
      await this.askCaller(job, { name, bytes, pages, copies });
      const since = this.refusal(); // what was allowed before the question may be taken back since
      if (since) throw since;
      this.report(job, "received", { sha256 });
      this.report(job, "sent", { job_id: ++this.jobNumber });
      const report = (/** @type {string} */ state, code = "") => this.report(job, state, { code });
      await printer.print(bytes, { name, copies, report, signal: job.abort.signal });
      this.report(job, job.abort.signal.aborted ? "cancelled" : "done", { code: "" });
    } catch (error) {
      if (job.abort.signal.aborted) this.report(job, "cancelled", {});
      else this.fail(job, error instanceof Refused ? error : new Refused("print_failed", { state: String(error).slice(0, 100) }));
    }
  }

  /**
   * @param {Job} job
   * @param {Record<string, any>} shown
   */
  async askCaller(job, shown) {
    const id = job.offer.print_id;
    const before = this.turn;
    let done = () => {};
    this.turn = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      if (job.abort.signal.aborted) throw new Refused("print_declined", { why: "no" });
      this.report(job, "shown", { sha256: job.offer.sha256 });
      const yes = await new Promise((resolve) => {
        this.shown = { id, resolve };
        setTimeout(() => resolve(null), SHOW_MS);
        job.abort.signal.addEventListener("abort", () => resolve(false));
        this.emit("asked", { id, ...shown });
      });
      if (!yes) throw new Refused("print_declined", { why: yes === null ? "silence" : "no" });
    } finally {
      this.shown = null;
      this.emit("ended", id);
      done();
    }
  }

  /** @param {string} id */
  cancel(id) {
    const job = this.jobs.get(id);
    if (!job) return;
    if (job.reported && LAST.has(job.reported.state)) {
      this.sender.send("PrintChanged", job.reported);
      return;
    }
    this.arrivals.forget(id);
    job.abort.abort();
    if (!job.reported) this.report(job, "cancelled", {});
  }

  /**
   * @param {Job} job
   * @param {string} state
   * @param {Record<string, any>} more
   */
  report(job, state, more) {
    if (job.reported && LAST.has(job.reported.state)) return;
    const before = job.reported || { print_id: job.offer.print_id, job_id: 0, code: "", detail: {}, sha256: "" };
    const change = { ...before, code: "", detail: {}, ...more, state };
    if (JSON.stringify(change) === JSON.stringify(job.reported)) return;
    job.reported = change;
    this.sender.send("PrintChanged", change);
    this.emit("changed", change);
  }

  /**
   * @param {Job} job
   * @param {Refused} problem
   */
  fail(job, problem) {
    this.arrivals.forget(job.offer.print_id);
    this.report(job, "failed", { code: problem.code, detail: problem.detail });
  }

  /** The caller has gone: what is not printing yet is cancelled, or it would come out before the next caller. */
  close() {
    this.open = false;
    this.stop();
    this.arrivals.close();
    for (const job of this.jobs.values()) {
      if (!job.reported || !["printing", "waiting", ...LAST].includes(job.reported.state)) job.abort.abort();
    }
    if (this.shown) this.shown.resolve(false);
  }
}
