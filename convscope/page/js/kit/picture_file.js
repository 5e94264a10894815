/** A part of a page as a picture file: SVG with the page's own style inside, or PNG. */

import { boxOf, makeSvg } from "./dom.js";
import { saveFile } from "./save_file.js";
import { stillStyleOf } from "./still_style.js";

const FINE = 2; // pixels of a PNG for one of the page
const MARGIN = 16;
/** Nothing is scrolled in a picture: no bar, and no shadow at the side where more would be. */
const STILL = ".table-scroll, .blocks-scroll { background: none; } * { scrollbar-width: none; }";
const LARGEST = 8192; // pixels of a side, which every browser's canvas takes

/**
 * An element as it is shown, as one SVG: its canvases as pictures, its fields with what stands in them, without what
 * `leaveOut` selects. It is laid out for this window and keeps that at any size. Browsers show it; programs for drawing
 * that know no HTML in SVG want the PNG.
 * @param {Element} element
 * @param {string} leaveOut
 */
export function pictureOf(element, leaveOut) {
  const doc = element.ownerDocument;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const { width, height } = boxOf(element);
  const copy = /** @type {HTMLElement} */ (element.cloneNode(true));
  const [before, after] = [element, copy].map((root) => Array.from(root.querySelectorAll("*")));
  before.forEach((shown, i) => keepShown(doc, shown, /** @type {HTMLElement} */ (after[i])));
  for (const other of copy.querySelectorAll(leaveOut)) other.remove();
  copy.style.width = `${width}px`;
  copy.style.margin = `${MARGIN}px`;
  const root = doc.documentElement;
  const size = { width: Math.ceil(width + 2 * MARGIN), height: Math.ceil(height + 2 * MARGIN) };
  const ground = [doc.body, root]
    .map((at) => win.getComputedStyle(at).backgroundColor)
    .find((colour) => !/, 0\)$/.test(colour));
  const body = doc.createElement("body");
  body.style.cssText = "margin: 0; padding: 0; background: none";
  body.append(copy);
  const box = `0 0 ${size.width} ${size.height}`;
  const drawn = makeSvg(
    doc,
    "svg",
    { ...size, viewBox: box, lang: root.lang, "data-theme": root.dataset.theme ?? "" },
    makeSvg(doc, "style", {}, `${stillStyleOf(doc)}\n${STILL}`),
    makeSvg(doc, "rect", { ...size, fill: ground ?? "none" }),
    makeSvg(doc, "foreignObject", { ...size }, body),
  );
  const text = new win.XMLSerializer().serializeToString(drawn);
  return { text, ...size };
}

/**
 * Give a copy what the original shows beside its markup: a canvas's pixels, what was typed or chosen.
 * @param {Document} doc @param {Element} shown @param {HTMLElement} copy
 */
function keepShown(doc, shown, copy) {
  if (shown.matches("canvas")) {
    const canvas = /** @type {HTMLCanvasElement} */ (shown);
    const { width, height } = boxOf(canvas);
    const picture = doc.createElement("img");
    for (const { name, value } of canvas.attributes)
      if (!["width", "height", "style"].includes(name)) picture.setAttribute(name, value);
    picture.style.cssText = canvas.style.cssText; // the policy of the page allows no attribute of style
    if (canvas.width && canvas.height) picture.src = canvas.toDataURL();
    picture.style.width = `${width}px`;
    picture.style.height = `${height}px`;
    copy.replaceWith(picture);
  } else if (shown.matches("input")) {
    const field = /** @type {HTMLInputElement} */ (shown);
    copy.setAttribute("value", field.value);
    copy.toggleAttribute("checked", field.checked);
  } else if (shown.matches("option")) {
    copy.toggleAttribute("selected", /** @type {HTMLOptionElement} */ (shown).selected);
  }
}

/**
 * Save it as NAME.png or NAME.svg. Resolves once the file is made; rejects where the browser can't make it.
 * @param {Element} element
 * @param {string} leaveOut
 * @param {string} name
 * @param {"png" | "svg"} kind
 */
export async function savePicture(element, leaveOut, name, kind) {
  const doc = element.ownerDocument;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const picture = pictureOf(element, leaveOut);
  if (kind === "svg") {
    saveFile(doc, `${name}.svg`, picture.text, "image/svg+xml");
    return;
  }
  const fine = Math.min(FINE, LARGEST / picture.width, LARGEST / picture.height);
  const image = new win.Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = doc.createElement("canvas");
  canvas.width = Math.round(picture.width * fine);
  canvas.height = Math.round(picture.height * fine);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.drawImage(image, 0, 0, picture.width, picture.height, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("no picture");
  saveFile(doc, `${name}.png`, new Uint8Array(await blob.arrayBuffer()), "image/png");
}
