/** A picture from the camera: seen live, taken on request. It never leaves the page. */

import { button, make, refill } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */

/**
 * A button that opens the camera, and its live picture with a button to take it; null where the browser gives no camera.
 * @param {App} app
 * @param {(frame: Blob, name: string) => void} put
 */
export function cameraBox(app, put) {
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
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    live.hidden = true;
  };
  const open = async () => {
    message.textContent = "";
    try {
      stream = await devices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    } catch {
      message.textContent = t("camera.none");
      return;
    }
    if (gone) {
      stop();
      return;
    }
    video.srcObject = stream;
    live.hidden = false;
    take.focus();
  };
  const take = button(
    doc,
    t("camera.take"),
    () => {
      const canvas = make(doc, "canvas", { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext("2d")?.drawImage(video, 0, 0);
      canvas.toBlob((frame) => {
        if (frame) put(frame, t("camera.picture"));
      });
    },
    { class: "primary" },
  );
  refill(live, video, make(doc, "div", { class: "pad-tools" }, take, button(doc, t("camera.close"), stop)));
  return {
    opener: button(doc, t("camera.open"), open),
    element: make(doc, "div", {}, live, message),
    gone: () => {
      gone = true;
      stop();
    },
  };
}
