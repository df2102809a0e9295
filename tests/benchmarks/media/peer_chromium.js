// SPDX-License-Identifier: GPL-3.0-only
// One end of a call in Chromium with its defaults, as a browser's meeting page would do it: a peer of the bench.
"use strict";

const remote = document.getElementById("remote");
let own = null, pc = null;
bench.watch(remote);

async function film(images, width, height) {
  await bench.load(images);
  own = new MediaStream([bench.camera(width, height).track, bench.microphone().track]);
  return true;
}

function make() {
  if (pc) pc.close();
  pc = new RTCPeerConnection({ iceServers: [] });
  const arrived = new MediaStream();
  pc.ontrack = (event) => { arrived.addTrack(event.track); remote.srcObject = arrived; };
}

function sendAll() {
  own.getTracks().forEach((track) => pc.addTrack(track, own));
}

async function gathered() {
  if (pc.iceGatheringState !== "complete") {
    await new Promise((done) => pc.addEventListener("icegatheringstatechange",
      () => pc.iceGatheringState === "complete" && done()));
  }
  return pc.localDescription.sdp;
}

const doing = {
  async offer() {
    make();
    sendAll();
    await pc.setLocalDescription(await pc.createOffer());
    return gathered();
  },
  async answer({ sdp }) {
    make();
    await pc.setRemoteDescription({ type: "offer", sdp });
    sendAll();
    await pc.setLocalDescription(await pc.createAnswer());
    return gathered();
  },
  async accept({ sdp }) { await pc.setRemoteDescription({ type: "answer", sdp }); return true; },
  async close() { if (pc) pc.close(); return true; },
  async pop() { return bench.pop(); },
  stats: () => bench.stats(),
};

async function act(id, asked) {
  let said;
  try {
    said = { id, ok: await doing[asked.do](asked) };
  } catch (error) {
    said = { id, error: String(error) };
  }
  console.log("@@" + JSON.stringify(said));
}
