// SPDX-License-Identifier: GPL-3.0-only
// docs/vectors against the client, in the browser: what does not fit is said to the test.
import { base64, hex, sha256, utf8 } from "/pages/client/core/ids.js";
import { chunkBytesFor, countChunks, piece } from "/pages/client/papers/chunks.js";
import { decodeSession } from "/pages/client/hub/codec.js";
import { proofWords, readInvitation, tidyCode } from "/pages/client/hub/enrol.js";
import { Key, NEWCOMER } from "/pages/client/hub/keys.js";
import { partsOf } from "/pages/client/page/mirror.js";
import { pageWords, printBinding, signedTime } from "/pages/client/papers/signing.js";
import { rawPiece, unpack } from "/pages/client/core/zstd.js";

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const wrong = [];
let checks = 0;

function same(what, ours, theirs) {
  checks++;
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (one !== other) wrong.push(`${what}: ${one.slice(0, 200)} is not ${other.slice(0, 200)}`);
}

async function each(file, check) {
  const { cases } = await (await fetch(`/vectors/${file}.json`)).json();
  for (const one of cases) await check(one.given, one.result, one.steps, `${file}, ${one.name}`);
}

await each("page_signature", ({ kiosk_key, session_id, page_id, size_bytes, dpi, taken_at_utc, ...given }, result, steps, name) => {
  const key = new Key(kiosk_key.seed);
  const written = steps.lines.at(-1);
  const words = pageWords(session_id, { pageId: page_id, sha256: given.sha256, sizeBytes: size_bytes, dpi, takenAt: written });
  same(name, [hex(words), key.public, key.sign(words)], [steps.signed_hex, result.signer, result.signature]);
  // the clock of a browser has milliseconds: such times are written as they are signed
  if (written.includes("000+00:00")) same(name, signedTime(new Date(taken_at_utc)), written);
});
await each("print_binding", async ({ session_id, kiosk_key, sha256: hash, copies }, result, _steps, name) => {
  same(name, await printBinding(session_id, kiosk_key, hash, copies), result.bound_to);
});
await each("enrolment_proof", ({ typed, newcomers_key, enrolment_identity }, result, steps, name) => {
  const key = new Key(newcomers_key.seed);
  const code = tidyCode(typed);
  same(name, [code, key.public, key.sign(proofWords(code, key.public))], [steps.code, newcomers_key.public, result.proof]);
  same(name, NEWCOMER, enrolment_identity.seed);
});
await each("invitation_line", ({ line }, { addresses, code }, _steps, name) => {
  same(name, readInvitation(line), { servers: addresses, code });
});
await each("packed_message", ({ json }, { payload_base64 }, _steps, name) => {
  same(name, decodeSession(bytesOf(payload_base64)), JSON.parse(json));
});
await each("chunk_plan", async ({ size_bytes, kbps, item_id }, { chunks, first_and_last, ...result }, _steps, name) => {
  const bytes = Uint8Array.from({ length: size_bytes }, (_, i) => (i * 7 + Math.floor(i / 256)) % 256);
  const count = countChunks(size_bytes, chunkBytesFor(kbps || 0));
  const ends = [...new Set([0, count - 1])].map(async (index) => {
    const part = piece(bytes, count, index);
    return { headers: { Item: item_id, Index: String(index) }, size_bytes: part.length, sha256: await sha256(part) };
  });
  same(name, [count, await sha256(bytes), await Promise.all(ends)], [chunks, result.sha256, first_and_last]);
});
await each("mirror", ({ payloads }, { sent }, _steps, name) => {
  if (!name.includes("raw")) return; // other compressed bytes of the same events are as good
  const ours = payloads.flatMap(({ events, epoch, seq, start }) => partsOf(events, { epoch, seq, start }));
  same(name, ours.map(({ payload, headers }) => ({ headers, payload_base64: base64(payload) })), sent);
});

// a frame that unfolds to more than it may, in raw blocks and in repeated ones (RFC 8878, section 3.1.1.2.2)
function refusedBy(act) {
  try {
    act();
    return "";
  } catch (error) {
    return error.code;
  }
}
const bomb = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, 0x60, ...Array.from({ length: 400 }, () => [2, 0, 16, 7]).flat()]);
same("a bomb", refusedBy(() => unpack(bomb, 262144)), "message_too_large");
same("too much", refusedBy(() => unpack(rawPiece(new Uint8Array(600000), true), 262144)), "message_too_large");
same("no frame", refusedBy(() => unpack(utf8("(\u00b5/\u00fdnot a frame at all"), 262144)) !== "", true);
same("another version", refusedBy(() => decodeSession(utf8('{"type":"GrantsRequested","v":2}'))), "protocol_version_unknown");
same("no object", refusedBy(() => decodeSession(utf8("[]"))), "message_malformed");

const socket = new WebSocket(`ws://${location.host}/driver`);
socket.addEventListener("open", () => socket.send(JSON.stringify({ answer: JSON.stringify({ checks, wrong }) })));
