/** Making elements. Text is always text: nothing here reads markup. */

import { rovingButtons } from "./roving.js";

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * @typedef {string | number | Node | null | undefined | false} Child
 * @typedef {Record<string, any>} Props
 */

/**
 * Make an HTML element. Props are attributes, besides `on` (listeners), `vars` (CSS custom properties) and `props`.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {Document} doc @param {K} tag @param {Props} [props] @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(doc, tag, props = {}, ...children) {
  const element = doc.createElement(tag);
  setProps(element, props);
  fill(element, children.flat());
  return element;
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {Document} doc @param {K} tag @param {Props} [props] @param {...(Child | Child[])} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function makeSvg(doc, tag, props = {}, ...children) {
  const element = doc.createElementNS(SVG_NAMESPACE, tag);
  setProps(element, props);
  fill(element, children.flat());
  return element;
}

/** @param {Element} element @param {Props} props */
function setProps(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on")
      for (const [event, run] of Object.entries(value)) element.addEventListener(event, /** @type {any} */ (run));
    else if (name === "vars") for (const [key, v] of Object.entries(value)) setVar(element, key, String(v));
    else if (name === "props") Object.assign(element, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Element} element @param {string} name @param {string} value */
export function setVar(element, name, value) {
  /** @type {HTMLElement} */ (element).style.setProperty(name.startsWith("--") ? name : `--${name}`, value);
}

/** @param {Element} element @param {Child[]} children */
function fill(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === "number" ? String(child) : child);
  }
}

/** Replace what is inside. @param {Element} element @param {...(Child | Child[])} children */
export function refill(element, ...children) {
  element.replaceChildren();
  fill(element, children.flat());
}

/**
 * A button that looks like its class says.
 * @param {Document} doc @param {string} text @param {() => void} press @param {Props} [props]
 */
export function button(doc, text, press, props = {}) {
  return make(
    doc,
    "button",
    { type: "button", class: "button", ...props, on: { click: press, ...(props.on ?? {}) } },
    text,
  );
}

/**
 * A row of choices, one of them pressed.
 * @param {Document} doc @param {string} name @param {{value: string, text: string, title?: string}[]} choices
 * @param {() => string} chosen @param {(value: string) => void} choose
 */
export function segmented(doc, name, choices, chosen, choose) {
  const group = make(doc, "div", { class: "segmented", role: "group", "aria-label": name });
  const stop = rovingButtons(group);
  const draw = () => {
    for (const child of Array.from(group.children)) {
      child.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (child).dataset.value === chosen()));
    }
    stop();
  };
  for (const { value, text, title } of choices) {
    const press = () => {
      choose(value);
      draw();
    };
    group.append(make(doc, "button", { type: "button", "data-value": value, title, on: { click: press } }, text));
  }
  draw();
  return group;
}

/**
 * A table's head, with a name a column; over a column without one is no head.
 * @param {Document} doc @param {Child[]} names @param {(string | null)[]} [kinds] the cells' classes
 */
export function tableHead(doc, names, kinds = []) {
  const cells = names.map((name, i) => {
    const kind = kinds[i] ?? null;
    return name === "" ? make(doc, "td", { class: kind }) : make(doc, "th", { scope: "col", class: kind }, name);
  });
  return make(doc, "thead", {}, make(doc, "tr", {}, ...cells));
}

/** Where an element stands in the window. @param {Element} element */
export function boxOf(element) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
}
