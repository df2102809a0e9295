// SPDX-License-Identifier: GPL-3.0-only
// docs/vectors against the client, in the browser: what does not fit is said to the test.
import { Chat } from "/pages/client/chat_and_privacy.js";
import { Kiosk } from "/pages/client/index.js";
import { Powers } from "/pages/client/powers.js";
import { base64, hex, sha256, utf8 } from "/pages/client/core/ids.js";
import { chunkBytesFor, countChunks, piece } from "/pages/client/papers/chunks.js";
import { decodeSession } from "/pages/client/hub/codec.js";
import { proofWords, readInvitation, tidyCode } from "/pages/client/hub/enrol.js";
import { Key, NEWCOMER } from "/pages/client/hub/keys.js";
import { partsOf } from "/pages/client/page/mirror.js";
import { pageWords, printBinding, signedTime } from "/pages/client/papers/signing.js";
import { joined, rawPiece, unpack } from "/pages/client/core/zstd.js";
import { Decompress } from "/vendor/fzstd.mjs";
import { Exchange, packed, SealBox, unpacked } from "/pages/client/sealing/box.js";
import { checkDesk, sealedNumber, validKeys } from "/pages/client/sealing/cards.js";

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
/** The stream of a shared page, as a desk reads it. */
class MirrorReader {
  take(bytes, start) {
    if (start) this.stream = new Decompress((part) => this.parts.push(part.slice()));
    this.parts = [];
    this.stream.push(bytes, false);
    return new TextDecoder().decode(joined(this.parts));
  }
}

await each("mirror", ({ payloads }, { sent }, _steps, name) => {
  const stream = new MirrorReader();
  /** What each payload unpacks to, with its parts put together. */
  const read = payloads.map(({ seq }) => {
    const parts = sent.filter(({ headers }) => headers.Frame.split(" ")[1] === String(seq));
    return stream.take(joined(parts.map(({ payload_base64 }) => bytesOf(payload_base64))), "Start" in parts[0].headers);
  });
  same(`${name}, read`, read, payloads.map(({ events }) => events));
  if (!name.includes("raw")) return; // other compressed bytes of the same events are as good
  const ours = payloads.flatMap(({ events, epoch, seq, start }) => partsOf(events, { epoch, seq, start }));
  same(name, ours.map(({ payload, headers }) => ({ headers, payload_base64: base64(payload) })), sent);
});

// ---- sealing

const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (two) => parseInt(two, 16));
const exchange = ({ private_hex, public: text }) => Exchange.of(fromHex(private_hex), text);

await each("caller_number", async ({ number, organisation, kiosks_account: home, kiosk, card_keys, fresh_keys }, result, _steps, name) => {
  const fresh = [...fresh_keys];
  const made = await sealedNumber(number, card_keys, { organisation, home, kiosk }, () => exchange(fresh.shift()));
  same(name, made, result.sealed_number);
});
await each("seal", async (given, result, steps, name) => {
  const { organisation, session_id: id, agent, card, desks_fresh_key, kiosks_fresh_key } = given;
  const now = new Date(given.now_utc);
  const keys = validKeys(organisation, card, "", now);
  checkDesk(result.seal_requested, { organisation, id, agent }, keys, now);
  const somebody = () => checkDesk(result.seal_requested, { organisation, id, agent: "bob" }, keys, now);
  same(name, refusedBy(somebody), "seal_key_refused");
  same(name, refusedBy(() => validKeys(organisation, card, "U".padEnd(56, "A"), now)), "seal_key_refused");
  same(name, refusedBy(() => validKeys(organisation, card, "", new Date("2030-01-01T00:00:00Z"))), "seal_key_old");
  const [desks, kiosks] = [await exchange(desks_fresh_key), await exchange(kiosks_fresh_key)];
  const secret = await desks.shared(kiosks.public);
  same(name, hex(secret), steps.secret_hex);
  const both = { purpose: ["session", organisation, id].join("\n") };
  const ends = {
    desk: await SealBox.of(secret, steps.salt_of, { ...both, opensFirst: true }),
    kiosk: await SealBox.of(secret, steps.salt_of, { ...both, opensFirst: false }),
  };
  same(name, ends.kiosk.epoch, result.epoch);
  const other = { desk: "kiosk", kiosk: "desk" };
  for (const { by, topic, headers, payload_hex, plain_hex, sent_headers, sent_hex } of result.said) {
    const { stamp, sealed } = ends[by].seal(topic, packed(fromHex(payload_hex), headers));
    if (!Object.keys(headers).length) same(name, [stamp, hex(sealed)], [sent_headers.Seal, sent_hex]);
    const opened = ends[other[by]].open(topic, sent_headers.Seal, fromHex(sent_hex));
    same(name, hex(opened), plain_hex);
    same(name, [hex(unpacked(opened).payload), Object.fromEntries(unpacked(opened).headers)], [payload_hex, headers]);
  }
  for (const { why, message, topic, flip_byte, number } of result.refused) {
    const said = result.said[message];
    const bytes = fromHex(said.sent_hex);
    if (flip_byte !== undefined) bytes[flip_byte] ^= 1;
    const stamp = number ? `${result.epoch}.${number}` : said.sent_headers.Seal;
    const end = why === "the same number again" ? ends[other[said.by]] : await SealBox.of(secret, steps.salt_of, { ...both, opensFirst: said.by !== "desk" });
    same(`${name}, ${why}`, refusedBy(() => end.open(topic || said.topic, stamp, bytes)), "seal_broken");
  }
});
await each("vault_hello", async (given, result, steps, name) => {
  const { organisation, kiosks_nkey, vaults_key, kiosks_fresh_key, vaults_fresh_key } = given;
  same(name, new Key(kiosks_nkey.seed).sign(utf8(steps.signed)), result.hello.signature);
  const mine = await exchange(kiosks_fresh_key);
  const secrets = [await mine.shared(vaults_key.public), await mine.shared(vaults_fresh_key.public)];
  const secret = new Uint8Array([...secrets[0], ...secrets[1]]);
  const box = await SealBox.of(secret, steps.salt_of, { purpose: `vault\n${organisation}\nlog`, opensFirst: true, used: 1 });
  same(name, box.open("Seal-Hello", result.welcome_headers.Seal, bytesOf(result.welcome.proof)).length, 0);
  const { stamp, sealed } = box.seal("question", utf8(given.question));
  same(name, [stamp, base64(sealed)], [result.question_headers.Seal, result.question_base64]);
  const answer = box.open("answer", result.answer_headers.Seal, bytesOf(result.answer_base64));
  same(name, new TextDecoder().decode(answer), given.answer);
});

