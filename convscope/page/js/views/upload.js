/** A picture of the reader's own: file → canvas → the network's size, the whole of it, bars where its shape is another. */

import { make } from "../dom.js";

/** @typedef {import("../shapes.js").App} App */

/** @param {App} app @param {(picture: Uint8Array) => void} put */
export function uploadButton(app, put) {
  const { doc, t, payload } = app;
  const message = make(doc, "p", { class: "note", role: "status" });
  const input = make(doc, "input", { type: "file", accept: "image/*", class: "unseen", id: "upload" });
  const read = (/** @type {File | undefined} */ file) => {
    if (!file) return;
    const url = URL.createObjectURL(file);
    const image = doc.createElement("img");
    image.onload = () => {
      put(pixelsOf(doc, image, payload.input.shape, payload.input.dark_borders && payload.input.invert !== "no"));
      message.textContent = t("upload.done", { name: file.name });
      URL.revokeObjectURL(url);
    };
    image.onerror = () => { message.textContent = t("upload.bad", { name: file.name }); URL.revokeObjectURL(url); };
    image.src = url;
  };
  input.addEventListener("change", () => { read(input.files?.[0]); input.value = ""; });
  const element = make(doc, "div", { class: "upload" }, input, make(doc, "label", { for: "upload", class: "button" }, t("upload")), message);
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => { event.preventDefault(); read(event.dataTransfer?.files[0]); });
  return element;
}

/** @param {Document} doc @param {HTMLImageElement} image @param {number[]} shape @param {boolean} mayInvert dark and light may be swapped @returns {Uint8Array} */
function pixelsOf(doc, image, [channels, height, width], mayInvert) {
  const canvas = make(doc, "canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const factor = Math.min(width / image.naturalWidth, height / image.naturalHeight);
  const [w, h] = [Math.max(1, Math.round(image.naturalWidth * factor)), Math.max(1, Math.round(image.naturalHeight * factor))];
  const [left, top] = [Math.floor((width - w) / 2), Math.floor((height - h) / 2)];
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, left, top, w, h);
  const edge = context.getImageData(left, top, 1, 1).data;
  context.fillStyle = `rgb(${edge[0]} ${edge[1]} ${edge[2]})`;
  context.fillRect(0, 0, width, height);
  context.drawImage(image, left, top, w, h);
  const { data } = context.getImageData(0, 0, width, height);
  const out = new Uint8Array(channels * height * width);
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    const rgb = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
    const grey = Math.round(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]);
    for (let c = 0; c < channels; c++) out[c * plane + i] = channels === 1 ? grey : rgb[c];
  }
  return mayInvert && lightBorder(out, height, width) ? out.map((v) => 255 - v) : out;
}

/** Whether the border is light and the middle darker: ink on paper. @param {Uint8Array} bytes @param {number} height @param {number} width */
function lightBorder(bytes, height, width) {
  let [border, inside, n, m] = [0, 0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const y = Math.floor(i / width) % height;
    const x = i % width;
    if (y === 0 || x === 0 || y === height - 1 || x === width - 1) { border += bytes[i]; n++; } else { inside += bytes[i]; m++; }
  }
  return border / n > 127 && border / n > inside / Math.max(1, m);
}
