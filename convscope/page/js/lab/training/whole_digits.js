/** All of MNIST, a second file of the static site, unpacked once it is here. */

import { siteFile } from "./site_file.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../../learn/pictures.js").Pictures} Pictures */
/** @typedef {import("./site_file.js").KnownFile & {members: Record<string, [number, number][]>}} WholeFile */
/** @typedef {import("./site_file.js").SiteFile<{training: Pictures, test: Pictures}>} WholeDigits */

/** @type {WeakMap<Lab, WholeDigits>} */
const WHOLE_DIGITS = new WeakMap();

/** The whole of MNIST, the same as long as the page is open; null where the site has none. @param {Lab} lab */
export function wholeDigitsOf(lab) {
  const { mnist } = lab.payload;
  if (!mnist) return null;
  const made =
    WHOLE_DIGITS.get(lab) ??
    siteFile(lab.win, mnist, {
      cache: "convscope-digits",
      make: async (bytes) => ({
        training: await digitsIn(bytes, mnist.members.training),
        test: await digitsIn(bytes, mnist.members.test),
      }),
    });
  WHOLE_DIGITS.set(lab, made);
  return made;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes @param {[number, number][]} places of pictures and labels
 * @returns {Promise<Pictures>}
 */
async function digitsIn(bytes, places) {
  const [pictures, labels] = await Promise.all(places.map(([begin, end]) => gunzip(bytes.subarray(begin, end))));
  const view = new DataView(pictures.buffer);
  const [rows, columns] = [view.getUint32(8), view.getUint32(12)];
  return { pixels: pictures.subarray(16), labels: labels.subarray(8), shape: [1, rows, columns] }; // behind IDX heads
}

/** @param {Uint8Array<ArrayBuffer>} packed */
async function gunzip(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
