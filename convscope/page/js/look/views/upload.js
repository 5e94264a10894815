/** A picture of the reader's own: file → canvas → the network's size, by the same rule as every other picture. */

import { make } from "../../kit/dom.js";
import { fitPicture } from "../../engine/fit.js";

/** @typedef {import("../types.js").App} App */

const LONGEST_SIDE = 4096;

/** @param {App} app @param {(picture: Uint8Array) => void} put */
export function uploadButton(app, put) {
  const { doc, t, payload } = app;
  const message = make(doc, "p", { class: "note", role: "status" });
  const input = make(doc, "input", { type: "file", accept: "image/*", class: "unseen", id: "upload" });
  const read = (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const url = URL.createObjectURL(file);
    const image = doc.createElement("img");
    const done = (/** @type {string} */ words) => {
      message.textContent = words;
      URL.revokeObjectURL(url);
    };
    image.onload = () => {
      const { data, height, width } = bytesOf(doc, image);
      put(fitPicture(data, height, width, payload.input));
      done(t("upload.done", { name: file.name }));
    };
    image.onerror = () => done(t("upload.bad", { name: file.name }));
    image.src = url;
  };
  input.addEventListener("change", () => {
    read(input.files?.[0]);
    input.value = "";
  });
  const element = make(
    doc,
    "div",
    { class: "upload" },
    input,
    make(doc, "label", { for: "upload", class: "button" }, t("upload")),
    message,
  );
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => {
    event.preventDefault();
    read(event.dataTransfer?.files[0]);
  });
  return element;
}

/**
 * The picture's own pixels; one with a side beyond 4096 is made smaller first.
 * @param {Document} doc
 * @param {HTMLImageElement} image
 */
function bytesOf(doc, image) {
  const factor = Math.min(1, LONGEST_SIDE / Math.max(image.naturalWidth, image.naturalHeight, 1));
  const width = Math.max(1, Math.round(image.naturalWidth * factor));
  const height = Math.max(1, Math.round(image.naturalHeight * factor));
  const canvas = make(doc, "canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
