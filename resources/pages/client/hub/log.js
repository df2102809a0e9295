// SPDX-License-Identifier: GPL-3.0-only
// This kiosk's part of the session's log: facts without a word, number or address of the caller (docs/schemas/log.json),
// numbered without gaps, sent until the keeper has them.
import { AGAIN, codeOf } from "../core/errors.js";
import { sleep } from "../core/signals.js";

const FORMAT = 4;
const [BATCH, BATCH_LETTERS] = [200, 180_000];
const PAUSE_MS = 1000;
const CODE = /^[a-z0-9_]{0,60}$/;

export class Log {
  /**
   * @param {import("./bus.js").Bus} bus
   * @param {string} session
   * @param {import("../sealing/organisations.js").VaultLine | null} [vault] keeps the log of a sealed session
   */
  constructor(bus, session, vault = null) {
    this.bus = bus;
    this.vault = vault;
    this.session = session;
    /** @type {Record<string, any>[]} records that the keeper may not have, without their numbers */
    this.records = [];
    this.first = 0;
    this.asked = false; // what the keeper has of us from before: the page may have been loaded anew
    this.sending = false;
    this.givenUp = false;
  }

  /**
   * @param {string} type of docs/schemas/log.json
   * @param {Record<string, any>} [fields]
   * @param {Date} [at]
   */
  write(type, fields = {}, at = new Date()) {
    if (this.givenUp) return;
    this.records.push({ format: FORMAT, at_utc: at.toISOString(), writer: "kiosk", event: { type, ...fields } });
    if (!this.sending) this.send();
  }

  /**
   * @param {string} topic
   * @param {string} code
   */
  notTaken(topic, code) {
    const known = CODE.test(topic) && CODE.test(code);
    if (known) this.write("MessageNotTaken", { by: "kiosk", topic: topic.replace(/[^a-z]/g, "").slice(0, 20), code });
  }

  async send() {
    this.sending = true;
    while (this.records.length && !this.givenUp) {
      try {
        await this.sendSome();
      } catch (error) {
        // a keeper that takes no more does not keep the caller's next conversation waiting
        if (AGAIN.has(codeOf(error))) await sleep(PAUSE_MS);
        else this.givenUp = true;
      }
    }
    this.sending = false;
  }

  async sendSome() {
    if (!this.asked) {
      this.first = await this.append([]);
      this.asked = true;
    }
    let size = 0;
    const batch = this.records.slice(0, BATCH).filter((record, index) => {
      size += JSON.stringify(record).length;
      return index === 0 || size < BATCH_LETTERS;
    });
    const next = await this.append(batch.map((record, index) => ({ ...record, number: this.first + index })));
    const taken = Math.max(0, Math.min(next - this.first, batch.length));
    this.records.splice(0, taken);
    this.first += taken;
    if (!taken) await sleep(PAUSE_MS);
  }

  /**
   * @param {Record<string, any>[]} records
   * @returns {Promise<number>} below which the keeper has all of ours
   */
  async append(records) {
    const fields = { session_id: this.session, first: this.first, records };
    if (this.vault) return (await this.vault.ask("log", "LogAppend", fields, "LogAck")).next;
    return (await this.bus.request("log", "LogAppend", fields, "LogAck", 30_000)).next;
  }

  /**
   * Waits until the keeper has all of it.
   * @param {number} timeoutMs
   * @returns {Promise<boolean>}
   */
  async flush(timeoutMs) {
    const until = performance.now() + timeoutMs;
    while (this.records.length && !this.givenUp && performance.now() < until) {
      if (!this.sending) this.send();
      await sleep(50);
    }
    return !this.records.length;
  }
}
