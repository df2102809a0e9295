// SPDX-License-Identifier: GPL-3.0-only
// The caller's consent, kept and enforced here: asked one power at a time, timed, taken back at will. The desk is only told
// (docs/protocol.md, "Grants").
import { needBoolean, needOneOf } from "./core/arguments.js";
import { Signals } from "./core/signals.js";

const TOPIC = "grant";
const TICK_MS = 200;
const SILENCE_MS = 30_000; // without an answer for so long, the answer is no
/** Seconds after which a power ends by itself; asked again, it begins anew. */
export const LASTS_S = /** @type {Record<string, number>} */ ({ see_page: 1800, point: 1800, control: 600, type: 600, scan: 1200, print: 1200, keep: 7200 });
const ALL = Object.keys(LASTS_S);
const NEED_PAGE = new Set(["point", "control", "type"]);
const RENEWED_BELOW = 0.5; // a power with more than this part of its time left is told, not asked again

/**
 * @typedef {object} Given a power's last answer
 * @property {number} until performance.now() of its end, 0 when it is not given
 * @property {string} reason
 * @property {string} text
 */

/** @param {string} power */
const neededFor = (power) => (NEED_PAGE.has(power) ? ["see_page", power] : [power]);
/** @param {string} power */
const endingWith = (power) => ALL.filter((each) => neededFor(each).includes(power));

/**
 * One session's powers, all refused at its start.
 *
 * Signals: "asked" (power): put this question to the caller now, only one at a time; "settled" (power): it is over;
 * "changed" ({grant, allowed, ...}): a power was given, refused, taken back or has ended, told before the desk hears it.
 */
export class Powers extends Signals {
  /**
   * @param {import("./hub/channel.js").Channel} channel
   * @param {object} [options]
   * @param {(power: string) => string} [options.textVersion] which words the screen uses for a question, e.g. "acme_scan_fr_2"
   * @param {Set<string>} [options.possible] what this kiosk can give at all; nobody is asked for anything else
   */
  constructor(channel, { textVersion = () => "", possible = new Set(ALL) } = {}) {
    super();
    this.channel = channel;
    this.textVersion = textVersion;
    this.possible = possible;
    /** @type {Map<string, Given>} */
    this.given = new Map(ALL.map((power) => [power, { until: 0, reason: "told", text: "" }]));
    /** @type {string[]} */
    this.questions = [];
    /** @type {Map<string, string>} */
    this.askedBy = new Map();
    /** @type {Map<string, string>} */
    this.answered = new Map();
    this.askedAt = 0;
    this.open = true;
    channel.onMessage(TOPIC, (message) => this.receive(message));
    this.ticking = window.setInterval(() => this.tick(), TICK_MS);
  }

  /**
   * @param {string} power
   * @returns {boolean} whether the caller gives it now
   */
  allowed(power) {
    return this.leftS(power) > 0;
  }

  /**
   * @param {string} power
   * @returns {number} seconds until it ends by itself
   */
  leftS(power) {
    const given = this.given.get(power);
    return given ? Math.max(0, (given.until - performance.now()) / 1000) : 0;
  }

  /** @returns {string | undefined} what the caller is being asked now */
  get question() {
    return this.questions[0];
  }

  // ---- what the caller does

  /**
   * The answer to the question on the screen; one to another question is ignored (a late touch).
   * @param {string} power
   * @param {boolean} yes
   */
  answer(power, yes) {
    needOneOf("session.powers.answer", "power", power, ALL);
    needBoolean("session.powers.answer", "yes", yes);
    if (this.open && this.question === power) this.settle(yes, "answered");
  }

  /**
   * The caller takes a power back; it ends at once, and what needs it too.
   * @param {string} power
   */
  withdraw(power) {
    needOneOf("session.powers.withdraw", "power", power, ALL);
    if (this.open) this.refuse(endingWith(power).filter((each) => this.allowed(each)), "withdrawn");
  }

  /** STOP: takes back all powers and refuses the open questions. */
  withdrawAll() {
    if (!this.open) return;
    const asked = this.questions;
    this.questions = [];
    if (asked.length) this.emit("settled", asked[0]);
    this.refuse(ALL.filter((power) => this.allowed(power) || asked.includes(power)), "stopped");
  }

  // ---- what the desk asks

  /** @param {import("./hub/codec.js").Message} message */
  receive(message) {
    if (message.type === "GrantRequested") return this.request(message.grant, message.request_id || "");
    if (message.type === "GrantsRequested") return this.repeatAll();
    return false;
  }

