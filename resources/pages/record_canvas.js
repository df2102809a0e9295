// SPDX-License-Identifier: GPL-3.0-only
// Canvases of a shared page: scripts are off in the mirror, so a picture and the size on the screen are sent instead, a
// few times a second at most and only when something changed. Part of the recorder (record.js).
const sampleCanvases = ({ config, emit, mirror, isHidden, roots }) => {
  let told = new WeakMap();
  let timer = 0;
  let stopped = false;

  function check(canvas) {
    const id = mirror().getId(canvas);
    const box = canvas.getBoundingClientRect();
    if (id <= 0 || !canvas.width || !box.width || box.bottom < 0 || box.top > innerHeight || isHidden(canvas)) return;
    const style = getComputedStyle(canvas);
    const shape = { display: style.display, width: parseFloat(style.width) || 0, height: parseFloat(style.height) || 0 };
    let url = "";
    try {
      url = canvas.toDataURL("image/webp", 0.8);
    } catch (error) {
      // It holds pixels of another origin: not ours to read. Its place is told all the same.
    }
    if (url.length > config.canvasMaxChars) url = "";
    const now = JSON.stringify(shape) + url;
    if (told.get(canvas) === now) return;
    told.set(canvas, now);
    emit({ type: 5, data: { tag: "canvas", payload: { id, url, ...shape } }, timestamp: Date.now() });
  }

  function turn() {
    clearTimeout(timer);
    if (stopped) return;
    const before = performance.now();
    if (!document.hidden) for (const root of roots) root.querySelectorAll("canvas").forEach(check);
    timer = setTimeout(turn, Math.max(config.canvasMs, (performance.now() - before) / config.canvasShare));
  }
  turn();

  return {
    // A full picture holds no canvas: all are told again.
    again() {
      told = new WeakMap();
      clearTimeout(timer);
      timer = setTimeout(turn, 0);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
