/** Paper is white: where the page is dark, colours of numbers change to the light palettes while it is printed. */

import { setVar } from "./dom.js";
import { cssOf, inkOf, lightTwins } from "./palette.js";

/** Print in light colours, and bring back what was there afterwards. @param {Document} doc @param {Window} win */
export function printLight(doc, win) {
  /** @type {(() => void)[]} what brings each of them back */
  let back = [];
  win.addEventListener("beforeprint", () => {
    if (doc.documentElement.dataset.theme !== "dark" || back.length) return;
    for (const canvas of doc.querySelectorAll("canvas")) back.push(...repainted(canvas));
    for (const element of doc.querySelectorAll("[style*='--colour']"))
      back.push(...recoloured(/** @type {HTMLElement} */ (element)));
  });
  win.addEventListener("afterprint", () => {
    for (const one of back) one();
    back = [];
  });
}

/**
 * Give a canvas the light palette's colours; one that holds anything else is a picture, and stays.
 * @param {HTMLCanvasElement} canvas
 */
function repainted(canvas) {
  const context = canvas.width && canvas.height ? canvas.getContext("2d") : null;
  if (!context) return [];
  const was = context.getImageData(0, 0, canvas.width, canvas.height);
  const now = context.createImageData(canvas.width, canvas.height);
  const [from, to] = [new Uint32Array(was.data.buffer), new Uint32Array(now.data.buffer)];
  const twins = lightTwins();
  for (let i = 0; i < from.length; i++) {
    const twin = twins.get(from[i]);
    if (twin === undefined) return [];
    to[i] = twin;
  }
  context.putImageData(now, 0, 0);
  return [() => context.putImageData(was, 0, 0)];
}

/** Give a number its light colour, and the ink that reads best on it. @param {HTMLElement} element */
function recoloured(element) {
  const [colour, ink] = ["--colour", "--cell-ink"].map((name) => element.style.getPropertyValue(name));
  const rgb = colour.match(/\d+/g)?.map(Number) ?? [];
  const twin = lightTwins().get(((255 << 24) | (rgb[2] << 16) | (rgb[1] << 8) | rgb[0]) >>> 0);
  if (twin === undefined) return [];
  setVar(element, "colour", cssOf(twin));
  if (ink) setVar(element, "cell-ink", inkOf(twin));
  return [
    () => {
      setVar(element, "colour", colour);
      if (ink) setVar(element, "cell-ink", ink);
    },
  ];
}
