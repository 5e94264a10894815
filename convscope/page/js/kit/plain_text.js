/** What is set as mathematics, as one line of plain text: for a letter, a sheet of answers, or another program. */

/** @param {Node} node @param {string} [between] its children @returns {string} */
function textWithin(node, between = "") {
  return Array.from(node.childNodes, textOfNode).filter(Boolean).join(between);
}

/** In brackets, unless it is one number or one name. @param {string} text */
function inBrackets(text) {
  return /^[\p{L}\p{N}.,_^]*$/u.test(text) ? text : `(${text})`;
}

/** @param {Node} node @returns {string} */
function textOfNode(node) {
  if (node.nodeType === 3) return node.textContent ?? "";
  if (node.nodeType !== 1) return "";
  const element = /** @type {HTMLElement} */ (node);
  const part = (/** @type {string} */ name) => {
    const found = element.querySelector(`:scope > ${name}`);
    return found ? inBrackets(textWithin(found).trim()) : "";
  };
  if (element.matches(".fraction")) return ` ${part(".above")} / ${part(".below")} `;
  if (element.matches(".root")) return `√${part(".radicand")}`;
  if (element.matches(".sum")) return ` Σ_${part(".limit:last-child")} `;
  if (element.matches(".gap")) return "; ";
  if (element.matches("sup")) return `^${inBrackets(textWithin(element).trim())}`;
  if (element.matches("sub")) return `_${inBrackets(textWithin(element).trim())}`;
  const display = element.ownerDocument.defaultView?.getComputedStyle(element).display ?? "";
  if (display === "none" || element.matches(".operator"))
    return display === "none" ? "" : ` ${textWithin(element).trim()} `;
  return textWithin(element, /flex|grid/.test(display) ? " " : "");
}

/**
 * Fractions as a / b, powers as x^2, indices as p_i; what lies side by side stays apart, by a semicolon over a gap.
 * @param {Element} element
 */
export function plainText(element) {
  return textOfNode(element).replaceAll(/\s+/g, " ").trim();
}
