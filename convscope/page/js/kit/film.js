/** A part of a page, moment after moment, as a film: WebM where the browser records one, else or also as a GIF. */

import { boxOf } from "./dom.js";
import { gifWriter } from "./gif.js";
import { pictureOf } from "./picture_file.js";

const FRAME_WIDTH = 960; // pixels of a frame
const LAST = 50; // milliseconds
const WEBM = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

/**
 * @typedef {object} Scenes what a film shows
 * @property {Element} element in which the styles of what is shown apply
 * @property {Element} [part] of it, where not all is shown
 * @property {number} count
 * @property {number} milliseconds each is shown for
 * @property {(i: number) => void} show brings the page to moment i
 * @property {() => void} end brings it back to where it was
 */

/** The kind of WebM that the browser records; "" where it records none. @param {Window & typeof globalThis} win */
export function webmKind(win) {
  const { MediaRecorder, HTMLCanvasElement } = win;
  if (!MediaRecorder || !HTMLCanvasElement.prototype.captureStream) return "";
  return WEBM.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? "";
}

/**
 * Draw every moment on a canvas of one size. Rejects where the browser can't.
 * @param {Scenes} scenes @param {string} leaveOut @param {(share: number) => void} told 0…1
 */
async function framesOf({ element, part = element, count, show, end }, leaveOut, told) {
  const doc = element.ownerDocument;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  /** @type {HTMLCanvasElement[]} */
  const frames = [];
  try {
    for (let i = 0; i < count; i++) {
      show(i);
      const picture = pictureOf(element, leaveOut);
      const image = new win.Image();
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
      await image.decode();
      const [whole, box] = [boxOf(element), boxOf(part)];
      const [width, height] = [
        picture.width - Math.floor(whole.width - box.width),
        picture.height - Math.floor(whole.height - box.height),
      ];
      const fine = Math.min(1, FRAME_WIDTH / width);
      const canvas = doc.createElement("canvas");
      canvas.width = frames[0]?.width ?? 2 * Math.round((width * fine) / 2); // encoders want even sides
      canvas.height = frames[0]?.height ?? 2 * Math.round((height * fine) / 2);
      const pen = penOf(canvas);
      pen.fillStyle = win.getComputedStyle(doc.documentElement).backgroundColor;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      const [left, top] = [box.left - whole.left, box.top - whole.top];
      pen.drawImage(image, left, top, width, height, 0, 0, Math.round(width * fine), Math.round(height * fine));
      frames.push(canvas);
      told((i + 1) / count);
    }
  } finally {
    end();
  }
  return frames;
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/**
 * The moments as the bytes of a GIF. @param {Scenes} scenes @param {string} leaveOut
 * @param {(share: number) => void} told
 */
export async function gifOf(scenes, leaveOut, told) {
  const frames = await framesOf(scenes, leaveOut, told);
  const { width, height } = frames[0];
  const writer = gifWriter(width, height, scenes.milliseconds);
  for (const frame of frames) writer.add(penOf(frame).getImageData(0, 0, width, height));
  return writer.bytes();
}

/**
 * The moments as the bytes of a WebM: they are drawn first and played into the recorder then, each for its time.
 * @param {Scenes} scenes @param {string} leaveOut @param {(share: number) => void} told
 */
export async function webmOf(scenes, leaveOut, told) {
  const doc = scenes.element.ownerDocument;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const frames = await framesOf(scenes, leaveOut, (share) => told(share / 2));
  const stage = doc.createElement("canvas");
  [stage.width, stage.height] = [frames[0].width, frames[0].height];
  const pen = penOf(stage);
  pen.drawImage(frames[0], 0, 0);
  const recorder = new win.MediaRecorder(stage.captureStream(), { mimeType: webmKind(win), videoBitsPerSecond: 4e6 });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((done, failed) => {
    recorder.onstop = done;
    recorder.onerror = failed;
  });
  const pause = (/** @type {number} */ ms) => new Promise((done) => win.setTimeout(done, ms));
  recorder.start();
  for (let i = 0; i < frames.length; i++) {
    pen.drawImage(frames[i], 0, 0);
    await pause(scenes.milliseconds);
    told(0.5 + (i + 1) / frames.length / 2);
  }
  pen.drawImage(frames[frames.length - 1], 0, 0); // a film ends where its last picture begins: shown again, it stays
  await pause(LAST);
  recorder.stop();
  await stopped;
  return new Uint8Array(await new win.Blob(parts).arrayBuffer());
}
