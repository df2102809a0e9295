// SPDX-License-Identifier: GPL-3.0-only
// One call in a browser's own WebRTC: offers, applies the answer, shows both pictures, counts what really arrives.
// The kiosk runs it in call.html; its host calls `reply(id, promise)` and hears {kind, name, ...} through `host.tell`.
"use strict";

const host = (() => {
  const waiting = [];
  let bridge = null;
  const send = (message) => {
    const text = JSON.stringify(message);
    if (bridge) bridge.tell(text);
    else waiting.push(text);
  };
  new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    waiting.splice(0).forEach((text) => bridge.tell(text));
  });
  return { tell: (name, detail) => send({ kind: "event", name, detail: detail || {} }), send };
})();

// The host's way to await what a script gives.
async function reply(id, work) {
  try {
    const value = await work();
    host.send({ kind: "reply", id, value: value === undefined ? null : value });
  } catch (error) {
    host.send({ kind: "reply", id, error: String(error).slice(0, 300) });
  }
}

const call = (() => {
  const GATHER_MS = 1500;
  const UNSEEN_FRAMES = 25;
  const remote = document.getElementById("remote");
  const own = document.getElementById("own");
  const ownVideo = own.querySelector("video");
  const message = document.getElementById("message");
  const label = document.getElementById("simulated");
  const probe = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const probePen = probe.getContext("2d", { willReadFrequently: true });
  const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });

  let pc = null;
  let retired = null;          // the call before, until this one is answered
  let devices = [];            // what must be stopped at the end: {track, stop()}
  let simulated = false;
  let startedAt = 0;           // performance.now() of the accept
  let firstFrameMs = null;
  let energy = { total: 0, duration: 0, level: 0 };
  let peerCameraOn = true, peerMicrophoneOn = true;

  // ---- what the caller sees ----------------------------------------------------------------------------------------

  function say(text, beside) {
    message.hidden = !text;
    message.textContent = text || "";
    message.classList.toggle("beside", Boolean(beside));
  }

  function showState(state) {
    const frozen = state === "disconnected" || state === "failed";
    remote.classList.toggle("frozen", frozen);
    if (frozen) say(TEXTS.unstable, true);
    else if (firstFrameMs === null) say(TEXTS.connecting, !remote.classList.contains("waiting"));
    else if (!peerCameraOn) say(TEXTS.agentCameraOff);
    else say(peerMicrophoneOn ? "" : TEXTS.agentMicrophoneOff);
  }

  // The picture fills the pane unless that would cut away more than 60 % of it: a face is in the middle.
  function fit() {
    const pane = innerWidth / innerHeight;
    const picture = remote.videoWidth / (remote.videoHeight || 1) || pane;
    remote.classList.toggle("whole", Math.min(pane / picture, picture / pane) < 0.4);
  }
  addEventListener("resize", fit);
  remote.addEventListener("resize", fit);

  // ---- camera and microphone ---------------------------------------------------------------------------------------

  async function device(kind, options) {
    try {
      const video = { width: options.width, height: options.height, frameRate: options.fps };
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const stream = await navigator.mediaDevices.getUserMedia(kind === "video" ? { video } : { audio });
      const track = stream.getTracks()[0];
      return { track, stop: () => track.stop() };
    } catch (error) {
      host.tell("device_missing", { kind, why: error.name });
      return null;
    }
  }

  async function openDevices(options) {
    const live = devices.length && devices.every((d) => d.track.readyState === "live");
    if (live && simulated === options.simulated) return;
    closeDevices();
    simulated = options.simulated;
    const opened = simulated
      ? [simulatedCaller.camera(options.width, options.height, options.fps), simulatedCaller.microphone()]
      : await Promise.all([device("video", options), device("audio", options)]);
    devices = opened.filter(Boolean);
    const picture = devices.find((d) => d.track.kind === "video");
    own.hidden = !picture;
    ownVideo.srcObject = picture ? new MediaStream([picture.track]) : null;
    ownVideo.classList.toggle("mirrored", !simulated);
    own.querySelector("p").textContent = simulated ? TEXTS.youSimulated : TEXTS.you;
  }

  function closeDevices() {
    devices.splice(0).forEach((d) => d.stop());
    ownVideo.srcObject = null;
    own.hidden = true;
  }

  // ---- the connection ----------------------------------------------------------------------------------------------

  function closeConnection(connection) {
    if (!connection) return;
    connection.onconnectionstatechange = connection.ontrack = null;
    connection.close();
  }

  // A call that has its answer goes on until the next one has its own: the desk sees no break.
  function retireConnection() {
    if (!pc) return;
    pc.onconnectionstatechange = pc.ontrack = null;
    if (pc.signalingState === "stable") {
      closeConnection(retired);
      retired = pc;
    } else {
      closeConnection(pc);
    }
    pc = null;
  }

  function preferCodec(transceiver, name) {
    const all = RTCRtpSender.getCapabilities("video").codecs;
    const wanted = all.filter((c) => c.mimeType.toLowerCase() === `video/${name}`);
    const around = all.filter((c) => /\/(rtx|red|ulpfec)$/i.test(c.mimeType));
    if (wanted.length) transceiver.setCodecPreferences([...wanted, ...around]);
  }

  // Life-size beats smooth: at a narrow line fewer pictures a second, never smaller ones.
  async function keepResolution(sender, maxKbps) {
    const parameters = sender.getParameters();
    parameters.degradationPreference = "maintain-resolution";
    parameters.encodings.forEach((encoding) => { encoding.maxBitrate = maxKbps * 1000; });
    await sender.setParameters(parameters);
  }

  function gathered(connection) {
    return new Promise((resolve) => {
      const done = () => connection.iceGatheringState === "complete" && resolve();
      connection.addEventListener("icegatheringstatechange", done);
      setTimeout(resolve, GATHER_MS);
      done();
    });
  }

  function onFirstFrame(connection, now) {
    if (connection !== pc || firstFrameMs !== null) return;
    firstFrameMs = now - startedAt;
    remote.classList.remove("waiting");
    fit();
    showState(connection.connectionState);
    host.tell("first_frame", { ms: firstFrameMs });
  }

  // Opens camera and microphone and gives {sdp, simulated}. Options: simulated, width, height, fps, max_kbps,
  // ice_servers, since_accept_ms, codec.
  async function offer(options) {
    retireConnection();
    await openDevices(options);
    const connection = new RTCPeerConnection({ iceServers: options.ice_servers });
    pc = connection;
    startedAt = performance.now() - options.since_accept_ms;
    firstFrameMs = null;
    energy = { total: 0, duration: 0, level: 0 };
    peerCameraOn = peerMicrophoneOn = true;
    showState("new");
    connection.onconnectionstatechange = () => {
      showState(connection.connectionState);
      host.tell("state", { state: connection.connectionState });
    };
    const arrived = new MediaStream();
    connection.ontrack = (event) => {
      arrived.addTrack(event.track);
      remote.srcObject = arrived;
      if (event.track.kind === "video") remote.requestVideoFrameCallback((now) => onFirstFrame(connection, now));
    };
    for (const kind of ["audio", "video"]) {
      const found = devices.find((d) => d.track.kind === kind);
      const transceiver = connection.addTransceiver(found ? found.track : kind, { direction: found ? "sendrecv" : "recvonly" });
      if (kind === "video") {
        preferCodec(transceiver, options.codec);
        if (found) await keepResolution(transceiver.sender, options.max_kbps);
      }
    }
    await connection.setLocalDescription(await connection.createOffer());
    await gathered(connection);
    return { sdp: connection.localDescription.sdp, simulated };
  }

  async function accept(sdp, peerSimulated) {
    if (!pc) throw new Error("no call");
    await pc.setRemoteDescription({ type: "answer", sdp });
    closeConnection(retired);
    retired = null;
    label.hidden = !peerSimulated;
    label.textContent = TEXTS.simulated;
    return true;
  }

  function hangUp() {
    closeConnection(pc);
    closeConnection(retired);
    pc = retired = null;
    closeDevices();
    remote.srcObject = null;
    remote.classList.add("waiting");
    label.hidden = true;
    say("");
    return true;
  }

  // ---- switches and counts -----------------------------------------------------------------------------------------

  function setOwn(cameraOn, microphoneOn) {
    devices.forEach((d) => { d.track.enabled = d.track.kind === "video" ? cameraOn : microphoneOn; });
    ownVideo.style.visibility = cameraOn ? "visible" : "hidden";
    return true;
  }

  function setPeer(cameraOn, microphoneOn) {
    peerCameraOn = cameraOn;
    peerMicrophoneOn = microphoneOn;
    remote.classList.toggle("dark", !cameraOn);
    showState(pc ? pc.connectionState : "closed");
    return true;
  }

  // CRC-32 of a small readback of what is on the screen: changes only when the picture does.
  function checksum() {
    if (firstFrameMs === null) return "";
    probePen.drawImage(remote, 0, 0, probe.width, probe.height);
    const bytes = probePen.getImageData(0, 0, probe.width, probe.height).data;
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
    return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
  }

  // RMS of the decoded sound since the last time we asked.
  function levelOf(report) {
    const total = report.totalAudioEnergy || 0;
    const duration = report.totalSamplesDuration || 0;
    if (duration > energy.duration) {
      energy = { total, duration, level: Math.sqrt(Math.max(0, total - energy.total) / (duration - energy.duration)) };
    }
    return Math.min(1, energy.level);
  }

  async function seen() {
    const result = { frames: 0, width_px: 0, height_px: 0, checksum: checksum(),
      audio_packets: 0, audio_level: 0, state: pc ? pc.connectionState : "closed" };
    const connection = pc;
    const reports = connection ? await connection.getStats() : new Map();
    reports.forEach((report) => {
      if (report.type !== "inbound-rtp") return;
      if (report.kind === "video") {
        result.frames = report.framesDecoded || 0;
        result.width_px = report.frameWidth || 0;
        result.height_px = report.frameHeight || 0;
      } else {
        result.audio_packets = report.packetsReceived || 0;
        result.audio_level = levelOf(report);
      }
    });
    // A pane that nobody sees paints nothing; its pictures count all the same.
    if (firstFrameMs === null && result.frames > UNSEEN_FRAMES) onFirstFrame(connection, performance.now());
    return { ...result, first_frame_ms: firstFrameMs };
  }

  return { offer, accept, hangUp, setOwn, setPeer, seen };
})();

host.tell("ready");