// ---- what no kiosk needs, but a desk or an office in JavaScript would: no part of the client

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => [...Array(8)].reduce((one) => (one & 1 ? (one >>> 1) ^ 0xedb88320 : one >>> 1), byte));
const crc32 = (bytes) => (bytes.reduce((sum, byte) => TABLE[(sum ^ byte) & 255] ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

await each("queue_digest", ({ tickets }, result, _steps, name) => {
  const texts = tickets.map(({ id, state, service, priority = 0, agent, session, assigned_to }) =>
    [id, state, service, priority, agent, session, assigned_to].map((one) => one ?? "").join("\u001f"));
  same(name, texts.reduce((sum, text) => (sum ^ crc32(utf8(text))) >>> 0, 0), result.digest);
});
await each("receipt_code", async ({ key, organisation, dossier, received_at, registered_only, pieces_sha256, verify_url }, result, _steps, name) => {
  const letters = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  const minute = received_at.replace(/:\d\d([+-])/, "$1");
  const digest = await sha256(utf8([dossier, minute, ...pieces_sha256].join("\n")));
  const state = registered_only ? "registered" : "received";
  const signed = ["RECEPISSE-2", organisation, dossier, minute, pieces_sha256.length, digest, state].join("|");
  const pair = new Key(key.seed);
  const code = `${verify_url}${signed}|${letters(fromHex(key.ed25519_public_hex))}|${letters(bytesOf(pair.sign(utf8(signed))))}`;
  same(name, [digest.slice(0, 16).toUpperCase().match(/.{4}/g).join(" "), code], [result.control_code, result.code]);
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

async function wordsOf(act) {
  try {
    await act();
    return "";
  } catch (error) {
    return error instanceof TypeError ? error.message : `not a TypeError: ${error}`;
  }
}
const media = { open: () => Promise.reject(new Error("no camera")), remote: document.createElement("video") };
const made = (more) => new Kiosk({ servers: ["ws://127.0.0.1:1"], equipment: { media }, ...more });
const kiosk = made({});
const onNobody = { onMessage() {}, trySend: () => true };
const powers = new Powers(onNobody);
for (const [call, act, words] of [
  ["a number alone", () => kiosk.press("housing", "1042317"), "kiosk.press: give an object such as {number: ...}; it is of type string"],
  ["a number as a number", () => kiosk.press("housing", { number: 1042317 }), "kiosk.press: number must be a text; it is of type number"],
  ["another name", () => kiosk.press("housing", { nummer: "1042317" }), "kiosk.press: it knows no nummer; it knows number, requestId"],
  ["a whole service", () => kiosk.press({ id: "housing" }), "kiosk.press: service must be a text; it is of type object"],
  ["no code", () => kiosk.enrol(), "kiosk.enrol: code must be a text; it is of type undefined"],
  ["no servers", () => made({ servers: "wss://hub.example" }), 'new Kiosk: servers must be a list such as ["wss://hub.example"]'],
  ["no camera", () => made({ equipment: { media: {} } }), "new Kiosk: equipment.media.open must be a function"],
  ["another device", () => made({ equipment: { media, scaner: {} } }), "new Kiosk, equipment: it knows no scaner; it knows media, thirdMedia, scanner, files, printer, share, shows, pageKbps, textVersion, wipe"],
  ["no such power", () => powers.answer("everything", true), "session.powers.answer: power must be one of see_page, point, control, type, scan, print, keep"],
  ["yes as a word", () => powers.answer("scan", "yes"), "session.powers.answer: yes must be true or false; it is of type string"],
  ["words of no kind", () => new Chat(onNobody).send(12), "session.chat.send: text must be a text; it is of type number"],
]) same(call, await wordsOf(act), words);
powers.close();

const socket = new WebSocket(`ws://${location.host}/driver`);
socket.addEventListener("open", () => socket.send(JSON.stringify({ answer: JSON.stringify({ checks, wrong }) })));
