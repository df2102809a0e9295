// SPDX-License-Identifier: GPL-3.0-only
// What this kiosk knows of organisations with a vault: their cards, whom it has believed before, and the way to their vaults
// (docs/protocol-seal.md).
import { AGAIN, codeOf, Refused } from "../core/errors.js";
import { utf8 } from "../core/ids.js";
import { decodeAnswer, decodeEvent, encode } from "../hub/codec.js";
import { Exchange, readStamp, SealBox } from "./box.js";
import { sealedNumber, validKeys } from "./cards.js";

const CARD_MS = 300_000;
const ASK_MS = 10_000;
const PINNED = "signers"; // in the store: organisation -> the key that signs its convention

export class Organisations {
  /**
   * @param {import("../hub/bus.js").Bus} bus
   * @param {object} options
   * @param {import("../hub/keys.js").Store} options.store
   * @param {import("../hub/keys.js").Key} options.key
   * @param {string} options.home this kiosk's own account
   * @param {string} options.user
   */
  constructor(bus, { store, key, home, user }) {
    this.bus = bus;
    this.store = store;
    this.key = key;
    this.home = home;
    this.user = user;
    /** @type {Record<string, string>} */
    this.signers = {};
    /** @type {Map<string, {card: Record<string, any> | null, at: number}>} */
    this.cards = new Map();
    /** @type {Map<string, VaultLine>} */
    this.lines = new Map();
  }

  /** Whom this kiosk has believed before. */
  async load() {
    this.signers = (await this.store.get(PINNED)) || {};
  }

  /**
   * The keys that hold, the newest first; none where an organisation does not seal. Throws `seal_key_refused`: another signer
   * than before, or no card where there was one.
   * @param {string} organisation
   * @param {Record<string, any> | null | undefined} card
   */
  take(organisation, card) {
    const known = this.signers[organisation] || "";
    this.cards.set(organisation, { card: card || null, at: performance.now() });
    if (!card) {
      if (known) throw new Refused("seal_key_refused", { organisation, why: "no card" });
      return [];
    }
    const keys = validKeys(organisation, card, known, new Date());
    if (!known) {
      this.signers = { ...this.signers, [organisation]: keys[0].signer };
      this.store.set(PINNED, this.signers);
    }
    return keys;
  }

  /**
   * @param {string} organisation
   * @returns {Promise<Record<string, any>[]>}
   */
  async keysOf(organisation) {
    const known = this.cards.get(organisation);
    if (known && performance.now() - known.at < CARD_MS) return this.take(organisation, known.card);
    const fields = { organisation: organisation === this.home ? "" : organisation };
    const { card } = await this.bus.ask("seal", "SealCardRequest", fields, "SealCardAnswer");
    return this.take(organisation, card);
  }

  /**
   * @param {string} organisation
   * @param {string} number what the caller typed
   * @returns {Promise<{caller_number: string, sealed_number?: string}>} as `TicketRequested` has it
   */
  async numberFor(organisation, number) {
    const keys = number ? await this.keysOf(organisation) : [];
    if (!keys.length) return { caller_number: number };
    const where = { organisation, home: this.home, kiosk: this.user };
    return { caller_number: "", sealed_number: await sealedNumber(number, keys.map(({ key }) => key), where) };
  }

  /** @param {string} organisation */
  logOf(organisation) {
    const line = this.lines.get(organisation) || new VaultLine(this, organisation, "log");
    this.lines.set(organisation, line);
    return line;
  }
}

/** The sealed way to one part of an organisation's vault: hello, then questions and answers. */
export class VaultLine {
  /**
   * @param {Organisations} ours
   * @param {string} organisation
   * @param {string} part
   */
  constructor(ours, organisation, part) {
    this.ours = ours;
    this.organisation = organisation;
    this.part = part;
    const way = organisation === ours.home ? "vin" : "vto";
    this.subject = `${way}.${organisation}.k.${ours.user}.${part}`;
    /** @type {SealBox | null} */
    this.box = null;
  }

  /**
   * @param {string} verb
   * @param {string} type
   * @param {Record<string, any>} fields
   * @param {string} wanted
   * @returns {Promise<import("../hub/codec.js").Message>}
   */
  async ask(verb, type, fields, wanted) {
    const body = JSON.parse(new TextDecoder().decode(encode(type, fields)));
    const question = utf8(JSON.stringify({ verb, body }));
    for (let attempt = 1; attempt <= 2; attempt++) {
      const box = this.box || (await this.hello());
      this.box = box;
      const { stamp, sealed } = box.seal("question", question);
      const answer = await this.send(sealed, { Seal: stamp });
      const code = answer.headers.get("Seal-Refused");
      if (code === "unknown" && attempt === 1) {
        this.box = null;
        continue;
      }
      if (code) throw new Refused(code === "unknown" ? "vault_away" : code);
      if (answer.headers.get("Seal") !== stamp) throw new Refused("seal_broken", { why: "another answer" });
      return decodeAnswer(box.open("answer", stamp, answer.data), wanted);
    }
    throw new Refused("vault_away");
  }

  /**
   * @param {Uint8Array} bytes
   * @param {Record<string, string>} headers
   */
  async send(bytes, headers) {
    try {
      return await this.ours.bus.requestRaw(this.subject, bytes, headers, ASK_MS);
    } catch (error) {
      throw AGAIN.has(codeOf(error)) ? new Refused("vault_away") : error;
    }
  }

  /** @returns {Promise<SealBox>} the card's keys are tried, the newest first: a vault may not have that one yet */
  async hello() {
    let refused = new Refused("vault_away");
    for (const { key } of await this.ours.keysOf(this.organisation)) {
      const mine = await Exchange.make();
      const { home, user } = this.ours;
      const signed = ["poste-expert vault hello 1", this.organisation, this.part, home, "k", user, key, mine.public].join("\n");
      const signature = this.ours.key.sign(utf8(signed));
      const hello = { vault_key: key, key: mine.public, signer: this.ours.key.public, signature };
      const answer = await this.send(encode("VaultHello", hello), { "Seal-Hello": "1" });
      const code = answer.headers.get("Seal-Refused");
      if (code) {
        refused = new Refused(code);
        if (code === "seal_key_old") continue;
        throw refused;
      }
      return this.welcomed(mine, key, answer);
    }
    throw refused;
  }

  /**
   * @param {Exchange} mine
   * @param {string} vaultKey
   * @param {{data: Uint8Array, headers: {get(name: string): string}}} answer
   */
  async welcomed(mine, vaultKey, answer) {
    const welcome = decodeEvent(answer.data);
    const secrets = [await mine.shared(vaultKey), await mine.shared(welcome.key)];
    const secret = new Uint8Array([...secrets[0], ...secrets[1]]);
    const purpose = ["vault", this.organisation, this.part].join("\n");
    const keys = [vaultKey, mine.public, welcome.key].join("\n");
    const box = await SealBox.of(secret, keys, { purpose, opensFirst: true, used: 1 });
    const stamp = answer.headers.get("Seal");
    if (readStamp(stamp).number !== 1) throw new Refused("seal_broken", { why: "proof" });
    box.open("Seal-Hello", stamp, Uint8Array.from(atob(welcome.proof), (one) => one.charCodeAt(0)));
    return box;
  }
}
