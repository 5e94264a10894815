/** A picture of the reader's own: file → pixels → the network's size, by the same rule as every other picture. */

import { make } from "../../kit/dom.js";
import { pixelsOf } from "../../kit/pixels.js";
import { fitPicture } from "../../engine/fit.js";
import { hardToRead } from "../../engine/legibility.js";

/** @typedef {import("../types.js").App} App */

/**
 * A button to choose a file, and a place to drop one on; a picture that is pasted into the page is taken too.
 * @param {App} app @param {(picture: Uint8Array) => void} put
 */
export function uploadButton(app, put) {
  const { doc, t, payload } = app;
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
  const read = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    try {
      const { data, height, width } = await pixelsOf(doc, file);
      const picture = fitPicture(data, height, width, payload.input);
      put(picture);
      const hard = hardToRead(picture, payload.input);
      message.textContent = [t("upload.done", { name: file.name }), hard && sentences[hard]].join(" ").trim();
    } catch {
      message.textContent = t("upload.bad", { name: file.name });
    }
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
  const paste = (/** @type {ClipboardEvent} */ event) => {
    if (element.isConnected) read(event.clipboardData?.files[0]);
    else doc.removeEventListener("paste", paste);
  };
  doc.addEventListener("paste", paste);
  return element;
}