  /**
   * @param {string} power
   * @param {string} requestId
   */
  request(power, requestId) {
    if (!ALL.includes(power)) throw new Error(`no power: ${power}`);
    const possible = neededFor(power).every((each) => this.possible.has(each));
    const repeated = requestId && this.answered.get(power) === requestId;
    if (!possible || repeated || this.leftS(power) > LASTS_S[power] * RENEWED_BELOW) {
      this.answered.set(power, requestId);
      this.sendState(power, "told");
      return;
    }
    this.askedBy.set(power, requestId);
    const idle = !this.questions.length;
    for (const each of neededFor(power)) {
      if (!this.questions.includes(each) && (each === power || !this.allowed(each))) this.questions.push(each);
    }
    if (idle) this.ask();
  }

  /** Tells the desk every power as it is now: it asked, or the line came back. */
  repeatAll() {
    for (const power of ALL) this.sendState(power, "told");
  }

  // ---- question by question

  ask() {
    if (!this.questions.length) return;
    this.askedAt = performance.now();
    this.emit("asked", this.questions[0]);
  }

  /**
   * @param {boolean} yes
   * @param {string} reason
   */
  settle(yes, reason) {
    const power = /** @type {string} */ (this.questions.shift());
    this.emit("settled", power);
    if (yes) {
      const lastsMs = LASTS_S[power] * 1000;
      this.change(power, { until: performance.now() + lastsMs, reason, text: this.textVersion(power) });
    } else if (reason === "silent" && this.allowed(power)) {
      this.noteAnswered(power);
      this.sendState(power, "told"); // not renewed: it ends when it was to end
    } else {
      this.refuseWithQuestions(power, reason);
    }
    this.ask();
  }

  /**
   * Nobody is asked whether the agent may click in a page that the agent may not see.
   * @param {string} power
   * @param {string} reason
   */
  refuseWithQuestions(power, reason) {
    const pointless = this.questions.filter((each) => neededFor(each).includes(power));
    this.questions = this.questions.filter((each) => !pointless.includes(each));
    const ending = endingWith(power).filter((each) => each !== power && this.allowed(each) && !pointless.includes(each));
    this.refuse([power, ...pointless, ...ending], reason);
  }

  tick() {
    const now = performance.now();
    if (this.questions.length && now - this.askedAt >= SILENCE_MS) this.settle(false, "silent");
    const over = ALL.filter((power) => {
      const { until } = /** @type {Given} */ (this.given.get(power));
      return until > 0 && until <= now;
    });
    const ending = over.flatMap(endingWith).filter((power) => (this.given.get(power) || { until: 0 }).until > 0);
    this.refuse([...new Set(ending)], "expired");
  }

  /**
   * @param {string[]} powers
   * @param {string} reason
   */
  refuse(powers, reason) {
    const asked = reason === "answered" || reason === "silent";
    for (const power of powers) this.change(power, { until: 0, reason, text: asked ? this.textVersion(power) : "" });
  }

  /**
   * @param {string} power
   * @param {Given} given
   */
  change(power, given) {
    this.given.set(power, given);
    if (!this.questions.includes(power)) this.noteAnswered(power); // one that is being renewed may end before
    this.emit("changed", this.fieldsOf(power, given.reason));
    this.sendState(power, given.reason);
  }

  /** @param {string} power */
  noteAnswered(power) {
    const by = this.askedBy.get(power);
    if (by === undefined) return;
    this.answered.set(power, by);
    this.askedBy.delete(power);
  }

  /**
   * @param {string} power
   * @param {string} reason
   */
  fieldsOf(power, reason) {
    const given = /** @type {Given} */ (this.given.get(power));
    return {
      grant: power,
      allowed: this.allowed(power),
      at_utc: new Date().toISOString(),
      left_s: this.leftS(power),
      reason,
      actor: "caller",
      text_version: given.text,
      request_id: this.answered.get(power) || "",
    };
  }

  /**
   * Lost while the line is away: the power has changed here, where it counts, and `repeatAll` tells it when the line is back.
   * @param {string} power
   * @param {string} reason
   */
  sendState(power, reason) {
    if (this.open) this.channel.trySend(TOPIC, "GrantChanged", this.fieldsOf(power, reason));
  }

  /** The session is over: no power is left. */
  close() {
    this.open = false;
    clearInterval(this.ticking);
    this.questions = [];
    for (const power of ALL) this.given.set(power, { until: 0, reason: "told", text: "" });
  }
}
