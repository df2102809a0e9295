// SPDX-License-Identifier: GPL-3.0-only
// What all calls of a page share: the way to the host, camera and microphone, our own small picture, the music of a hold.
// Also what changes the whole page: a privacy pause, names.
// call.js uses it; the host calls `reply(id, promise)` and hears {kind, name, ...} through `host.emit`.
"use strict";

const host = (() => {
  const waiting = [];
  let bridge = null;
  const send = (message) => {
    const text = JSON.stringify(message);
    if (bridge) bridge.receive(text);
    else waiting.push(text);
  };
  new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    waiting.splice(0).forEach((text) => bridge.receive(text));
  });
  return { emit: (name, detail) => send({ kind: "event", name, detail: detail || {} }), send };
})();

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

// The host's way to await what a script gives.
async function reply(id, work) {
  try {
    const value = await work();
    host.send({ kind: "reply", id, value: value === undefined ? null : value });
  } catch (error) {
    host.send({ kind: "reply", id, error: String(error).slice(0, 300) });
  }
}

// A small JPEG of what a <video> shows, base64: {width, height, jpeg}, or null while it shows nothing.
async function sampled(video, width) {
  if (!video.videoWidth) return null;
  const height = Math.max(2, Math.round((width * video.videoHeight) / video.videoWidth));
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(video, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.7 });
  let text = "";
  new Uint8Array(await blob.arrayBuffer()).forEach((byte) => { text += String.fromCharCode(byte); });
  return { width, height, jpeg: btoa(text) };
}

// Which devices there are. A device has another id each day, so that it is known by its label.
const shelf = (() => {
  const KINDS = { video: "videoinput", audio: "audioinput", speaker: "audiooutput" };

  async function find(kind, label) {
    if (!label) return null;
    const all = await navigator.mediaDevices.enumerateDevices();
    const named = all.filter((d) => d.kind === KINDS[kind] && d.label);
    return named.find((d) => d.label === label) || named.find((d) => d.label.startsWith(label)) || null;
  }

  return { find };
})();

// Camera and microphone, and our own small picture: one for all calls.
// Names of devices are "" (the system's own), "simulated", "none" or a label.
const own = (() => {
  const box = document.getElementById("own");
  const video = box.querySelector("video");
  let devices = [];            // what must be stopped at the end: {track, stop()}
  let present = null;          // the options they were opened with
  let opening = Promise.resolve();
  let on = { video: true, audio: true };
  let hidden = false;          // a privacy pause: no picture, whatever the switch says
  const users = new Map();     // the calls that need them, and how each takes other devices

  const isSimulated = () => Boolean(present) && present.camera === "simulated";
  const trackOf = (kind) => (devices.find((d) => d.track.kind === kind) || { track: null }).track;

  async function stream(kind, options, id) {
    const exact = id ? { deviceId: { exact: id } } : {};
    const picture = { ...exact, width: options.width, height: options.height, frameRate: options.fps };
    const sound = { ...exact, echoCancellation: options.echo, noiseSuppression: options.noise, autoGainControl: options.gain };
    const given = await navigator.mediaDevices.getUserMedia(kind === "video" ? { video: picture } : { audio: sound });
    return given.getTracks()[0];
  }

  // Labels are told only to a page that films already: a named device may need a second opening.
  async function real(kind, name, options) {
    try {
      const known = await shelf.find(kind, name);
      let track = await stream(kind, options, known && known.deviceId);
      const other = !known && name ? await shelf.find(kind, name) : null;
      if (other && other.deviceId !== track.getSettings().deviceId) {
        track.stop();
        track = await stream(kind, options, other.deviceId);
      }
      track.onended = () => reopen();
      return { track, stop: () => { track.onended = null; track.stop(); } };
    } catch (error) {
      host.emit("device_missing", { kind, why: error.name });
      return null;
    }
  }

  // Where there is no microphone, silence is sent: a line that carries nothing would look broken to the other end.
  function silence() {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const nothing = new ConstantSourceNode(context, { offset: 0 });
    nothing.connect(out);      // without a source no sound at all is made, and nothing is sent
    nothing.start();
    const track = out.stream.getAudioTracks()[0];
    return { track, absent: true, stop: () => { track.stop(); context.close(); } };
  }

  async function device(kind, options) {
    return (await given(kind, options)) || (kind === "audio" ? silence() : null);
  }

  async function given(kind, options) {
    const name = kind === "video" ? options.camera : options.microphone;
    if (name === "none") return null;
    if (name === "simulated") return kind === "video"
      ? simulatedPerson.camera(options.width, options.height, options.fps) : simulatedPerson.microphone();
    return real(kind, name, options);
  }

  const SAME = ["camera", "microphone", "width", "height", "fps", "echo", "noise", "gain"];

  async function take(options, anew) {
    const live = devices.length && devices.every((d) => d.track.readyState === "live");
    if (!anew && live && SAME.every((key) => present[key] === options[key])) return;
    close();
    present = options;
    devices = (await Promise.all([device("video", options), device("audio", options)])).filter(Boolean);
    for (const user of users.keys()) reportDevices(user);
    const picture = trackOf("video");
    box.hidden = !picture;
    video.srcObject = picture ? new MediaStream([picture]) : null;
    video.classList.toggle("mirrored", !isSimulated());
    box.querySelector("p").textContent = isSimulated() ? TEXTS.youSimulated : TEXTS.you;
    set(on.video, on.audio);
    if (!users.size) close();  // nobody waits for them any more
    await Promise.all([...users.values()].map((attach) => attach(trackOf)));
  }

  const isThere = (kind) => devices.some((d) => d.track.kind === kind && !d.absent);
  const reportDevices = (user) => host.emit("devices", { video: isThere("video"), audio: isThere("audio"), peer: user });

  // One opening after the other: two calls that begin together share what the first has opened.
  function open(user, options, attach) {
    users.set(user, attach);
    opening = opening.catch(() => {}).then(() => take(options, false)).then(() => reportDevices(user)).then(() => attach(trackOf));
    return opening;
  }

  // Other devices while calls go on, or the same again after one was pulled out.
  function reopen(changed) {
    opening = opening.catch(() => {}).then(() => users.size && take({ ...present, ...changed }, true));
    return opening.then(() => true);
  }

  navigator.mediaDevices.addEventListener("devicechange", async () => {
    if (!users.size || isSimulated()) return;
    for (const [kind, name] of [["video", present.camera], ["audio", present.microphone]]) {
      const found = await shelf.find(kind, name);
      const track = isThere(kind) ? trackOf(kind) : null;
      if (name === "none" || (track && !name)) continue;
      if (!track || (found && found.deviceId !== track.getSettings().deviceId)) return void reopen();
    }
  });

  function close() {
    devices.splice(0).forEach((d) => d.stop());
    video.srcObject = null;
    box.hidden = true;
  }

  function release(user) {
    users.delete(user);
    if (!users.size) {
      on = { video: true, audio: true };
      close();
    }
  }

  function set(cameraOn, microphoneOn) {
    on = { video: cameraOn, audio: microphoneOn };
    const seen = { video: on.video && !hidden, audio: on.audio };
    devices.forEach((d) => { d.track.enabled = seen[d.track.kind]; });
    video.style.visibility = seen.video ? "visible" : "hidden";
  }

  function hide(nothing) {
    hidden = nothing;
    set(on.video, on.audio);
  }

  return { open, reopen, release, set, hide, sample: (width) => (on.video && !hidden ? sampled(video, width) : null) };
})();

