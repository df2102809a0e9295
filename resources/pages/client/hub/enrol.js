// SPDX-License-Identifier: GPL-3.0-only
// A new client shows the one-time code and its new key to the hub (docs/protocol.md, "Enrolment").
import { headers } from "../../../vendor/nats-core.mjs";
import { connectTo } from "./bus.js";
import { decodeAnswer, encode } from "./codec.js";
import { codeOf, Refused } from "../core/errors.js";
import { newId, utf8 } from "../core/ids.js";
import { Key, NEWCOMER } from "./keys.js";
import { sleep } from "../core/signals.js";

const [TRIES, PAUSE_MS, ANSWER_MS] = [3, 500, 8000];
const LENGTHS = [8, 12];

/**
 * @typedef {object} Identity who this kiosk is, as the hub says
 * @property {string} organisation
 * @property {string} role
 * @property {string} user
 * @property {string} seed
 */

/**
 * A code as it is compared and signed: capitals, no dashes or spaces, look-alikes as what they stand for.
 * @param {string} typed
 * @returns {string}
 */
export function tidyCode(typed) {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return letters.replaceAll("O", "0").replaceAll("I", "1").replaceAll("L", "1");
}

/**
 * @param {string} code tidy
 * @param {string} key public
 * @returns {Uint8Array} what the newcomer signs
 */
export const proofWords = (code, key) => utf8(`poste-expert enrol ${code} ${key}`);

/**
 * The address, code and fingerprint of an invitation's line, `<addresses>#<code><fingerprint>`. A browser checks the
 * server's certificate itself, by the authorities of its system: the fingerprint is for programs that can do more.
 * @param {string} line
 * @returns {{servers: string[], code: string} | null}
 */
export function readInvitation(line) {
  const [addresses, rest] = line.split("#");
  const letters = tidyCode(rest || "");
  if (!addresses || letters.length < LENGTHS[0]) return null;
  const code = letters.slice(0, letters.length - 28 >= LENGTHS[0] ? letters.length - 28 : letters.length);
  return { servers: addresses.split(",").map((one) => one.trim()), code };
}

/**
 * Makes the bus know a fresh key. The same code may be shown again with the same key when the outcome is unknown: the key is
 * kept in the store before it is shown.
 * @param {object} wanted
 * @param {string[]} wanted.servers
 * @param {string} wanted.code
 * @param {import("./keys.js").Store} wanted.store
 * @returns {Promise<Identity>}
 */
export async function enrol({ servers, code, store }) {
  const tidy = tidyCode(code);
  if (!LENGTHS.includes(tidy.length)) throw new Refused("enrolment_refused");
  const begun = await store.get("enrolling");
  const key = begun && begun.code === tidy ? new Key(begun.seed) : Key.make();
  await store.set("enrolling", { code: tidy, seed: key.seed });
  const fields = { code: tidy, key: key.public, proof: key.sign(proofWords(tidy, key.public)), roles: ["k"] };
  const answer = await shown(servers, encode("EnrolRequest", fields));
  const identity = { organisation: answer.organisation, role: answer.role, user: answer.user, seed: key.seed };
  await store.set("identity", identity);
  await store.remove("enrolling");
  return identity;
}

/**
 * A server that takes a newcomer's key up may refuse whom it has just greeted: a refusal or two are no reason to give up.
 * @param {string[]} servers
 * @param {Uint8Array} request
 */
async function shown(servers, request) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(servers, request);
    } catch (error) {
      if (attempt === TRIES || !["bus_refused_identity", "hub_unreachable"].includes(codeOf(error))) throw error;
      await sleep(PAUSE_MS * attempt);
    }
  }
}

/**
 * @param {string[]} servers
 * @param {Uint8Array} request
 */
async function once(servers, request) {
  const connection = await connectTo({ servers, seed: NEWCOMER, inbox: "_I.enrol", name: "newcomer" }, false);
  // the server forgets a newcomer's reply subject after half a second: the hub reads it in the header, too
  const reply = `_I.enrol.${newId()}`;
  const own = headers();
  own.set("Answer-To", reply);
  let answer;
  try {
    answer = await connection.request("svc.enrol", request, { timeout: ANSWER_MS, headers: own, noMux: true, reply });
  } catch (error) {
    throw new Refused("hub_unreachable", { why: String(error).slice(0, 100) });
  } finally {
    await connection.close();
  }
  return decodeAnswer(answer.data, "EnrolAnswer");
}
