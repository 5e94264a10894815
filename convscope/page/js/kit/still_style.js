/** The page's style as it is at this moment: of every `@media` what holds now, so that it holds at any width. */

const BLOCKS = /\/\*[^]*?\*\/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|@media([^{]*)\{|[{}]/g;

/**
 * A style sheet without its `@media`: what is within those that hold now is kept, the rest left out.
 * @param {string} css
 * @param {(condition: string) => boolean} holds
 */
export function stillStyle(css, holds) {
  /** Of each block that is open, whether its braces are written, and whether what is within. */
  const open = [{ braces: true, kept: true }];
  let out = "";
  let at = 0;
  for (const found of css.matchAll(BLOCKS)) {
    const [text, condition] = found;
    const inside = open[open.length - 1];
    if (inside.kept) out += css.slice(at, found.index);
    at = found.index + text.length;
    if (condition !== undefined) open.push({ braces: false, kept: inside.kept && holds(condition.trim()) });
    else if (text === "}") {
      if (inside.kept && inside.braces) out += text;
      if (open.length > 1) open.pop();
    } else {
      if (inside.kept) out += text;
      if (text === "{") open.push({ braces: true, kept: inside.kept });
    }
  }
  return out + css.slice(at);
}

/** The whole page's. @param {Document} doc */
export function stillStyleOf(doc) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  return Array.from(doc.querySelectorAll("style"), ({ textContent }) =>
    stillStyle(textContent ?? "", (condition) => win.matchMedia(condition).matches),
  ).join("\n");
}
