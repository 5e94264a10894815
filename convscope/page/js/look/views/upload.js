/** A picture of the reader's own: file → pixels → the network's size, by the same rule as every other picture. */

import { make } from "../../kit/dom.js";
import { pixelsOf } from "../../kit/pixels.js";
import { cutsMiddle, fitPicture } from "../../engine/fit.js";
import { hardToRead } from "../../engine/legibility.js";
import { cameraBox } from "./camera.js";

/** @typedef {import("../types.js").App} App */

/**
 * A button to choose a file, the camera where the network reads colours, and a place to drop one on: a picture that is
 * dropped anywhere on the page or pasted into it is taken too.
 * @param {App} app @param {(picture: Uint8Array) => void} put
 * @param {((frame: ImageData) => Promise<void>) | null} [watch] given what the camera sees, frame after frame
 */
export function uploadBox(app, put, watch = null) {
  const { doc, t, payload } = app;
  const colour = payload.input.shape[0] === 3;
  const message = make(doc, "p", { class: "note", role: "status" });
  const input = make(doc, "input", { type: "file", accept: "image/*", class: "unseen", id: "upload" });
  /** @type {Record<string, string>} */
  const sentences = {
    contrast: t("upload.contrast"),
    light: t("upload.light"),
    uneven: t("upload.uneven"),
    tiny: t("upload.tiny"),
    away: t("upload.away"),
  };
  const read = async (/** @type {Blob | undefined} */ file, /** @type {string} */ name) => {
    if (!file) return;
    try {
      const { data, height, width } = await pixelsOf(doc, file);
      const picture = fitPicture(data, height, width, payload.input);
      put(picture);
      const hard = hardToRead(picture, payload.input);
      const done = cutsMiddle(payload.input) ? t("upload.done.crop", { name }) : t("upload.done", { name });
      message.textContent = [done, hard && sentences[hard]].join(" ").trim();
    } catch {
      message.textContent = t("upload.bad", { name });
    }
  };
  const readFirst = (/** @type {FileList | null | undefined} */ files) => read(files?.[0], files?.[0]?.name ?? "");
  input.addEventListener("change", () => {
    readFirst(input.files);
    input.value = "";
  });
  const camera = colour ? cameraBox(app, read, { watch }) : null;
  const element = make(
    doc,
    "div",
    { class: colour ? "upload large" : "upload" },
    input,
    make(
      doc,
      "div",
      { class: "pad-tools" },
      make(doc, "label", { for: "upload", class: colour ? "button primary" : "button" }, t("upload")),
      camera?.opener,
    ),
    colour ? make(doc, "p", { class: "note" }, t("upload.ways")) : null,
    camera?.element,
    message,
  );
  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    element.classList.add("over");
  };
  const leave = () => element.classList.remove("over");
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    leave();
    readFirst(event.dataTransfer?.files);
  };
  const paste = (/** @type {ClipboardEvent} */ event) => readFirst(event.clipboardData?.files);
  doc.addEventListener("dragover", over);
  doc.addEventListener("dragleave", leave);
  doc.addEventListener("drop", drop);
  doc.addEventListener("paste", paste);
  const gone = () => {
    camera?.gone();
    doc.removeEventListener("dragover", over);
    doc.removeEventListener("dragleave", leave);
    doc.removeEventListener("drop", drop);
    doc.removeEventListener("paste", paste);
  };
  return { element, gone };
}
