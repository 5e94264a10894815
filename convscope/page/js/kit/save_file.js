/** A file that the page made, handed to the browser as a download. */

import { make } from "./dom.js";

/**
 * @param {Document} doc
 * @param {string} name
 * @param {string | Uint8Array<ArrayBuffer>} content
 * @param {string} type "text/csv"
 */
export function saveFile(doc, name, content, type) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const address = win.URL.createObjectURL(new win.Blob([content], { type }));
  make(doc, "a", { href: address, download: name }).click();
  win.setTimeout(() => win.URL.revokeObjectURL(address), 10_000);
}
