/** A photo of the reader's own, as a grey plane. It never leaves the page. */

import { button, make, refill } from "../kit/dom.js";

/** @typedef {import("./types.js").Lab} Lab */
/** @typedef {import("./sums/scenes.js").Plane} Plane */

const LONGEST = 320;

/**
 * A button to choose a file, and a place to drop one on.
 * @param {Lab} lab @param {(plane: Plane) => void} put
 */
export function photoButton(lab, put) {
  const { doc, t } = lab;
  const message = make(doc, "span", { class: "note", role: "status" });
  const input = make(doc, "input", { type: "file", accept: "image/*", class: "unseen", id: "own-photo" });
  const read = (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const url = URL.createObjectURL(file);
    const image = doc.createElement("img");
    image.onload = () => {
      const plane = greyOf(doc, image);
      put(plane);
      refill(
        message,
        button(doc, file.name, () => put(plane), { class: "link" }),
      ); // the way back to it from another picture
      URL.revokeObjectURL(url);
    };
    image.onerror = () => {
      message.textContent = t("photo.bad", { name: file.name });
      URL.revokeObjectURL(url);
    };
    image.src = url;
  };
  input.addEventListener("change", () => {
    read(input.files?.[0]);
    input.value = "";
  });
  const element = make(
    doc,
    "span",
    { class: "photo" },
    input,
    make(doc, "label", { for: "own-photo", class: "button" }, t("photo.choose")),
    message,
  );
  const catches = (/** @type {HTMLElement} */ place) => {
    place.addEventListener("dragover", (event) => event.preventDefault());
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      read(event.dataTransfer?.files[0]);
    });
  };
  return { element, catches };
}

/**
 * Its grey (ITU-R 601) on white, the longer side at most 320 pixels.
 * @param {Document} doc
 * @param {HTMLImageElement} image
 * @returns {Plane}
 */
function greyOf(doc, image) {
  const factor = Math.min(1, LONGEST / Math.max(image.naturalWidth, image.naturalHeight, 1));
  const width = Math.max(1, Math.round(image.naturalWidth * factor));
  const height = Math.max(1, Math.round(image.naturalHeight * factor));
  const canvas = make(doc, "canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return {
    height,
    width,
    pixels: Uint8Array.from({ length: height * width }, (_, i) =>
      Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]),
    ),
  };
}
