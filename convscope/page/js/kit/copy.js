/** Text for the clipboard, also where a page may not write to it by itself (a notebook's frame, an old browser). */

import { button, make } from "./dom.js";

/**
 * Put text on the clipboard; false where nothing could. Focus is as before.
 * @param {Document} doc @param {string} text
 */
export async function copyText(doc, text) {
  try {
    await doc.defaultView?.navigator.clipboard.writeText(text);
    return true;
  } catch {
    const focused = /** @type {HTMLElement | null} */ (doc.activeElement);
    const field = make(doc, "textarea", { class: "copied-from", "aria-hidden": "true", props: { value: text } });
    doc.body.append(field);
    field.select();
    const done = doc.execCommand("copy");
    field.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
}

/**
 * A button that copies, and says for a moment whether it could.
 * @param {Document} doc @param {{copy: string, copied: string, failed: string}} words @param {() => string} text
 * @param {(said: string) => void} say read aloud
 */
export function copyButton(doc, words, text, say) {
  let pending = 0;
  const press = async () => {
    const said = (await copyText(doc, text())) ? words.copied : words.failed;
    element.textContent = said;
    say(said);
    doc.defaultView?.clearTimeout(pending);
    pending = doc.defaultView?.setTimeout(() => (element.textContent = words.copy), 1600) ?? 0;
  };
  const element = button(doc, words.copy, press, { class: "button preset copy" });
  return element;
}
