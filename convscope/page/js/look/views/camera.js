/** Pictures from the camera: seen live, taken on request, or read as they come. They never leave the page. */

import { button, make, refill } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */

const HELD_AGAIN = 250; // milliseconds between two pictures while the button is held down
const WATCHED_AGAIN = 60; // milliseconds from an answer to the next frame that is read

/** Why the browser gives no camera, and what helps. @param {App["t"]} t @param {unknown} error */
export function cameraTrouble(t, error) {
  const name = error instanceof Error ? error.name : "";
  const known = {
    NotAllowedError: t("camera.refused"),
    NotFoundError: t("camera.missing"),
    NotReadableError: t("camera.busy"),
  };
  return /** @type {Record<string, string>} */ (known)[name] ?? t("camera.none", { what: String(error) });
}

/**
 * A button that opens the camera, and its live picture with a button to take it; null where the browser gives no
 * camera.
 * @param {App} app
 * @param {(frame: Blob, name: string) => void} put
 * @param {{held?: boolean, watch?: ((frame: ImageData) => Promise<void>) | null}} [how] `held`: whether the button
 * takes one after another while it is held down; `watch` is given each frame once it is done with the one before
 */
export function cameraBox(app, put, { held = false, watch = null } = {}) {
  const { doc, t } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const devices = win.navigator.mediaDevices;
  if (!devices?.getUserMedia) return null;
  const video = make(doc, "video", { autoplay: true, muted: true, playsinline: true, "aria-label": t("camera.live") });
  const message = make(doc, "p", { class: "note", role: "status" });
  const live = make(doc, "div", { class: "camera", hidden: true });
  /** @type {MediaStream | null} */
  let stream = null;
  let gone = false;
  let timer = 0;
  const canvasNow = () => {
    const canvas = make(doc, "canvas", { width: video.videoWidth, height: video.videoHeight });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context?.drawImage(video, 0, 0);
    return { canvas, context };
  };
  const watching = async (/** @type {MediaStream} */ of) => {
    if (stream !== of || !watch) return;
    if (video.videoWidth) {
      const { canvas, context } = canvasNow();
      if (context) await watch(context.getImageData(0, 0, canvas.width, canvas.height)).catch(() => {});
    }
    win.setTimeout(watching, WATCHED_AGAIN, of);
  };
  const letGo = () => {
    win.clearInterval(timer);
    timer = 0;
  };
  const stop = () => {
    letGo();
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    live.hidden = true;
    opener.hidden = false;
  };
  const opener = button(doc, t("camera.open"), () => void open());
  const open = async () => {
    message.textContent = "";
    try {
      stream = await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch (error) {
      message.textContent = cameraTrouble(t, error);
      return;
    }
    if (gone) {
      stop();
      return;
    }
    video.srcObject = stream;
    live.hidden = false;
    opener.hidden = true;
    take.focus();
    void watching(stream);
  };
  const takeOne = () => {
    if (!video.videoWidth) return;
    canvasNow().canvas.toBlob((frame) => {
      if (frame) put(frame, t("camera.picture"));
    });
  };
  const take = button(doc, held ? t("camera.hold") : t("camera.take"), takeOne, { class: "primary" });
  if (held) {
    // a click is one picture; held down, a finger takes more until it is lifted
    take.addEventListener("pointerdown", () => {
      letGo();
      timer = win.setInterval(takeOne, HELD_AGAIN);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) take.addEventListener(end, letGo);
  }
  refill(live, video, make(doc, "div", { class: "pad-tools" }, take, button(doc, t("camera.close"), stop)));
  return {
    opener,
    element: make(doc, "div", {}, live, message),
    gone: () => {
      gone = true;
      stop();
    },
  };
}
