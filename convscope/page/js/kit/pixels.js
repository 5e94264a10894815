/** The pixels of a picture file, as its bytes say. */

const LONGEST_SIDE = 4096;

/**
 * Decode a file as Pillow does: upright by its EXIF orientation, without its colour profile, the first frame. Exact but
 * for three things: a browser's JPEG decoder may differ from Pillow's by a level or two, of 16 bits it keeps the upper
 * 8, and Chromium heeds no orientation in WebP files. A picture with a side beyond 4096 is made smaller first. Rejects
 * what the browser cannot read.
 * @param {Document} doc
 * @param {Blob} file
 * @returns {Promise<{data: ArrayLike<number>, height: number, width: number}>} four numbers a pixel, not premultiplied
 */
export async function pixelsOf(doc, file) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const bitmap = await win.createImageBitmap(file, { colorSpaceConversion: "none", imageOrientation: "from-image" });
  const factor = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = doc.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * factor));
  canvas.height = Math.max(1, Math.round(bitmap.height * factor));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
