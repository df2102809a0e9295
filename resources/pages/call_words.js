// SPDX-License-Identifier: GPL-3.0-only
// What a call's description says: ways, codecs, header extensions, addresses. Used by call.js; pure but for `transceiver`.
"use strict";

const GATHER_MS = 1500;

// Through which servers, and whether nothing but a relay may carry the call.
function wayOf(options) {
  return { iceServers: options.ice_servers, iceTransportPolicy: options.relay_only ? "relay" : "all" };
}

// The best codec that both ends know: at 300 kb/s AV1 has the detail of twice the bits of VP8.
// Other profiles of it have no camera here, and voices speak Opus alone.
function preferCodecs(transceiver, kind, wanted) {
  const all = RTCRtpReceiver.getCapabilities(kind).codecs;
  const plain = all.filter((c) => !/profile(-id)?=[1-9]/.test(c.sdpFmtpLine || ""));
  const named = (kind === "audio" ? ["opus"] : wanted).flatMap((codec) =>
    plain.filter((c) => c.mimeType.toLowerCase() === `${kind}/${codec}`));
  const around = kind === "audio" ? [] : all.filter((c) => /\/(rtx|red|ulpfec)$/i.test(c.mimeType));
  if (named.length) transceiver.setCodecPreferences([...named, ...around]);
  leaveOut(transceiver);
}

// What a packet tells beside its content: only what somebody reads. On 512 kb/s a description of 1 kB takes 16 ms.
const READ = /abs-send-time|transport-wide-cc|sdes:mid|ssrc-audio-level|playout-delay|video-orientation/;
function leaveOut(transceiver) {
  if (!transceiver.setHeaderExtensionsToNegotiate) return;
  const offered = transceiver.getHeaderExtensionsToNegotiate();
  offered.forEach((extension) => { if (!READ.test(extension.uri)) extension.direction = "stopped"; });
  transceiver.setHeaderExtensionsToNegotiate(offered);
}

// A name of a moment (mDNS, "….local") means nothing to another network and costs aiortc a second; last resort.
// "a=ssrc: msid" says again what "a=msid" says.
function withoutLocalNames(sdp) {
  const lines = sdp.split("\r\n").filter((line) => !/^a=ssrc:\d+ msid:/.test(line));
  const isLocal = (line) => /^a=candidate:.*\.local /.test(line);
  const isPlain = (line) => line.startsWith("a=candidate:") && !isLocal(line);
  return (lines.some(isPlain) ? lines.filter((line) => !isLocal(line)) : lines).join("\r\n");
}

// The connection knows its addresses, or as many as came in time. Where no server is asked, its own are there at once and
// nothing else comes; Chromium says so 50 ms later, and who is in a hurry does not wait for it.
function gathered(connection, options, hurry = true) {
  const QUIET_MS = 5;
  return new Promise((resolve) => {
    let quiet = 0;
    const done = () => connection.iceGatheringState === "complete" && resolve();
    const found = () => {
      clearTimeout(quiet);
      if (hurry && !options.ice_servers.length && hasAddress(connection)) quiet = setTimeout(resolve, QUIET_MS);
    };
    connection.addEventListener("icegatheringstatechange", done);
    connection.addEventListener("icecandidate", found);
    setTimeout(resolve, GATHER_MS);
    done();
    found();
  });
}

const hasAddress = (connection) => /^a=candidate:\S+ \d+ \S+ \d+ \S+(?<!\.local) /m.test(connection.localDescription.sdp);
