/**
 * The drawing pad: mouse, finger or keys. Ink follows in the frame it moves; the network is asked after, and only for
 * the newest.
 */

import { button, make, setVar } from "../../kit/dom.js";
import { centred, fitted } from "../edits.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {{x: number, y: number}} Point */

const PAD_SIDE = 280;
const KEY_STEP = 7;
const STROKES_KEPT = 20;

/**
 * What was drawn, so that it is still there after a look at another view.
 * @type {WeakMap<object, {ink: ImageData, picture: string}>}
 */
const INKS = new WeakMap();

/**
 * @param {App} app
 * @param {(picture: Uint8Array) => string} put returns what the picture is called in the address
 * @param {string} [why] of the centring
 */
export function inkPad(app, put, why = app.t("draw.centre.why")) {
  const { doc, t, payload } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const [channels, height, width] = payload.input.shape;
  const canvas = make(doc, "canvas", {
    class: "pad",
    width: PAD_SIDE,
    height: PAD_SIDE,
    tabindex: 0,
    role: "application",
    "aria-label": t("draw.pad.name"),
  });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const centre = make(doc, "input", { type: "checkbox", checked: channels === 1, id: "centring" });
  const pen = make(doc, "input", { type: "range", min: 8, max: 44, value: 24, "aria-label": t("draw.width") });
  const hint = make(doc, "span", { class: "pad-hint", "aria-hidden": "true" }, t("draw.pad.hint"));
  const cursor = make(doc, "span", { class: "pad-cursor", hidden: true });
  /** @type {Point[]} */
  let waiting = [];
  /** @type {Point | null} */
  let last = null;
  let frame = 0;
  let asked = false;
  let empty = true;
  let named = "";
  /** The paper before each of the last strokes. @type {{ink: ImageData, empty: boolean}[]} */
  let strokes = [];
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    asked = false;
    infer();
  };

  const wipe = () => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, PAD_SIDE, PAD_SIDE);
    empty = true;
    hint.hidden = false;
  };
  const infer = () => {
    const { data } = context.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
    const ink = new Uint8Array(PAD_SIDE * PAD_SIDE);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i];
    const plane = centre.checked ? centred(ink, PAD_SIDE, height, width) : fitted(ink, PAD_SIDE, height, width);
    const picture = new Uint8Array(channels * height * width);
    for (let c = 0; c < channels; c++) picture.set(plane, c * height * width);
    named = put(picture);
  };
  /** Ink in this frame, inference after it: one question waits at most. */
  const draw = () => {
    frame = 0;
    context.strokeStyle = "#fff";
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Number(pen.value);
    for (const point of waiting) {
      context.beginPath();
      context.moveTo(last?.x ?? point.x, last?.y ?? point.y);
      context.lineTo(point.x + 0.01, point.y);
      context.stroke();
      last = point;
    }
    waiting = [];
    empty = false;
    hint.hidden = true;
    if (!asked) {
      asked = true;
      channel.port2.postMessage(0);
    }
  };
  const add = (/** @type {Point[]} */ points) => {
    waiting.push(...points);
    if (!frame) frame = win.requestAnimationFrame(draw);
  };
  /** A stroke begins, or one ends. @param {boolean} begins */
  const lift = (begins) => {
    last = null;
    if (!begins) return;
    strokes.push({ ink: context.getImageData(0, 0, PAD_SIDE, PAD_SIDE), empty });
    if (strokes.length > STROKES_KEPT) strokes.shift();
  };
  byPointer(canvas, add, () => lift(true));
  byKeys(app, canvas, cursor, add, lift);
  centre.addEventListener("change", () => {
    if (!empty) infer();
  });
  wipe();
  const kept = INKS.get(payload);
  if (kept && kept.picture === app.state.picture) {
    context.putImageData(kept.ink, 0, 0);
    [named, empty, hint.hidden] = [kept.picture, false, true];
  }
  const clear = () => {
    wipe();
    strokes = [];
    infer();
  };
  /** Take the last stroke away. */
  const undo = () => {
    const last = strokes.pop();
    if (!last) return;
    context.putImageData(last.ink, 0, 0);
    empty = last.empty;
    hint.hidden = !empty;
    infer();
  };
  /** Put a picture on it as it is, each pixel a square. @param {Uint8Array | null} picture */
  const show = (picture) => {
    wipe();
    [waiting, strokes] = [[], []];
    if (!picture) return;
    for (let i = 0; i < height * width; i++) {
      if (!picture[i]) continue;
      context.fillStyle = `rgb(${picture[i]}, ${picture[i]}, ${picture[i]})`;
      const [y, x] = [Math.floor(i / width), i % width];
      context.fillRect((x * PAD_SIDE) / width, (y * PAD_SIDE) / height, PAD_SIDE / width, PAD_SIDE / height);
    }
    [empty, hint.hidden, centre.checked] = [false, true, false];
  };
  const element = make(
    doc,
    "div",
    { class: "pad-box" },
    make(doc, "div", { class: "pad-frame" }, canvas, hint, cursor),
    make(
      doc,
      "div",
      { class: "pad-tools" },
      button(doc, t("draw.clear"), clear),
      make(doc, "label", { class: "stroke" }, t("draw.width"), pen),
      channels === 1 ? make(doc, "label", { class: "check", title: why }, centre, t("draw.centre")) : null,
    ),
    make(doc, "p", { class: "note" }, channels === 1 ? why : t("draw.grey")),
  );
  const gone = () => {
    if (!empty) INKS.set(payload, { ink: context.getImageData(0, 0, PAD_SIDE, PAD_SIDE), picture: named });
    channel.port1.close();
    win.cancelAnimationFrame(frame);
  };
  return { element, gone, show, clear, undo };
}

