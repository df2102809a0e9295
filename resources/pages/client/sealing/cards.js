// SPDX-License-Identifier: GPL-3.0-only
// Whom this kiosk believes of an organisation with a vault: its card, its desks' certificates, and the caller's number that
// only the vault reads (docs/protocol-seal.md).
import { nkeys } from "../../../vendor/nats-core.mjs";
import { Refused } from "../core/errors.js";
import { base64, fromBase64, utf8 } from "../core/ids.js";
import { Exchange } from "./box.js";
import { sealedFor } from "./hpke.js";

const NUMBER_BYTES = 32;

/**
 * @param {string} organisation
 * @param {string} why
 */
const refused = (organisation, why) => new Refused("seal_key_refused", { organisation, why });

/**
 * @param {string} key an nkey's public half
 * @param {string} text
 * @param {string} signature base64
 * @returns {boolean}
 */
function isSigned(key, text, signature) {
  try {
    return nkeys.fromPublic(key).verify(utf8(text), fromBase64(signature));
  } catch (error) {
    return false;
  }
}

/**
 * The keys of a card that hold today, the newest first.
 * @param {string} organisation
 * @param {Record<string, any>} card
 * @param {string} signer whom this kiosk believes; "" when it knows nobody yet: then all must have one
 * @param {Date} now
 * @returns {Record<string, any>[]}
 */
export function validKeys(organisation, card, signer, now) {
  if (card.organisation !== organisation) throw refused(organisation, "organisation");
  const believed = signer || (card.keys[0] && card.keys[0].signer);
  for (const key of card.keys) {
    const text = ["poste-expert seal key 1", organisation, key.key, key.certifier, key.first, key.last].join("\n");
    if (key.signer !== believed) throw refused(organisation, "signer");
    if (!isSigned(key.signer, text, key.signature)) throw refused(organisation, "signature");
  }
  const today = now.toISOString().slice(0, 10);
  const valid = card.keys.filter((/** @type {any} */ { first, last }) => first <= today && today <= last);
  if (!valid.length) throw new Refused("seal_key_old", { organisation });
  return valid.sort((/** @type {any} */ one, /** @type {any} */ other) => other.first.localeCompare(one.first));
}

/**
 * As it is signed: `+00:00`, and six fraction digits or none.
 * @param {string} time RFC 3339
 */
function certificateTime(time) {
  const [, whole, fraction = ""] = /** @type {RegExpExecArray} */ (/^(.{19})(?:\.(\d{1,6}))?/.exec(time));
  const digits = fraction.padEnd(6, "0");
  return `${whole}${/[1-9]/.test(digits) ? `.${digits}` : ""}+00:00`;
}

/**
 * Throws `seal_key_refused` unless this is a good question of the session's agent for a key.
 * @param {Record<string, any>} asked `SealRequested`
 * @param {Record<string, any>} facts `SessionFacts`
 * @param {Record<string, any>[]} keys the organisation's
 * @param {Date} now
 */
export function checkDesk(asked, facts, keys, now) {
  const { organisation, agent, id } = facts;
  const { certificate } = asked;
  const { certifier, user, role, key, until_utc: until } = certificate;
  if (certificate.organisation !== organisation || role !== "a" || user !== agent) throw refused(organisation, "somebody else");
  if (!keys.some((one) => one.certifier === certifier)) throw refused(organisation, "unknown vault");
  const lines = ["poste-expert desk 1", organisation, role, user, key, certificateTime(until), certifier];
  if (!isSigned(certifier, lines.join("\n"), certificate.signature)) throw refused(organisation, "certificate");
  if (new Date(until) < now) throw refused(organisation, "too old");
  if (!isSigned(key, ["poste-expert desk key 1", id, asked.key].join("\n"), asked.signature)) throw refused(organisation, "desk");
}

/**
 * A caller's number, closed for the vault.
 * @param {string} number
 * @param {string[]} keys of the card
 * @param {{organisation: string, home: string, kiosk: string}} where `home`: the kiosk's own account
 * @param {() => Promise<Exchange>} [fresh] a key that nobody had before
 */
export async function sealedNumber(number, keys, { organisation, home, kiosk }, fresh = Exchange.make) {
  const data = new Uint8Array(NUMBER_BYTES);
  if (utf8(number).length > NUMBER_BYTES) throw new Refused("caller_number_invalid");
  data.set(utf8(number));
  const info = utf8(["poste-expert caller number 2", organisation, home, kiosk].join("\n"));
  let text = "";
  for (const key of keys) {
    const mine = await fresh();
    text += mine.public + base64(await sealedFor(data, key, info, mine));
  }
  return text;
}
