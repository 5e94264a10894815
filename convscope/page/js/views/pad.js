/** The drawing pad. Ink follows the pointer in the frame it moves; the network is asked after, and only for the newest. */

import { button, make } from "../dom.js";
import { centred, fitted } from "../picture.js";

/** @typedef {import("../shapes.js").App} App */

const PAD_SIDE = 280;

/** @param {App} app @param {(picture: Uint8Array) => void} put */
export function inkPad(app, put) {
  const { doc, t, payload } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const [channels, height, width] = payload.input.shape;
  const canvas = make(doc, "canvas", { class: "pad", width: PAD_SIDE, height: PAD_SIDE, tabindex: 0, role: "img", "aria-label": t("draw.pad.name") });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const centre = make(doc, "input", { type: "checkbox", checked: channels === 1, id: "centring" });
  const width0 = make(doc, "input", { type: "range", min: 8, max: 44, value: 24, "aria-label": t("draw.width") });
  /** @type {{x: number, y: number}[]} */
  let waiting = [];
  /** @type {{x: number, y: number} | null} */
  let last = null;
  let frame = 0;
  let asked = false;
  let empty = true;
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { asked = false; infer(); };

  const clear = () => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, PAD_SIDE, PAD_SIDE);
    empty = true;
  };
  const infer = () => {
    if (empty) return;
    const { data } = context.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
    const ink = new Uint8Array(PAD_SIDE * PAD_SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i];
    const plane = centre.checked ? centred(ink, PAD_SIDE, height, width) : fitted(ink, PAD_SIDE, height, width);
    const picture = new Uint8Array(channels * height * width);
    for (let c = 0; c < channels; c++) picture.set(plane, c * height * width);
    put(picture);
  };
  /** Ink in this frame, inference after it: one question waits at most. */
  const draw = () => {
    frame = 0;
    context.strokeStyle = "#fff";
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Number(width0.value);
    for (const point of waiting) {
      context.beginPath();
      context.moveTo(last?.x ?? point.x, last?.y ?? point.y);
      context.lineTo(point.x + 0.01, point.y);
      context.stroke();
      last = point;
      empty = false;
    }
    waiting = [];
    if (!asked) { asked = true; channel.port2.postMessage(0); }
  };
  const add = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) waiting.push({ x: ((one.clientX - box.left) / box.width) * PAD_SIDE, y: ((one.clientY - box.top) / box.height) * PAD_SIDE });
    if (!frame) frame = win.requestAnimationFrame(draw);
  };
  let down = false;
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    last = null;
    canvas.setPointerCapture?.(event.pointerId);
    add(event);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => { if (down) add(event); });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { down = false; });
  centre.addEventListener("change", infer);
  clear();
  const element = make(doc, "div", { class: "pad-box" }, canvas,
    make(doc, "div", { class: "pad-tools" }, button(doc, t("draw.clear"), clear), make(doc, "label", { class: "stroke" }, t("draw.width"), width0),
      channels === 1 ? make(doc, "label", { class: "check", title: t("draw.centre.why") }, centre, t("draw.centre")) : null),
    make(doc, "p", { class: "note" }, channels === 1 ? t("draw.centre.why") : t("draw.grey")));
  return { element, gone: () => { channel.port1.close(); win.cancelAnimationFrame(frame); } };
}