/**
 * Mouse, pen and finger.
 * @param {HTMLCanvasElement} canvas
 * @param {(points: Point[]) => void} add
 * @param {() => void} lift
 */
function byPointer(canvas, add, lift) {
  let down = false;
  const points = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const all = event.getCoalescedEvents?.() ?? [];
    add(
      (all.length ? all : [event]).map((one) => ({
        x: ((one.clientX - box.left) / box.width) * PAD_SIDE,
        y: ((one.clientY - box.top) / box.height) * PAD_SIDE,
      })),
    );
  };
  canvas.addEventListener("pointerdown", (event) => {
    down = true;
    lift();
    try {
      canvas.setPointerCapture(event.pointerId);
    } catch {
      /* a pointer that the browser does not know: a test's */
    }
    points(event);
    canvas.focus({ preventScroll: true });
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (down) points(event);
  });
  for (const name of ["pointerup", "pointercancel"])
    canvas.addEventListener(name, () => {
      down = false;
    });
}

/**
 * Arrow keys move the pen, the space bar puts it down and lifts it.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} cursor
 * @param {(points: Point[]) => void} add
 * @param {(begins: boolean) => void} lift
 */
function byKeys(app, canvas, cursor, add, lift) {
  const at = { x: PAD_SIDE / 2, y: PAD_SIDE / 4 };
  let down = false;
  const place = () => {
    setVar(cursor, "x", String(at.x / PAD_SIDE));
    setVar(cursor, "y", String(at.y / PAD_SIDE));
    cursor.classList.toggle("down", down);
  };
  place();
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    cursor.hidden = false;
    if (step) {
      at.x = Math.max(0, Math.min(PAD_SIDE, at.x + step[0] * KEY_STEP));
      at.y = Math.max(0, Math.min(PAD_SIDE, at.y + step[1] * KEY_STEP));
    } else {
      down = !down;
      lift(down);
      app.say(down ? app.t("draw.pen.down") : app.t("draw.pen.up"));
    }
    if (down) add([{ ...at }]);
    place();
  });
  canvas.addEventListener("blur", () => {
    cursor.hidden = true;
  });
}
