// SPDX-License-Identifier: GPL-3.0-only
// The kiosk's end of a sealed session: gives a key to the agent whom the organisation knows, and nothing is sent or believed
// that is not sealed (docs/protocol-seal.md).
import { decodeSession, encode } from "../hub/codec.js";
import { codeOf, Refused } from "../core/errors.js";
import { Exchange, packed, readStamp, SealBox, unpacked } from "./box.js";
import { checkDesk } from "./cards.js";

export const TOPIC = "seal";
/** Topics that are as they are: two ends who have no key with each other speak there. */
const OPEN = new Set([TOPIC, "third", "aside", "refused"]);
const MOST_WAITING = 2000;
const NEEDED_MS = 2000;

/** @param {string} topic */
export const isSealed = (topic) => !OPEN.has(topic);

/** One session's seal. */
export class SessionSeal {
  /**
   * @param {Record<string, any>} facts `SessionFacts`
   * @param {Record<string, any>[]} keys the organisation's
   * @param {object} ways
   * @param {(topic: string, bytes: Uint8Array, headers?: Record<string, string>) => void} ways.publish
   * @param {(topic: string, bytes: Uint8Array, headers: any) => void} ways.deliver
   * @param {(topic: string, code: string, why: string) => void} ways.refuse
   */
  constructor(facts, keys, { publish, deliver, refuse }) {
    this.facts = facts;
    this.keys = keys;
    this.publish = publish;
    this.deliver = deliver;
    this.refuse = refuse;
    /** @type {SealBox[]} the newest first; what was under way of the one before still comes */
    this.boxes = [];
    /** @type {{topic: string, bytes: Uint8Array, headers: Record<string, string>}[]} */
    this.waiting = [];
    /** @type {{desk_key: string, key: string} | null} */
    this.offer = null;
    this.answered = new Set();
    this.neededAt = -Infinity;
  }

  /**
   * Sends it sealed, or keeps it until there is a key.
   * @param {string} topic
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} headers
   */
  send(topic, bytes, headers) {
    const [box] = this.boxes;
    if (!box) {
      if (this.waiting.length >= MOST_WAITING) throw new Refused("bus_unreachable", { why: "seal" });
      this.waiting.push({ topic, bytes, headers });
      return;
    }
    const { stamp, sealed } = box.seal(topic, packed(bytes, headers));
    this.publish(topic, sealed, { Seal: stamp });
  }

  /**
   * @param {string} topic
   * @param {Uint8Array} bytes
   * @param {any} headers
   */
  receive(topic, bytes, headers) {
    if (topic === TOPIC) {
      this.answer(decodeSession(bytes)).catch((error) => this.refuse(topic, codeOf(error), String(error.message)));
      return;
    }
    try {
      const stamp = (headers && headers.get("Seal")) || "";
      const { epoch } = readStamp(stamp);
      const box = this.boxes.find((one) => one.epoch === epoch);
      if (!box) {
        this.needKey();
        return;
      }
      const opened = unpacked(box.open(topic, stamp, bytes));
      this.deliver(topic, opened.payload, opened.headers);
    } catch (error) {
      this.refuse(topic, codeOf(error), error instanceof Refused ? String(error.detail.why || "") : "");
    }
  }

  /** The desk has a key that this page has lost: it was loaded anew. */
  needKey() {
    if (performance.now() - this.neededAt < NEEDED_MS) return;
    this.neededAt = performance.now();
    this.publish(TOPIC, encode("SealNeeded"));
  }

  /** @param {import("../hub/codec.js").Message} asked */
  async answer(asked) {
    if (asked.type !== "SealRequested") return;
    if (!this.offer || this.offer.desk_key !== asked.key) {
      checkDesk(asked, this.facts, this.keys, new Date());
      if (this.answered.has(asked.key)) throw new Refused("seal_broken", { why: "twice" });
      this.answered.add(asked.key);
      const mine = await Exchange.make();
      const purpose = ["session", this.facts.organisation, this.facts.id].join("\n");
      const keys = `${asked.key}\n${mine.public}`;
      const box = await SealBox.of(await mine.shared(asked.key), keys, { purpose, opensFirst: false });
      this.offer = { desk_key: asked.key, key: mine.public };
      this.boxes = [box, ...this.boxes].slice(0, 2);
    }
    this.publish(TOPIC, encode("SealOffered", this.offer));
    for (const { topic, bytes, headers } of this.waiting.splice(0)) this.send(topic, bytes, headers);
  }
}
