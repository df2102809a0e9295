// SPDX-License-Identifier: GPL-3.0-only
"use strict";
// Tries camera and microphone while nobody is here (`expert_app.kiosk.self_test`): does the camera see light, does the
// microphone hear our own tone. Nothing is kept and nothing is sent; a picture of 64 by 36 points becomes one number.

const selfCheck = (() => {
  const TONE_HZ = 1000, TONE_MS = 900, ROOM_MS = 500;
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function open(kind, name) {
    const known = await shelf.find(kind, name);
    const exact = known ? { deviceId: { exact: known.deviceId } } : {};
    const clean = { ...exact, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    return navigator.mediaDevices.getUserMedia(kind === "video" ? { video: exact.deviceId ? exact : true } : { audio: clean });
  }

  // The mean light of a picture, 0 to 255, a second after the camera was opened: many begin dark.
  async function light(stream) {
    const video = document.createElement("video");
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    await wait(1000);
    const canvas = document.createElement("canvas");
    canvas.width = 64; canvas.height = 36;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0, 64, 36);
    const points = pen.getImageData(0, 0, 64, 36).data;
    let sum = 0;
    for (let at = 0; at < points.length; at += 4) sum += 0.299 * points[at] + 0.587 * points[at + 1] + 0.114 * points[at + 2];
    video.srcObject = null;
    return sum / (64 * 36);
  }

  // How much louder the tone's frequency is while we play it, in decibels.
  async function hasSound(stream) {
    const context = new AudioContext();
    try {
      await context.resume();
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(stream).connect(analyser);
      const bin = Math.round(TONE_HZ * analyser.fftSize / context.sampleRate);
      const loudest = async (ms) => {
        const levels = new Float32Array(analyser.frequencyBinCount);
        let most = -120;
        for (const end = performance.now() + ms; performance.now() < end; await wait(40)) {
          analyser.getFloatFrequencyData(levels);
          most = Math.max(most, levels[bin - 1], levels[bin], levels[bin + 1]);
        }
        return most;
      };
      await wait(300);
      const room = await loudest(ROOM_MS);
      const volume = new GainNode(context, { gain: 0.15 });
      const tone = new OscillatorNode(context, { frequency: TONE_HZ });
      tone.connect(volume).connect(context.destination);
      tone.start();
      await wait(200);
      const sounding = await loudest(TONE_MS);
      tone.stop();
      return sounding - room;
    } finally {
      await context.close();
    }
  }

  async function tried(kind, name, measure) {
    if (name === "none") return { state: "absent", value: null };
    if (name === "simulated") return { state: "simulated", value: null };
    let stream = null;
    try {
      stream = await open(kind, name);
      return { state: "measured", value: await measure(stream) };
    } catch (error) {
      return { state: error.name === "NotFoundError" ? "not_found" : "failed", value: null };
    } finally {
      if (stream) for (const track of stream.getTracks()) track.stop();
    }
  }

  return {
    async run(camera, microphone) {
      return {
        camera: await tried("video", camera, light),
        microphone: await tried("audio", microphone, hasSound),
      };
    },
  };
})();