// A privacy pause: no face is shown or filmed; true when the screen is so. A page that nobody sees paints nothing.
async function setPrivate(on) {
  own.hide(on);
  document.body.classList.toggle("private", on);
  const painted = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  await Promise.race([painted, new Promise((resolve) => setTimeout(resolve, 300))]);
  return true;
}

// Who is who, while there are two faces.
function showNames(agent, thirdPerson) {
  for (const [id, text] of [["call", thirdPerson ? agent : ""], ["third", thirdPerson]]) {
    const place = document.querySelector(`#${id} .name`);
    place.hidden = !text;
    place.textContent = text;
  }
  return true;
}

// Everything is said in another language from now on: {lang, heads: [id, title, words], texts}.
function useWords(words) {
  document.documentElement.lang = words.lang;
  for (const [id, title, text] of words.heads) {
    document.querySelector(`#${id} h1`).textContent = title;
    document.querySelector(`#${id} p`).textContent = text;
  }
  Object.assign(TEXTS, words.texts);
  return true;
}

// A few soft notes while the caller waits: made here, note by note.
const music = (() => {
  const NOTES_HZ = [392, 493.9, 587.3, 493.9, 440, 523.3, 659.3, 523.3];
  const EVERY_S = 1.1, LENGTH_S = 2.0, LOUDNESS = 0.035;
  let context = null, timer = 0, step = 0;

  function note() {
    const begin = context.currentTime + 0.05;
    const tone = new OscillatorNode(context, { type: "sine", frequency: NOTES_HZ[step++ % NOTES_HZ.length] });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.25);
    gain.gain.exponentialRampToValueAtTime(0.0005, begin + LENGTH_S);
    tone.connect(gain).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + LENGTH_S);
  }

  function play() {
    if (context) return;
    context = new AudioContext();
    step = 0;
    note();
    timer = setInterval(note, EVERY_S * 1000);
  }

  function stop() {
    clearInterval(timer);
    if (context) context.close();
    context = null;
  }

  return { play, stop, playing: () => context !== null };
})();
